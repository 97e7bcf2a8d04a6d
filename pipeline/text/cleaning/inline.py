"""Advertising inside a paragraph of the story: in brackets, in sentences at its ends, in pleas."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.judging import NUMBERED, Book, form_of
from pipeline.text.cleaning.lines import Line
from pipeline.text.cleaning.signs import ADDRESS, EVERYDAY, HINT, signs_of
from pipeline.text.cleaning.telling import (
    ASIDE,
    CONTENT,
    GLUED,
    MAX_ADVERT,
    NEEDED,
    STOPPED,
    Adverts,
    is_inline,
    says_more,
    speaks,
    story_before,
    tells_more,
)
from pipeline.text.cuts import Cut

_GLUED_ENDS = 4  # sentences at a paragraph's end that are looked at
_NAMES_IT = 2  # kinds of signs where a story names an address: 网址 and the address itself

_SENTENCE_END = re.compile(r"[。！？!?…][”」』’)）]*")
_SPOKEN = re.compile("“[^“”]*(?:”|$)|「[^「」]*(?:」|$)")
_BRACKETS = re.compile(
    r"[(（](?:[^()（）]|[(（][^()（）]{1,60}[)）]){4,200}+[)）]"  # an address within has its own
    r"|[\[【〔{][^\[\]【】〔〕(){}（）]{4,200}[\]】〕}]"
)
_STRETCH = re.compile(
    rf"(?:^|(?<=[。！？!?”」\s]))[^。！？!?“”「」]{{0,60}}?(?:{ADDRESS.pattern}|[!！。])",
    re.ASCII | re.IGNORECASE,
)
_PLEA = re.compile(
    r"[（(【\[][^（）()【】\[\]]{0,80}(?:求[^（）()]{0,6}[票藏订阅荐赏]|[月推荐]票|加更|[一二三四五六七八九十\d]更|打赏|首订|上架|盟主|大章|补更|收藏|推荐票|订阅)"
    r"[^（）()【】\[\]]{0,80}[）)】\]]?\W*$"
    r"|[，,、;；\s!！~～]+[求跪]{1,3}[^，,。]{0,4}(?:月票|推荐票?(?!信|人|官)|收藏(?![家品室者])|订阅|打赏|支持(?!者)|票票)[^。]{0,30}$"
)
_BRACKETED = "[【〔({（"
_PAIRS = {"（": "）", "(": ")", "【": "】", "[": "]", "〔": "〕", "{": "}"}
_REST = re.compile(r"[^。！？!?“”「」]{0,24}[。！!]")  # of a sentence behind an advert
_BEGUN = "。！？!?…“”「」』"  # behind one of these a sentence begins
_UNSAID = 3  # kinds of signs, an address among them: nobody says all of them
_AFTER_ADDRESS = re.compile(r"(?:(?:免费|在线|全文)?(?:阅读|观看|下载|首发)(?=\w))?")
_BRACKET = re.compile(r"[()（）【】\[\]〔〕{}]")
_HEAD = re.compile(rf"\W{{0,4}}(?:{NUMBERED}|番外|楔子|序章|尾声)")


def cut_inside(line: Line, text: str, mode: Adverts, *, whole: bool) -> tuple[Line, list[Cut]]:
    """Take advertising out of a line that stays: stretches in brackets, sentences, pleas.

    `whole` keeps its sentences whole.
    """
    spans: list[tuple[int, int]] = []
    for (start, stop), found in _stretches(text, whole=whole):
        apart = all(stop <= first or start >= last for first, last in spans)
        if apart and is_inline(found, mode) and not _goes_on(text, stop, found):
            begin = 0 if found[0] in _BRACKETED else story_before(found)
            after = _AFTER_ADDRESS.match(text, stop)
            if span := _rounded(text, start + begin, after.end() if after else stop):
                spans.append(span)
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
        if at < 0 or stop >= spoken[at][1] or _is_unsaid(text[start:stop]):
            apart.append((start, stop))
    return apart


def _is_unsaid(stretch: str) -> bool:
    """Return whether nobody says a stretch of advertising, though it stands within a speech."""
    if GLUED.fullmatch(stretch):
        return True
    signs = signs_of(stretch)
    content = signs & CONTENT
    if "address" in signs:
        return "noise" in signs or len(content) >= _UNSAID
    return stretch[:1] == "【" and len(content) > 1 and bool(content - EVERYDAY)


def _rounded(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """Return a span with the bracket and the sentence that end it, None if it would part a bracket.

    What is left of the sentence goes with it where it speaks of nothing else.
    """
    stop = _closed(text, start, stop)
    opens = start == 0 or text[start - 1] in _BEGUN or text[start - 1].isspace()
    rest = _REST.match(text, stop) if opens and text[stop - 1] not in _BEGUN else None
    if rest and (len(rest.group()) == 1 or _speaks_of_adverts(rest.group())):
        stop = rest.end()
    return None if _parts_bracket(text, start, stop) else (start, stop)


def _closed(text: str, start: int, stop: int) -> int:
    """Return where a span ends with the bracket that its last one opens, if that ends there."""
    opened = _unpaired(text[start:stop])
    ends = len(opened) == 1 and text[stop : stop + 1] == _PAIRS.get(opened)
    return stop + 1 if ends else stop


def _parts_bracket(text: str, start: int, stop: int) -> bool:
    """Return whether a bracket has one half in a span and the other beside it."""
    within = _unpaired(text[start:stop])
    around = _unpaired(text[:start] + text[stop:])
    return bool(within and around) and not _unpaired(text[:start] + within + text[stop:])


def _unpaired(text: str) -> str:
    """Return the brackets of a text that have no other half in it."""
    left = ""
    for mark in _BRACKET.findall(text):
        pair = bool(left) and _PAIRS.get(left[-1]) == mark
        left = left[:-1] if pair else left + mark
    return left


def _glued_spans(text: str, mode: Adverts) -> list[tuple[int, int]]:
    """Return where adverts hang on a paragraph's end or beginning, of whole sentences each."""
    ends = [0, *(at for found in _SENTENCE_END.finditer(text) if (at := found.end()) < len(text))]
    spans: list[tuple[int, int]] = []
    stop = len(text)
    for at in reversed(ends[1:][-_GLUED_ENDS:]):
        if not _speaks_of_adverts(text[at:stop]):
            break
        stop = at
        if _is_glued(text[at:], text[:at], Book(stopped=True), mode):
            spans = [(at, len(text))]
    start = 0
    for at in [] if spans else ends[1 : 1 + _GLUED_ENDS]:
        if not _speaks_of_adverts(text[start:at]):
            break
        start = at
        if _is_glued(text[:at], text[at:], Book(), mode):
            spans = [(0, at)]
    return spans


