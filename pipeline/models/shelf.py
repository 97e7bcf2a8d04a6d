"""The shelf: the folder of models, what stands there, and how a file gets there and away.

Nobody's model is ever overwritten: a new file takes a name that is free, or says that it is not.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.engine.bundle.model import Card, NovelModel
from pipeline.engine.bundle.opening import load_card, load_model
from pipeline.errors import ArtifactDamaged, DataError, NotReady, SettingsError
from pipeline.hints import hint
from pipeline.models.names import SUFFIX, check_name, numbered
from pipeline.regular import why_unreadable
from pipeline.runner.disk import sync, usable
from pipeline.runner.folders import check_own
from pipeline.shown import visible

_FOLDER = "models"


@dataclass(frozen=True)
class Entry:
    """A model on the shelf: `card` is None where the file cannot be used, and `fault` says why.

    `words` is the size of its vocabulary, `bytes` that of its file, `made` the time of its file in
    nanoseconds since 1970.
    """

    path: Path
    card: Card | None
    words: int
    bytes: int
    made: int
    fault: str = ""

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.name.removesuffix(SUFFIX)


def read_name(path: Path) -> str:
    """Return a file's name as a model's, fit to be shown."""
    return visible(path.name.removesuffix(SUFFIX))


def shelf_of(artifacts: Path) -> Path:
    """Return the folder of models that belongs to a folder of artifacts; it need not exist yet.

    Raises
    ------
    XuxieError
        A link or a file stands in its place.
    """
    return check_own(artifacts / _FOLDER)


def entries(shelf: Path) -> list[Entry]:
    """Return what stands on the shelf, the newest first; only the files' headers are read."""
    return sorted(map(read_entry, _files_on(shelf)), key=lambda own: (-own.made, own.name))


def _files_on(shelf: Path) -> list[Path]:
    """Return the files of models; names with a leading dot are drafts."""
    try:
        paths = sorted(shelf.iterdir())
    except OSError:
        return []
    return [p for p in paths if p.name.endswith(SUFFIX) and p.name[0] != "." and p.is_file()]


def read_entry(path: Path) -> Entry:
    """Return what a file on the shelf says of itself."""
    found = path.stat()
    try:
        card, words = load_card(path)
    except (ArtifactDamaged, OSError) as error:
        return Entry(path, None, 0, found.st_size, found.st_mtime_ns, str(error))
    return Entry(path, card, words, found.st_size, found.st_mtime_ns)


def newest(shelf: Path) -> Path | None:
    """Return the file of the model that was made, brought or run last; None if there is none."""
    return max(
        _files_on(shelf), key=lambda path: (path.stat().st_mtime_ns, path.name), default=None
    )


def find(shelf: Path, wanted: str, option: str = "--model") -> Path:
    """Return the file that a name on the shelf, or a path, stands for.

    Raises
    ------
    SettingsError
        There is neither such a model nor such a file; or it is a pipe, a device, a folder.
    """
    path = Path(wanted)
    on_shelf = {own.name.removesuffix(SUFFIX): own for own in _files_on(shelf)}
    if wanted.removesuffix(SUFFIX) in on_shelf and path.name == wanted:
        return on_shelf[wanted.removesuffix(SUFFIX)]
    if path.is_file():
        return path
    got = why_unreadable(path) or f"got {visible(wanted[:80])}{hint(wanted, on_shelf)}"
    raise SettingsError(
        f"{option}: expected the name of a model (`models` lists them) or a file, {got}",
        option=option,
    )


def choose(shelf: Path, wanted: str | None, command: str) -> Path:
    """Return the file of the model that is meant, the newest if nobody says which.

    Raises
    ------
    NotReady
        There is no model at all; `command` makes one.
    SettingsError
        See `find`.
    """
    if wanted is not None:
        return find(shelf, wanted)
    path = newest(shelf)
    if path is None:
        raise NotReady("expected a trained model, found none", command=command)
    return path


