"""Manuscripts: the texts that people write at the desk, each as files that nothing is lost from.

manuscripts/ID/000000012.json   a version; two lines of JSON: what it is, and the text
bin/ID                          a manuscript that was thrown away, whole

A version is written once and never changed. The last `KEPT` stay. Who saves says which version was
read; where another has come since, nothing is saved, and both sides can be looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.desk.refusals import BadRequest
from pipeline.errors import DataError
from pipeline.runner.disk import move, usable, write_durably
from pipeline.runner.folders import check_own, is_folder
from pipeline.shown import HIDDEN

KEPT = 50  # versions
_MOST = 1_000  # manuscripts
MOST_CHARACTERS = 4_000_000  # of a text
MOST_TREE = 1 << 20  # bytes of the page's own notes, as JSON
MOST_MARKS = 100_000
_LONGEST_NAME = 200  # characters
_UNNAMED = "未命名"
_ID = re.compile(r"[0-9a-f]{16}")
_VERSION = re.compile(r"([0-9]{9})\.json")
_PATIENCE = 10.0  # seconds that another process may be at the same manuscript


@dataclass(frozen=True)
class Content:
    """What is written.

    Attributes
    ----------
    name : str
    text : str
    marks : list
        Stretches that the writer wrote: [start, stop, …] in units of UTF-16.
    tree : JSON value
        What the page keeps beside it.
    """

    name: str
    text: str = ""
    marks: list[Any] = field(default_factory=list)
    tree: Any = None


@dataclass(frozen=True)
class Head:
    """What is known of a version without reading its text: `changed` is in seconds since 1970."""

    id: str
    name: str
    version: int
    changed: float
    characters: int


@dataclass(frozen=True)
class Manuscript:
    """A version as it was read; `note` tells where it is not the one that was looked for."""

    head: Head
    content: Content
    note: str = ""


class Stale(Exception):
    """Another version than the one that was read is there now: `current`."""

    def __init__(self, current: Manuscript) -> None:
        super().__init__("another version is there now")
        self.current = current


def clean_name(name: str) -> str:
    """Return a name fit to be shown: one line, nothing hidden, not too long."""
    return " ".join(HIDDEN.sub(" ", name).split())[:_LONGEST_NAME].strip() or _UNNAMED


class Manuscripts:
    """The manuscripts in a desk's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def heads(self) -> list[Head]:
        """Return what manuscripts there are, the one that was changed last first."""
        found = [head for name in self._ids() for head in self._versions(name, most=1)]
        return sorted(found, key=lambda own: -own.changed)

    def create(self, content: Content) -> Head:
        """Keep a new manuscript.

        Raises
        ------
        DataError
            There are `_MOST` already.
        XuxieError
            It cannot be written.
        """
        if len(self._ids()) >= _MOST:
            raise DataError(
                f"expected fewer than {_MOST:,} manuscripts, found as many; throw some away first"
            )
        own = secrets.token_hex(8)
        with usable(self._folder, "desk folder"):
            self._place(own).mkdir(parents=True)
        return self._write(own, 1, content)

    def read(self, own: str, version: int | None = None) -> Manuscript:
        """Return a version, the newest unless one is named.

        Where the newest is damaged, the newest sound one is returned and a note says so.

        Raises
        ------
        BadRequest
            404: there is no such manuscript, or no such version.
        DataError
            No version, or not the one that is named, can be read.
        """
        numbers = self._numbers(own)
        if version is not None:
            numbers = [number for number in numbers if number == version]
        if not numbers:
            raise _nothing(version)
        damaged: list[int] = []
        for number in numbers:
            found = self._load(own, number)
            if found is not None:
                head, content = found
                return Manuscript(head, content, _damage(damaged, number))
            damaged.append(number)
        raise DataError(
            f"manuscript: expected a version that can be read, got damaged ones alone: "
            f"{', '.join(map(str, numbers))}; their files are in {self._place(own)}"
        )

    def history(self, own: str) -> list[Head]:
        """Return the versions that are kept and can be read, the newest first; see `read`."""
        if not self._numbers(own):
            raise _nothing(None)
        return list(self._versions(own))

    def save(self, own: str, content: Content, version: int) -> Head:
        """Keep a new version; none where it is the same as the last.

        Parameters
        ----------
        own : str
        content : Content
        version : int
            The one that was read before.

        Raises
        ------
        Stale
            Another is there now; nothing is saved.
        BadRequest, DataError
            See `read`.
        XuxieError
            It cannot be written; what is there stays.
        """
        self._numbers(own)
        with self._alone(own):
            current = self.read(own)
            if current.head.version != version:
                raise Stale(current)
            if current.content == content and not current.note:
                return current.head
            numbers = self._numbers(own)
            head = self._write(own, numbers[0] + 1, content)
            for number in numbers[KEPT - 1 :]:
                self._file(own, number).unlink(missing_ok=True)
        return head

    def throw_away(self, own: str) -> None:
        """Move a manuscript to the bin; see `read`."""
        if not self._numbers(own):
            raise _nothing(None)
        with self._alone(own), usable(self._folder, "desk folder"):
            move(self._place(own), check_own(self._folder / "bin") / own)

    def _ids(self) -> list[str]:
        """Return the ids of all manuscripts."""
        try:
            paths = list(self._all().iterdir())
        except FileNotFoundError:
            return []
        return sorted(path.name for path in paths if _ID.fullmatch(path.name) and is_folder(path))

    def _all(self) -> Path:
        """Return the folder of all manuscripts; a link in its place is refused."""
        check_own(self._folder)
        return check_own(self._folder / "manuscripts")

    def _place(self, own: str) -> Path:
        """Return a manuscript's folder; what is no id leads nowhere."""
        if not _ID.fullmatch(own):
            raise _nothing(None)
        return check_own(self._all() / own)

    def _file(self, own: str, version: int) -> Path:
        return self._place(own) / f"{version:09}.json"

    def _numbers(self, own: str) -> list[int]:
        """Return the numbers of the versions, the newest first; none where there is nothing."""
        try:
            names = [path.name for path in self._place(own).iterdir()]
        except FileNotFoundError:
            return []
        found = filter(None, map(_VERSION.fullmatch, names))
        return sorted((int(match[1]) for match in found), reverse=True)

    def _versions(self, own: str, most: int = KEPT) -> Iterator[Head]:
        """Yield what is known of the newest versions that have a sound first line."""
        for number in self._numbers(own):
            try:
                with self._file(own, number).open("rb") as file:
                    head = _head_of(own, number, file.readline(4096))
            except (OSError, ValueError, KeyError, TypeError):
                continue
            yield head
            most -= 1
            if not most:
                return

    def _load(self, own: str, number: int) -> tuple[Head, Content] | None:
        """Return a version; None where it is not as it was written."""
        try:
            first, _, second = self._file(own, number).read_bytes().partition(b"\n")
            head = _head_of(own, number, first)
            if json.loads(first)["digest"] != hashlib.sha256(second).hexdigest():
                return None
            body = json.loads(second)
            return head, Content(head.name, body["text"], body["marks"], body["tree"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, own: str, version: int, content: Content) -> Head:
        """Write a version."""
        body = {"text": content.text, "marks": content.marks, "tree": content.tree}
        text = json.dumps(body, ensure_ascii=False) + "\n"
        head = Head(own, content.name, version, round(time.time(), 3), len(content.text))
        first = {
            "name": head.name,
            "changed": head.changed,
            "characters": head.characters,
            "digest": hashlib.sha256(text.encode("utf-8")).hexdigest(),
        }
        with usable(self._folder, "desk folder"):
            lines = f"{json.dumps(first, ensure_ascii=False)}\n{text}"
            write_durably(self._file(own, version), lines)
        return head

    @contextmanager
    def _alone(self, own: str) -> Iterator[None]:
        """Be the only one that changes a manuscript, among threads and processes."""
        from filelock import FileLock, Timeout

        locks = self._folder / "locks"
        with usable(self._folder, "desk folder"):
            check_own(locks).mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(locks / own, timeout=_PATIENCE):
                yield
        except Timeout:
            raise DataError(
                "manuscript: expected to save it, got another process that is at it; try again"
            ) from None


def _head_of(own: str, version: int, line: bytes) -> Head:
    """Return what a version's first line says."""
    values = json.loads(line)
    return Head(
        own, str(values["name"]), version, float(values["changed"]), int(values["characters"])
    )


def _damage(damaged: list[int], number: int) -> str:
    """Return what is said where a version stands for damaged ones."""
    if not damaged:
        return ""
    which = "version" if len(damaged) == 1 else "versions"
    told = ", ".join(map(str, damaged))
    return f"{which} {told}: expected a sound file, got a damaged one; this is version {number}"


def _nothing(version: int | None) -> BadRequest:
    """Return the error for a manuscript, or a version, that is not there."""
    if version is None:
        return BadRequest("expected a manuscript, found none", status=404)
    return BadRequest(f"expected version {version} of this manuscript, found none", status=404)
