"""What the stages of a lab make: a trial, its findings, and their picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import Codec, read_json, read_tensors, write_json, write_tensors
from pipeline.artifacts.picture import load_picture, save_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ARRAYS_FILE = "arrays.safetensors"
_FACTS_FILE = "facts.json"
_FINDINGS_FILE = "findings.json"


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


def _save_trial(trial: Trial, folder: Path) -> None:
    """Write the arrays and the facts."""
    write_tensors(folder / _ARRAYS_FILE, trial.arrays)
    write_json(folder / _FACTS_FILE, trial.facts)


def _load_trial(folder: Path) -> Trial:
    """Read what `_save_trial` wrote."""
    return Trial(read_tensors(folder / _ARRAYS_FILE), read_json(folder / _FACTS_FILE))


def _save_findings(findings: Findings, folder: Path) -> None:
    """Write the findings as one JSON file."""
    value = {
        "columns": list(findings.columns),
        "rows": [list(row) for row in findings.rows],
        "notes": list(findings.notes),
        "facts": findings.facts,
    }
    write_json(folder / _FINDINGS_FILE, value)


def _load_findings(folder: Path) -> Findings:
    """Read what `_save_findings` wrote."""
    value = read_json(folder / _FINDINGS_FILE)
    return Findings(
        columns=tuple(value["columns"]),
        rows=tuple(tuple(row) for row in value["rows"]),
        notes=tuple(value["notes"]),
        facts=value["facts"],
    )


def _describe_trial(trial: Trial) -> dict[str, Any]:
    """Name the facts that fit into a line."""
    return {name: fact for name, fact in trial.facts.items() if isinstance(fact, int | float | str)}


TRIAL = Codec(save=_save_trial, load=_load_trial, describe=_describe_trial)
FINDINGS = Codec(save=_save_findings, load=_load_findings, describe=lambda findings: {})
PICTURE = Codec(save=save_picture, load=load_picture, describe=lambda picture: {})
