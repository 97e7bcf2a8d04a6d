"""Files that come from a browser: onto the disk as they come, under safe names."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path, PurePosixPath

from pipeline.errors import DataError
from pipeline.models.names import safe_name
from pipeline.runner.disk import remove, sync, usable
from pipeline.runner.folders import check_own

MOST_BYTES = 100_000_000  # of a file
_MOST = 100  # files that are kept
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}", re.IGNORECASE)


def file_name(name: str) -> str:
    r"""Return a browser's name for a file as one that leads nowhere else; its suffix stays.

    >>> file_name("../../红楼梦.TXT")
    '红楼梦.txt'
    >>> file_name("a\nb")
    'ab.txt'
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    stem, dot, suffix = last.rpartition(".")
    if not stem or not _SUFFIX.fullmatch(dot + suffix):
        stem, suffix = last, "txt"
    return f"{safe_name(stem)}.{suffix.lower()}"


async def keep_upload(folder: Path, name: str, parts: AsyncGenerator[bytes]) -> Path:
    """Write a file as it comes and return where it lies; nothing of it stays if that fails.

    Parameters
    ----------
    folder : Path
        The desk's; the file gets a folder of its own in `uploads`.
    name : str
        As the browser says.
    parts : async generator of bytes

    Raises
    ------
    DataError
        There are `_MOST` files already, or it is empty.
    XuxieError
        It cannot be written.
    """
    uploads = check_own(check_own(folder) / "uploads")
    with usable(folder, "desk folder"):
        if uploads.exists() and len(list(uploads.iterdir())) >= _MOST:
            raise DataError(f"{uploads}: expected fewer than {_MOST} files, remove some first")
        own = uploads / secrets.token_hex(8)
        own.mkdir(parents=True)
        path = own / file_name(name)
        try:
            await _write(path, parts)
        except BaseException:
            remove(own)
            raise
    return path


async def _write(path: Path, parts: AsyncGenerator[bytes]) -> None:
    """Write what comes, in another thread: a disk may be slow."""
    with path.open("xb") as file:
        async with aclosing(parts):
            async for part in parts:
                await asyncio.to_thread(file.write, part)
    if not path.stat().st_size:
        raise DataError(f"{path.name}: expected a book, got an empty file")
    await asyncio.to_thread(sync, path)


def drop_upload(path: Path) -> None:
    """Remove a file with the folder that was made for it."""
    remove(path.parent)
