"""Lines that web sites and authors put around a story, told from the story's own lines.

Cutting a line of the story is worse than keeping an advertisement: a line goes for two independent
signs, and for more where it speaks like a story. `signs` says what they are; that the same words
stand in several places of the book is another.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.author_notes import OPENING, find_notes
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.pages import is_rule
from pipeline.text.cleaning.signs import (
    ADDRESS,
    EVERYDAY,
    HINT,
    KINDS,
    fold,
    left_over,
    own_start,
    signs_of,
)
from pipeline.text.cuts import Cut

Adverts = Literal["keep", "careful", "strict"]

_MAX_ADVERT = 300  # characters
_SHORT = 80  # characters; a longer line needs one sign more
_NEEDED = {"careful": 2, "strict": 1}
_MORE_IN_A_STORY = 2  # signs that a line needs beyond that where it speaks like a story
_FEW_LEFT = 0.34  # of a line's characters beside its signs: it says hardly anything else
_FEWER_LEFT = 0.2  # where the signs are words of everyday life
_MANY = 5  # kinds of things that no story speaks of at once
_MUCH_LEFT = 0.4  # it says mostly other things
_OFTEN = 3  # so many times the same line is a sign, at the ends of chapters
_REFRAIN = 10  # the same where the line may be a refrain
_APART = 250  # lines of a book to one of the line that stands often, elsewhere
_GLUED_ENDS = 4  # sentences at a paragraph's end that are looked at
_CLAUSE = 4  # characters before an advert that are a clause of the story
_TELLS = 5  # characters of a sentence that say something beside signs

# What only stories do: persons, speech, what somebody reads or sees, what has happened.
_STORY = re.compile(
    r"[他她它]|我(?!们)|[“”「」『』‘’]|[说道想看读听问笑喊叫念唱骂答写印刻贴挂][着了道]|了(?:[，。一,]|$)"
    r"|(?:写|印|刻|贴|标|刷|挂|显示|弹出|跳出|念)[着出]|[一几]行|字样|屏幕|牌子|招牌|告示|海报|广告[牌上]|纸条|短信|横幅|传单|门口|墙上|柜台"
)
_NAMED_SITE = re.compile(r"[“「『‘][^“”「」『』‘’]{1,12}[”」』’]")
_NUMBERED = re.compile(r"第[\s0-9〇○零一二三四五六七八九十百千两]{1,12}[章回节卷集话]")
_NAMING = {
    "site",
    "address",
    "keeping",
    "group",
    "follow",
    "thanks",
}  # who or what may stand in quotes
_LESS_SURE = EVERYDAY | {"turning", "unfinished", "keeping"}
_REFRAINS = _LESS_SURE | {"note"}  # what a poem or a letter may say again and again
_NO_FORM = _REFRAINS | {"gift", "author", "made", "promoted"}
_AUTHORS = {"appeal", "votes", "update", "thanks", "sale", "afterword", "theft", "comment"}
_STOPPED = re.compile(r"[。！？!?…”」』’;；:：,，、][\s)）\]】]*$")
_SHOUTED = re.compile(r"[!！]{3}|(?:[!！][^!！]{2,12}){2}[!！]$|求\w{1,6}[，,、\s]+[求跪]")
_ASIDE = re.compile(r"\s*[(（][^()（）]{2,80}[)）]\s*")
_MESSAGE = re.compile(r"【[^【】]*】")  # what a game says in novels of today
_SENTENCE_END = re.compile(r"[。！？!?…][”」』’)）]*")
_SPOKEN = re.compile("“[^“”]*(?:”|$)|「[^「」]*(?:」|$)")
# Who announces what: verse is no advert, and what is said stands in quotes where a book has them.
_VERSE_AHEAD = re.compile(r"(?:[诗词赋联歌偈][曰云道]|为证|正是)[:：]\s*$")
_SPEECH_AHEAD = re.compile(r"[说道问喊叫答][:：,，]\s*$")
_CONTENT = KINDS | {"address"}
_BRACKETS = re.compile(r"[\[【〔({（][^\[\]【】〔〕(){}（）]{4,200}[\]】〕)}）]")
_STRETCH = re.compile(
    rf"(?:^|(?<=[。！？!?”」\s]))[^。！？!?“”「」]{{0,60}}?(?:{ADDRESS.pattern}|[!！。])",
    re.ASCII | re.IGNORECASE,
)
_GLUED = re.compile(
    rf"(?:{ADDRESS.pattern})\s{{0,3}}[\[【(（][^\[\]【】()（）]{{2,30}}[\]】)）]",
    re.ASCII | re.IGNORECASE,
)
_PLEA = re.compile(
    r"[（(【\[][^（）()【】\[\]]{0,80}(?:求[^（）()]{0,6}[票藏订阅荐赏]|[月推荐]票|加更|[一二三四五六七八九十\d]更|打赏|首订|上架|盟主|大章|补更|收藏|推荐票|订阅)"
    r"[^（）()【】\[\]]{0,80}[）)】\]]?\W*$"
    r"|[，,、;；\s!！~～]+[求跪]{1,3}[^，,。]{0,4}(?:月票|推荐票?|收藏|订阅|打赏|支持|票票)[^。]{0,30}$"
)
_BRACKETED = "[【〔({（"
_NAMES_IT = 2  # kinds of signs where a story names an address: 网址 and the address itself
_AFTER_ADDRESS = re.compile(r"(?:(?:免费|在线|全文)?(?:阅读|观看|下载|首发)(?=\w))?")
_SENTENCES = re.compile(rf"[。！？!?]+|{ADDRESS.pattern}", re.ASCII | re.IGNORECASE)
_HEAD = re.compile(
    r"\W{0,4}第[\s0-9０-９零〇一二三四五六七八九十百千两]{1,12}[章回节卷集话]|\W{0,4}(?:番外|楔子|序章|尾声)"
)


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
        hinted = place in folded and _may_have(folded[place])
        announced = hinted and _announces(before, lines, place, book)
        if not reason and hinted:
            where = _Place(announced=announced, last=_ends_chapter(lines, place))
            reason = _reason(folded[place], where, book, mode)
        if reason:
            cuts.append(Cut(reason, "", line.number, line.text.strip()))
            before = "" if reason == "advert" else before
            continue
        if hinted:
            line, more = _cut_inside(line, folded[place], mode, whole=announced)
            cuts += more
        kept.append(line)
        before = line.text if line.text.strip() else before
    return kept, cuts


def is_advert(line: str) -> bool:
    """Return whether a line, by itself, is advertising or a rule of dashes or stars."""
    return is_rule(line) or bool(_reason(fold(line), _Place(), _Book(), "careful"))


@dataclass(frozen=True)
class _Book:
    """What is usual in a book.

    `often` are lines that stand word for word in several places; `stopped` and `quoted` tell that
    its paragraphs end in marks, and that its speech stands in quotes.
    """

    often: frozenset[str] = frozenset()
    stopped: bool = False
    quoted: bool = False


@dataclass(frozen=True)
class _Place:
    """Where a line stands: the line before announces it, or it is the last of its chapter."""

    announced: bool = False
    last: bool = False


def _book(lines: Sequence[Line], folded: Mapping[int, str]) -> _Book:
    texts = [text for line in lines if (text := line.text.rstrip())]
    stopped = sum(text[-1] in "。！？!?…”」』’" for text in texts)
    return _Book(
        often=_often(lines, folded, len(texts)),
        stopped=stopped * 2 > len(texts),
        quoted=any("：“" in text or "：「" in text for text in texts),
    )


def _reason(text: str, place: _Place, book: _Book, mode: Adverts) -> str:
    """Return why a folded line goes, "" if it stays."""
    text = text.strip()
    if not 0 < len(text) <= _MAX_ADVERT or is_heading(text):
        return ""
    if _NUMBERED.search(text) and not ADDRESS.search(text):
        return ""  # perhaps a heading of another habit
    content = signs_of(text) & _CONTENT
    if not content:
        return ""
    if len(content) >= _MANY and text[0] not in OPENING:
        return "advert"
    signs = set(signs_of(text)) | _form_of(text, content, book)
    if place.last and content & _AUTHORS and not _says_more(text, _FEWER_LEFT):
        signs.add("last")
    if text in book.often:
        signs.add("often")
    needed = _NEEDED[mode] + (len(text) > _SHORT) + _is_sentence(text, signs)
    announced = place.announced and "often" not in signs
    if announced or _speaks(text, signs):
        needed += _MORE_IN_A_STORY
    enough = len(signs) >= needed
    return "advert" if enough and ("note" in signs or not _tells_more(text, mode, signs)) else ""


def _says_more(text: str, share: float = _MUCH_LEFT) -> bool:
    """Return whether a sentence has more than a share of it beside its signs."""
    return _STOPPED.search(text) is not None and left_over(text) > share * len(text)


def _is_sentence(text: str, signs: Set[str]) -> bool:
    """Return whether a line is a full sentence that speaks mostly of other things."""
    if not text.endswith("。") or "often" in signs:
        return False
    return signs & _CONTENT <= _REFRAINS or ("note" not in signs and _says_more(text))


def _form_of(text: str, content: Set[str], book: _Book) -> set[str]:
    """Return the signs of a line's form: it says hardly more, and ends as no paragraph does."""
    form: set[str] = set()
    few = _FEWER_LEFT if content <= _LESS_SURE else _FEW_LEFT
    if left_over(text) <= few * len(text) and not text.endswith("。"):
        form.add("bare")  # adverts shout or have no full stop
    unlike = _ASIDE.fullmatch(text) or _SHOUTED.search(text) or not _STOPPED.search(text)
    game = _MESSAGE.fullmatch(text) or text[0] in OPENING
    if unlike and book.stopped and content - _NO_FORM and not game:
        form.add("form")
    return form


