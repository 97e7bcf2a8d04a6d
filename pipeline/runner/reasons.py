"""Why a stage has to run, as values; they become text only where they are printed.

`phrases` makes the text, and keeps it short: of many files or modules it names a few and counts
the rest.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from pipeline.plural import counted

_SHOWN_EACH = 3  # files or modules that are named
_SHOWN_CHARACTERS = 40

Change = Literal["changed", "new", "gone", "missing"]


@dataclass(frozen=True)
class _Absent:
    """Stands where there is no value."""


ABSENT = _Absent()


@dataclass(frozen=True)
class NeverRun:
    """No artifact of this stage is there."""

    def __str__(self) -> str:
        return "first run"


@dataclass(frozen=True)
class Forced:
    """The stage is to run in any case."""

    def __str__(self) -> str:
        return "forced"


@dataclass(frozen=True)
class Damaged:
    """An artifact is there, but it cannot be trusted."""

    why: str

    def __str__(self) -> str:
        return f"damaged: {self.why}"


@dataclass(frozen=True)
class UpstreamChanged:
    """A stage that this one reads came out otherwise, or (`waits`) has to run first."""

    stage: str
    waits: bool = False

    def __str__(self) -> str:
        return f"input {self.stage} {'changes' if self.waits else 'changed'}"


@dataclass(frozen=True)
class SettingChanged:
    """A setting has another value; `ABSENT` where it decides nothing."""

    name: str
    old: Any
    new: Any

    def __str__(self) -> str:
        old, new = ("absent" if own is ABSENT else _shown(own) for own in (self.old, self.new))
        return f"{self.name} {old} → {new}"


@dataclass(frozen=True)
class FileChanged:
    """An external file has other bytes; `old` and `new` are its names, bare, then and now."""

    label: str
    change: Change
    old: str
    new: str

    def __str__(self) -> str:
        what = _told(self.change)
        name = self.old if self.change == "gone" else self.new
        if name in (self.label, PurePosixPath(self.label).name):  # a folder's: labelled by name
            return f"{self.label} {what}"
        if self.change == "changed" and self.old != self.new:
            name = f"{self.old} → {self.new}"
        return f"{self.label} file {what} ({name})"


@dataclass(frozen=True)
class LibraryChanged:
    """A library has another version; None where it is not installed."""

    name: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        return f"{self.name} {self.old or 'absent'} → {self.new or 'absent'}"


@dataclass(frozen=True)
class DictionaryChanged:
    """A library's word list has other bytes."""

    name: str

    def __str__(self) -> str:
        return f"{self.name} changed"


@dataclass(frozen=True)
class ModuleChanged:
    """A module that the stage's code is made of."""

    name: str
    change: Literal["edited", "new", "gone"]

    def __str__(self) -> str:
        return f"{self.name} {self.change}"


@dataclass(frozen=True)
class PythonChanged:
    """Another Python."""

    old: str
    new: str

    def __str__(self) -> str:
        return f"Python {self.old} → {self.new}"


@dataclass(frozen=True)
class FormatChanged:
    """Artifacts are stored in another way."""

    old: int
    new: int

    def __str__(self) -> str:
        return f"artifact format {self.old} → {self.new}"


Reason = (
    NeverRun
    | Forced
    | Damaged
    | UpstreamChanged
    | SettingChanged
    | FileChanged
    | LibraryChanged
    | DictionaryChanged
    | ModuleChanged
    | PythonChanged
    | FormatChanged
)


def phrases(reasons: Iterable[Reason], *, all_of_them: bool = False) -> list[str]:
    """Return reasons as text, in order; of files and of modules a few, and how many more.

    `all_of_them` are for scripts.

    >>> phrases([SettingChanged("rate", 0.002, 0.001), UpstreamChanged("segment")])
    ['rate 0.002 → 0.001', 'input segment changed']
    """
    texts: list[str] = []
    seen = {FileChanged: 0, ModuleChanged: 0}
    more = Counter[tuple[str, str]]()
    for reason in reasons:
        if isinstance(reason, FileChanged | ModuleChanged):
            seen[type(reason)] += 1
            if seen[type(reason)] > _SHOWN_EACH and not all_of_them:
                more[_kind(reason)] += 1
                continue
        texts.append(str(reason))
    texts += (f"{counted(n, f'more {kind}')} {what}" for (kind, what), n in more.items())
    return texts


def _kind(reason: FileChanged | ModuleChanged) -> tuple[str, str]:
    """Return what is counted together: files by what has become of them, modules as they are."""
    if isinstance(reason, FileChanged):
        return "file", _told(reason.change)
    return "module", "edited"


def _told(change: str) -> str:
    """Return what has become of a file, in words."""
    return {"gone": "no longer given"}.get(change, change)


def _shown(value: Any) -> str:
    """Return a setting's value for people, long ones cut."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
