"""What a stage is: its settings, its inputs, its function and how its result is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict

from pipeline.artifacts.codec import Codec
from pipeline.errors import DataError
from pipeline.workers import HERE, Workers

if TYPE_CHECKING:
    import numpy as np


class StageConfig(BaseModel):
    """Settings of one stage: frozen, unknown fields refused.

    A field that names a file on this machine is declared `json_schema_extra={"path": True}`:
    relative values are resolved against the place they were given in (see `pipeline.config`). Such
    a field belongs in `files`, so that the file's *content* and never its path enters the key.
    A field called `seed` seeds the generator of the stage's `Context`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def files(self) -> dict[str, Path]:
        """External files that the stage reads: label → path. Labels hold no absolute path."""
        return {}

    def file_names(self) -> dict[str, str]:
        """Return label → name of the external files."""
        return {label: path.name for label, path in self.files().items()}

    def check_files(self) -> None:
        """Refuse external files that cannot be used, by what the disk says of them.

        Raises
        ------
        DataError
            Nothing is there, or no regular file of fitting size.
        """

    def key_settings(self) -> dict[str, Any]:
        """Return the settings that decide the result, as JSON values; paths are left out."""
        fields = type(self).model_fields
        hidden = {name for name, field in fields.items() if is_path_field(field.json_schema_extra)}
        return self.model_dump(mode="json", exclude=hidden)

    def changed(self) -> frozenset[str]:
        """Return the names of the settings that are not the defaults."""
        fields = type(self).model_fields.items()
        return frozenset(
            name
            for name, field in fields
            if getattr(self, name) != field.get_default(call_default_factory=True)
        )


def is_path_field(extra: object) -> bool:
    """Return whether a field's `json_schema_extra` marks it as a path."""
    return isinstance(extra, dict) and extra.get("path") is True


class Progress(Protocol):
    """Called by a stage as it works."""

    def __call__(self, done: float, total: float, note: str = "") -> None:
        """Report that `done` of `total` units are finished; `note` is a short live figure."""


Advance = Callable[[float, float], None]
"""`Progress` where no figure is known: called with what is done and what there is to do."""


@dataclass(frozen=True)
class Made:
    """How an artifact upstream came to be: for people to read, never part of a key.

    `settings` are those that decided the result, `changed` the names of those that are not the
    defaults; `names` the bare names of the external files, by label.
    """

    seconds: float
    bytes: int
    settings: Mapping[str, Any]
    changed: frozenset[str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One of many like things that a stage's result is made of, as a book of a shelf.

    Attributes
    ----------
    settings : JSON values
        What decides it beside the stage's code and the files' bytes.
    files : label → path
        What it is read from.
    given : function
        Returns what the making of it is called with, when it is needed.
    """

    settings: Mapping[str, Any]
    files: Mapping[str, Path]
    given: Callable[[], Any]


class MakeParts(Protocol):
    """Makes the parts of a stage's result, each of which is kept by itself from run to run."""

    def __call__(
        self, name: str, codec: Codec[Any], make: Callable[[Any], Any], parts: Iterable[Part]
    ) -> Iterator[Any]:
        """Yield each part in order: as it was kept, or as `make(part.given())` returns it.

        What `make` raises as a `DataError` is yielded instead. `make` is a module's function, or a
        `partial` of one, as it may be called in another process. `name` is what parts are kept
        under.
        """
        ...


def _make_parts(
    name: str, codec: Codec[Any], make: Callable[[Any], Any], parts: Iterable[Part]
) -> Iterator[Any]:
    """Make all parts here and keep none: what a stage has where no runner calls it."""
    return (attempt(make, part.given()) for part in parts)


def attempt(make: Callable[[Any], Any], given: Any) -> Any:
    """Return what `make` makes, or the `DataError` that it raises."""
    try:
        return make(given)
    except DataError as error:
        return error


def no_progress(done: float, total: float, note: str = "") -> None:
    """Drop how far a job is: `Progress` where nobody looks."""


def say_nothing(text: str) -> None:
    """Drop a line: what a stage says where nobody listens."""


@dataclass(frozen=True)
class Context:
    """What the runner lends to a running stage.

    `say` gives the user a line that is worth more than a passing note of `progress`. `workers` do
    many like jobs at once. `parts` makes what the result consists of, and what has been made
    already is taken as it was kept.

    `made` tells of every stage upstream. As it is not part of the key, a stage that shows it may
    show how an equal artifact was made on another day; and one that shows seconds does not make
    equal bytes, so nothing may stand downstream of it.
    """

    progress: Progress
    generator: np.random.Generator
    scratch_path: Path  # private to this cache key; survives a failed or interrupted run
    made: Mapping[str, Made] = field(default_factory=dict)
    say: Callable[[str], None] = say_nothing
    parts: MakeParts = _make_parts
    workers: Workers = HERE


@dataclass(frozen=True)
class Stage:
    """The declaration of one stage.

    `run(config, *, <input>=…, context)` receives each input's loaded artifact under the input's
    stage name and returns the value that `codec` stores. It opens no artifact path itself.
    `libraries` are the distributions whose version decides the result.
    """

    name: str
    inputs: tuple[str, ...]
    config: type[StageConfig]
    run: Callable[..., Any]
    codec: Codec[Any]
    libraries: tuple[str, ...] = ()
