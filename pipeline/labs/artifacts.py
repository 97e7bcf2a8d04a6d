"""What the stages of a lab make: a trial, its findings, and their picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, read_json, read_tensors, write_json, write_tensors
from pipeline.artifacts.picture import load_picture, save_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAYS_FILE = "arrays.safetensors"
FACTS_FILE = "facts.json"
FINDINGS_FILE = "findings.json"


@dataclass(frozen=True)
class Trial:
    """Data, or what a training made of it.

    `arrays` by name, at least one; `facts` JSON values by name.
    """

    arrays: dict[str, NDArray[Any]]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """What a lab shows: a table, sentences under it, and all numbers for scripts.

    A cell is text or a number; `facts` are JSON values by name.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int, ...], ...]
    notes: tuple[str, ...]
    facts: dict[str, Any]


def save_trial(trial: Trial, folder: Path) -> None:
    """Write the arrays and the facts."""
    write_tensors(folder / ARRAYS_FILE, trial.arrays)
    write_json(folder / FACTS_FILE, trial.facts)


def load_trial(folder: Path) -> Trial:
    """Read what `save_trial` wrote."""
    return Trial(read_tensors(folder / ARRAYS_FILE), read_json(folder / FACTS_FILE))


def save_findings(findings: Findings, folder: Path) -> None:
    """Write the findings as one JSON file."""
    value = {
        "columns": list(findings.columns),
        "rows": [list(row) for row in findings.rows],
        "notes": list(findings.notes),
        "facts": findings.facts,
    }
    write_json(folder / FINDINGS_FILE, value)


def load_findings(folder: Path) -> Findings:
    """Read what `save_findings` wrote."""
    value = read_json(folder / FINDINGS_FILE)
    return Findings(
        columns=tuple(value["columns"]),
        rows=tuple(tuple(row) for row in value["rows"]),
        notes=tuple(value["notes"]),
        facts=value["facts"],
    )


def describe_trial(trial: Trial) -> dict[str, Any]:
    """Name the facts that fit into a line."""
    return {name: fact for name, fact in trial.facts.items() if isinstance(fact, int | float | str)}


TRIAL = Codec(save=save_trial, load=load_trial, describe=describe_trial)
FINDINGS = Codec(save=save_findings, load=load_findings, describe=lambda findings: {})
PICTURE = Codec(save=save_picture, load=load_picture, describe=lambda picture: {})
