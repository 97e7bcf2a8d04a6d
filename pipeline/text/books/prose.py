"""From a page's tree to lines of prose: headings known as such, readings and notes taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from pipeline.text.books.markup import BLOCKS, Element
from pipeline.text.books.notes import (
    LONGEST_NOTE,
    MARKED,
    NOTE_BLOCKS,
    NOTE_ROLES,
    NOTE_TYPES,
    NOTED,
    anchor_of,
)
from pipeline.text.books.weights import (
    CONTROLS,
    MAIN,
    Weight,
    holds_prose,
    is_hidden,
    weigh,
)
from pipeline.text.chapters.forms import STRONG
from pipeline.text.chapters.headings import MOST_CHARACTERS, may_be_heading, read_heading
from pipeline.text.cuts import Cut

READING = "reading"
NOTE = "note"
NOTE_MARK = "note mark"
FURNITURE = "page furniture"
HIDDEN = "hidden text"

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNSEEN = frozenset(["head", "script", "style", "metadata"])
_READINGS = frozenset({"rt", "rp", "rtc"})
_LINE_ENDS = BLOCKS | {"text"}  # the line of a picture in svg
_SPACE = re.compile(r"[ \t\r\n\f]+")
_PLAIN_BREAK = re.compile(r"[ \t\r]*\n(?:[ \t\r]*\n\s*|[ \t\r]*(?=\u3000))")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its text, the level of its heading or 0, whether it is links alone."""

    text: str
    level: int = 0
    linked: bool = False


@dataclass
class Page:
    """What a page gives.

    Attributes
    ----------
    lines : list of Line
        None is empty.
    anchors : dict
        The index of the line that an element's id stands in or before.
    notes : set of str
        The ids that stand in notes, which are left out.
    cuts : list of Cut
    links : int
        Characters that stand in links.
    """

    lines: list[Line] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    cuts: list[Cut] = field(default_factory=list)
    links: int = 0

    def characters(self) -> int:
        """Return how many characters the lines have."""
        return sum(len(line.text) for line in self.lines)


def read_page(
    root: Element, *, name: str, notes: Set[str] = frozenset(), plain: bool = False
) -> Page:
    """Return the lines of a page.

    Parameters
    ----------
    root : Element
    name : str
        What cuts call the page.
    notes : set of str
        The ids of this page that marks of notes lead to.
    plain : bool
        Whether line ends end lines, as in a `pre`.
    """
    writer = _Writer(root, name, notes, plain)
    stack: list[tuple[Element, Iterator[Element | str]]] = [(root, iter(root.children))]
    while stack:
        element, children = stack[-1]
        for child in children:
            if isinstance(child, str):
                writer.add(child)
            elif not writer.skip(child):
                writer.enter(child)
                stack.append((child, iter(child.children)))
                break
        else:
            writer.leave(element)
            stack.pop()
    writer.end_line()
    _join_titles(writer.page)
    return writer.page


def _join_titles(page: Page) -> None:
    """Make one heading of a chapter's number and of the title that is marked as another."""
    lines: list[Line] = []
    places: list[int] = []  # of the lines as they were among the new ones
    for index, line in enumerate(page.lines):
        before = page.lines[index - 1] if index else None
        if before and _is_title_of(before, line) and not _is_first_of_many(page.lines, index):
            lines[-1] = Line(f"{before.text}\u3000{line.text}", before.level)
        else:
            lines.append(line)
        places.append(len(lines) - 1)
    if len(lines) < len(places):
        places.append(len(lines))
        page.anchors = {name: places[place] for name, place in page.anchors.items()}
        page.lines = lines


def _is_title_of(number: Line, line: Line) -> bool:
    """Return whether a heading is a chapter's number alone, and another says what it is called."""
    if not (number.level and line.level) or may_be_heading(line.text):
        return False
    heading = read_heading(number.text)
    bare = heading is not None and heading.form >= STRONG and not heading.name
    short = len(number.text) + len(line.text) < MOST_CHARACTERS
    return bare and short and heading is not None and heading.level == "chapter"


def _is_first_of_many(lines: Sequence[Line], index: int) -> bool:
    """Return whether a chapter has more headings like the one at an index: of its sections."""
    for place in range(index + 1, len(lines)):
        level = lines[place].level
        if 0 < level <= lines[index - 1].level:
            return False
        if level == lines[index].level:
            return True
    return False