def _may_have(text: str) -> bool:
    """Return whether a line may have advertising inside; the signs of long ones take long."""
    return len(text) > _MAX_ADVERT or bool(signs_of(text) & _CONTENT)


def _announces(before: str, lines: Sequence[Line], at: int, book: _Book) -> bool:
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


def _tells_more(text: str, mode: Adverts, signs: Set[str]) -> bool:
    """Return whether sentences of a line, or what follows an address, have no sign.

    Or whether one of several speaks like a story, whatever signs it has.

    Or whether an advert stands within a sentence that goes on around it to its full stop.
    """
    around = [
        found for found in _GLUED.finditer(text) if 0 < found.start() < found.end() < len(text)
    ]
    if text.endswith("。") and any(_is_inline(found.group(), mode) for found in around):
        return True
    if text.endswith("。") and "often" not in signs and _story_before(text):
        return True
    parts = [part for part in _SENTENCES.split(text) if re.search(r"\w", part)]
    several = len(parts) > 1 or ADDRESS.search(text)
    if several and any(_speaks(part, signs) for part in parts):
        return True
    if several and "note" not in signs:
        sentences = (found.group() for found in re.finditer("[^。！？!?]+[。！？!?]", text))
        if any(left_over(one) >= _TELLS and _may_be_refrain(one) for one in sentences):
            return True
    asked = re.match(r"[^。？！?!]{2,14}[？?]", text) if "form" in signs else None
    silent = [part for part in parts[asked is not None :] if not signs_of(part)]
    return sum(map(left_over, silent)) >= _TELLS


