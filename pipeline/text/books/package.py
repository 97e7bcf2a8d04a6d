"""An epub's package: what its files are, in which order they are read, what its contents say."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from pipeline.errors import DataError
from pipeline.text.books.decoding import page_text
from pipeline.text.books.markup import Element, parse
from pipeline.text.books.zipped import Archive
from pipeline.text.chapters.headings import is_heading

_CONTAINER = "META-INF/container.xml"
_NCX = "application/x-dtbncx+xml"


@dataclass(frozen=True)
class Entry:
    """An entry of the contents: its title, the file that it leads to, and the place in it."""

    title: str
    path: str
    fragment: str


@dataclass
class Package:
    """An epub as its package file tells it.

    Attributes
    ----------
    title : str
    authors : set of str
    spine : list of (path, linear)
        The pages in reading order; a path may name nothing.
    missing : list of str
        What the spine names and nothing stands for.
    kinds : dict
        What the book's guide or landmarks call a page: cover, toc, copyright-page.
    entries : list of Entry
        Its contents, in their order.
    contents : set of str
        The pages that are the contents.
    """

    title: str = ""
    authors: set[str] = field(default_factory=set)
    spine: list[tuple[str, bool]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    contents: set[str] = field(default_factory=set)


def finder(archive: Archive) -> Callable[[str], str | None]:
    """Return what finds the member that a path means; case counts only where it must."""
    names = set(archive.names)
    low: dict[str, str] = {}
    for name in archive.names:
        low.setdefault(name.lower(), name)

    def find(path: str) -> str | None:
        for own in (path, unquote(path), unquote(path, encoding="gb18030")):
            if own in names:
                return own
            if own.lower() in low:
                return low[own.lower()]
        return None

    return find


def resolve(href: str, path: str) -> tuple[str, str]:
    """Return the path and the fragment that a link means, from the page at `path`.

    A path stays percent-encoded as it stood there; `finder` looks for both.

    >>> resolve("../Text/c1.xhtml#a%20b", "OEBPS/toc/nav.xhtml")
    ('OEBPS/Text/c1.xhtml', 'a b')
    """
    target, _, fragment = href.strip().replace("\\", "/").partition("#")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
    while joined.startswith(("../", "/")):
        joined = joined.removeprefix("../").removeprefix("/")
    return joined, unquote(fragment)


def read_package(archive: Archive) -> Package:
    """Read the package file of an epub and its table of contents.

    Raises
    ------
    DataError
        There is none, or none with a spine.
    """
    find = finder(archive)
    path = _package_path(archive, find)
    root = _tree(archive, path)
    package = Package(title=next((e.text().strip() for e in root.find("title")), ""))
    package.authors |= {own.text().strip() for own in root.find("creator")}
    items = {own.get("id"): own for own in root.find("item")}
    spine = next(root.find("spine"), Element("spine"))
    for own in spine.find("itemref"):
        _add_to_spine(package, own, items.get(own.get("idref")), path, find)
    if not package.spine and not package.missing:
        raise DataError(
            f"{archive.name}: expected an epub with a spine, got none in {path}; get the book anew"
        )
    for own in root.find("reference"):  # of an epub 2's guide
        target = find(resolve(own.get("href"), path)[0])
        if target:
            package.kinds.setdefault(target, own.get("type").lower())
    _read_contents(archive, package, items, spine.get("toc"), path, find)
    if len(package.entries) == 1 and not is_heading(package.entries[0].title):
        package.entries.clear()  # what a program puts there that knows of no chapters: Start
    return package


def _package_path(archive: Archive, find: Callable[[str], str | None]) -> str:
    """Return where the package file lies."""
    container = find(_CONTAINER)
    if container:
        for own in _tree(archive, container).find("rootfile"):
            path = find(resolve(own.get("full-path"), "")[0])
            if path:
                return path
    for name in archive.names:
        if name.lower().endswith(".opf"):
            return name
    raise DataError(
        f"{archive.name}: expected an epub, got an archive without a package file (.opf); get the "
        "book anew, or unpack it and give the folder"
    )


def _tree(archive: Archive, path: str) -> Element:
    name = f"{archive.name}: {path}"
    return parse(page_text(archive.read(path), name=name), xml=True, name=name)


def _add_to_spine(
    package: Package,
    reference: Element,
    item: Element | None,
    path: str,
    find: Callable[[str], str | None],
) -> None:
    """Add one entry of the spine, to what is missing where nothing stands for it."""
    linear = reference.get("linear").lower() != "no"
    if item is None:
        package.missing.append(reference.get("idref") or "an entry without a name")
        return
    kind = item.get("media-type").lower()
    href = resolve(item.get("href"), path)[0]
    if kind.startswith("image/"):
        return  # a picture is a page of its own in some books
    target = find(href)
    if target is not None:
        package.spine.append((target, linear))
    elif linear:
        package.missing.append(unquote(href))


def _read_contents(
    archive: Archive,
    package: Package,
    items: dict[str, Element],
    toc: str,
    path: str,
    find: Callable[[str], str | None],
) -> None:
    """Read the nav of an epub 3, and the ncx of an epub 2 where there is no nav or it is empty."""
    for own in items.values():
        if "nav" in own.get("properties").split():
            target = find(resolve(own.get("href"), path)[0])
            if target:
                package.contents.add(target)
                _read_nav(_tree(archive, target), target, package, find)
    if package.entries:
        return
    by_kind = [own for own in items.values() if own.get("media-type").lower() == _NCX]
    for own in [*filter(None, [items.get(toc)]), *by_kind]:
        target = find(resolve(own.get("href"), path)[0])
        if target:
            package.entries += _ncx_entries(_tree(archive, target), target, find)
        if package.entries:
            return


def _read_nav(
    root: Element, path: str, package: Package, find: Callable[[str], str | None]
) -> None:
    """Take entries and landmarks from a nav page."""
    navs = list(root.find("nav"))
    for nav in navs:
        kinds = nav.get("type").lower().split()
        links = [(link, resolve(link.get("href"), path)) for link in nav.find("a")]
        if "landmarks" in kinds:
            for link, (target, _) in links:
                found = find(target)
                if found:
                    package.kinds.setdefault(found, link.get("type").lower())
        elif "page-list" not in kinds and ("toc" in kinds or len(navs) == 1):
            for title, link in _labelled(nav):
                target, fragment = resolve(link.get("href"), path)
                package.entries.append(Entry(title, find(target) or target, fragment))


def _labelled(nav: Element) -> Iterator[tuple[str, Element]]:
    """Yield the titles in a nav with their links; one without, as a volume's, has its first's."""
    items = list(nav.find("li"))
    for item in items:
        label = Element("", "", [own for own in item.children if not _is(own, "ol")])
        link = next(label.find("a"), None) or next(item.find("a"), None)
        if link is not None:
            yield _title(label), link
    if not items:
        yield from ((_title(link), link) for link in nav.find("a"))


def _ncx_entries(root: Element, path: str, find: Callable[[str], str | None]) -> Iterator[Entry]:
    """Yield the entries of an ncx in the order in which they stand; playOrder is often wrong."""
    for point in root.find("navpoint"):
        label = next((own for own in point.children if _is(own, "navlabel")), None)
        content = next((own for own in point.children if _is(own, "content")), None)
        if isinstance(label, Element) and isinstance(content, Element):
            target, fragment = resolve(content.get("src"), path)
            yield Entry(_title(label), find(target) or target, fragment)


def _is(child: Element | str, name: str) -> bool:
    return isinstance(child, Element) and child.name == name


def _title(element: Element) -> str:
    return " ".join(element.text().split())
