"""The desk: the models, the thread that writes, and the folders that it may write to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pipeline.desk.bench import Bench
from pipeline.desk.loaded import Models
from pipeline.desk.manuscripts import Manuscripts
from pipeline.desk.mixes import Mixes
from pipeline.desk.scheduler import Scheduler
from pipeline.desk.trainings import Trainings


@dataclass(frozen=True)
class Desk:
    """What all requests share.

    Attributes
    ----------
    artifacts : Path
    models : Models
    scheduler : Scheduler
    default_model : str or None
        Which one writes where a client names none that is here; None for the newest.
    """

    artifacts: Path
    models: Models
    scheduler: Scheduler = field(default_factory=Scheduler)
    default_model: str | None = None

    @cached_property
    def looks(self) -> Bench:
        """Where what takes a moment is done: a look at a word."""
        return Bench(threads=2)

    @cached_property
    def reads(self) -> Bench:
        """Where what takes seconds is done: reading a book, scoring a text."""
        return Bench(threads=2)

    @cached_property
    def mixes(self) -> Mixes:
        """The models that are mixed."""
        return Mixes(self.models)

    @cached_property
    def manuscripts(self) -> Manuscripts:
        """The texts that are written here."""
        return Manuscripts(self.folder)

    @cached_property
    def trainings(self) -> Trainings:
        """The models that are made here."""
        return Trainings(self.artifacts, self.folder)

    @property
    def folder(self) -> Path:
        """The desk's own folder."""
        return self.artifacts / "desk"

    async def close(self) -> None:
        """End what is under way beside the thread that writes."""
        self.looks.close()
        self.reads.close()
        await self.trainings.close()


def open_desk(artifacts: Path, default_model: str | None = None) -> Desk:
    """Return a desk whose thread has still to be started."""
    return Desk(artifacts, Models(artifacts), default_model=default_model)
