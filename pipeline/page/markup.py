"""HTML that cannot be broken by what it shows: all text is escaped unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape as escape_signs

from pipeline.shown import shown

_VOID = frozenset(("meta", "br"))  # elements without content and without an end tag
_NO_BREAK_HYPHEN = "\u2011"
_FEW = 5  # columns that a tablet has room for


class Markup(str):
    """HTML. A type of its own, so that `element` knows what it must not escape again."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | float | None) -> Markup:
    """Return an element; children that are no `Markup` are text and are escaped.

    Attribute names are written `class_`, `text_anchor`; an attribute that is None is left out.
    """
    head = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_escape(_plain(value), quote=True)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Markup(f"<{tag}{head}>")
    return Markup(f"<{tag}{head}>{join(children)}</{tag}>")


def join(parts: Iterable[str]) -> Markup:
    """Return parts as one piece of markup, text among them escaped."""
    return Markup("".join(part if isinstance(part, Markup) else _escape(part) for part in parts))


def _escape(text: str, *, quote: bool = False) -> str:
    r"""Return text as HTML. What cannot be seen, or would move its neighbours, is spelled out.

    >>> escape("红<楼\u202e梦\x1b")
    '红&lt;楼\\u202e梦\\x1b'
    """
    return escape_signs(shown(text, None, lines=True), quote=quote)


def chinese(text: str, tag: str = "span", **attributes: str | float | None) -> Markup:
    """Return text of the novel, marked as Chinese: browsers choose glyphs and line ends by it."""
    return element(tag, text, lang="zh", **attributes)


def named(name: str, labels: Mapping[str, str]) -> Markup:
    """Return a name with what it stands for below it, where that is known."""
    label = labels.get(name)
    return join((name, element("small", label) if label else ""))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Return a table whose rows each begin with their name.

    Where there is no room for the columns side by side, the style sheet makes a block of each row;
    then a cell is named by its `data-title`, and no longer by what stands above it.
    """
    lines = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(
                element("td", cell, data_title=title)
                for title, cell in zip(head[1:], row[1:], strict=True)
            ),
        )
        for row in rows
    ]
    unbroken = (title.replace("-", _NO_BREAK_HYPHEN) for title in head)  # top-1 stays in one line
    titles = element("tr", *(element("th", title, scope="col") for title in unbroken))
    return element(
        "table",
        element("thead", titles),
        element("tbody", *lines),
        class_="many" if len(head) > _FEW else "few",
    )


def _plain(value: str | float) -> str:
    """Write an attribute's value; lengths need no more than a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
