"""Which of many files, in a folder or an archive, are the novel, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.text.chapters.numerals import NUMERAL_CLASS, number
from pipeline.text.cuts import Cut

# Where one text lies there in several forms, the first of these is read.
_PLAIN = (".txt", ".text")
_PAGES = (".html", ".htm", ".xhtml")
_TEXTS = (*_PLAIN, ".epub", ".docx", ".azw3", ".mobi", ".azw", ".fb2", *_PAGES)
ARCHIVES = (".zip", ".7z", ".rar")
_UNREAD = (".pdf", ".doc", ".rtf", ".odt", ".chm", ".umd", ".wps", ".mht", ".mhtml", ".gz")
_NO_TEXT = "file that is no text by its name"
_FOLDERS_OF_PAGES = re.compile(r"(.+)(?:_files|\.files|_file)$")


@dataclass(frozen=True)
class Choice:
    """The paths that are read, in reading order, and a cut for each text that is left out."""

    paths: tuple[str, ...]
    cuts: tuple[Cut, ...]


def choose(paths: Iterable[str], *, container: str = "") -> Choice:
    """Choose among paths with / between.

    - What is no text by its name's ending is left out with a cut; what is hidden, a system's own
      or part of a saved page unmentioned.
    - A text that lies there in several forms is read once.

    Parameters
    ----------
    paths
        Relative to the folder or the archive.
    container
        What stands before a path in a cut's `document`.
    """
    every = sorted(set(paths), key=lambda path: (reading_order(path), path))
    seen = [path for path in every if not _hidden(path)]
    stems = {path.rpartition(".")[0] for path in seen if _suffix(path) in _PAGES}
    seen = [path for path in seen if not _is_part_of_page(path, stems)]
    reasons = {path: "file of a form that is not read" for path in seen if _suffix(path) in _UNREAD}
    texts = [path for path in seen if _suffix(path) in (*_TEXTS, *ARCHIVES)]
    reasons |= _other_forms(texts)
    reasons |= {path: _NO_TEXT for path in seen if path not in texts and path not in reasons}
    kept = tuple(path for path in texts if path not in reasons)
    return Choice(
        kept, tuple(Cut(why, f"{container}{path}", 0, path) for path, why in reasons.items())
    )


def rank_of(path: PurePosixPath) -> int:
    """Return a number that is the lower the plainer a file's form is by its name."""
    suffix = path.suffix.lower()
    return _TEXTS.index(suffix) if suffix in _TEXTS else 0


def beside_texts(paths: Iterable[str]) -> set[str]:
    """Return the web pages in folders with plain texts."""
    every = list(paths)
    folders = {path.rpartition("/")[0] for path in every if _suffix(path) in _PLAIN}
    return {
        path for path in every if _suffix(path) in _PAGES and path.rpartition("/")[0] in folders
    }


def _suffix(path: str) -> str:
    return PurePosixPath(path.rstrip("~")).suffix.lower()


def _hidden(path: str) -> bool:
    """Return whether a path is a system's own, as macOS puts them into archives."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _is_part_of_page(path: str, stems: set[str]) -> bool:
    """Return whether a browser saved a file with the page that lies beside its folder."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        found = _FOLDERS_OF_PAGES.match("/".join(parts[:depth]))
        if found and found[1] in stems:
            return True
    return False


def _other_forms(texts: list[str]) -> dict[str, str]:
    """Return the texts of which a better form lies beside them, with the reason."""
    best: dict[str, str] = {}
    for path in sorted(texts, key=lambda path: (*_TEXTS, *ARCHIVES).index(_suffix(path))):
        best.setdefault(path.rpartition(".")[0], path)
    return {
        path: f"same text in another form as {_suffix(best[path.rpartition('.')[0]])}"
        for path in texts
        if _suffix(best[path.rpartition(".")[0]]) != _suffix(path)
    }


def reading_order(path: str) -> list[list[tuple[int, int, str]]]:
    """Return a sort key that puts 2 before 10, 第二回 before 第十回, and 上 before 中 before 下."""
    return [_natural(part) for part in PurePosixPath(path).with_suffix("").parts]


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
