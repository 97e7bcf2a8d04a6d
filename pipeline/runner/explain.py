"""Plans and outcomes as plain rows and sentences, for tables, JSON and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.runner.execute import Outcome
from pipeline.runner.plan import Step
from pipeline.runner.reasons import UpstreamChanged, phrases
from pipeline.runner.store import Record

# How much a message names, which has to fit a few lines.
_SHOWN_STAGES, _SHOWN_REASONS, _SHOWN_CHARACTERS = 3, 2, 70


def status_rows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return one row a stage: {stage, state, reasons, key, seconds, bytes, expected_seconds}.

    `seconds` and `bytes` are those of the artifact of a fresh stage, None for others;
    `expected_seconds` is how long a stage that has to run took last time, None for others.
    """
    return [
        {
            "stage": step.stage.name,
            "state": step.state,
            "reasons": phrases(step.reasons, all_of_them=True),
            "key": step.key,
            **_measures(step.record),
            "expected_seconds": step.last_seconds if step.record is None else None,
        }
        for step in steps
    ]


def outcome_rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return one row a stage: {stage, ran, reasons, key, seconds, bytes, facts}."""
    return [
        {
            "stage": outcome.record.stage,
            "ran": outcome.ran,
            "reasons": phrases(outcome.step.reasons, all_of_them=True),
            "key": outcome.record.key,
            **_measures(outcome.record),
            "facts": dict(outcome.record.facts),
        }
        for outcome in outcomes
    ]


def sentence(step: Step) -> str:
    """Return why a stage has to run, like `train: learning_rate 0.002 → 0.001`."""
    return f"{step.title}: {'; '.join(phrases(step.reasons)) or 'up to date'}"


def causes(steps: Sequence[Step]) -> str:
    """Return in one line which stages are stale or missing, and why; of many only the first few.

    Reasons that only follow from another stage's are left out.
    """
    parts = [_cause(step) for step in steps[:_SHOWN_STAGES]]
    if len(steps) > _SHOWN_STAGES:
        parts.append(f"{len(steps) - _SHOWN_STAGES} more")
    return ", ".join(parts)


def _cause(step: Step) -> str:
    """Return a stage's state and the first of its own reasons, like `train stale (rate 2 → 1)`."""
    own = phrases(reason for reason in step.reasons if not isinstance(reason, UpstreamChanged))
    shown = [_cut(phrase) for phrase in own[:_SHOWN_REASONS]]
    if len(own) > _SHOWN_REASONS:
        shown.append(f"{len(own) - _SHOWN_REASONS} more")
    return f"{step.stage.name} {step.state}" + (f" ({'; '.join(shown)})" if shown else "")


def _cut(text: str) -> str:
    """Return a phrase, a long one cut."""
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def not_fresh(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that a run would do."""
    return [step for step in steps if step.state != "fresh"]


def _measures(record: Record | None) -> dict[str, Any]:
    """Return how long an artifact took and how large it is."""
    if record is None:
        return {"seconds": None, "bytes": None}
    return {"seconds": record.seconds, "bytes": record.bytes}
