"""A Word document as a novel: its paragraphs as they read with all changes accepted."""

from __future__ import annotations

import re

from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.decoding import page_text
from pipeline.text.books.document import Document, Limits, Reading, text_document
from pipeline.text.books.markup import Element, parse
from pipeline.text.books.numbering import Numbering, level_of, read_numbering
from pipeline.text.books.package import resolve
from pipeline.text.books.prose import HIDDEN, NOTE, READING, Line
from pipeline.text.books.styles import OFF, kind_of_style, read_styles
from pipeline.text.books.tags import bounded_tokens
from pipeline.text.books.title_page import without_title_page
from pipeline.text.books.zipped import Archive, open_zip
from pipeline.text.cuts import Cut
from pipeline.text.gaps import squeezed

_OLE = b"\xd0\xcf\x11\xe0"
_RELATIONS = "_rels/.rels"
_USUAL = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_ASIDE = {  # what is printed beside the text, by the name of its file
    re.compile(r"word/(?:foot|end)notes\d*\.xml"): NOTE,
    re.compile(r"word/comments\d*\.xml"): "comment",
    re.compile(r"word/(?:header|footer)\d*\.xml"): "running title",
}
_LEFT_OUT = {"del": "deleted text", "movefrom": "deleted text", "rt": READING, "fallback": ""}
_BREAKS = frozenset({"br", "cr"})
_OTHERS = frozenset({"ppr", "rprchange"})  # what they hold is not said of a run's text
_TAGS_A_CHARACTER = 60  # a run of one character has so many with all that is said of its font


def is_docx(archive: Archive) -> bool:
    """Return whether a zip archive is a Word document."""
    return "[Content_Types].xml" in archive.names and any(
        name.startswith("word/") for name in archive.names
    )


def read_docx(document: Document, limits: Limits) -> Reading:
    """Return the text of a .docx.

    Tracked insertions and the base of ruby stay. Left out, each with a record: deletions, hidden
    text, readings, notes, comments, running titles, and a table of contents.

    Raises
    ------
    DataError
        It is no sound .docx, it has a password, or there is no text in it.
    """
    if document.data.startswith(_OLE):
        raise DataError(
            f"{shown(document.name)}: expected a .docx without a password, got an encrypted one or "
            "one of the old form; save it anew without a password"
        )
    return docx_of(open_zip(document, limits), document)


def docx_of(archive: Archive, document: Document) -> Reading:
    """Return the text of a .docx whose archive is open."""
    path = _document_path(archive)
    folder = path.rpartition("/")[0]
    numbering = Numbering()
    if (name := f"{folder}/numbering.xml") in archive.names:
        numbering = read_numbering(parse(_text(archive, name), xml=True, name=archive.name))
    kinds: dict[str, str] = {}
    if (name := f"{folder}/styles.xml") in archive.names:
        root = parse(_text(archive, name), xml=True, name=archive.name)
        kinds = read_styles(root, numbering)
    writer = _Writer(document.name, kinds, numbering)
    writer.read(_text(archive, path))
    if not writer.lines:
        raise DataError(
            f"{archive.name}: expected a document with text, got one without a paragraph of it; if "
            "its text is in pictures, find it as text"
        )
    cuts = writer.cuts
    for name in sorted(archive.names):
        for pattern, reason in _ASIDE.items():
            if pattern.fullmatch(name):
                aside = _Writer(f"{document.name}/{name}", {}, Numbering())
                aside.read(_text(archive, name))
                cuts += [Cut(reason, aside.name, n, own) for n, own in enumerate(aside.lines, 1)]
    title, authors = _properties(archive)
    marked = [Line(own, int(squeezed(own) in writer.headings)) for own in writer.lines]
    lines, cut = without_title_page(marked, title=title, authors=authors, name=document.name)
    texts = [line.text for line in lines]
    made = text_document(
        document, texts, title=title if cut else "", headings=frozenset(writer.headings)
    )
    cuts += cut
    return Reading((made,), tuple(cuts))


def _properties(archive: Archive) -> tuple[str, set[str]]:
    """Return the title and the authors that a document's properties tell; many tell none."""
    if _PROPERTIES not in archive.names:
        return "", set()
    root = parse(_text(archive, _PROPERTIES), xml=True, name=archive.name)
    title = next((own.text().strip() for own in root.find("title")), "")
    return title, {own.text().strip() for own in root.find("creator")}


def _text(archive: Archive, path: str) -> str:
    return page_text(archive.read(path), name=f"{archive.name}: {shown(path)}")


def _document_path(archive: Archive) -> str:
    """Return where the text lies in the archive."""
    if _RELATIONS in archive.names:
        root = parse(_text(archive, _RELATIONS), xml=True, name=archive.name)
        for own in root.find("relationship"):
            target = resolve(own.get("target"), "")[0]
            if own.get("type").endswith("/officeDocument") and target in archive.names:
                return target
    if _USUAL in archive.names:
        return _USUAL
    raise DataError(
        f"{archive.name}: expected a Word document, got an archive without its text ({_USUAL}); "
        "save it anew"
    )