def _speaks(text: str, signs: Set[str]) -> bool:
    """Return whether a line speaks like a story."""
    own = signs & {"note", "thanks", "update", "sale", "votes", "theft", "moving"}
    text = text.replace("他站", "")
    text = _NAMED_SITE.sub("", text) if signs & _NAMING else text
    found = _STORY.search(re.sub(r"我|了|[看说][着了]", "", text) if own else text)
    return found is not None


def _often(lines: Sequence[Line], folded: Mapping[int, str], size: int) -> frozenset[str]:
    """Return the lines that stand word for word in several places, dialogue left out.

    They stand at the ends of chapters, or often for a book of `size` lines, and no story says
    them again and again.
    """
    places: dict[str, list[int]] = {}
    for at, text in folded.items():
        if 6 <= len(text) <= _MAX_ADVERT and not re.search("[“”「」『』]", text):
            places.setdefault(text.strip(), []).append(at)
    return frozenset(
        text
        for text, ats in places.items()
        if len(ats) >= _OFTEN
        and (
            len(ats) * _APART >= size or 2 * sum(_ends_chapter(lines, at) for at in ats) >= len(ats)
        )
        and (len(ats) * _REFRAIN >= size or not _may_be_refrain(text))
    )


def _may_be_refrain(text: str) -> bool:
    """Return whether a story may say a line again and again: it is a sentence, of few signs."""
    if _MESSAGE.fullmatch(text):
        return not ADDRESS.search(text)
    if not _STOPPED.search(text):
        return False
    return signs_of(text) & _CONTENT <= _REFRAINS or _says_more(text, _FEW_LEFT)


def _cut_inside(line: Line, text: str, mode: Adverts, *, whole: bool) -> tuple[Line, list[Cut]]:
    """Take advertising out of a line that stays: stretches in brackets, sentences, pleas.

    `whole` keeps its sentences whole.
    """
    spans: list[tuple[int, int]] = []
    for (start, stop), found in _stretches(text, whole=whole):
        apart = all(stop <= first or start >= last for first, last in spans)
        if apart and _is_inline(found, mode) and not _goes_on(text, stop, found):
            begin = 0 if found[0] in _BRACKETED else _story_before(found)
            after = _AFTER_ADDRESS.match(text, stop)
            spans.append((start + begin, after.end() if after else stop))
    if not spans and not whole and not is_heading(text):
        spans = _glued_spans(text, mode)
    spans = _unspoken(spans, text)
    if not spans:
        return line, []
    pieces: list[str] = []
    cuts: list[Cut] = []
    done = 0
    for start, stop in sorted(spans):
        pieces.append(line.text[done:start])
        cuts.append(Cut("advert", "", line.number, line.text[start:stop].strip()))
        done = stop
    return Line(line.number, "".join([*pieces, line.text[done:]])), cuts


