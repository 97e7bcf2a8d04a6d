"""The page as a whole: its head, and all that is told, once a language.

All languages stand in the one file, each whole in itself, and the style sheet shows one: which, the
document's own `lang` says, and the address, where it ends in #zh or #en. So the switch is a link,
and the page needs no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.page.markup import Markup, chinese, element, join
from pipeline.page.style import STYLE, only_one
from pipeline.page.texts import Texts

_GENERATOR = "xuxie report"
# Should something slip through after all, browsers neither run it nor fetch anything for it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

Version = tuple[str, Texts, Iterable[Markup]]  # the title in a language, and the sections in it


def document(versions: Sequence[Version]) -> str:
    """Return the whole page, which needs nothing but itself; it opens in the first language."""
    title = versions[0][0]
    languages = [texts for _, texts, _ in versions]
    style = STYLE + only_one({texts.name: texts.tag for texts in languages})
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="generator", content=_GENERATOR),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · xuxie 续写"),
        element("style", Markup(style)),
    )
    places = (element("span", id=texts.name) for texts in languages)
    bodies = (_in_one(own, texts, sections, languages) for own, texts, sections in versions)
    html = element("html", head, element("body", *places, *bodies), lang=languages[0].tag)
    return f"<!DOCTYPE html>\n{html}\n"


def _in_one(
    title: str, texts: Texts, sections: Iterable[Markup], languages: Sequence[Texts]
) -> Markup:
    """Return all that is shown in one language."""
    links = (
        element("a", other.own_name, href=f"#{other.name}", lang=other.tag, hreflang=other.tag)
        for other in languages
        if other is not texts
    )
    header = element(
        "header",
        element("nav", *links),
        chinese(title, "h1"),
        note(texts.about),
    )
    footer = element("footer", note(texts.fonts))
    main = element("main", header, *sections, footer, class_=texts.name, lang=texts.tag)
    return join((Markup("\n"), main))


def section(texts: Texts, name: str, title: str, *content: str) -> Markup:
    """Return a section, known by its language and its name; lines keep the source readable."""
    whole = element("section", element("h2", title), *content, id=f"{texts.name}-{name}")
    return join((Markup("\n"), whole))


def note(text: str) -> Markup:
    """Return a sentence that explains what is shown."""
    return element("p", text, class_="quiet")
