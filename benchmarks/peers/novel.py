"""What peers are measured on: the chapters of a run's novel, the run's own scores, what it took."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.codec import Codec
from pipeline.artifacts.embedding import EMBEDDING
from pipeline.artifacts.evaluation import EVALUATION
from pipeline.artifacts.segmentation import (
    PARAGRAPH_BREAK,
    SEGMENTATION,
    Part,
    Segmentation,
    section_words,
)
from pipeline.artifacts.windows import WINDOWS
from pipeline.catalog import STAGES
from pipeline.commands.progress import LogReporter
from pipeline.errors import ArtifactDamaged, NotReady
from pipeline.project import open_project, remember_run
from pipeline.runner.execute import Outcome, execute
from pipeline.runner.plan import Step
from pipeline.runner.pointer import current
from pipeline.runner.store import Record, Store, load, open_store, read_record

Spans = NDArray[np.int64]

_READ: dict[str, Codec[Any]] = {
    "segment": SEGMENTATION,
    "embed": EMBEDDING,
    "window": WINDOWS,
    "evaluate": EVALUATION,
}
_TOLD = ("base", "train")  # of these the manifest is enough


@dataclass(frozen=True)
class Novel:
    """A novel that xuxie was trained on.

    Attributes
    ----------
    chapters : (part, text) of each, in the novel's order; every paragraph ends with a line end
    piece_ids : int32 (N,)
        The pieces that the project's own models read; V is a character that never stood before.
    piece_spans : part → int64 (S, 2), the pieces [start, stop) of its chapters
    vocabulary_size : V
    unseen : the probability of a character that never stood before, where a piece is expected
    scores : model → bits per character of the test chapters, as `evaluate` found them
    seconds : the processor's, that the stage `train` took
    seconds_are : how those are known
    base : the titles that the network had read before its training; "" for none
    """

    chapters: tuple[tuple[Part, str], ...]
    piece_ids: NDArray[np.int32]
    piece_spans: dict[Part, Spans]
    vocabulary_size: int
    unseen: float
    scores: dict[str, float]
    seconds: float
    seconds_are: str
    base: str

    def text(self, part: Part) -> str:
        """Return the text of a part's chapters, one after the other."""
        return "".join(text for own, text in self.chapters if own == part)


def train_novel(source: Path) -> Novel:
    """Train on a novel with the default settings, in a folder that is thrown away.

    Raises
    ------
    XuxieError
        See `execute`.
    """
    with tempfile.TemporaryDirectory() as name:
        project = open_project(Path(name), source=str(source))
        clock = _Clock(sys.stderr)
        outcomes = execute(
            STAGES, project.settings, project.store, targets=["evaluate"], reporter=clock
        )
        remember_run(project, outcomes)
        return read_novel(Path(name), seconds=clock.seconds, seconds_are="measured")


def read_novel(artifacts: Path, *, seconds: float | None = None, seconds_are: str = "") -> Novel:
    """Return the novel of the last run in a folder of artifacts.

    Parameters
    ----------
    artifacts : the folder
    seconds : what `train` took of processor time; unless given, its wall time on all cores, which
        is more
    seconds_are : how those are known

    Raises
    ------
    NotReady
        There was no run that reached `evaluate`.
    ArtifactDamaged
        What it left cannot be used, or its scores are of other characters.
    """
    store = open_store(artifacts)
    records = _last_records(store)
    found = {stage: load(store, records[stage], codec) for stage, codec in _READ.items()}
    if seconds is None:
        cores = os.cpu_count() or 1
        seconds, seconds_are = records["train"].seconds * cores, f"at most: wall time × {cores}"
    tests = found["evaluate"].scores["test"]
    novel = Novel(
        chapters=_chapters(found["segment"]),
        piece_ids=np.array(found["window"].ids),
        piece_spans=found["window"].spans,
        vocabulary_size=found["window"].vocabulary_size,
        unseen=found["embed"].unseen,
        scores={name: row["bits_per_character"] for name, row in tests.items()},
        seconds=seconds,
        seconds_are=seconds_are,
        base=records["base"].facts.get("has read", ""),
    )
    _check_characters(novel, tests["writer"]["characters"])
    return novel


def _last_records(store: Store) -> dict[str, Record]:
    """Return stage → manifest of what the last run has left."""
    last = current(store)
    keys = {} if last is None else last.keys
    found = {
        stage: read_record(store, stage, keys[stage]) if stage in keys else None
        for stage in (*_READ, *_TOLD)
    }
    records = {stage: record for stage, record in found.items() if record is not None}
    if len(records) < len(found):
        raise NotReady(
            f"expected in {store.folder} what a run up to evaluate leaves, found no such run; "
            "make one with run-all"
        )
    return records


def _chapters(segmentation: Segmentation) -> tuple[tuple[Part, str], ...]:
    """Return each chapter's part and its text as it was before it was cut into words."""
    return tuple(
        (section.part, "".join(section_words(segmentation, section)).replace(PARAGRAPH_BREAK, "\n"))
        for section in segmentation.sections
    )


def _check_characters(novel: Novel, scored: float) -> None:
    """Raise unless the test chapters have as many characters as were scored."""
    characters = len(novel.text("test"))
    if characters != scored:
        raise ArtifactDamaged(
            f"expected scores of {characters:,} test characters, got some of {scored:,.0f}"
        )


class _Clock(LogReporter):
    """Writes progress, and notes what the training takes of processor time."""

    seconds = 0.0

    def started(self, step: Step) -> None:
        """Note when the training begins."""
        super().started(step)
        if step.stage.name == "train":
            self.seconds = -time.process_time()

    def finished(self, outcome: Outcome) -> None:
        """Note when it has ended."""
        super().finished(outcome)
        if outcome.record.stage == "train":
            self.seconds += time.process_time()