def _unspoken(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Return the spans that do not stand within somebody's speech; nobody says x.cc [某某网]."""
    spoken = [found.span() for found in _SPOKEN.finditer(text)] if spans else []
    begins = [first for first, _ in spoken]
    apart: list[tuple[int, int]] = []
    for start, stop in spans:
        at = bisect_left(begins, start) - 1  # the last speech that begins before the span
        if at < 0 or stop >= spoken[at][1] or _GLUED.fullmatch(text, start, stop):
            apart.append((start, stop))
    return apart


def _glued_spans(text: str, mode: Adverts) -> list[tuple[int, int]]:
    """Return where adverts hang on a paragraph's end or beginning, of whole sentences each."""
    ends = [0, *(at for found in _SENTENCE_END.finditer(text) if (at := found.end()) < len(text))]
    spans: list[tuple[int, int]] = []
    stop = len(text)
    for at in reversed(ends[1:][-_GLUED_ENDS:]):
        if not _speaks_of_adverts(text[at:stop]):
            break
        stop = at
        if _is_glued(text[at:], text[:at], _Book(stopped=True), mode):
            spans = [(at, len(text))]
    start = 0
    for at in [] if spans else ends[1 : 1 + _GLUED_ENDS]:
        if not _speaks_of_adverts(text[start:at]):
            break
        start = at
        if _is_glued(text[:at], text[at:], _Book(), mode):
            spans = [(0, at)]
    return spans


def _speaks_of_adverts(sentence: str) -> bool:
    """Return whether a sentence has signs of its own and hardly more."""
    if len(sentence) > _MAX_ADVERT // 2 or not HINT.search(sentence):
        return False
    signs = signs_of(sentence)
    return bool(signs & _CONTENT) and not _says_more(sentence) and not _speaks(sentence, signs)


def _is_glued(stretch: str, rest: str, book: _Book, mode: Adverts) -> bool:
    """Return whether sentences beside the rest of a paragraph are an advert, by two own signs."""
    stretch = stretch.strip()
    if not 3 <= len(stretch) <= _MAX_ADVERT // 2 or not rest.strip() or not HINT.search(stretch):
        return False
    if any(part.count("“") != part.count("”") for part in (stretch, rest)):
        return False
    signs = signs_of(stretch)
    content = signs & (_CONTENT - {"author", "made"})
    if not content or _speaks(stretch, signs) or _tells_more(stretch, mode, signs):
        return False
    form = _form_of(stretch, content, book)
    if _STOPPED.search(stretch) and not _ASIDE.fullmatch(stretch):
        form.discard("bare")
    return len(content | form | (signs & {"noise", "number"})) >= _NEEDED["careful"]


def _stretches(text: str, *, whole: bool) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the stretches of a folded line that may be advertising, and where they stand."""
    if len(text) <= 100 and _HEAD.match(text) and (plea := _PLEA.search(text)):
        yield plea.span(), "求月票" + plea.group()
    for pattern in (_GLUED, _BRACKETS) if whole else (_GLUED, _BRACKETS, _STRETCH):
        for found in pattern.finditer(text):
            if HINT.search(found.group()):
                yield found.span(), found.group()


def _story_before(stretch: str) -> int:
    """Return how many characters of a stretch are a clause of the story before its first sign."""
    begin = own_start(stretch)
    return begin if left_over(stretch[:begin]) >= _CLAUSE else 0


def _goes_on(text: str, stop: int, stretch: str) -> bool:
    """Return whether a sentence goes on, behind a comma, from an address that a story may name."""
    return text[stop : stop + 1] in (",", "，") and len(signs_of(stretch) & _CONTENT) <= _NAMES_IT


def _is_inline(stretch: str, mode: Adverts) -> bool:
    """Return whether a stretch inside a line is advertising: two signs, and nothing of a story."""
    signs = signs_of(stretch)
    content = signs & (_CONTENT - {"author", "gift", "law", "made"})
    if not content or _STORY.search(re.sub(r"了(?=[，,])|一行", "", stretch)):
        return False
    if stretch.endswith("。") and _says_more(stretch):
        return False
    plea = stretch.startswith("求月票")
    return plea or len(content) + ("noise" in signs) >= _NEEDED[mode]
