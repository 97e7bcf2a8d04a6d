"""What style sheets say of a page's text: which elements no reader is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipeline.text.books.markup import Element
from pipeline.text.books.weights import weigh

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ANY = re.compile(r"none|hidden", re.IGNORECASE)
_PIECE = re.compile(r"[{};]")
_SIMPLE = re.compile(r"[\w\-*]*(?:[.#][\w\-]+)*")  # no place in the tree, no state, no attribute
_SIGNED = re.compile(r"([.#])([\w\-]+)")
_ON_SCREENS = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*", re.IGNORECASE)
_PROPERTY = re.compile(r"(display|visibility)\s*:\s*([\w\-]+)", re.IGNORECASE)
_HIDING = {("display", "none"), ("visibility", "hidden")}
_MOST_RULES = 20_000  # of a page; sites have a few thousand
_MOST_HIDDEN = 0.4  # of a page's text: where sheets hide more, a script shows it
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))


def hide_styled(root: Element, sheets: Iterable[str] = ()) -> None:
    """Mark the elements of a page as hidden that its own style sheets hide, or others.

    Only what a sheet says of tags, classes and ids by themselves is followed: `.ad, p.x{display:
    none}`. What it says of a place in the page or of printed paper is not. Headings stay: they
    are hidden where a picture shows them. Where most of the page were hidden, nothing is.

    Parameters
    ----------
    root : Element
    sheets : iterable of str
        Those that the page names, in their order.
    """
    rules: dict[tuple[str, str], bool] = {}
    for sheet in (*sheets, *(own.text() for own in root.find("style"))):
        rules.update(_rules(sheet))
    hiding = [_parts(selector) for (selector, _), hides in rules.items() if hides]
    if not hiding:
        return
    by_sign: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for tag, signs in hiding:
        by_sign.setdefault(min(signs, default=tag), []).append((tag, signs))
    found = [own for own in root.walk() if own.name not in _HEADINGS and _is_hidden(own, by_sign)]
    weights = weigh(root)
    hidden = sum(weights[id(own)].characters for own in found)
    if hidden > _MOST_HIDDEN * weights[id(root)].characters:
        return
    for element in found:
        element.tag = f" hidden {element.tag}"


def _is_hidden(element: Element, by_sign: dict[str, list[tuple[str, frozenset[str]]]]) -> bool:
    """Return whether a selector fits an element; `by_sign` has them by one thing that they ask."""
    own = {f".{name}" for name in element.get("class").split()} if element.tag else set()
    if element.tag and (name := element.get("id")):
        own.add(f"#{name}")
    return any(
        tag in ("", "*", element.name) and signs <= own
        for sign in (*own, element.name)
        for tag, signs in by_sign.get(sign, ())
    )


@lru_cache(maxsize=16)  # a book's pages have the same ones
def _rules(sheet: str) -> dict[tuple[str, str], bool]:
    """Return what a sheet says of simple selectors: (selector, property) → whether it hides.

    A later rule counts more, as it does to a browser where nothing else does.
    """
    rules: dict[tuple[str, str], bool] = {}
    if not _ANY.search(sheet):
        return rules
    text = _COMMENT.sub(" ", sheet)
    selectors: list[str] = []
    said: list[tuple[str, str]] = []
    skipped, inside, place = 0, False, 0
    for piece in _PIECE.finditer(text):
        own, place = text[place : piece.start()].strip(), piece.end()
        mark = piece.group()
        if mark == "{":
            if skipped or inside or (own.startswith("@") and not _ON_SCREENS.fullmatch(own)):
                skipped += 1
            elif not own.startswith("@"):
                selectors, said, inside = [one.strip() for one in own.split(",")], [], True
            continue
        if inside and not skipped and (found := _PROPERTY.match(own)):
            said.append((found[1].lower(), found[2].lower()))
        if mark == "}" and skipped:
            skipped -= 1
        elif mark == "}":
            rules |= {(one, own[0]): own in _HIDING for one in _simple(selectors) for own in said}
            selectors, inside = [], False
    return dict(list(rules.items())[:_MOST_RULES])


def _simple(selectors: Iterable[str]) -> Iterator[str]:
    """Yield those selectors that ask for tags, classes and ids alone."""
    return (own for own in selectors if own not in ("", "*") and _SIMPLE.fullmatch(own))


def _parts(selector: str) -> tuple[str, frozenset[str]]:
    """Return what a selector asks: a tag or "", and classes and ids with their marks.

    >>> _parts("P.ad")
    ('p', frozenset({'.ad'}))
    """
    tag = re.split(r"[.#]", selector, maxsplit=1)[0].lower()
    return tag, frozenset("".join(own) for own in _SIGNED.findall(selector))
