"""Books of every form, made by code: as the programs that people use write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from pipeline.text.books.document import Document, Limits, Reading
from pipeline.text.books.formats import read_book

PROSE = "青棠听了，笑道：“这雨下得好大。”"
P = f"<p>{PROSE}</p>"
CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{path}" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def zip_of(members: Mapping[str, str | bytes], *, packed: bool = True) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def zip_with_names(members: Mapping[bytes, bytes]) -> bytes:
    """Return a zip archive whose names are bytes in an encoding that it does not tell."""
    file = io.BytesIO()
    stand_ins = {
        "~" * (len(name) - 4) + f"{number:04d}": name for number, name in enumerate(members)
    }
    with zipfile.ZipFile(file, "w") as archive:
        for stand_in, name in stand_ins.items():
            archive.writestr(stand_in, members[name])
    data = file.getvalue()
    for stand_in, name in stand_ins.items():
        data = data.replace(stand_in.encode(), name)
    return data


def xhtml(body: str, *, title: str = "<title/>", head: str = "") -> str:
    """Return a page of an epub; its title is empty as Sigil's template has it."""
    return (
        f'{head}<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head>{title}</head><body>{body}</body></html>'
    )


def nav_of(entries: Sequence[tuple[str, str]], more: str = "") -> str:
    """Return the contents of an epub 3: (href, title)."""
    items = "".join(f'<li><a href="{href}">{title}</a></li>' for href, title in entries)
    return xhtml(f'<nav epub:type="toc" id="toc"><h1>目录</h1><ol>{items}</ol></nav>{more}')


def ncx_of(entries: Sequence[tuple[str, str]], prefix: str = "") -> str:
    """Return the contents of an epub 2, each entry within the one before it."""
    opened = "".join(
        f'<{prefix}navPoint playOrder="{9 - n}" id="n{n}"><{prefix}navLabel><{prefix}text>{title}'
        f'</{prefix}text></{prefix}navLabel><{prefix}content src="{href}"/>'
        for n, (href, title) in enumerate(entries)
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" '
        f'"http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><{prefix}ncx><{prefix}navMap>{opened}'
        f"{f'</{prefix}navPoint>' * len(entries)}</{prefix}navMap></{prefix}ncx>"
    )


def epub_of(
    pages: Mapping[str, str | bytes],
    *,
    folder: str = "OEBPS/",
    package_name: str = "content.opf",
    prefix: str = "",
    nav: str = "",
    ncx: str = "",
    guide: str = "",
    not_linear: Sequence[str] = (),
    spine: str = "",
    more: Mapping[str, str | bytes] | None = None,
    title: str = "夜雨集",
    names: str = "",
) -> bytes:
    """Return an epub of pages by href, in the spine's order.

    With an encoding as `names` the archive's names are in it, which nothing tells.
    """
    manifest = "".join(
        f'<{prefix}item id="p{n}" href="{href}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(pages)
    )
    no = dict.fromkeys(not_linear, ' linear="no"')
    refs = "".join(
        f'<{prefix}itemref idref="p{n}"{no.get(href, "")}/>' for n, href in enumerate(pages)
    )
    if nav:
        manifest += (
            f'<{prefix}item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" '
            'properties="nav"/>'
        )
    if ncx:
        manifest += f'<{prefix}item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    package = (
        f'<?xml version="1.0" encoding="utf-8"?><{prefix}package version="2.0">'
        f'<{prefix}metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}'
        f"</dc:title></{prefix}metadata><{prefix}manifest>{manifest}</{prefix}manifest>"
        f'<{prefix}spine toc="ncx">{spine or refs}</{prefix}spine>{guide}</{prefix}package>'
    )
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER.format(path=folder + package_name),
        folder + package_name: package,
        **{folder + unquote(href): page for href, page in pages.items()},
    }
    if nav:
        members[f"{folder}nav.xhtml"] = nav
    if ncx:
        members[f"{folder}toc.ncx"] = ncx
    members |= dict(more or {})
    if names:
        own = {name: d if isinstance(d, bytes) else d.encode() for name, d in members.items()}
        return zip_with_names({name.encode(names): data for name, data in own.items()})
    return zip_of(members)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx_of(body: str, *, prefix: str = "w", more: Mapping[str, str] | None = None) -> bytes:
    """Return a Word document; `body` writes its elements with the prefix w."""
    if prefix != "w":
        body = body.replace("<w:", f"<{prefix}:").replace("</w:", f"</{prefix}:")
    return zip_of(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": '<Relationships><Relationship Type="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/document.xml": f'<?xml version="1.0"?><{prefix}:document xmlns:{prefix}="{WORD}">'
            f"<{prefix}:body>{body}</{prefix}:body></{prefix}:document>",
            **(more or {}),
        }
    )


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph of a Word document."""
    kind = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{kind}<w:r><w:t>{text}</w:t></w:r></w:p>"


def read(name: str, data: bytes, *, max_bytes: int = 64 * 2**20) -> Reading:
    """Read a book as `fetch` does."""
    return read_book(Document(name, data), Limits(max_bytes))


def lines(reading: Reading) -> list[str]:
    """Return the lines of all texts of a reading."""
    texts = [
        own.data.decode(own.encoding or "utf-8", errors="replace") for own in reading.documents
    ]
    return [line for text in texts for line in text.split("\n")]


def cut(reading: Reading, reason: str) -> list[str]:
    """Return what was left out for a reason."""
    return [own.text for own in reading.cuts if own.reason == reason]
