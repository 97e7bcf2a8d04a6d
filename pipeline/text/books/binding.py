"""A text as a book again: a plain text or an epub 3, the same bytes for the same text.

The epub is after https://www.w3.org/TR/epub-33/; its members are not packed, since packed bytes
differ from one zlib to another.
"""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipeline.text.chapters.headings import is_heading

_INDENT = "\u3000\u3000"
_PART = "续写"  # what a chapter without a heading is called
_WHEN = (1980, 1, 1, 0, 0, 0)  # of every member: the first moment that a zip archive knows
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n'
    '<rootfiles><rootfile full-path="EPUB/package.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles>\n</container>\n'
)


@dataclass(frozen=True)
class Part:
    """A chapter: its title, "" for none, and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


def parts_of(texts: Sequence[str]) -> list[Part]:
    r"""Divide texts into chapters at their headings; several texts are chapters of their own.

    >>> parts_of(["她走了。\n第二章 夜雨\n雨停了。"])
    [Part(title='', paragraphs=('她走了。',)), Part(title='第二章 夜雨', paragraphs=('雨停了。',))]
    """
    parts: list[Part] = []
    for number, text in enumerate(texts, 1):
        title = f"{_PART} {number}" if len(texts) > 1 else ""
        paragraphs: list[str] = []
        for line in filter(None, map(str.strip, text.splitlines())):
            if not is_heading(line):
                paragraphs.append(line)
                continue
            if title or paragraphs:
                parts.append(Part(title, tuple(paragraphs)))
            title, paragraphs = line, []
        if title or paragraphs:
            parts.append(Part(title, tuple(paragraphs)))
    return parts


def bind_text(title: str, parts: Sequence[Part]) -> bytes:
    """Return a book as a plain text in UTF-8."""
    pieces = [f"{title}\n"]
    for part in parts:
        pieces.append(f"\n{part.title}\n\n" if part.title else "\n")
        pieces += [f"{_INDENT}{paragraph}\n" for paragraph in part.paragraphs]
    return "".join(pieces).encode("utf-8", errors="replace")


def bind_epub(title: str, parts: Sequence[Part]) -> bytes:
    """Return a book as an epub 3: a page a chapter, and its contents."""
    title = _text(title)
    pages = {f"chapter-{n}.xhtml": _chapter(part) for n, part in enumerate(parts, 1)}
    titles = [_text(part.title or _PART) for part in parts]
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join([title, *pages.values()]))
    members = {
        "mimetype": "application/epub+zip",  # the first, by which programs know an epub
        "META-INF/container.xml": _CONTAINER,
        "EPUB/package.opf": _package(title, f"urn:uuid:{identifier}", list(pages)),
        "EPUB/nav.xhtml": _nav(title, dict(zip(pages, titles, strict=True))),
        **{f"EPUB/{name}": page for name, page in pages.items()},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, text.encode("utf-8"))
    return file.getvalue()


def _package(title: str, identifier: str, pages: Sequence[str]) -> str:
    """Return the package file."""
    kind = 'media-type="application/xhtml+xml"'
    items = "".join(f'<item id="c{n}" href="{page}" {kind}/>\n' for n, page in enumerate(pages, 1))
    refs = "".join(f'<itemref idref="c{n}"/>\n' for n in range(1, len(pages) + 1))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        'xml:lang="zh">\n<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">{identifier}</dc:identifier>\n<dc:title>{title}</dc:title>\n'
        '<dc:language>zh</dc:language>\n<meta property="dcterms:modified">1980-01-01T00:00:00Z'
        f'</meta>\n</metadata>\n<manifest>\n<item id="nav" href="nav.xhtml" properties="nav" {kind}'
        f"/>\n{items}</manifest>\n<spine>\n{refs}</spine>\n</package>\n"
    )


def _nav(title: str, titles: dict[str, str]) -> str:
    """Return the contents, title by page."""
    items = "".join(f'<li><a href="{page}">{own}</a></li>\n' for page, own in titles.items())
    return _page(title, f'<nav epub:type="toc">\n<h1>目录</h1>\n<ol>\n{items}</ol>\n</nav>\n')


def _chapter(part: Part) -> str:
    """Return the page of a chapter."""
    body = f"<h1>{_text(part.title)}</h1>\n" if part.title else ""
    body += "".join(f"<p>{_text(paragraph)}</p>\n" for paragraph in part.paragraphs)
    return _page(_text(part.title or _PART), body)


def _page(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="zh" xml:lang="zh">\n<head><title>{title}</title></head>\n<body>\n{body}</body>\n'
        "</html>\n"
    )


def _text(text: str) -> str:
    """Return text as it stands in XML: escaped, without what XML cannot hold."""
    return escape(_NO_XML.sub("\ufffd", text), quote=False)
