"""The marks of notes in a page, and what they lead to."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from pipeline.text.books.markup import Element

MARKED = "note-mark"  # the name that an element gets which is the mark of a note

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


def mark_notes(root: Element, path: str, seen: set[str]) -> set[str]:
    """Name the marks of notes in a page `MARKED`; return what they lead to, as path#id.

    What stands before its mark is no note: the note's own link leads back there.

    Parameters
    ----------
    root : Element
    path : str
        The page's own, as links name it.
    seen : set of str
        The ids of the pages before this one; the page's own are added.
    """
    targets: set[str] = set()
    for element in [root, *root.walk()]:
        if anchor := anchor_of(element):
            seen.add(f"{path}#{anchor}")
        before = ""
        for child in element.children:
            if isinstance(child, str):
                before = child.strip() or before
            elif target := _noted(child, before, path):
                child.name = MARKED
                if target not in seen and not target.endswith("#"):
                    targets.add(target)
    return targets


def _noted(element: Element, before: str, path: str) -> str:
    """Return what the mark of a note leads to, as path#id; "" for what is no such mark.

    The id is empty where it leads to no place that has one.
    """
    if element.name not in ("a", "sup"):
        return ""
    links = [element] if element.name == "a" else list(element.find("a"))
    link = next((own for own in links if own.get("href")), None)
    href = link.get("href") if link else ""
    inside = "#" in href or href.startswith(_KINDLE)
    if link is None or not inside or not _is_mark(element, link, before):
        return ""
    target, _, fragment = href.partition("#")
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
