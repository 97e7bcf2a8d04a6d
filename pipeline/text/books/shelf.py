"""A shelf: a folder of which each file is a book, or the list of books in a file shelf.toml.

title = "明清小说"        # of the shelf; optional

[[book]]
file = "红楼梦.txt"       # or a folder that holds one book's files
title = "红楼梦"          # this and all below: optional
author = "曹雪芹"
period = "清"
encoding = "gb18030"      # of a plain text whose own is found wrongly; goes before the setting's
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import DataError, SettingsError
from pipeline.filenames import on_disk, readable
from pipeline.hints import file_hint, hint
from pipeline.plural import counted
from pipeline.shown import UNSAFE, shown
from pipeline.text.books.folder import folder_cuts, folder_files
from pipeline.text.books.source import kind_of, nothing_there, source_name
from pipeline.text.cleaning.encoding import AUTO, check_encoding
from pipeline.text.cuts import Cut
from pipeline.toml import read_table, shown_value

LIST = "shelf.toml"

_MOST_BYTES = 16 * 2**20  # of a list: a hundred thousand books
_LONGEST = 100  # characters of a title, an author, a period
_LONGEST_PATH = 1000  # characters of a path
_ABOUT = ("title", "author", "period")
_ENCODING = "encoding"
_TOLD = 3  # of several files


@dataclass(frozen=True)
class Entry:
    """A book of a shelf, not yet read.

    `file` is the place of its file or folder seen from the shelf, with / between; `title`,
    `author`, `period` and `encoding` are what the shelf's list tells, else "".
    """

    path: Path
    file: str
    title: str = ""
    author: str = ""
    period: str = ""
    encoding: str = ""


@dataclass(frozen=True)
class Shelf:
    """The books in their order, what lies among them unread, and the shelf's own title or ""."""

    entries: tuple[Entry, ...]
    cuts: tuple[Cut, ...] = ()
    title: str = ""


def list_of(source: str) -> Path | None:
    """Return the list of books that a source is or holds, None without one."""
    path = Path(on_disk(source))
    if path.is_dir():
        path /= LIST
    return path if path.suffix.lower() == ".toml" and path.is_file() else None


def read_shelf(source: str) -> Shelf:
    """Return the books of a list, or of a folder without one: each file that is a text by its name.

    Raises
    ------
    SettingsError
        The list is no TOML, has no book, other entries than above, or files that are not there;
        the source is neither a list nor a folder.
    DataError
        Nothing is there, or a folder without a book.
    """
    path = list_of(source)
    if path is not None:
        return _read_list(path)
    root = Path(on_disk(source))
    _refuse_no_folder(source, root)
    files = folder_files(root)
    if not files:
        raise DataError(
            f"{shown(readable(source))}: expected a shelf of books (.txt, .epub, .docx …), got none"
        )
    return Shelf(tuple(Entry(own, file) for file, own in files.items()), folder_cuts(root))


def unlisted(source: str, shelf: Shelf) -> tuple[Cut, ...]:
    """Return a cut for each file beside a shelf's list that would be a book without the list.

    It goes through the whole folder, which `read_shelf` does not where there is a list. A list of
    another name is a choice, and its folder need not be one of books.
    """
    path = list_of(source)
    if path is None or path.name != LIST:
        return ()
    listed = {entry.path for entry in shelf.entries}
    return tuple(
        Cut("not in the shelf's list", file, 0, file)
        for file, own in folder_files(path.parent).items()
        if listed.isdisjoint((own, *own.parents))
    )


def tell_unlisted(cuts: Sequence[Cut]) -> Iterator[str]:
    """Yield a line on the files beside a shelf's list that are not in it, if there are any."""
    if not cuts:
        return
    are = "is" if len(cuts) == 1 else "are"
    told = ", ".join(shown(cut.document) for cut in cuts[:_TOLD])
    more = f" and {len(cuts) - _TOLD:,} more" if len(cuts) > _TOLD else ""
    yield f"{counted(len(cuts), 'file')} beside {LIST} {are} not in its list: {told}{more}"


def _refuse_no_folder(source: str, root: Path) -> None:
    """Refuse a source that is no folder, though it is to be read as a shelf."""
    if root.is_dir():
        return
    kind = kind_of(source)
    if kind == "file" and not root.exists():
        raise nothing_there(root)
    got = {"url": "the address", "catalogue": "the title"}.get(kind, "the file")
    rest = "give its folder, or leave" if kind == "file" else "leave"
    raise SettingsError(
        "fetch.books: expected a folder or a list of books (shelf.toml) for each, got "
        f"{got} {source_name(source)}; {rest} fetch.books out",
        setting="fetch.books",
    )


