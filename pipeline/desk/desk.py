"""The desk: the models, the thread that writes, and the folders that it may write to."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipeline.desk.job import Job, begin
from pipeline.desk.loaded import Loaded, Models
from pipeline.desk.scheduler import Scheduler
from pipeline.engine.writing.generate import Choice


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

    def write(self, loaded: Loaded, job: Job) -> AsyncGenerator[list[Choice]]:
        """Yield the words of a continuation as they come; see `Scheduler.write`."""
        return self.scheduler.write(partial(begin, loaded.writer, job))


def open_desk(artifacts: Path, default_model: str | None = None) -> Desk:
    """Return a desk whose thread has still to be started."""
    return Desk(artifacts, Models(artifacts), default_model=default_model)
