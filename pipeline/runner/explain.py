"""Plans and outcomes as plain rows and sentences, for tables, JSON and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.runner.execute import Outcome
from pipeline.runner.plan import Step
from pipeline.runner.store import Record


def status_rows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return one row a stage: {stage, state, reasons, key, seconds, bytes}.

    `seconds` and `bytes` are those of the artifact of a fresh stage, None for others.
    """
    return [
        {
            "stage": step.stage.name,
            "state": step.state,
            "reasons": list(step.reasons),
            "key": step.key,
            **_measures(step.record),
        }
        for step in steps
    ]


def outcome_rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return one row a stage: {stage, ran, reasons, key, seconds, bytes, facts}."""
    return [
        {
            "stage": outcome.record.stage,
            "ran": outcome.ran,
            "reasons": list(outcome.step.reasons),
            "key": outcome.record.key,
            **_measures(outcome.record),
            "facts": dict(outcome.record.facts),
        }
        for outcome in outcomes
    ]


def sentence(step: Step) -> str:
    """Return why a stage has to run, like `train: learning_rate 0.002 → 0.001`."""
    return f"{step.stage.name}: {'; '.join(step.reasons) or 'up to date'}"


def causes(steps: Sequence[Step]) -> str:
    """Return in one line which stages are stale or missing, with the reasons that are their own."""
    parts = []
    for step in steps:
        own = [reason for reason in step.reasons if not reason.startswith("input ")]
        why = f" ({'; '.join(own)})" if own else ""
        parts.append(f"{step.stage.name} {step.state}{why}")
    return ", ".join(parts)


def not_fresh(steps: Sequence[Step]) -> list[Step]:
    """Return the steps that a run would do."""
    return [step for step in steps if step.state != "fresh"]


def _measures(record: Record | None) -> dict[str, Any]:
    """Return how long an artifact took and how large it is."""
    if record is None:
        return {"seconds": None, "bytes": None}
    return {"seconds": record.seconds, "bytes": record.bytes}
