"""HTML that cannot be broken by what it shows: all text is escaped unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

VOID = frozenset(("meta", "br"))  # elements without content and without an end tag


class Markup(str):
    """HTML. A type of its own, so that `element` knows what it must not escape again."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | float | None) -> Markup:
    """Return an element; children that are no `Markup` are text and are escaped.

    Attribute names are written `class_`, `text_anchor`; an attribute that is None is left out.
    """
    head = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in VOID:
        return Markup(f"<{tag}{head}>")
    return Markup(f"<{tag}{head}>{join(children)}</{tag}>")


def join(parts: Iterable[str]) -> Markup:
    """Return parts as one piece of markup, text among them escaped."""
    return Markup(
        "".join(part if isinstance(part, Markup) else escape(part, quote=False) for part in parts)
    )


def chinese(text: str, tag: str = "span", **attributes: str | float | None) -> Markup:
    """Return text of the novel, marked as Chinese: browsers choose glyphs and line ends by it."""
    return element(tag, text, lang="zh", **attributes)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Return a table whose rows each begin with their name; it scrolls where it is too wide."""
    lines = [
        element("tr", element("th", row[0], scope="row"), *(element("td", c) for c in row[1:]))
        for row in rows
    ]
    titles = element("tr", *(element("th", title, scope="col") for title in head))
    whole = element("table", element("thead", titles), element("tbody", *lines))
    return element("div", whole, class_="wide", tabindex=0)


def _plain(value: str | float) -> str:
    """Write an attribute's value; lengths need no more than a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
