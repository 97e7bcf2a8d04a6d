"""Where artifacts lie that several machines share: what a place can do, and the folder as one.

A place holds files under paths of the store's own form, `<stage>/<key>/<name>`.
"""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline.errors import ArtifactDamaged
from pipeline.runner.disk import sync
from pipeline.runner.folders import DRAFTS, is_folder


class Place(Protocol):
    """A place that files are read from and written to; `name` is its address, fit to be shown."""

    @property
    def name(self) -> str:
        """The address without user, password and query."""

    def look(self) -> None:
        """Do nothing if the place answers and can be read; else raise `OSError`."""

    def has(self, path: str) -> bool:
        """Return whether there is such a file."""

    def read(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open a file; `FileNotFoundError` if there is none, `ArtifactDamaged` for a link."""

    def write(self, path: str, source: Path) -> None:
        """Put a file there in place of one that may be there."""

    def remove(self, path: str) -> None:
        """Remove a file, if there is one."""

    def why(self, error: BaseException) -> str:
        """Return in a line what was the matter, without secrets."""


@dataclass(frozen=True)
class Folder:
    """A folder that several machines see; links in it are not followed."""

    root: Path
    name: str

    def look(self) -> None:
        """Make the folder if what it lies in is there: a share may not be mounted."""
        self.root.mkdir(exist_ok=True)
        next(self.root.iterdir(), None)

    def has(self, path: str) -> bool:
        """See `Place`."""
        return os.path.lexists(self._own(path))

    @contextmanager
    def read(self, path: str) -> Iterator[BinaryIO]:
        """See `Place`; never waits, as on a pipe."""
        own = self._own(path)
        if not stat.S_ISREG(own.lstat().st_mode):
            raise ArtifactDamaged(f"{path} is no plain file")
        unlike = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        with open(own, "rb", opener=lambda name, flags: os.open(name, flags | unlike)) as file:
            yield file

    def write(self, path: str, source: Path) -> None:
        """See `Place`: the file is there whole or not at all."""
        own = self._own(path)
        draft = self.root / DRAFTS / uuid.uuid4().hex
        try:
            draft.parent.mkdir(exist_ok=True)  # the place itself is not made: a share may be gone
            draft.mkdir()
            shutil.copyfile(source, draft / own.name)
            sync(draft / own.name)
            own.parent.mkdir(parents=True, exist_ok=True)
            (draft / own.name).replace(self._own(path))
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def remove(self, path: str) -> None:
        """See `Place`."""
        self._own(path).unlink(missing_ok=True)

    def why(self, error: BaseException) -> str:
        """See `Place`."""
        return getattr(error, "strerror", None) or in_a_line(error)

    def _own(self, path: str) -> Path:
        """Return where a file lies; raise `ArtifactDamaged` if a link is on the way there."""
        own = self.root / path
        for folder in (own.parent.parent, own.parent, self.root / DRAFTS):
            if os.path.lexists(folder) and not is_folder(folder):
                raise ArtifactDamaged(f"{folder.name} is no folder")
        return own


def in_a_line(error: BaseException) -> str:
    """Return an error's message, or its name where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
