"""One set of punctuation marks for a text that mixes several, where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.chinese import CHINESE_CLASS
from pipeline.text.cleaning.lines import Line
from pipeline.text.cuts import Cut

Punctuation = Literal["keep", "unify"]

_CLOSED = f"(?<=[{CHINESE_CLASS}”’」』》）])"  # what a Chinese mark stands after
_ASCII = re.compile(rf"{_CLOSED}[,!?:;]+(?=$|[{CHINESE_CLASS}“‘「『《（”’」』\"'])")
_WIDE = str.maketrans(",!?:;", "，！？：；")
_DOT = re.compile(rf"{_CLOSED}．")
_DOT_AT_END = re.compile('．[”’」』"]?$')  # no foreign name ends so
_ENDS_SO = 0.05  # of the dots end a paragraph, where they are full stops
_BACKTICKS = re.compile(r"`([^`\-]{1,400})-")  # `…-, as some old files have it


def unify(lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """Make marks one kind: ． and 。, straight and curly quotes, ASCII marks in Chinese text.

    ． is a full stop in a book where paragraphs or quotes end with it; elsewhere it parts names.
    """
    dots = sum(len(_DOT.findall(line.text)) for line in lines)
    ends = sum(len(_DOT_AT_END.findall(line.text)) for line in lines)
    stops = ends > _ENDS_SO * dots
    unified = [Line(line.number, _unified(line.text, stops=stops)) for line in lines]
    return unified, list(_changes(lines, unified))


def _unified(text: str, *, stops: bool) -> str:
    """Return a paragraph with its marks made one kind; its length stays."""
    text = _BACKTICKS.sub(r"‘\1’", _curly(text) if '"' in text else text)
    text = _ASCII.sub(lambda found: found.group().translate(_WIDE), text)
    return _DOT.sub("。", text) if stops else text


def _curly(text: str) -> str:
    """Return a paragraph with curly quotes: a straight one closes what is open, or opens."""
    pieces = []
    is_open = False
    for piece in re.split('([“”"])', text):
        if piece == '"':
            piece = "”" if is_open else "“"
        is_open = piece == "“" or (is_open and piece != "”")
        pieces.append(piece)
    return "".join(pieces)


def _changes(before: Sequence[Line], after: Sequence[Line]) -> Iterator[Cut]:
    """Yield the marks that were changed, a cut a line."""
    for old, new in zip(before, after, strict=True):
        if old.text != new.text:
            pairs = zip(old.text, new.text, strict=True)
            changed = " ".join(mark for mark, other in pairs if mark != other)
            yield Cut("punctuation", "", old.number, changed)
