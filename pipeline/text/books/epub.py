"""An epub as a novel: its pages in the spine's order, each chapter under its title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from pipeline.chinese import has_chinese
from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.decoding import decode_page, page_text
from pipeline.text.books.document import Document, Limits, Reading, text_document
from pipeline.text.books.leaves import is_front, why_left_out
from pipeline.text.books.markup import Element, parse
from pipeline.text.books.notes import Seen, mark_notes
from pipeline.text.books.package import Entry, Package, finder, read_package, resolve
from pipeline.text.books.prose import Line, Page, read_page
from pipeline.text.books.sheets import hide_styled
from pipeline.text.books.title_page import is_title_page, letters_of, without_title_page
from pipeline.text.books.zipped import Archive, open_zip
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.front_page import TITLE_PAGE
from pipeline.text.cuts import Cut
from pipeline.text.gaps import squeezed

_ENCRYPTION = "META-INF/encryption.xml"
_FIRST_LINES = 3  # in which a chapter's own heading stands


def read_epub(document: Document, limits: Limits) -> Reading:
    """Return the text of an epub.

    Left out, each with a record: covers, contents, pages of copyright, of the author or of notes
    alone, pages that are not in the reading order, readings, notes and their marks.

    Raises
    ------
    DataError
        It is no sound epub, its pages are encrypted, its spine names a file that is not there, or
        there is no text in it.
    """
    archive = open_zip(document, limits)
    return epub_of(archive, document)


def epub_of(archive: Archive, document: Document) -> Reading:
    """Return the text of an epub whose archive is open."""
    package = read_package(archive)
    if package.missing:
        raise DataError(
            f"{archive.name}: expected all files that its spine names, got none for "
            f"{len(package.missing)} of {len(package.missing) + len(package.spine)}, as "
            f"{shown(package.missing[0])}; get the book anew, or unpack it and give the folder of "
            "its pages"
        )
    _refuse_encrypted(archive, package)
    pages, cuts, encodings = _read_pages(archive, package, document.name)
    book = _Book(package.entries)
    for path, page in pages:
        cuts += page.cuts
        why = why_left_out(path, page, package)
        if not (why or book.lines) and is_title_page(page.lines, package.title):
            why = TITLE_PAGE
        if why:
            cuts.append(_page_cut(why, document.name, path, page))
        else:
            book.add(path, page)
    if not book.lines:
        raise DataError(
            f"{archive.name}: expected an epub with text, got {len(package.spine)} pages of "
            "pictures or contents alone; find the book as text"
        )
    left, cut = without_title_page(
        book.lines, title=package.title, authors=package.authors, name=document.name
    )
    cuts += cut
    texts = [line.text for line in left]
    headings = frozenset(book.headings - {squeezed(own.text) for own in cut})
    made = text_document(
        document, texts, title=package.title, headings=headings, read_from=encodings
    )
    return Reading((made,), tuple(cuts))


def _read_pages(
    archive: Archive, package: Package, name: str
) -> tuple[list[tuple[str, Page]], list[Cut], set[str]]:
    """Return the pages of the spine, each once, what is not in the order, and the encodings."""
    encodings: set[str] = set()
    trees: dict[str, Element] = {}
    seen, sheets = Seen(), _sheet_reader(archive)
    notes: dict[str, set[str]] = {}
    for path, _ in package.spine:
        if path not in trees:
            label = f"{archive.name}: {shown(path)}"
            decoded = decode_page(archive.read(path), name=label)
            encodings.update(decoded.encodings)
            trees[path] = parse(decoded.text, xml=True, name=label)
            hide_styled(trees[path], sheets(trees[path], path))
            for target in mark_notes(trees[path], path, seen):
                where, _, fragment = target.partition("#")
                notes.setdefault(where, set()).add(fragment)
    pages: list[tuple[str, Page]] = []
    cuts: list[Cut] = []
    for path, linear in package.spine:
        tree = trees.pop(path, None)
        if tree is None:
            continue  # named twice: read where it came first
        page = read_page(tree, name=f"{name}/{path}", notes=notes.get(path, frozenset()))
        if linear:
            pages.append((path, page))
        elif page.lines:
            cuts.append(_page_cut("page outside the reading order", name, path, page))
    return pages, cuts, encodings


def _sheet_reader(archive: Archive) -> Callable[[Element, str], list[str]]:
    """Return what reads the style sheets that a page names; each is unpacked once."""
    find, known = finder(archive), dict[str, str]()

    def read(root: Element, path: str) -> list[str]:
        links = (own for own in root.find("link") if "stylesheet" in own.get("rel").lower())
        found = [find(resolve(own.get("href"), path)[0]) for own in links]
        for own in found:
            if own is not None and own not in known:
                known[own] = ""
                with suppress(DataError):  # a sheet that cannot be read hides nothing
                    known[own] = page_text(archive.read(own), name=archive.name)
        return [known[own] for own in found if own is not None]

    return read


def _page_cut(reason: str, name: str, path: str, page: Page) -> Cut:
    return Cut(reason, f"{name}/{path}", 1, "\n".join(line.text for line in page.lines))


def _refuse_encrypted(archive: Archive, package: Package) -> None:
    """Refuse a book whose pages are encrypted; that of its fonts alone keeps nobody from reading.

    Raises
    ------
    DataError
        They are.
    """
    find = finder(archive)
    path = find(_ENCRYPTION)
    if path is None:
        return
    pages = {own for own, _ in package.spine}
    root = parse(page_text(archive.read(path), name=archive.name), xml=True, name=archive.name)
    for own in root.find("cipherreference"):
        if find(resolve(own.get("uri"), "")[0]) in pages:
            raise DataError(
                f"{archive.name}: expected an epub without copy protection (DRM), got encrypted "
                "pages; give a copy without it"
            )


class _Book:
    """A book's text in the making: its lines, and which of them its contents name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.lines: list[Line] = []
        self.headings: set[str] = set()
        self._entries: dict[str, list[Entry]] = {}
        entries = list(entries)
        named = sum(has_chinese(entry.title) for entry in entries)
        self._chinese = 2 * named > len(entries)  # a title in no Chinese is a program's: Section 1
        for entry in entries:
            self._entries.setdefault(entry.path, []).append(entry)

    def add(self, path: str, page: Page) -> None:
        """Add a page, with the titles that the contents have for places in it."""
        places: dict[int, list[str]] = {}
        for entry in self._entries.get(path, ()):
            if entry.fragment in page.notes:
                continue  # calibre lists the links of notes where it finds no chapters
            place = page.anchors.get(entry.fragment, 0) if entry.fragment else 0
            if entry.title and (page.lines or not is_front(entry.title)):
                places.setdefault(min(place, len(page.lines)), []).append(entry.title)
        done = 0
        for place, found in sorted(places.items()):
            titles = list(dict.fromkeys(found))
            if place > done:
                self.lines += page.lines[done:place]
                done = place
            done += self._add_titles(titles, page.lines[done : done + _FIRST_LINES])
        self.lines += page.lines[done:]
        if not self._entries:
            self.headings |= {squeezed(line.text) for line in page.lines if line.level}

    def _add_titles(self, titles: list[str], first: Sequence[Line]) -> int:
        """Add those titles that the lines which follow lack; return how many lines were added."""
        taken = 0
        for title in titles:
            alone = len(titles) == 1
            own = next((line for line in first if _is_own(line, title, alone=alone)), None)
            start, stop = _found_in(title, first)
            if stop > start >= taken:
                self.lines += first[taken:start]
                self._add_heading("\u3000".join(line.text for line in first[start:stop]))
                taken = stop
            elif own:
                self.headings.add(squeezed(own.text))
            elif stop <= start and (has_chinese(title) or not self._chinese):
                self._add_heading(title)
        return taken

    def _add_heading(self, text: str) -> None:
        self.lines.append(Line(text, 1))
        self.headings.add(squeezed(text))


def _is_own(line: Line, title: str, *, alone: bool) -> bool:
    """Return whether a line is a chapter's own heading, which the contents word differently.

    One that stands for several titles is made of them: its number and its name.
    """
    if not alone:
        return bool(line.level) and letters_of(title) in map(letters_of, line.text.split("\u3000"))
    if is_heading(line.text):
        return True
    one, other = letters_of(line.text), letters_of(title)
    return bool(line.level and one and other) and (one in other or other in one)


def _found_in(title: str, lines: Sequence[Line]) -> tuple[int, int]:
    """Return the lines that a title stands in, as a range; an empty one for none."""
    wanted = letters_of(title)
    for start in range(len(lines)):
        joined = ""
        for stop in range(start, len(lines)):
            joined += letters_of(lines[stop].text)
            if wanted and joined == wanted:
                return start, stop + 1
    return 0, 0
