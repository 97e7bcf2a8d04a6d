"""Whether a line is advertising: how many signs it has, and how many it needs where it stands."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from pipeline.text.chapters.headings import is_heading
from pipeline.text.chapters.numerals import NUMERAL_CLASS
from pipeline.text.cleaning.author_notes import OPENING
from pipeline.text.cleaning.signs import ADDRESS, left_over, signs_of
from pipeline.text.cleaning.telling import (
    ASIDE,
    CONTENT,
    FEW_LEFT,
    LESS_SURE,
    MAX_ADVERT,
    MESSAGE,
    NEEDED,
    REFRAINS,
    STOPPED,
    Adverts,
    says_more,
    speaks,
    tells_more,
)

_A_HEADING = 30  # characters
_SHORT = 80  # characters; a longer line needs one sign more
_MORE_IN_A_STORY = 2  # signs that a line needs beyond that where it speaks like a story
_FEWER_LEFT = 0.2  # where the signs are words of everyday life
_MANY = 5  # kinds of things that no story speaks of at once

_FIGURES = re.compile(r"\d+")
# What headings of any habit have; prose has it too.
NUMBERED = rf"第[\s{NUMERAL_CLASS[1:-1]}]{{1,12}}[章回节卷集话]"
_NUMBERED = re.compile(rf"(?<![到至为看]){NUMBERED}(?!里)")
_NO_FORM = REFRAINS | {"gift", "author", "promoted"}
_AUTHORS = {"appeal", "votes", "update", "thanks", "sale", "afterword", "theft", "comment"}
_SHOUTED = re.compile(r"[!！]{3}|(?:[!！][^!！]{2,12}){2}[!！]$|求\w{1,6}[，,、\s]+[求跪]")


@dataclass(frozen=True)
class Book:
    """What is usual in a book.

    `often` are lines that stand word for word, but for their figures, in several places; `stopped`
    and `quoted` tell that its paragraphs end in marks, and that its speech stands in quotes;
    `firmly` that hardly any paragraph has no end mark, `wide` that its commas are Chinese.
    """

    often: frozenset[str] = frozenset()
    stopped: bool = False
    quoted: bool = False
    firmly: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Place:
    """Where a line stands: the line before announces it, or it is the last of its chapter."""

    announced: bool = False
    last: bool = False


def is_numbered(text: str) -> bool:
    """Return whether a folded line is a heading, or perhaps one of another habit: 山海集第1章."""
    numbered = _NUMBERED.search(text)
    return is_heading(text) or (numbered is not None and len(text.strip()) <= _A_HEADING)


def template(text: str) -> str:
    """Return a line without its figures, which change from place to place: 第2页, 12月3日."""
    return _FIGURES.sub("0", text)


def reason_of(text: str, place: Place, book: Book, mode: Adverts) -> str:
    """Return why a folded line goes, "" if it stays."""
    text = text.strip()
    if not 0 < len(text) <= MAX_ADVERT or is_heading(text):
        return ""
    if is_numbered(text) and not ADDRESS.search(text):
        return ""  # perhaps a heading of another habit
    content = signs_of(text) & CONTENT
    if not content:
        return ""
    if len(content) >= _MANY and text[0] not in OPENING:
        return "advert"
    signs = set(signs_of(text)) | form_of(text, content, book)
    if place.last and content & _AUTHORS and not says_more(text, _FEWER_LEFT):
        signs.add("last")
    if template(text) in book.often:
        signs.add("often")
    needed = NEEDED[mode] + (len(text) > _SHORT) + _is_sentence(text, signs)
    announced = place.announced and "often" not in signs
    if announced or speaks(text, signs):
        needed += _MORE_IN_A_STORY
    enough = len(signs) >= needed
    return "advert" if enough and ("note" in signs or not tells_more(text, mode, signs)) else ""


def _is_sentence(text: str, signs: Set[str]) -> bool:
    """Return whether a line is a full sentence that speaks mostly of other things."""
    if not text.endswith("。") or "often" in signs:
        return False
    return signs & CONTENT <= REFRAINS or ("note" not in signs and says_more(text))


def form_of(text: str, content: Set[str], book: Book) -> set[str]:
    """Return the signs of a line's form: it says hardly more, and ends as no paragraph does."""
    form: set[str] = set()
    few = _FEWER_LEFT if content <= LESS_SURE else FEW_LEFT
    if left_over(text) <= few * len(text) and not text.endswith("。"):
        form.add("bare")  # adverts shout or have no full stop
    unlike = ASIDE.fullmatch(text) or _SHOUTED.search(text) or not STOPPED.search(text)
    game = MESSAGE.fullmatch(text) or text[0] in OPENING
    if unlike and book.stopped and content - _NO_FORM and not game:
        form.add("form")
    return form


def may_have(text: str) -> bool:
    """Return whether a line may have advertising inside; the signs of long ones take long."""
    return len(text) > MAX_ADVERT or bool(signs_of(text) & CONTENT)
