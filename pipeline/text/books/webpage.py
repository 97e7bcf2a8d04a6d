"""A saved web page as a chapter: its text without what the site has put around it."""

from __future__ import annotations

import re
from collections.abc import Set

from pipeline.chinese import has_chinese
from pipeline.shown import shown
from pipeline.text.books.comments import take_out_comments
from pipeline.text.books.decoding import decode_page
from pipeline.text.books.document import Document, Limits, Reading, text_document
from pipeline.text.books.markup import BLOCKS, Element, parse, taken_out
from pipeline.text.books.notes import Seen, mark_notes
from pipeline.text.books.prose import FURNITURE, Line, read_page
from pipeline.text.books.sheets import hide_styled
from pipeline.text.books.title_page import without_title_page
from pipeline.text.books.weights import MAIN, Weight, holds_prose, weigh
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cuts import Cut
from pipeline.text.gaps import squeezed

_FURNITURE = frozenset({"nav", "footer", "aside", "form", "dialog"})
_BOXES = frozenset(
    re.findall(r"\w+", "p div ul ol li table tr td dl dd dt section center header h5 h6")
)
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
# An id or a class that says what a part is for; the second kind says it less clearly.
_NAMED = re.compile(
    r"(?:^|[\s_\-])(?:nav(?:bar|igation)?|menu|foot(?:er)?|breadcrumbs?|crumbs?|copyright|comments?"
    r"|recommend\w*|sidebar|toolbar|pagination|pager|login|related)(?:$|[\s_\-\d])",
    re.IGNORECASE,
)
_VAGUELY_NAMED = re.compile(
    r"(?:^|[\s_\-])(?:head(?:er)?|top(?:bar)?|bottom|side|share|ads?|banner|tips?|links?|pages?|copy"
    r"|search|hot|rank\w*|info)(?:$|[\s_\-\d])",
    re.IGNORECASE,
)
_SENTENCE = re.compile("[。！？…”]")
_LINKED = 0.5  # of the characters of a block that leads elsewhere
_PARTLY_LINKED = 0.3  # of one that is marked or named as such
_TITLE_PARTS = re.compile(r"\s*[_|｜—–]+\s*|\s+-\s+|-")
_FIRST_LINES = 5
_FRAME = frozenset({"html", "head", "body"})
_LEAST_LINKS = 3  # of a page that is a list of them
_LINES_A_BLOCK = 20  # a paragraph of so many lines in the source is none


def read_webpage(document: Document, limits: Limits) -> Reading:
    """Return the text of a saved page; no document where it holds links alone.

    What stands around the text is left out with a record where two things speak for it: how it is
    marked or named, as navigation and the like, and what it holds: links, or no sentence of a
    story. What holds most of the page's text stays however it is named.
    """
    name = shown(document.name)
    decoded = decode_page(document.data, name=name)
    text = decoded.text
    xml = text.lstrip("\ufeff \r\n\t").startswith("<?xml")
    root = parse(text, xml=xml, name=name)
    many = _is_list_of_links(root)
    title = next((element.text() for element in root.find("title")), "")
    hide_styled(root)
    _take_out_furniture(root)
    take_out_comments(root)
    notes = {target.partition("#")[2] for target in mark_notes(root, "", Seen())}
    page = read_page(root, name=document.name, notes=notes, plain=_is_plain(root))
    lines = [line for line in page.lines if not _is_button(line)]
    named = all(line.level and not is_heading(line.text) for line in lines)
    links_alone = not lines or (many and named)
    cuts = page.cuts
    cuts += [
        Cut(FURNITURE, document.name, number, line.text)
        for number, line in enumerate(page.lines, 1)
        if links_alone or _is_button(line)
    ]
    if links_alone:
        return Reading((), tuple(cuts))
    lines = _with_title(lines, title)
    cut: list[Cut] = []
    if any(is_heading(line.text) for line in lines):
        authors = {own.get("content") for own in root.find("meta") if own.get("name") == "author"}
        lines, cut = without_title_page(lines, title=title, authors=authors, name=document.name)
        cuts += cut
    headings = frozenset(squeezed(line.text) for line in lines if line.level)
    texts = [line.text for line in lines]
    own = title if cut else ""
    made = text_document(document, texts, title=own, headings=headings, read_from=decoded.encodings)
    return Reading((made,), tuple(cuts))


