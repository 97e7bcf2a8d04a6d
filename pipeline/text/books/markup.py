"""Markup as a tree: HTML as it is met and the XML of books, in time that grows with length alone.

No parser of HTML may read an epub's XHTML (`<title/>` would swallow the book), none of XML what
people call XHTML (`<br>`, `&nbsp;`, a bare &); this one reads both. Nothing is fetched, and no
entity is expanded but the names that HTML has for characters.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.errors import DataError
from pipeline.text.books.tags import bounded_tokens

_TAGS_A_CHARACTER = 2  # a character with its reading has five for six
_MOST_TAGS = 2_000_000  # of one page; a long novel in one has a few hundred thousand
_DEEPEST = 500  # elements within each other; those that stand deeper are no elements of their own

_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_VOID = frozenset(
    re.findall(
        r"\w+",
        "area base br col embed hr img input link meta param source track wbr basefont frame",
    )
)
_RAW = frozenset({"script", "style"})
_RAW_IN_HTML = _RAW | {"title", "textarea"}
# HTML: what a start tag closes, if it is open.
_ITEMS = {
    "li": ("li",),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
    "tr": ("tr",),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "option": ("option",),
    "rt": ("rt", "rp"),
    "rp": ("rt", "rp"),
}
_WITHIN = frozenset({"table", "ul", "ol", "dl", "ruby", "div"})  # they bound what a tag closes
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body center dd details dialog div dl dt "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li main "
        "nav ol p pre section summary table tbody tfoot thead tr ul br head navpoint "
        "navlabel pagebreak",
    )
)
_NO_PARAGRAPH = BLOCKS - {"br", "body", "html", "head"}  # what ends an open p


@dataclass(slots=True)
class Element:
    """An element: its name in small letters without a prefix, what stands in its tag and in it.

    `left_out` is why something was taken out in its place, and what that was; else None.
    """

    name: str
    tag: str = ""
    children: list[Element | str] = field(default_factory=list)
    left_out: tuple[str, str] | None = None

    def attributes(self) -> dict[str, str]:
        """Return the values by name in small letters, a prefix as it stands there."""
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.tag):
            found.setdefault(name.lower(), html.unescape(double or single or bare))
        return found

    def get(self, name: str) -> str:
        """Return an attribute's value, whatever its prefix: of `type` epub:type's too; else ""."""
        if name not in self.tag.lower():
            return ""
        found = self.attributes()
        if name in found:
            return found[name]
        return next((own for key, own in found.items() if key.rpartition(":")[2] == name), "")

    def walk(self) -> Iterator[Element]:
        """Yield the elements within and below this one, as they begin in the text."""
        stack = [iter(self.children)]
        while stack:
            for child in stack[-1]:
                if isinstance(child, Element):
                    yield child
                    stack.append(iter(child.children))
                    break
            else:
                stack.pop()

    def find(self, name: str) -> Iterator[Element]:
        """Yield the elements of a name below this one."""
        return (element for element in self.walk() if element.name == name)

    def text(self) -> str:
        """Return all text within, in order."""
        pieces: list[str] = []
        stack = [iter(self.children)]
        while stack:
            for child in stack[-1]:
                if isinstance(child, Element):
                    stack.append(iter(child.children))
                    break
                pieces.append(child)
            else:
                stack.pop()
        return "".join(pieces)


def taken_out(element: Element, reason: str) -> Element:
    """Return what stands for an element that is taken out, so that its place is known."""
    return Element("left-out", left_out=(reason, " ".join(element.text().split())))


def parse(text: str, *, xml: bool, name: str) -> Element:
    """Return a page as a tree; its root has no name.

    Parameters
    ----------
    text : str
        Decoded.
    xml : bool
        Whether `<p/>` is an element that holds nothing, as in XHTML.
    name : str
        What messages call the page.

    Raises
    ------
    DataError
        It has more than `_MOST_TAGS` tags, or many and hardly any text.
    """
    tree = _Tree(xml)
    found = bounded_tokens(
        text, _RAW if xml else _RAW_IN_HTML, tags_a_character=_TAGS_A_CHARACTER, name=name
    )
    for count, (kind, first, rest) in enumerate(found):
        if count > 2 * _MOST_TAGS:
            raise DataError(
                f"{name}: expected a page of at most {_MOST_TAGS:,} tags, got more; convert it to "
                ".txt first"
            )
        if kind == "text":
            tree.add_text(first)
        elif kind == "close":
            tree.close(first.rpartition(":")[2])
        else:
            tree.open(first.rpartition(":")[2], rest)
    return tree.root


class _Tree:
    """A tree in the making: the elements that are open, from the root down."""

    def __init__(self, xml: bool) -> None:
        self.root = Element("")
        self._xml = xml
        self._open = [self.root]
        self._count: Counter[str] = Counter()  # of the open elements by name

    def add_text(self, text: str) -> None:
        if text:
            self._open[-1].children.append(text)

    def open(self, name: str, tag: str) -> None:
        self._close_before(name)
        element = Element(name, tag)
        empty = name in _VOID or (self._xml and tag.endswith("/"))
        deep = len(self._open) >= _DEEPEST
        if not deep or empty or name in BLOCKS:  # a block too deep is a line's end at least
            self._open[-1].children.append(element)
        if not empty and not deep:
            self._open.append(element)
            self._count[name] += 1

    def close(self, name: str) -> None:
        if not self._count[name]:
            return
        while True:
            closed = self._open.pop().name
            self._count[closed] -= 1
            if closed == name:
                return

    def _close_before(self, name: str) -> None:
        """Close what a start tag closes in HTML; in XHTML nobody leaves it open knowingly."""
        if name in _NO_PARAGRAPH and self._count["p"]:
            self._close_nearest(("p",))
        if names := _ITEMS.get(name):
            self._close_nearest(names)

    def _close_nearest(self, names: tuple[str, ...]) -> None:
        if not any(self._count[own] for own in names):
            return None
        for element in reversed(self._open):
            if element.name in names:
                return self.close(element.name)
            if element.name in _WITHIN:
                return None
        return None
