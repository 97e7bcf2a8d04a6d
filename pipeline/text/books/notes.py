"""The marks of notes in a page, and what they lead to."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from pipeline.text.books.markup import Element

MARKED = "note-mark"  # the name that an element gets which is the mark of a note
NOTED = "note-text"  # that of a block which its link back to such a mark tells
NOTE_BLOCKS = frozenset(
    ["p", "li", "aside", "dd", "div", "td", "section", "blockquote", "dl", "ol", "ul", "span"]
)
LONGEST_NOTE = 3_000  # characters: a mark that leads to more leads to no note

NOTE_TYPES = frozenset(["footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"])
NOTE_ROLES = frozenset(["doc-footnote", "doc-endnote", "doc-endnotes"])
_KINDLE = "kindle:pos:"  # a place in a Kindle book, by numbers that lead through its tables
_SAID_SO = re.compile(r"foot-?note|end-?note|note-?ref|note-?anchor", re.IGNORECASE)
_BACK = re.compile(r"back|return", re.IGNORECASE)
_NUMBER = r"(?:[\d*＊†‡※]{1,4}|[一二三四五六七八九十]{1,3})"
_RAISED = re.compile(
    rf"[\[［〔【(（{{]?\s*[注註釋释]?\s*{_NUMBER}\s*[\]］〕】)）}}]?|[①-⑳⑴-⒇]|[注註]"
)
_BRACKETED = re.compile(rf"[\[［〔【(（{{]\s*[注註释釋]?\s*{_NUMBER}\s*[\]］〕】)）}}]|[①-⑳⑴-⒇]")


@dataclass
class Seen:
    """What the pages of a book had so far: ids as path#id, and the marks of notes as they read."""

    ids: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)


def mark_notes(root: Element, path: str, seen: Seen) -> set[str]:
    """Name the marks of notes in a page `MARKED`; return what they lead to, as path#id.

    What stands before its mark is no note: the note's own link leads back there. A block that
    begins with such a link, which reads as a mark that has been, is named `NOTED`: programs that
    convert books lose the ids that marks lead to.

    Parameters
    ----------
    root : Element
    path : str
        The page's own, as links name it.
    seen : Seen
        What the pages before this one had; the page's own is added.
    """
    targets: set[str] = set()
    for element in [root, *root.walk()]:
        if anchor := anchor_of(element):
            seen.ids.add(f"{path}#{anchor}")
        if _leads_back(element, seen.marks):
            element.name = NOTED
        before = ""
        for child in element.children:
            if isinstance(child, str):
                before = child.strip() or before
            elif target := _noted(child, before, path):
                child.name = MARKED
                seen.marks.add(child.text().strip())
                if target not in seen.ids and not target.endswith("#"):
                    targets.add(target)
    return targets


def _leads_back(element: Element, marks: set[str]) -> bool:
    """Return whether a block begins with a link that reads as a mark of before, and goes on."""
    if element.name not in NOTE_BLOCKS or not marks:
        return False
    first = next((c for c in element.children if not isinstance(c, str) or c.strip()), None)
    if not isinstance(first, Element) or first.name not in ("a", "sup"):
        return False
    text = first.text().strip()
    if text not in marks or not _RAISED.fullmatch(text) or not _inner_link(first):
        return False
    return len(text) < len(element.text().strip()) <= LONGEST_NOTE


def _inner_link(element: Element) -> Element | None:
    """Return the link that an element is or holds, if it leads to a place within the book."""
    links = [element] if element.name == "a" else list(element.find("a"))
    link = next((own for own in links if own.get("href")), None)
    href = link.get("href") if link else ""
    return link if "#" in href or href.startswith(_KINDLE) else None


def _noted(element: Element, before: str, path: str) -> str:
    """Return what the mark of a note leads to, as path#id; "" for what is no such mark.

    The id is empty where it leads to no place that has one.
    """
    if element.name not in ("a", "sup"):
        return ""
    link = _inner_link(element)
    if link is None or not _is_mark(element, link, before):
        return ""
    target, _, fragment = link.get("href").partition("#")
    target = unquote(target)
    if target:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return f"{target or path}#{unquote(fragment)}"


def _is_mark(element: Element, link: Element, before: str) -> bool:
    """Return whether a link is said to be the mark of a note, or set as one."""
    text = element.text().strip()
    if link.get("role") == "doc-backlink" or _BACK.search(link.get("class")):
        return False
    if "noteref" in link.get("type").split() or link.get("role") == "doc-noteref":
        return True
    if _SAID_SO.search(link.get("class")):
        return len(text) <= 12
    if element.name == "sup" or any(child.name == "sup" for child in link.walk()):
        return _RAISED.fullmatch(text) is not None
    return bool(before) and _BRACKETED.fullmatch(text) is not None


def anchor_of(element: Element) -> str:
    """Return the id of an element, or the name of an anchor; "" for none."""
    if not element.tag:
        return ""
    return element.get("id") or (element.get("name") if element.name == "a" else "")
