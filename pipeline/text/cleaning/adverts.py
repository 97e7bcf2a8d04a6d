"""Lines that web sites and authors put around a story, told from the story's own lines.

Cutting a line of the story is worse than keeping an advertisement: a line goes for two independent
signs, and for more where it speaks like a story. `signs` says what they are; that the same words
stand in several places of the book is another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.author_notes import find_notes
from pipeline.text.cleaning.inline import cut_inside
from pipeline.text.cleaning.judging import Book, Place, may_have, reason_of
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.pages import is_rule
from pipeline.text.cleaning.signs import HINT, fold
from pipeline.text.cleaning.telling import MAX_ADVERT, Adverts, may_be_refrain
from pipeline.text.cuts import Cut

_OFTEN = 3  # so many times the same line is a sign, at the ends of chapters
_REFRAIN = 10  # the same where the line may be a refrain
_APART = 250  # lines of a book to one of the line that stands often, elsewhere

# Who announces what: verse is no advert, and what is said stands in quotes where a book has them.
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
        if reason:
            cuts.append(Cut(reason, "", line.number, line.text.strip()))
            before = "" if reason == "advert" else before
            continue
        if hinted:
            line, more = cut_inside(line, folded[place], mode, whole=announced)
            cuts += more
        kept.append(line)
        before = line.text if line.text.strip() else before
    return kept, cuts


def is_advert(line: str) -> bool:
    """Return whether a line, by itself, is advertising or a rule of dashes or stars."""
    return is_rule(line) or bool(reason_of(fold(line), Place(), Book(), "careful"))


def _book(lines: Sequence[Line], folded: Mapping[int, str]) -> Book:
    texts = [text for line in lines if (text := line.text.rstrip())]
    stopped = sum(text[-1] in "。！？!?…”」』’" for text in texts)
    return Book(
        often=_often(lines, folded, len(texts)),
        stopped=stopped * 2 > len(texts),
        quoted=any("：“" in text or "：「" in text for text in texts),
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
    after = (line.text for line in lines[at + 1 : at + 5] if line.text.strip())
    return is_heading(next(after, ""))


def _often(lines: Sequence[Line], folded: Mapping[int, str], size: int) -> frozenset[str]:
    """Return the lines that stand word for word in several places, dialogue left out.

    They stand at the ends of chapters, or often for a book of `size` lines, and no story says
    them again and again.
    """
    places: dict[str, list[int]] = {}
    for at, text in folded.items():
        if 6 <= len(text) <= MAX_ADVERT and not re.search("[“”「」『』]", text):
            places.setdefault(text.strip(), []).append(at)
    return frozenset(
        text
        for text, ats in places.items()
        if len(ats) >= _OFTEN
        and (
            len(ats) * _APART >= size or 2 * sum(_ends_chapter(lines, at) for at in ats) >= len(ats)
        )
        and (len(ats) * _REFRAIN >= size or not may_be_refrain(text))
    )