def _speaks_of_adverts(sentence: str) -> bool:
    """Return whether a sentence has signs of its own and hardly more."""
    if len(sentence) > MAX_ADVERT // 2 or not HINT.search(sentence):
        return False
    signs = signs_of(sentence)
    return bool(signs & CONTENT) and not says_more(sentence) and not speaks(sentence, signs)


def _is_glued(stretch: str, rest: str, book: Book, mode: Adverts) -> bool:
    """Return whether sentences beside the rest of a paragraph are an advert, by two own signs."""
    stretch = stretch.strip()
    if not 3 <= len(stretch) <= MAX_ADVERT // 2 or not rest.strip() or not HINT.search(stretch):
        return False
    if any(part.count("“") != part.count("”") for part in (stretch, rest)):
        return False
    signs = signs_of(stretch)
    content = signs & (CONTENT - {"author", "made"})
    if not content or speaks(stretch, signs) or tells_more(stretch, mode, signs):
        return False
    form = form_of(stretch, content, book)
    if STOPPED.search(stretch) and not ASIDE.fullmatch(stretch):
        form.discard("bare")
    return len(content | form | (signs & {"noise", "number"})) >= NEEDED["careful"]


def _stretches(text: str, *, whole: bool) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the stretches of a folded line that may be advertising, and where they stand."""
    if len(text) <= 100 and _HEAD.match(text) and (plea := _PLEA.search(text)):
        yield plea.span(), "求月票" + plea.group()
    for pattern in (GLUED, _BRACKETS) if whole else (GLUED, _BRACKETS, _STRETCH):
        for found in pattern.finditer(text):
            if HINT.search(found.group()):
                yield found.span(), found.group()


def _goes_on(text: str, stop: int, stretch: str) -> bool:
    """Return whether a sentence goes on, behind a comma, from an address that a story may name."""
    return text[stop : stop + 1] in (",", "，") and len(signs_of(stretch) & CONTENT) <= _NAMES_IT
