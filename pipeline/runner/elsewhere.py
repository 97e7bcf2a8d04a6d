"""A whole stage on another machine: its inputs go there as files, its artifact comes back as files.

Nothing of it needs the store: the machine reads the inputs with their codecs, as a run here would,
and what it made is committed by the run that sent it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import XuxieError
from pipeline.runner.failures import as_failure
from pipeline.runner.store import Record, Store, read_verified
from pipeline.stage import Context, Made, Stage, StageConfig, no_progress

Files = Mapping[str, bytes]  # name → content


@dataclass(frozen=True)
class Job:
    """A stage to run with these settings on these artifacts; `inputs` are name → stage, files.

    `threads` are those that numpy's products have where the run was asked for: in a product of
    several threads sums are made in another order than in one of another number.
    """

    stage: Stage
    config: StageConfig
    inputs: Mapping[str, tuple[Stage, Files]]
    made: Mapping[str, Made]
    threads: int


@dataclass(frozen=True)
class Computed:
    """The files of an artifact and what its manifest tells; or the error that came instead."""

    files: Files = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    started: str = ""
    seconds: float = 0.0
    said: tuple[str, ...] = ()
    error: XuxieError | None = None

    def write(self, folder: Path) -> None:
        """Write the files into an empty folder."""
        _write(self.files, folder)


def read_files(store: Store, record: Record) -> Files:
    """Verify an artifact and return its files; see `store.read_verified`."""
    names = sorted(record.files)
    return read_verified(
        store, record, lambda folder: {name: (folder / name).read_bytes() for name in names}
    )


def product_threads() -> int:
    """Return how many threads numpy's products have in this process."""
    import numpy  # noqa: F401 - or its library would not be there yet to be asked
    from threadpoolctl import ThreadpoolController

    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    return max((int(library.num_threads) for library in libraries), default=1)


def compute(job: Job) -> Computed:
    """Run a stage in a folder of its own; what goes wrong with it is told, not raised."""
    with tempfile.TemporaryDirectory(prefix="xuxie-") as name:
        folder = Path(name)
        try:
            return _compute(job, folder)
        except XuxieError as error:
            return Computed(error=error)
        except Exception as error:
            return Computed(error=as_failure(job.stage.name, error, folder))


def _compute(job: Job, folder: Path) -> Computed:
    """Run a stage; its scratch lies in the folder too, and is lost with it."""
    import numpy as np
    from threadpoolctl import threadpool_limits

    said: list[str] = []
    loaded = {}
    for name, (stage, files) in job.inputs.items():
        place = _new(folder / f"input-{name}")
        _write(files, place)
        loaded[name] = stage.codec.load(place)
    context = Context(
        progress=no_progress,
        generator=np.random.default_rng(getattr(job.config, "seed", 0)),
        scratch_path=_new(folder / "scratch"),
        made=job.made,
        say=said.append,
    )
    started, clock = datetime.now(UTC), time.perf_counter()
    with threadpool_limits(job.threads, user_api="blas"):  # Ray has started this process with one
        value = job.stage.run(job.config, **loaded, context=context)
    seconds = round(time.perf_counter() - clock, 3)
    output = _new(folder / "output")
    job.stage.codec.save(value, output)
    return Computed(
        files={path.name: path.read_bytes() for path in sorted(output.iterdir())},
        facts=job.stage.codec.describe(value),
        started=started.isoformat(timespec="microseconds"),
        seconds=seconds,
        said=tuple(said),
    )


def _new(folder: Path) -> Path:
    """Make a folder and return it."""
    folder.mkdir()
    return folder


def _write(files: Files, folder: Path) -> None:
    """Write files by their bare names."""
    for name, content in files.items():
        (folder / Path(name).name).write_bytes(content)
