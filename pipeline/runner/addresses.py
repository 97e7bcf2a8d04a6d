"""Opening the place that machines share artifacts at, by its address, or refusing it in time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.errors import SettingsError
from pipeline.runner.places import Folder, Place
from pipeline.runner.remote import open_remote, shown_address
from pipeline.shown import shown

_REACH_SECONDS = 30.0  # for a place to answer at the beginning

# With a single slash too, which would be taken for a folder here.
_ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/{1,2}(?P<rest>.*)", re.DOTALL)

_T = TypeVar("_T")


def open_place(address: str) -> Place:
    """Return the place that an address names: a path, `file://…`, or any that fsspec knows.

    Raises
    ------
    SettingsError
        It is none, fsspec or what it needs for it is not installed, it does not answer, or it is a
        file.
    """
    parts = _split(address)
    plain = len(parts.scheme) < 2  # a letter is a drive
    if parts.scheme == "file":
        address, plain = unquote(parts.path), True
    if plain:
        path = _path(address)
        place: Place = Folder(path, str(path))
    else:
        try:
            place = _within(partial(open_remote, address, parts))
        except TimeoutError as error:
            raise _unanswered(shown_address(parts), str(error)) from None
    try:
        _within(place.look)
    except FileExistsError:  # a folder's alone: it would have been made
        raise SettingsError(
            f"--store: expected a folder, got a file at {place.name}; give another, or leave "
            "--store out",
            option="--store",
        ) from None
    except Exception as error:  # a library's may tell what the address keeps secret
        raise _unanswered(place.name, place.why(error)) from None
    return place


def _path(address: str) -> Path:
    """Return the folder that a path names."""
    try:
        return Path(address).expanduser().absolute()
    except RuntimeError:
        raise SettingsError(
            f"--store: expected a folder, got {shown(address)}, of a user who is not known here; "
            "give its whole path",
            option="--store",
        ) from None


def _unanswered(name: str, why: str) -> SettingsError:
    """Return the error for a place that cannot be used now."""
    return SettingsError(
        f"--store: expected {name} to answer and to be readable, got: {why}; give another, or "
        "leave --store out",
        option="--store",
    )


def _split(address: str) -> SplitResult:
    """Return an address in its parts; one that cannot be parted is refused and not repeated."""
    _refuse_unescaped(address)
    try:
        parts = urlsplit(address)
        _ = parts.port
        elsewhere = parts.scheme == "file" and parts.netloc not in ("", "localhost")
        if "::" not in address and "\0" not in address and not elsewhere:
            return parts if "://" in address else SplitResult("", "", address, "", "")
    except ValueError:
        pass
    raise SettingsError(
        "--store: expected a folder or an address as s3://bucket/folder, got something else",
        option="--store",
    )


def _refuse_unescaped(address: str) -> None:
    """Refuse an address of whose user and password a part would be taken for a path, and shown."""
    found = _ADDRESS.match(address)
    if found is None or found["scheme"] == "file":
        return
    _, *behind = re.split("[/?#]", found["rest"], maxsplit=1)
    if "@" in "".join(behind):
        raise SettingsError(
            "--store: expected an address without @ behind its first /, ? or #, got one with it; "
            "in a user's name or password write @, /, ? and # as %40, %2F, %3F and %23",
            option="--store",
        )


def _within(call: Callable[[], _T]) -> _T:
    """Return what a call returns, raise what it raises; never wait for long."""
    done: list[_T] = []
    failed: list[Exception] = [TimeoutError(f"no answer within {_REACH_SECONDS:g} seconds")]

    def run() -> None:
        try:
            done.append(call())
        except Exception as error:
            failed[:] = [error]

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_REACH_SECONDS)
    if done:
        return done[0]
    raise failed[0]