def _read_list(path: Path) -> Shelf:
    """Read a list of books; one that is named twice is there once."""
    name = shown(readable(path.name))
    table = read_table(path, name, most_bytes=_MOST_BYTES)
    _refuse_others(table, ("title", "book"), name)
    rows = table.get("book", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{name}: expected [[book]] before each book, got another form")
    entries: dict[str, Entry] = {}
    twice: list[tuple[int, str]] = []
    for number, row in enumerate(rows, 1):
        entry = _entry(path.parent, row, f"{name}, book {number:,}")
        if entry.file in entries:
            twice.append((number, entry.file))
        entries.setdefault(entry.file, entry)
    if not entries:
        raise SettingsError(
            f"{name}: expected at least one [[book]] with a file, got none; write [[book]] and "
            'file = "…" for each book, or move the list away and read the whole folder with '
            "--set fetch.books=each"
        )
    _refuse_missing(entries.values(), name)
    cuts = tuple(_tell_twice(path, name, twice)) if twice else ()
    return Shelf(tuple(entries.values()), cuts, _text(table, "title", name))


def _tell_twice(path: Path, name: str, twice: Sequence[tuple[int, str]]) -> Iterator[Cut]:
    """Yield a cut for each book that is listed again, given by its number from 1 and its file."""
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    begins = [place for place, line in enumerate(lines, 1) if line.strip().startswith("[[book]]")]
    for number, file in twice:
        line = begins[number - 1] if number <= len(begins) else 1  # of a list in another form
        yield Cut("book listed twice", name, line, file)


def _entry(root: Path, row: dict[str, Any], where: str) -> Entry:
    """Return a book of the list."""
    _refuse_others(row, ("file", *_ABOUT, _ENCODING), where)
    value = row.get("file", "")
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(
            f"{where}: file: expected a file name in quotes, got {shown_value(value) or 'nothing'}"
            '; write file = "…", with a file or folder below the list\'s own'
        )
    file = value  # as it is written: spaces are part of a name, doubled or wide ones too
    if len(file) > _LONGEST_PATH or UNSAFE.search(file):
        raise _too_long(where, "file", value, _LONGEST_PATH)
    plain = PurePosixPath(file)
    if plain.is_absolute() or ".." in plain.parts:
        raise SettingsError(
            f"{where}: expected file = a path below the list's own folder, got "
            f"{shown_value(value)}; put the list beside the books"
        )
    about = {field: _text(row, field, where) for field in _ABOUT}
    path, encoding = root / on_disk(str(plain)), _encoding(row, where)
    return Entry(path, str(plain), **about, encoding=encoding)


def _encoding(row: dict[str, Any], where: str) -> str:
    """Return the encoding that the list tells of a book, "" where it tells none."""
    name = _text(row, _ENCODING, where)
    if name in ("", AUTO):
        return name
    try:
        return check_encoding(name)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from error


def _text(table: dict[str, Any], field: str, where: str) -> str:
    """Return a text of a table, "" where there is none; years may stand as numbers."""
    value = table.get(field, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise SettingsError(f"{where}: {field}: expected a text, got {shown_value(value)}")
    text = " ".join(str(value).split())
    if len(text) > _LONGEST or not text.isprintable():
        raise _too_long(where, field, value, _LONGEST)
    return text


def _too_long(where: str, field: str, value: object, most: int) -> SettingsError:
    """Return the error for a text that is too long, or no line."""
    return SettingsError(
        f"{where}: {field}: expected at most {most:,} characters in one line, got "
        f"{shown_value(value)}"
    )


def _refuse_others(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    """Refuse an entry that is none of the known ones."""
    for name in table:
        if name not in known:
            raise SettingsError(
                f"{where}: expected {', '.join(known)}, got {shown_value(name)}{hint(name, known)}"
            )


def _refuse_missing(entries: Collection[Entry], name: str) -> None:
    """Refuse a list with files that are not there, all in one line."""
    # `Path.exists` raises where a name is too long for the disk.
    missing = [own for own in entries if not os.path.exists(own.path)]  # noqa: PTH110
    if not missing:
        return
    told = ", ".join(shown(entry.file) for entry in missing[:_TOLD])
    more = f" and {len(missing) - _TOLD:,} more" if len(missing) > _TOLD else ""
    try:
        beside = [readable(own.name) for own in missing[0].path.parent.iterdir()]
    except OSError:
        beside = []
    near = file_hint(PurePosixPath(missing[0].file).name, beside)
    raise SettingsError(
        f"{name}: expected files that are there, found nothing at {told}{more}{near}; check the "
        "list, or take them out of it"
    )
