"""What the parts of a page hold: how much text, how much of it links, how many lines of prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.chinese import count_chinese
from pipeline.text.books.markup import BLOCKS, Element
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.signs import fold, signs_of

# What shows something else than text, or is worked with.
CONTROLS = frozenset(
    re.findall(
        r"\w+",
        "svg math noscript iframe object audio video canvas button select textarea input",
    )
)
MAIN = 0.6  # of a page's characters: what holds so many is no part around the text

_UNSEEN = frozenset({"head", "script", "style"})
_BOUNDS = BLOCKS | CONTROLS | {"template", "td", "th"}  # no sentence goes on beyond them
_SENTENCE = re.compile("[。！？…”」』]")
_SPEECH = re.compile("[”」』]")
_LEAST_SENTENCE = 6  # Chinese characters; a cheer in a comment has fewer
_A_SIGN = 80  # characters: a line of prose has less than one sign of an advert for so many
_LONGEST_INLINE = 500  # characters; what is longer is no label
# What readers' comments have around them.
_ITEM = re.compile(
    r"(?:回复|点赞|举报|发表评论|登录|查看更多)\W*(?:\d+\W*)?|\d+\s*楼"
    r"|.{0,40}\d{4}-\d{1,2}-\d{1,2}\s+\d{1,2}:\d{2}.{0,40}"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_TOO = re.compile(r"(?<![\w\-:])hidden(?![\w\-:])")
_VALUES = re.compile(r""""[^"]*"|'[^']*'""")


class Weight(NamedTuple):
    """What an element holds.

    Attributes
    ----------
    characters, linked : int
        Of text, and of those the ones in links.
    links : int
        How many there are.
    marks : int
        Marks that end sentences.
    prose, items : int
        Lines of prose that begin or end within, and lines that stand around comments.
    """

    characters: int = 0
    linked: int = 0
    links: int = 0
    marks: int = 0
    prose: int = 0
    items: int = 0

    def without(self, other: Weight) -> Weight:
        """Return what has come to another weight since."""
        return Weight(*(own - before for own, before in zip(self, other, strict=True)))


def weigh(root: Element) -> dict[int, Weight]:
    """Return by id() what the elements of a tree hold, in time that grows with the tree."""
    scales = _Scales()
    found: dict[int, Weight] = {}
    scales.enter(root)
    stack: list[tuple[Element, Iterator[Element | str], Weight]] = [
        (root, iter(root.children), scales.weight())
    ]
    while stack:
        element, children, before = stack[-1]
        for child in children:
            if isinstance(child, str):
                scales.add(child)
            elif child.name in _UNSEEN:
                found.update((id(own), Weight()) for own in (child, *child.walk()))
            else:
                scales.enter(child)
                stack.append((child, iter(child.children), scales.weight()))
                break
        else:
            scales.leave(element)
            found[id(element)] = scales.weight().without(before)
            stack.pop()
    return found


class _Scales:
    """The sums so far, and the line that is being read."""

    def __init__(self) -> None:
        self._characters = self._linked = self._links = self._marks = 0
        self._prose = self._items = 0
        self._open_links = 0
        self._pieces: list[str] = []

    def weight(self) -> Weight:
        return Weight(
            *(self._characters, self._linked, self._links, self._marks, self._prose, self._items)
        )

    def add(self, text: str) -> None:
        size = len(text.strip())
        self._characters += size
        self._linked += size if self._open_links else 0
        self._marks += len(_SENTENCE.findall(text))
        self._pieces.append(text)

    def enter(self, element: Element) -> None:
        if element.name in _BOUNDS:
            self._end_line()
        if element.name == "a":
            self._open_links += 1
            self._links += 1

    def leave(self, element: Element) -> None:
        if element.name in _BOUNDS or not element.name:
            self._end_line()
        self._open_links -= element.name == "a"

    def _end_line(self) -> None:
        for line in "".join(self._pieces).split("\n"):
            self._prose += _is_prose(line)
            self._items += _ITEM.fullmatch(line.strip()) is not None
        self._pieces.clear()


def _is_prose(line: str) -> bool:
    """Return whether a line holds a sentence as stories have them, and none as sites have them.

    >>> _is_prose("亲爱的母亲：儿在外一切都好。"), _is_prose("如有侵权，请联系我们删除。")
    (True, False)
    """
    line = line.strip()
    if not _SENTENCE.search(line) or is_heading(line):
        return False
    if count_chinese(line) < _LEAST_SENTENCE and not _SPEECH.search(line):
        return False
    return len(signs_of(fold(line))) < 1 + len(line) // _A_SIGN


def holds_prose(element: Element, weight: Weight) -> bool:
    """Return whether a sentence of a story stands in an element."""
    if weight.prose or element.name in _BOUNDS:
        return weight.prose > 0
    return weight.characters > _LONGEST_INLINE or _is_prose(" ".join(element.text().split()))


def is_hidden(element: Element) -> bool:
    """Return whether no reader is shown an element."""
    if element.name == "template":
        return True
    tag = element.tag.lower()
    if "hidden" in tag and _HIDDEN_TOO.search(_VALUES.sub("", tag)):
        return True
    return bool("style" in tag and _HIDDEN.search(element.get("style")))
