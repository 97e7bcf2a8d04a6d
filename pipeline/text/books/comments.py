"""What readers have written below a chapter on the web, taken out of the page."""

from __future__ import annotations

import re

from pipeline.text.books.markup import Element, taken_out
from pipeline.text.books.prose import FURNITURE
from pipeline.text.books.weights import Weight, weigh
from pipeline.text.chapters.headings import is_heading

_NAMED = re.compile(
    r"(?:^|[\s_\-])(?:comments?|repl(?:y|ies)|discuss(?:ions?)?|guestbook|pinglun)(?:$|[\s_\-\d])"
    r"|(?:comment|reply)[_\-]?(?:list|area|box|wrap\w*|section|items?)",
    re.IGNORECASE,
)
_BOXES = frozenset({"div", "section", "ul", "ol", "dl", "table", "aside"})
_SHARE = 0.5  # of the prose before it: comments that are longer are looked at by people


def take_out_comments(root: Element) -> None:
    """Take the readers' comments out of a page's tree; their place keeps the record.

    Two things speak for a part being such: what it is named, and that no line of prose comes after
    it, when what is plainly no story has been taken out. Whole sentences in it say nothing then.
    """
    weights = weigh(root)
    total = weights[id(root)].prose
    after = 0  # prose behind the part that is looked at
    for parent, part, before in reversed(_named_parts(root, weights)):
        weight = weights[id(part)]
        after = total - before - weight.prose
        if after or not weight.prose or weight.prose > _SHARE * before or _has_heading(part):
            continue
        place = next(at for at, child in enumerate(parent.children) if child is part)
        parent.children[place] = taken_out(part, FURNITURE)
        total -= weight.prose


def _named_parts(root: Element, weights: dict[int, Weight]) -> list[tuple[Element, Element, int]]:
    """Return the outermost parts named so, with what they stand in and the prose before them."""
    found: list[tuple[Element, Element, int]] = []
    stack = [(root, 0)]
    while stack:
        element, before = stack.pop()
        inner: list[tuple[Element, int]] = []
        for child in element.children:
            if not isinstance(child, Element) or not weights[id(child)].prose:
                continue
            named = f"{child.get('class')} {child.get('id')}" if child.tag else ""
            if child.name in _BOXES and _NAMED.search(named):
                found.append((element, child, before))
            else:
                inner.append((child, before))
            before += weights[id(child)].prose
        stack += reversed(inner)
    return sorted(found, key=lambda own: own[2])


def _has_heading(element: Element) -> bool:
    """Return whether the heading of a chapter stands in an element."""
    return any(
        is_heading(" ".join(own.text().split()))
        for own in element.walk()
        if own.name in ("h1", "h2", "h3", "h4")
    )