def open_model(path: Path) -> NovelModel:
    """Open a model, whoever made it.

    Raises
    ------
    DataError
        It cannot be used: why, in one line.
    """
    with readable(path):
        return load_model(path)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a model's file within the context into one line, a `DataError`."""
    name = visible(path.name)
    if why := why_unreadable(path):  # to open a pipe would be to wait for ever
        raise DataError(f"{name}: expected a model's file, {why}")
    try:
        yield
    except ArtifactDamaged as error:
        raise DataError(
            f"{name}: expected a sound model, got {error}; copy it again, or train one: run-all"
        ) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise DataError(f"{name}: expected a file to read, got: {why}; check it") from error


def put(shelf: Path, name: str, write: Callable[[Path], None], *, free: bool = False) -> Path:
    """Put a new file on the shelf, wholly or not at all; return it.

    Parameters
    ----------
    name : str
    write : callable
        Writes the file that it is given.
    free : bool
        Take name-2, name-3 and so on where the name is taken.

    Raises
    ------
    SettingsError
        The name is taken, and `free` is false.
    """
    with _draft(shelf, write) as path:
        for number in range(1, 10_000 if free else 2):
            target = shelf / f"{numbered(name, number)}{SUFFIX}"
            if _claim(path, target):
                return target
    raise SettingsError(
        f"{visible(name)}: expected a free name, got that of another model; give another one"
    )


def replace(target: Path, write: Callable[[Path], None]) -> Path:
    """Put a file in the place of an earlier one of the same model, wholly or not at all."""
    with _draft(target.parent, write) as path:
        path.replace(target)
        sync(target.parent)
    return target


@contextmanager
def _draft(shelf: Path, write: Callable[[Path], None]) -> Iterator[Path]:
    """Yield a file that is written and forced to the disk, and is gone afterwards."""
    path = shelf / f".{uuid.uuid4().hex}{SUFFIX}"
    with usable(shelf):
        shelf.mkdir(parents=True, exist_ok=True)
        try:
            write(path)
            sync(path)
            yield path
        finally:
            path.unlink(missing_ok=True)


def _claim(path: Path, target: Path) -> bool:
    """Give a file a name if that is free; return whether it was. Two at once cannot both get it."""
    try:
        os.link(path, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if target.exists():
            return False
        path.rename(target)
    sync(target.parent)
    return True


def copy_to(source: Path, target: Path) -> None:
    """Copy a file to a new one elsewhere, wholly or not at all."""
    path = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        shutil.copyfile(source, path)
        sync(path)
        if not _claim(path, target):
            raise SettingsError(
                f"FILE: expected a new file, got {visible(str(target))}", option="FILE", path=target
            )
    finally:
        path.unlink(missing_ok=True)


def bring(shelf: Path, source: Path, name: str) -> Path:
    """Copy a model to the shelf under a new name, once it has been checked.

    Raises
    ------
    DataError, SettingsError
        See `open_model` and `put`.
    """
    open_model(source)

    def copy(path: Path) -> None:
        shutil.copyfile(source, path)
        load_model(path)  # what was checked is what was copied

    return put(shelf, name, copy)


def rename(shelf: Path, old: str, new: str) -> Path:
    """Give a model another name.

    Raises
    ------
    SettingsError
        There is no such model, or the new name is none or is taken.
    """
    source, name = own_file(shelf, old), check_name(new, "NEW")
    target = shelf / f"{name}{SUFFIX}"
    with usable(shelf):
        if not _claim(source, target):
            raise SettingsError(
                f"NEW: expected a free name, got {name}, which is a model's", option="NEW"
            )
        source.unlink(missing_ok=True)
        sync(shelf)
    return target


def own_file(shelf: Path, name: str) -> Path:
    """Return a model's file on the shelf; a path to elsewhere is refused."""
    path = find(shelf, name, "NAME")
    if path.parent != shelf:
        raise SettingsError(
            f"NAME: expected a model of {shelf}, got the file {visible(str(path))}", option="NAME"
        )
    return path
