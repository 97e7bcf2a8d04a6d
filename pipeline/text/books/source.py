"""What a novel can be given as: a file, a folder of files, an address, a name in the catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.errors import DataError
from pipeline.hints import nearest_name
from pipeline.text.books.novels import NOVELS
from pipeline.text.chapters.numerals import NUMERAL_CLASS, number

if TYPE_CHECKING:
    from pipeline.text.books.request import DownloadPolicy

Kind = Literal["url", "catalogue", "folder", "file"]

URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*://")
MAGIC = (  # (offset, bytes, what it is)
    (30, b"mimetypeapplication/epub+zip", "an epub"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "a zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"Rar!", "a rar archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\xd0\xcf\x11\xe0", "a Word document"),
    (60, b"BOOKMOBI", "a Kindle book"),
)
SUFFIXES = {
    ".epub": "an epub",
    ".zip": "a zip archive",
    ".gz": "a gzip archive",
    ".tgz": "a gzip archive",
    ".rar": "a rar archive",
    ".7z": "a 7z archive",
    ".pdf": "a PDF document",
    ".doc": "a Word document",
    ".docx": "a Word document",
    ".mobi": "a Kindle book",
    ".azw3": "a Kindle book",
}


@dataclass(frozen=True)
class Document:
    """One text as it came: the name it goes by, and its bytes."""

    name: str
    data: bytes


def kind_of(source: str) -> Kind:
    """Return what `source` is; something that exists on disk wins over a name."""
    if URL.match(source):
        return "url"
    path = Path(source)
    if path.is_dir():
        return "folder"
    if not path.exists() and catalogue_title(source) is not None:
        return "catalogue"
    return "file"


def catalogue_title(source: str) -> str | None:
    """Return the catalogue's title for a name such as 红楼梦 or 《红楼梦》, or None."""
    title = source.strip("《》 ")
    return title if title in NOVELS else None


def source_files(source: str) -> dict[str, Path]:
    """Return the files that `source` stands for, label → path; none for what is downloaded.

    A file is labelled 'source', the files of a folder by their names relative to it, in reading
    order.
    """
    kind = kind_of(source)
    if kind == "file":
        return {"source": Path(source)}
    if kind == "folder":
        root = Path(source)
        found = [path.relative_to(root) for path in root.rglob("*") if _is_text_file(path)]
        return {path.as_posix(): root / path for path in sorted(found, key=reading_order)}
    return {}


def _is_text_file(path: Path) -> bool:
    return path.suffix.lower() == ".txt" and path.is_file() and not path.name.startswith(".")


def read_source(source: str, *, downloads: Path, policy: DownloadPolicy) -> tuple[Document, ...]:
    """Read the bytes of a novel.

    Raises
    ------
    DataError
        Nothing is there, or it is an archive, an e-book, an empty file or an empty folder.
    DownloadRefused
        See `download`.
    """
    from pipeline.text.books.download import download

    kind = kind_of(source)
    if kind in ("url", "catalogue"):
        title = catalogue_title(source)
        url = NOVELS[title].url if title else source
        documents: tuple[Document, ...] = (
            Document(title or url, download(url, downloads, policy=policy)),
        )
    else:
        files = source_files(source)
        if not files:
            raise DataError(f"{source}: expected a folder with .txt files, got none in it")
        documents = tuple(
            _read(path, path.name if kind == "file" else label) for label, path in files.items()
        )
    for document in documents:
        refuse_binary(document)
    return documents


def _read(path: Path, name: str) -> Document:
    """Read one file of the disk."""
    try:
        return Document(name, path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(
            f"{path}: expected a file, a folder, an http(s) address or one of "
            f"{'、'.join(NOVELS)}, found nothing there{_nearest(path)}"
        ) from error
    except OSError as error:
        raise DataError(f"{path}: expected a readable file, got {error.strerror}") from error


def _nearest(path: Path) -> str:
    """Return a hint at a name that was perhaps meant."""
    try:
        beside = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        beside = []
    close = nearest_name(path.name, [*NOVELS, *beside], least=0.6)
    return f"; did you mean {close}?" if close else ""


def refuse_binary(document: Document) -> None:
    """Refuse by name what is not plain text: archives, e-books, documents, nothing at all."""
    name, data = document.name, document.data
    if not data.strip():
        raise DataError(f"{name}: expected a text, got an empty file")
    found = [what for start, magic, what in MAGIC if data[start:].startswith(magic)]
    suffix = SUFFIXES.get(Path(name).suffix.lower())
    what = suffix if suffix and found else (found[0] if found else suffix)
    if what:
        raise DataError(
            f"{name}: expected a plain text, got {what}: unpack or convert it first and give the "
            ".txt"
        )


def reading_order(path: Path) -> list[list[tuple[int, int, str]]]:
    """Return a sort key that puts 2 before 10, 第二回 before 第十回, and 上 before 中 before 下."""
    return [_natural(part) for part in path.with_suffix("").parts]


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a name as a list of numbers and words, numbers first."""
    name = re.sub(
        r"[上中下](?=[卷部册集篇]?$)", lambda found: str("上中下".index(found.group()) + 1), name
    )
    pieces = re.split(rf"({NUMERAL_CLASS}+)", name)
    return [
        (0, number(piece), "") if index % 2 else (1, 0, piece)
        for index, piece in enumerate(pieces)
        if piece
    ]


def forget_source(source: str, downloads: Path) -> None:
    """Drop the recorded digest and the kept copy of a download; nothing to do for files."""
    from pipeline.text.books.download import forget

    title = catalogue_title(source)
    if kind_of(source) in ("url", "catalogue"):
        forget(NOVELS[title].url if title else source, downloads)
