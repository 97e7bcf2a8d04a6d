"""Lines that web sites and authors put around a story, told from the story's own lines.

Cutting a line of the story is worse than keeping an advertisement: a line goes for two independent
signs, and for more where it speaks like a story. `signs` says what they are; that the same words
stand in several places of the book is another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.chinese import CHINESE
from pipeline.text.chapters.headings import is_heading, may_be_heading
from pipeline.text.cleaning.author_notes import find_notes
from pipeline.text.cleaning.inline import cut_inside
from pipeline.text.cleaning.judging import Book, Place, is_numbered, may_have, reason_of, template
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.pages import is_rule
from pipeline.text.cleaning.signs import HINT, fold
from pipeline.text.cleaning.telling import MAX_ADVERT, Adverts, may_be_refrain
from pipeline.text.cleaning.voices import has_voice, may_speak, speaks_to_readers
from pipeline.text.cuts import Cut

_OFTEN = 3  # so many times the same line is a sign, at the ends of chapters
_REFRAIN = 10  # the same where the line may be a refrain
_APART = 250  # lines of a book to one of the line that stands often, elsewhere

# Who announces what: verse is no advert, and what is said stands in quotes where a book has them.
_FIRMLY = 0.75  # of a book's paragraphs end in a mark; adverts in it do not
_STRICTER = {"careful": 0, "strict": -1}
_SENTENCE_ENDS = "。！!…”」』’"
_STOPS = "。！？!?…”」』’"
_ENDS = _STOPS + "：:"
_NARROW = re.compile(f"{CHINESE.pattern},{CHINESE.pattern}")
_VERSE_AHEAD = re.compile(r"(?:[诗词赋联歌偈][曰云道]|为证|正是)[:：]\s*$")
_SPEECH_AHEAD = re.compile(r"[说道问喊叫答][:：,，]\s*$")


def cut_adverts(lines: Sequence[Line], mode: Adverts) -> tuple[list[Line], list[Cut]]:
    """Return paragraphs without advertising, and what was cut.

    Parameters
    ----------
    lines
        Whole paragraphs, as the hard line ends have been joined.
    mode
        'keep' cuts nothing, 'careful' what has two independent signs, 'strict' what has one.
    """
    if mode == "keep":
        return list(lines), []
    folded = {at: fold(line.text) for at, line in enumerate(lines) if HINT.search(line.text)}
    book = _book(lines, folded)
    notes = find_notes(lines, folded)
    kept: list[Line] = []
    cuts: list[Cut] = []
    before = ""
    for place, line in enumerate(lines):
        reason = "author's note" if place in notes else "rule" if is_rule(line.text) else ""
        hinted = place in folded and may_have(folded[place])
        announced = hinted and _announces(before, lines, place, book)
        if not reason and hinted:
            where = Place(announced=announced, last=_ends_chapter(lines, place))
            reason = reason_of(folded[place], where, book, mode)
        more: list[Cut] = []
        rest = line
        if not reason and hinted:
            rest, more = cut_inside(line, folded[place], mode, whole=announced)
        if (
            not reason
            and not (more and _may_tell(rest.text))
            and _is_voice(lines, place, before, book, mode, hinted=place in folded)
        ):
            reason = "advert"
        if reason:
            cuts.append(Cut(reason, "", line.number, line.text.strip()))
            before = "" if reason == "advert" else before
            continue
        cuts += more
        kept.append(rest)
        before = rest.text if rest.text.strip() else before
    return kept, cuts


def _may_tell(rest: str) -> bool:
    """Return whether what an advert hung on may be a sentence of the story."""
    return rest.rstrip()[-1:] in _SENTENCE_ENDS or not has_voice(fold(rest))


def _is_voice(
    lines: Sequence[Line], at: int, before: str, book: Book, mode: Adverts, *, hinted: bool
) -> bool:
    """Return whether a line of a book whose paragraphs stop speaks to readers or visitors."""
    text = lines[at].text
    if not book.firmly or not may_speak(text, hinted=hinted):
        return False
    folded = fold(text)
    if is_numbered(folded):
        return False
    marked = book.wide and _NARROW.search(text) is not None
    if not speaks_to_readers(folded, edge=True, marked=marked, more=_STRICTER[mode]):
        return False  # nor where it stands in the midst of a chapter: that is looked at last
    if _announces(before, lines, at, book):
        return False
    beside = [_filled(lines, at, step) for step in (-1, 1)]
    edge = any(not near or is_heading(near) or is_rule(near) for near in beside)
    more = _STRICTER[mode] + any(_is_open(near) for near in beside) + may_be_heading(text)
    return speaks_to_readers(folded, edge=edge, marked=marked, more=more)


def _filled(lines: Sequence[Line], at: int, step: int) -> str:
    """Return the next line with text above (-1) or below (1) a place, "" if it is far."""
    near = (
        lines[place].text
        for place in range(at + step, at + 5 * step, step)
        if 0 <= place < len(lines)
    )
    return next((text for text in near if text.strip()), "")


def _is_open(text: str) -> bool:
    """Return whether a line has no end, as those of letters, poems and lists have none."""
    text = text.strip()
    return (
        bool(text)
        and text[-1] not in _ENDS
        and not (is_heading(text) or is_rule(text) or has_voice(fold(text)))
    )


def is_advert(line: str) -> bool:
    """Return whether a line, by itself, is advertising or a rule of dashes or stars."""
    return is_rule(line) or bool(reason_of(fold(line), Place(), Book(), "careful"))


def _book(lines: Sequence[Line], folded: Mapping[int, str]) -> Book:
    texts = [text for line in lines if (text := line.text.rstrip())]
    stopped = sum(text[-1] in _STOPS for text in texts)
    return Book(
        often=_often(lines, folded, len(texts)),
        stopped=stopped * 2 > len(texts),
        quoted=any("：“" in text or "：「" in text for text in texts),
        firmly=stopped >= _FIRMLY * len(texts),
        wide=sum("，" in text for text in texts) > sum("," in text for text in texts),
    )


def _announces(before: str, lines: Sequence[Line], at: int, book: Book) -> bool:
    """Return whether a line announces the next: what somebody reads there is of the story.

    It does not where verse is to come, or what is said and would stand in quotes.
    """
    if not before.rstrip().endswith((":", "：")):
        return False
    if not _VERSE_AHEAD.search(before) and not (book.quoted and _SPEECH_AHEAD.search(before)):
        return True
    return is_heading(lines[at].text)


def _ends_chapter(lines: Sequence[Line], at: int) -> bool:
    """Return whether a heading follows a line, with few empty lines between."""
    return is_heading(_filled(lines, at, 1))


def _often(lines: Sequence[Line], folded: Mapping[int, str], size: int) -> frozenset[str]:
    """Return the lines that stand word for word in several places, dialogue left out.

    They stand at the ends of chapters, or often for a book of `size` lines, and no story says
    them again and again.
    """
    places: dict[str, list[int]] = {}
    for at, text in folded.items():
        if 6 <= len(text) <= MAX_ADVERT and not re.search("[“”「」『』]", text):
            places.setdefault(template(text.strip()), []).append(at)
    return frozenset(
        text
        for text, ats in places.items()
        if len(ats) >= _OFTEN
        and (
            len(ats) * _APART >= size or 2 * sum(_ends_chapter(lines, at) for at in ats) >= len(ats)
        )
        and (len(ats) * _REFRAIN >= size or not may_be_refrain(text))
    )
