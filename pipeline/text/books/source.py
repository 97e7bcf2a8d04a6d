"""What a novel can be given as: a file, a folder of files, an address, a name in the catalogue."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.errors import DataError
from pipeline.filenames import in_utf8, on_disk, readable
from pipeline.hints import file_hint
from pipeline.regular import read_regular, too_large, why_unreadable
from pipeline.shown import shown
from pipeline.text.books.address import entry_of, public_address
from pipeline.text.books.copies import without_copies
from pipeline.text.books.document import Document, Limits, Reading, together
from pipeline.text.books.folder import folder_cuts, folder_files
from pipeline.text.books.formats import read_book
from pipeline.text.books.novels import NOVELS

if TYPE_CHECKING:
    from pipeline.text.books.request import DownloadPolicy

Kind = Literal["url", "catalogue", "folder", "file"]

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*://")


def kind_of(source: str) -> Kind:
    """Return what `source` is; something that exists on disk wins over a name."""
    if _URL.match(source):
        return "url"
    path = _disk_path(source)
    if path.is_dir():
        return "folder"
    if not path.exists() and _catalogue_title(source) is not None:
        return "catalogue"
    return "file"


def _disk_path(source: str) -> Path:
    """Return where a file or folder lies, in this system's own encoding."""
    return Path(on_disk(source))


def _catalogue_title(source: str) -> str | None:
    """Return the catalogue's title for a name such as 红楼梦 or 《红楼梦》, or None."""
    title = in_utf8(source).strip("《》 ")
    return title if title in NOVELS else None


def source_name(source: str) -> str:
    """Return what a source is called where people see it: no query, no folders above, no escapes.

    >>> source_name("https://user:secret@example.org/books/novel.txt?token=1")
    'https://example.org/books/novel.txt'
    """
    kind = kind_of(source)
    if kind == "catalogue":
        return _catalogue_title(source) or source
    if kind == "url":
        return public_address(source)
    return shown(readable(_disk_path(source).name))


def shown_source(source: str) -> str:
    """Return a source as messages name it: a path whole, an address without its secrets."""
    return (
        source_name(source)
        if kind_of(source) in ("url", "catalogue")
        else _shown_path(_disk_path(source))
    )


def source_entry(source: str) -> str:
    """Return what stands in records for a source that is downloaded; see `entry_of`."""
    return _catalogue_title(source) or entry_of(source)


def source_files(source: str) -> dict[str, Path]:
    """Return the files that `source` stands for, label → path; none for what is downloaded.

    A file is labelled 'source', the files of a folder by their names relative to it, in reading
    order. Folders of artifacts are no part of a novel.
    """
    kind = kind_of(source)
    if kind == "file":
        return {"source": _disk_path(source)}
    if kind == "folder":
        return folder_files(_disk_path(source))
    return {}


def check_source(source: str, *, max_bytes: int) -> None:
    """Refuse a source that cannot be read, by what the disk says of it; nothing is opened.

    Raises
    ------
    DataError
        Nothing is there, a folder has no text, a file is a pipe or a device or may not be read, or
        all together are larger than `max_bytes`.
    """
    files = source_files(source)
    if not files and kind_of(source) == "folder":
        raise DataError(
            f"{_shown_path(_disk_path(source))}: expected a folder with texts (.txt, "
            ".html, .epub, .docx …), got none in it"
        )
    check_sizes(files.values(), max_bytes=max_bytes)
    for path in files.values():
        if not path.exists():
            raise nothing_there(path)
        if not os.access(path, os.R_OK):
            raise DataError(
                f"{_shown_path(path)}: expected a readable file, got no right to read it"
            )


def check_sizes(paths: Iterable[Path], *, max_bytes: int) -> None:
    """Refuse files that are no regular ones, or together larger than `max_bytes`.

    Raises
    ------
    DataError
        Naming the first such file.
    """
    total = 0
    for path in paths:
        why = why_unreadable(path)
        total += path.stat().st_size if not why and path.exists() else 0
        if why := why or too_large(total, max_bytes, "fetch.max_bytes"):
            raise DataError(f"{_shown_path(path)}: expected a text file, {why}")