class _Writer:
    """A document in the making: paragraphs within each other, and what is skipped."""

    def __init__(self, name: str, styles: dict[str, str], numbering: Numbering) -> None:
        self.name = name
        self.lines: list[str] = []
        self.headings: set[str] = set()
        self.cuts: list[Cut] = []
        self._styles = styles
        self._paragraphs: list[list[str]] = []
        self._kinds: list[str] = []
        self._numbering = numbering
        self._numbers: list[tuple[str, int | None]] = []  # of the open ones: list and level
        self._skipped: list[tuple[str, list[str]]] = []  # the elements left out, with their text
        self._hidden: list[str] = []
        self._runs: list[bool] = []  # the open ones, whether each is hidden
        self._others = 0  # open elements of `_OTHERS`
        self._before = 0  # open elements that tell how a paragraph was set before a change

    def read(self, text: str) -> None:
        """Read the XML of a part; of text only what stands in its own t elements counts."""
        prefix = ""
        in_text = False
        found = bounded_tokens(text, tags_a_character=_TAGS_A_CHARACTER, name=shown(self.name))
        for kind, first, rest in found:
            if kind == "text":
                if in_text:
                    self._add(first)
                continue
            space, _, name = first.rpartition(":")
            if kind == "open" and name in ("document", "hdr", "ftr", "footnotes", "endnotes"):
                prefix = space
            empty = rest.endswith("/")
            if space != prefix and name != "fallback":
                continue
            if name in ("t", "deltext"):
                in_text = kind == "open" and not empty
            elif kind == "open":
                self._open(name, rest, empty)
            else:
                self._close(name)
        while self._paragraphs:
            self._end_paragraph()

    def _add(self, text: str) -> None:
        if self._skipped:
            self._skipped[-1][1].append(text)
        elif any(self._runs):
            self._hidden.append(text)
        elif self._paragraphs:
            self._paragraphs[-1].append(text)

    def _open(self, name: str, tag: str, empty: bool) -> None:
        if name in _LEFT_OUT:
            if not empty:
                self._skipped.append((name, []))
        elif name == "p" and not empty and not self._skipped:
            self._paragraphs.append([])
            self._kinds.append("")
            self._numbers.append(("", None))
        elif name in _BREAKS:
            self._add("\n")
        elif name in ("tab", "ptab"):
            self._add(" ")
        elif name == "nobreakhyphen":
            self._add("-")
        elif name == "r" and not empty:
            self._runs.append(False)
        elif name in _OTHERS and not empty:
            self._others += 1
        elif name == "pprchange" and not empty:
            self._before += 1
        elif self._before:
            return
        elif name in ("vanish", "rstyle") and self._runs and not self._others:
            value = Element(name, tag).get("val")
            hidden = value not in OFF if name == "vanish" else self._is_hidden(value)
            self._runs[-1] = hidden
        elif name in ("pstyle", "outlinelvl") and self._kinds and not self._skipped:
            value = Element(name, tag).get("val")
            kind = self._styles.get(value, "") if name == "pstyle" else kind_of_style("", value)
            self._kinds[-1] = kind or self._kinds[-1]
            if name == "pstyle" and (own := self._numbering.styles.get(value)):
                self._numbers[-1] = own
        elif name in ("numid", "ilvl") and self._numbers and not self._skipped:
            value = Element(name, tag).get("val")
            number, level = self._numbers[-1]
            own_level = level_of(value)
            self._numbers[-1] = (value, level) if name == "numid" else (number, own_level)

    def _close(self, name: str) -> None:
        if self._skipped and self._skipped[-1][0] == name:
            _, pieces = self._skipped.pop()
            text, reason = "".join(pieces).strip(), _LEFT_OUT[name]
            if text and reason:
                self._cut(reason, text)
        elif name == "r" and self._runs:
            self._runs.pop()
        elif name in _OTHERS and self._others:
            self._others -= 1
        elif name == "pprchange" and self._before:
            self._before -= 1
        elif name == "p" and self._paragraphs and not self._skipped:
            self._end_paragraph()

    def _is_hidden(self, style: str) -> bool:
        return self._styles.get(style) == "hidden"

    def _cut(self, reason: str, line: str) -> None:
        self.cuts.append(Cut(reason, self.name, len(self.lines) + 1, line))

    def _end_paragraph(self) -> None:
        lines = "".join(self._paragraphs.pop()).split("\n")
        kind = self._kinds.pop()
        number, level = self._numbers.pop()
        lines = [line for line in lines if line.strip()]
        label = self._numbering.label(number, level or 0)
        if label and (lines or kind == "heading"):
            lines = [(label + "".join(lines[:1]).lstrip()).rstrip(), *lines[1:]]
        if hidden := "".join(self._hidden).strip():
            self._cut(HIDDEN, hidden)
        self._hidden.clear()
        if reason := {"contents": "contents", "hidden": HIDDEN}.get(kind):
            for line in lines:
                self._cut(reason, line)
            return
        if kind == "heading" and lines:
            lines = ["\u3000".join(line.strip() for line in lines)]
            self.headings.add(squeezed(lines[0]))
        self.lines += lines