def _is_plain(root: Element) -> bool:
    """Return whether a page is a plain text that somebody has put a few tags around."""
    lines = sum(1 for line in root.text().split("\n") if line.strip())
    blocks = sum(element.name in BLOCKS - _FRAME for element in root.walk())
    return lines > _LINES_A_BLOCK * (blocks + 1)


def _is_button(line: Line) -> bool:
    """Return whether a line is a link alone and says no more than where it leads to."""
    return line.linked and not (line.level or _SENTENCE.search(line.text) or is_heading(line.text))


def _is_list_of_links(root: Element) -> bool:
    """Return whether a page leads to many others, as a book's list of chapters does."""
    links = {link.get("href") for link in root.find("a")} - {""}
    return len(links) >= _LEAST_LINKS


def _with_title(lines: list[Line], title: str) -> list[Line]:
    """Return a page's lines with the heading that its title has, where they have none."""
    if any(line.level or is_heading(line.text) for line in lines[:_FIRST_LINES]):
        return lines
    parts = [part.strip() for part in _TITLE_PARTS.split(" ".join(title.split()))]
    own = next((part for part in parts if is_heading(part)), "")
    return [Line(own, 1), *lines] if own else lines


def _take_out_furniture(root: Element) -> None:
    """Take out of a tree what stands around the text; its place keeps the record."""
    weights = weigh(root)
    total = max(1, weights[id(root)].characters - weights[id(root)].linked)
    places = _numbered_places(root)
    stack = [root]
    while stack:
        element = stack.pop()
        kept: list[Element | str] = []
        for child in element.children:
            if not isinstance(child, Element) or not _is_furniture(
                child, weights[id(child)], total, places
            ):
                kept.append(child)
            elif has_chinese(child.text()):
                kept.append(taken_out(child, FURNITURE))
        element.children = kept
        stack += [child for child in reversed(kept) if isinstance(child, Element)]


def _numbered_places(root: Element) -> set[str]:
    """Return the ids with numbers to which the page's links lead: they name places, not parts."""
    targets = {link.get("href")[1:] for link in root.find("a") if link.get("href")[:1] == "#"}
    return {target for target in targets if target[-1:].isdigit()}


def _is_furniture(element: Element, weight: Weight, total: int, places: Set[str]) -> bool:
    """Return whether two things speak for an element being no part of the text.

    `places` are ids that say nothing of what an element is.
    """
    main = weight.characters - weight.linked > MAIN * total
    if not weight.characters or main or element.name in _FRAME:
        return False
    box = element.name in _BOXES
    own = element.get("id") if element.tag else ""
    named = f"{element.get('class')} {'' if own in places else own}" if element.tag else ""
    if (shown_as := element.get("title")) in ("header", "footer"):  # LibreOffice's and Word's
        named = f"{named} {shown_as}"
    linked = weight.linked > _LINKED * weight.characters
    if element.name in _FURNITURE or element.get("role") in _ROLES:
        return _is_around(element, weight) and (linked or not _holds_heading(element))
    return (
        (box and linked and 2 * weight.prose < max(1, weight.links))
        or (box and _NAMED.search(named) is not None and _is_around(element, weight))
        or (not weight.marks and _VAGUELY_NAMED.search(named) is not None)
    ) and not _holds_heading(element)


def _is_around(element: Element, weight: Weight) -> bool:
    """Return whether an element holds what stands around a text: links, labels, comments."""
    if weight.linked > _PARTLY_LINKED * weight.characters:
        return weight.prose < max(1, weight.links)
    return weight.items > 0 or not holds_prose(element, weight)


def _holds_heading(element: Element) -> bool:
    """Return whether an element is a chapter's heading, or one stands in it."""
    return any(
        own.name == "h1" or is_heading(" ".join(own.text().split()))
        for own in (element, *element.walk())
        if own.name in ("h1", "h2", "h3", "h4")
    )