def read_source(source: str, *, downloads: Path, policy: DownloadPolicy) -> Reading:
    """Read a novel: the bytes of plain text, whatever form it comes in, and what is not in them.

    Raises
    ------
    DataError
        See `check_source`; or it is empty, or of a form that is not read; see `read_book`.
    DownloadRefused
        See `download`.
    """
    from pipeline.text.books.download import download

    if kind_of(source) in ("url", "catalogue"):
        data = download(_address(source), downloads, policy=policy)
        raw = Reading((Document(source_name(source), data),))
    else:
        raw = read_raw(source, max_bytes=policy.max_bytes)
    try:
        return read_texts(raw, max_bytes=policy.max_bytes)
    except DataError:
        forget_source(source, downloads)  # or a server that has been mended is never asked again
        raise


def read_raw(source: str, *, max_bytes: int, name: str = "") -> Reading:
    """Return the files of a source on disk as they are, in whatever form.

    `name` is what a file goes by, or what stands before the names of a folder's.

    Raises
    ------
    DataError
        See `check_source`.
    """
    check_source(source, max_bytes=max_bytes)
    folder = kind_of(source) == "folder"
    documents = tuple(
        _read(path, _document_name(path, label, name, folder=folder), max_bytes)
        for label, path in source_files(source).items()
    )
    return Reading(documents, folder_cuts(_disk_path(source)) if folder else ())


def _document_name(path: Path, label: str, name: str, *, folder: bool) -> str:
    """Return what a file of a source goes by."""
    if folder:
        return f"{name}/{label}" if name else label
    return name or readable(path.name)


def read_texts(raw: Reading, *, max_bytes: int) -> Reading:
    """Return the texts of files in their order, whatever their form.

    Raises
    ------
    DataError
        One is empty, or of a form that is not read; see `read_book`.
    """
    readings: list[Reading] = []
    refused: list[DataError] = []
    left = max_bytes
    for document in raw.documents:
        try:
            readings.append(read_book(document, Limits(left)))
        except DataError as error:
            refused.append(error)
            continue
        left -= sum(len(text.data) for text in readings[-1].documents)
    if refused:
        raise together(refused)
    texts = tuple(text for reading in readings for text in reading.documents)
    if not texts:
        raise DataError(
            f"{shown(raw.documents[0].name)}: expected a page with a chapter's text, got links "
            "alone; save the chapter's own page"
        )
    every = (*raw.cuts, *(cut for reading in readings for cut in reading.cuts))
    return without_copies(Reading(texts, every))


def _address(source: str) -> str:
    """Return the address of what is downloaded."""
    title = _catalogue_title(source)
    return NOVELS[title].url if title else source


def _read(path: Path, name: str, max_bytes: int) -> Document:
    """Read one file of the disk."""
    try:
        data = read_regular(path, max_bytes)
    except FileNotFoundError as error:
        raise nothing_there(path) from error
    except OSError as error:
        raise DataError(
            f"{_shown_path(path)}: expected a readable file, got {error.strerror}"
        ) from error
    if why := too_large(len(data), max_bytes, "fetch.max_bytes"):  # it grew, or told no size
        raise DataError(f"{_shown_path(path)}: expected a text file, {why}")
    return Document(shown(name), data)


def nothing_there(path: Path) -> DataError:
    """Return the error for a source that does not exist, with a name that was perhaps meant."""
    try:
        beside = [readable(entry.name) for entry in path.parent.iterdir()]
    except OSError:
        beside = []
    near = file_hint(readable(path.name), [*NOVELS, *beside])
    return DataError(
        f"{_shown_path(path)}: expected a file, a folder, an http(s) address or one of "
        f"{'、'.join(NOVELS)}, found nothing there{near}"
    )


def _shown_path(path: Path) -> str:
    return shown(readable(str(path)))


def forget_source(source: str, downloads: Path) -> None:
    """Drop the recorded digest and the kept copy of a download; nothing to do for files."""
    from pipeline.text.books.download import forget

    if kind_of(source) in ("url", "catalogue"):
        forget(_address(source), downloads)
