"""A place behind an address that fsspec opens: a bucket of objects, another machine's folder.

Whatever a library raises comes out of it as an `OSError`; what an address holds of secrets is
never told.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import SplitResult, unquote

from pipeline.errors import SettingsError, XuxieError
from pipeline.runner.places import in_a_line
from pipeline.shown import shown

_BLOCK = 2**24  # bytes of a part that is sent; an object has 10,000 of them at most


@dataclass(frozen=True)
class Remote:
    """What fsspec opens: a bucket of objects, another machine's folder."""

    files: Any  # fsspec.AbstractFileSystem
    root: str
    name: str
    secrets: tuple[str, ...] = field(repr=False)

    def look(self) -> None:
        """Look into the place; one that is empty is there if its bucket or first folder is."""
        with _as_os_errors():
            self.files.invalidate_cache()
            try:
                self.files.ls(self.root, detail=False)
            except FileNotFoundError:
                self.files.ls(_first(self.root), detail=False)

    def has(self, path: str) -> bool:
        """See `Place`."""
        with _as_os_errors():
            self.files.invalidate_cache()  # others write there, too
            try:
                self.files.info(self._own(path))
            except FileNotFoundError:
                return False
            return True

    @contextmanager
    def read(self, path: str) -> Iterator[BinaryIO]:
        """See `Place`."""
        with _as_os_errors():
            self.files.invalidate_cache()
            with self.files.open(self._own(path), "rb", block_size=_BLOCK) as file:
                yield file

    def write(self, path: str, source: Path) -> None:
        """See `Place`; a folder is made only where it is needed, as none is for objects."""
        own = self._own(path)
        with _as_os_errors():
            try:
                self._write(own, source)
            except FileNotFoundError:
                self.files.makedirs(str(PurePosixPath(own).parent), exist_ok=True)
                self._write(own, source)

    def _write(self, own: str, source: Path) -> None:
        """Put a file there, a small one in one piece."""
        if source.stat().st_size <= _BLOCK:
            self.files.pipe_file(own, source.read_bytes())
            return
        with source.open("rb") as old, self.files.open(own, "wb", block_size=_BLOCK) as new:
            shutil.copyfileobj(old, new, _BLOCK)

    def remove(self, path: str) -> None:
        """See `Place`."""
        with _as_os_errors(), suppress(FileNotFoundError):
            self.files.rm_file(self._own(path))

    def why(self, error: BaseException) -> str:
        """See `Place`."""
        line = in_a_line(error)
        for secret in self.secrets:
            line = line.replace(secret, "…")
        return shown(line)

    def _own(self, path: str) -> str:
        """Return where a file lies."""
        return f"{self.root.rstrip('/')}/{path}"


def shown_address(parts: SplitResult) -> str:
    """Return an address without user, password and query."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def open_remote(address: str, parts: SplitResult) -> Remote:
    """Return the place that an address of fsspec's names; some connect to it already.

    Raises
    ------
    SettingsError
        It is none, or fsspec, or what it needs for it, is not installed.
    """
    name = shown_address(parts)
    told = (parts.netloc.rpartition("@")[0], parts.password, parts.query, parts.fragment)
    secrets = [secret for secret in told if secret]
    secrets += [unquote(secret) for secret in secrets]
    try:
        from fsspec.core import url_to_fs

        files, root = url_to_fs(address)
    except ImportError:
        raise SettingsError(
            f"--store: expected what opens {parts.scheme}:// to be installed, it is not; install "
            "xuxie with its extra: pip install 'xuxie[store]' (it opens s3://; for others see "
            "fsspec)",
            option="--store",
        ) from None
    except Exception as error:
        why = Remote(None, "", name, tuple(secrets)).why(error)
        raise SettingsError(
            f"--store: expected an address that fsspec opens, got {name}: {why}", option="--store"
        ) from None
    return Remote(files, root, name, tuple(sorted(secrets, key=len, reverse=True)))


def _first(path: str) -> str:
    """Return a path's first part: the bucket."""
    start = "/" if path.startswith("/") else ""
    return start + path.lstrip("/").partition("/")[0]


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Turn whatever a library raises into an `OSError`."""
    try:
        yield
    except (OSError, XuxieError):
        raise
    except Exception as error:
        raise OSError(in_a_line(error)) from None
