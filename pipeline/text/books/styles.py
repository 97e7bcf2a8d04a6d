"""What a Word document's styles are: headings, contents, hidden text, and which are numbered."""

from __future__ import annotations

import re

from pipeline.text.books.markup import Element
from pipeline.text.books.numbering import Numbering, level_of

OFF = frozenset({"0", "false", "off"})
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-6])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*(?:\d|heading|标题)", re.IGNORECASE)
_DEEPEST_HEADING = 6


def read_styles(root: Element, numbering: Numbering) -> dict[str, str]:
    """Return what the styles are by their ids, and tell `numbering` which of them are numbered.

    They are heading, contents, hidden; others are left out.
    """
    kinds: dict[str, str] = {}
    bases: dict[str, str] = {}
    for style in root.find("style"):
        own = style.get("styleid")
        parts = {element.name: element.get("val") for element in style.walk()}
        bases[own] = parts.get("basedon", "")
        if "numid" in parts:
            linked = numbering.styles.get(own, ("", 0))[1]
            level = level_of(parts["ilvl"]) if "ilvl" in parts else linked
            numbering.styles[own] = (parts["numid"], level)
        hidden = "hidden" if parts.get("vanish", "off") not in OFF else ""
        if kind := hidden or kind_of_style(parts.get("name", ""), parts.get("outlinelvl", "")):
            kinds[own] = kind
    for own in bases:  # a style that builds on a heading's is one, to a bounded depth
        base = own
        for _ in range(_DEEPEST_HEADING):
            if base in kinds:
                kinds.setdefault(own, kinds[base])
            if base in numbering.styles:
                numbering.styles.setdefault(own, numbering.styles[base])
            base = bases.get(base, "")
    return kinds


def kind_of_style(name: str, outline: str) -> str:
    """Return what a style is by its name or its outline level."""
    if _CONTENTS.match(name):
        return "contents"
    if _HEADING.match(name) or (outline.isdecimal() and int(outline) < _DEEPEST_HEADING):
        return "heading"
    return ""