class _Writer:
    """A page in the making: its lines, the one that is being written, and what stands around it."""

    def __init__(self, root: Element, name: str, notes: Set[str], plain: bool) -> None:
        self.page = Page()
        self._root = root
        self._known: dict[int, Weight] = {}
        self._name = name
        self._notes = notes
        self._pieces: list[str] = []
        self._level = 0
        self._pre = int(plain)
        self._links = 0
        self._plain = 0  # characters of the line that stand in no link

    def add(self, text: str) -> None:
        """Write text into the line; where it is laid out as plain text, its line ends count."""
        self.page.links += len(text.strip()) if self._links else 0
        if "\n" not in text:
            self._pieces.append(text)
            self._plain += 0 if self._links else len(text.strip())
            return
        parts = text.split("\n") if self._pre else _PLAIN_BREAK.split(text)
        for number, part in enumerate(parts):
            if number:
                self.end_line()
            self._pieces.append(part)
            self._plain += 0 if self._links else len(part.strip())

    def skip(self, element: Element) -> bool:
        """Return whether an element is left out, after a record of it where it holds text."""
        if anchor := anchor_of(element):
            self.page.anchors.setdefault(anchor, len(self.page.lines))
        if element.name in _UNSEEN:
            return True
        if element.left_out is not None:
            self._cut(*element.left_out)
            return True
        reason = self._reason(element)
        if not reason:
            return False
        text = " ".join(element.text().split())
        for inner in (element, *element.walk()):
            if anchor := anchor_of(inner):
                self.page.anchors.setdefault(anchor, len(self.page.lines))
                if reason == NOTE:
                    self.page.notes.add(anchor)
        if text and element.name != "rp":
            self._cut(reason, text)
        if element.name in BLOCKS or element.name == NOTED:
            self.end_line()
        return True

    def _cut(self, reason: str, text: str) -> None:
        """Keep a record of what is left out of the line that comes next."""
        self.page.cuts.append(Cut(reason, self._name, len(self.page.lines) + 1, text))

    def _reason(self, element: Element) -> str:
        """Return why an element is left out, "" for one that stays."""
        if element.name in _READINGS:
            return READING
        if element.name in CONTROLS and not holds_prose(element, self._weights()[id(element)]):
            return FURNITURE
        if is_hidden(element) and not self._is_main(element):
            return HIDDEN
        if element.name == MARKED:
            return NOTE_MARK
        if element.name == NOTED:
            return NOTE
        kinds = set(element.get("type").lower().split()) if "type" in element.tag else set()
        if kinds & NOTE_TYPES or element.get("role") in NOTE_ROLES:
            return NOTE if element.name not in ("body", "html", "a") else ""
        return NOTE if self._is_target(element) else ""

    def _is_main(self, element: Element) -> bool:
        """Return whether most of the page's text stands in an element."""
        weights = self._weights()
        return weights[id(element)].characters > MAIN * weights[id(self._root)].characters

    def _weights(self) -> dict[int, Weight]:
        """Return what the page's elements hold; most pages are never asked."""
        self._known = self._known or weigh(self._root)
        return self._known

    def _is_target(self, element: Element) -> bool:
        """Return whether a mark of a note leads to a block, or to what it begins with."""
        if not self._notes or element.name not in NOTE_BLOCKS:
            return False
        if anchor_of(element) not in self._notes and not self._begins_with_target(element):
            return False
        inner = element.walk()
        return len(element.text()) <= LONGEST_NOTE and not any(e.name in _HEADINGS for e in inner)

    def _begins_with_target(self, element: Element) -> bool:
        """Return whether the first thing in an element is what a mark leads to."""
        for _ in range(3):
            first = next((c for c in element.children if not isinstance(c, str) or c.strip()), None)
            if not isinstance(first, Element) or first.name in BLOCKS:
                return False
            if anchor_of(first) in self._notes:
                return True
            element = first
        return False

    def enter(self, element: Element) -> None:
        """Begin an element."""
        if element.name in _LINE_ENDS:
            self.end_line()
            self._level = _HEADINGS.get(element.name, self._level)
        elif element.name in ("td", "th") or element.name == "img":
            self._pieces.append(" ")
        self._pre += element.name == "pre"
        self._links += element.name == "a"

    def leave(self, element: Element) -> None:
        """End an element."""
        if element.name in _LINE_ENDS and element.name != "br":
            self.end_line()
        if element.name in _HEADINGS:
            self._level = 0
        self._pre -= element.name == "pre"
        self._links -= element.name == "a"

    def end_line(self) -> None:
        """Put the line to the others, if anything stands in it."""
        text = "".join(self._pieces)
        self._pieces.clear()
        text = _SPACE.sub(" ", text)
        if text.strip():
            self.page.lines.append(Line(text.strip(" "), self._level, not self._plain))
        self._plain = 0
