"""`run-all --grid`: a model for each combination of settings, and a table of how well each does."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.embedding import EMBEDDING
from pipeline.artifacts.training import TRAINING
from pipeline.catalog import EVALUATION, MODEL, STAGES
from pipeline.commands import results
from pipeline.commands.arguments import Asked
from pipeline.commands.console import put, say, width
from pipeline.commands.progress import open_reporter
from pipeline.config import GRID, Override
from pipeline.errors import SettingsError, XuxieError
from pipeline.interrupts import advising
from pipeline.models.names import safe_name
from pipeline.models.publish import source_title
from pipeline.models.shelf import read_name
from pipeline.plural import counted
from pipeline.processes import Processes, cores
from pipeline.project import Project, publish_model, remember_run
from pipeline.runner.execute import Outcome
from pipeline.runner.mirror import Mirror
from pipeline.runner.store import Record, load
from pipeline.runner.together import execute_many
from pipeline.workers import Workers

if TYPE_CHECKING:
    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.artifacts.training import Training

_MOST = 1000  # models of a grid
_VALUE = re.compile(r"""((?:"[^"]*"|'[^']*'|\[[^\]]*\]|[^,"'\[])+)(?:,|$)""")
_FIGURES = {"perplexity": "perplexity", "bits_per_character": "bits/char", "top1": "top1"}
_TRAINING = "training_perplexity"  # of the network alone, before `evaluate`
_NAMES = {**_FIGURES, _TRAINING: "network's perplexity"}


@dataclass(frozen=True)
class Cell:
    """One combination: its settings by name, the project with them, and what became of it.

    `figures` are its scores on the validation chapters, empty until it is published.
    """

    values: tuple[tuple[str, str], ...]
    project: Project
    outcomes: tuple[Outcome, ...] = ()
    error: XuxieError | None = None
    model: str | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return what tells this model from the others, as `hidden=400 seed=2`."""
        return " ".join(f"{name.partition('.')[2]}={value}" for name, value in self.values)


def cells(asked: Asked, grid: Sequence[str], artifacts: Path) -> list[Cell]:
    """Return a cell for each combination of the values of all `--grid`, the last one fastest.

    Raises
    ------
    SettingsError
        One of them is no setting with its values, another option gives the same setting, or there
        are too many.
    """
    axes = [_axis(text) for text in grid]
    names = [name for name, _ in axes]
    if twice := {name for name in names if names.count(name) > 1}:
        raise _unfit(f"{min(twice)} once, with all its values", f"it {names.count(min(twice))} x")
    made = list(itertools.product(*([(name, value) for value in vs] for name, vs in axes)))
    if len(made) > _MOST:
        raise _unfit(f"at most {_MOST} models", f"{len(made):,}")
    return [
        Cell(
            values,
            asked.with_given(*(Override(f"{n}={v}", GRID) for n, v in values)).open(artifacts),
        )
        for values in made
    ]


def _axis(text: str) -> tuple[str, list[str]]:
    """Return a setting's name and its values; commas within quotes or brackets part nothing."""
    name, equals, rest = text.partition("=")
    values = [found.strip() for found in _VALUE.findall(rest)]
    if not equals or not all(values) or _VALUE.sub("", rest) or not values:
        raise _unfit("section.field=value,value", text[:60] or "nothing")
    return name.strip(), list(dict.fromkeys(values))


def _unfit(expected: str, got: str) -> SettingsError:
    """Return the error for a grid that cannot be run."""
    return SettingsError(f"--grid: expected {expected}, got {got}", option="--grid")


def run_grid(
    found: Sequence[Cell],
    *,
    quick: bool,
    progress: str,
    workers: Workers | None,
    mirror: Mirror | None = None,
) -> list[Cell]:
    """Run all cells: a worker each where a cluster lends them, else one after the other.

    A cell that cannot be finished keeps its error, and the others go on.
    """
    targets = [MODEL.name] if quick else [stage.name for stage in STAGES]
    reporter = open_reporter(sys.stderr, progress)
    try:
        with advising("; the same command goes on where it stopped", reporter.close):
            variants = execute_many(
                STAGES,
                [cell.project.settings for cell in found],
                found[0].project.store,
                targets=targets,
                reporter=reporter,
                command="run-all",
                workers=workers or Processes(cores()),
                mirror=mirror,
                in_turn=workers is None,
                names=[cell.label for cell in found],
            )
    finally:
        reporter.close()
    return [
        replace(cell, outcomes=variant.outcomes, error=variant.error)
        for cell, variant in zip(found, variants, strict=True)
    ]


def publish_cells(found: Sequence[Cell], name: str | None, progress: str) -> list[Cell]:
    """Put the models on the shelf, each under a name that tells its setting; note the best run.

    Where nothing tells which is the best, the first is noted, and a line says so.
    """
    cells = [cell if cell.error else _publish(cell, name, progress) for cell in found]
    done = [cell for cell in cells if cell.error is None]
    if not done:
        return cells
    by = _comparable(done)
    if not by:
        say(
            "xuxie: perplexities of unlike vocabularies do not tell which model is better; bits "
            "per character do: the same command without --quick"
        )
    best = min(done, key=lambda cell: cell.figures.get(by) or float("inf"))
    remember_run(best.project, best.outcomes)
    return cells


def _comparable(done: Sequence[Cell]) -> str:
    """Return the figure by which models can be ranked, "" where there is none.

    Perplexities are those of a model's own pieces: of a smaller vocabulary they are lower anyway.
    """
    if all(cell.figures.get("bits_per_character") is not None for cell in done):
        return "bits_per_character"
    vocabularies = {_words(cell) for cell in done}
    return "" if len(vocabularies) > 1 else next((n for n in _NAMES if n in done[0].figures), "")


def _words(cell: Cell) -> tuple[str, ...]:
    """Return the pieces of a cell's model."""
    embedding: Embedding = load(cell.project.store, _record(cell, "embed"), EMBEDDING)
    return embedding.words


def _publish(cell: Cell, name: str | None, progress: str) -> Cell:
    """Put a cell's model on the shelf; return the cell with its name and its figures."""
    own = safe_name(f"{name or _title(cell)} {cell.label}")
    path = publish_model(cell.project, cell.outcomes, own)
    model = read_name(path) if path else None
    if model is not None and progress == "json":
        say(json.dumps({"event": "model", "name": model}))
    return replace(cell, model=model, figures=_figures(cell))


def rows(found: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return a row for each cell: its settings, its model, its validation scores or its error."""
    return [
        {
            "settings": dict(cell.values),
            "model": cell.model,
            "validation": dict(cell.figures) if cell.error is None else None,
            "error": None if cell.error is None else str(cell.error),
        }
        for cell in found
    ]


def show(found: Sequence[Cell]) -> None:
    """Print the table, the settings as asked for, and a line for each that failed."""
    done = [cell for cell in found if cell.error is None]
    if done:
        names = [name for name in _NAMES if any(name in cell.figures for cell in done)]
        lines = [
            [
                cell.label,
                *(results.format_score(cell.figures.get(name)) for name in names),
                cell.model or "",
            ]
            for cell in done
        ]
        headings = ("validation chapters", *(_NAMES[name] for name in names), "model")
        put("", *results.table_lines(headings, lines, width()))
    for cell in found:
        if cell.error is not None:
            say(f"xuxie: {cell.label}: {cell.error}")


def _title(cell: Cell) -> str:
    """Return the title that a cell's model says of itself, or what its source is called."""
    title = _record(cell, MODEL.name).facts.get("title")
    return str(title or source_title(cell.project.settings))


def _figures(cell: Cell) -> dict[str, float | None]:
    """Return a model's scores on the validation chapters; before `evaluate`, its training's."""
    if any(outcome.record.stage == EVALUATION.name for outcome in cell.outcomes):
        record = _record(cell, EVALUATION.name)
        evaluation: Evaluation = load(cell.project.store, record, EVALUATION.codec)
        scores = evaluation.scores["validation"]["writer"]
        return {name: scores[name] for name in _FIGURES}
    training: Training = load(cell.project.store, _record(cell, "train"), TRAINING)
    history = training.history
    return {_TRAINING: history["epochs"][history["best_epoch"] - 1]["perplexity"]}


def _record(cell: Cell, stage: str) -> Record:
    """Return the artifact that a cell has of a stage."""
    return next(own.record for own in cell.outcomes if own.record.stage == stage)


def failed(found: Sequence[Cell]) -> XuxieError | None:
    """Return the error to end with where cells failed: their number, and the first one's code."""
    errors = [cell.error for cell in found if cell.error is not None]
    if not errors:
        return None
    kind = type(errors[0])
    models = counted(len(found), "model")
    return kind(f"--grid: expected {models}, {len(errors)} could not be made; see above")
