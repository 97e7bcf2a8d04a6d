"""What `generate --output` writes: the continuation as a book, wholly or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.runner.disk import sync

_SUFFIXES = (".txt", ".epub")
_UNTITLED = "续写"


def check_output(path: Path) -> None:
    """Refuse a file that cannot be written, before anything is.

    Raises
    ------
    SettingsError
        It is called neither .txt nor .epub, something is there, or its folder is not.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise _refused(path, "a name that ends in .txt or .epub", "another")
    if path.exists() or path.is_symlink():
        raise _refused(path, "a new file", "one that is there; give another name")
    if not path.parent.is_dir():
        raise _refused(path, "a folder to write it to", "none")


def write_output(path: Path, title: str, texts: Iterable[str]) -> None:
    """Write texts as a book with the title of the novel that they go on.

    Raises
    ------
    SettingsError
        It cannot be written.
    """
    from pipeline.text.books.binding import bind_epub, bind_text, parts_of

    bind = bind_epub if path.suffix.lower() == ".epub" else bind_text
    name = f"{title}（{_UNTITLED}）" if title else _UNTITLED
    data = bind(name, parts_of(list(texts)))
    draft = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(data)
        sync(draft)
        check_output(path)  # writing took its time
        draft.replace(path)
        sync(path.parent)
    except OSError as error:
        raise _refused(path, "a file that can be written", error.strerror or "none") from error
    finally:
        draft.unlink(missing_ok=True)


def _refused(path: Path, expected: str, got: str) -> SettingsError:
    return SettingsError(f"--output {path}: expected {expected}, got {got}", option="--output")
