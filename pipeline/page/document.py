"""The page as a whole: its head, and the sections in their order."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.page.markup import Markup, chinese, element, join
from pipeline.page.style import STYLE

_GENERATOR = "xuxie report"
# Should something slip through after all, browsers neither run it nor fetch anything for it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_FONTS = (
    "Chinese is drawn with the fonts of the machine that opens this page. Should you see boxes in "
    "place of characters, install one, such as Noto Sans CJK."
)


def document(title: str, sections: Iterable[Markup]) -> str:
    """Return the whole page, which needs nothing but itself."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="generator", content=_GENERATOR),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · xuxie 续写"),
        element("style", Markup(STYLE)),
    )
    about = note("What xuxie learnt from this novel, and how well it goes on.")
    header = element("header", chinese(title, "h1"), about)
    body = element("body", header, *sections, element("footer", note(_FONTS)))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def section(name: str, title: str, *content: str) -> Markup:
    """Return a section that a link can lead to by its name; lines keep the source readable."""
    return join((Markup("\n"), element("section", element("h2", title), *content, id=name)))


def note(text: str) -> Markup:
    """Return a sentence that explains what is shown."""
    return element("p", text, class_="quiet")
