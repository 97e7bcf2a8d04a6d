"""How long the stages of a run will take: what they took last time, or an estimate from the text.

The costs were measured with the default settings on two cores, on a novella of 66,000 characters
and a novel of 839,000 (`_COSTS`): they tell seconds from minutes and minutes from hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.catalog import SOURCE
from pipeline.config import Settings
from pipeline.runner.plan import Step

_LAST_RUN, _ESTIMATE = "last run", "estimate"
_CHARACTERS_A_BYTE = 0.38  # of a Chinese text: a third in UTF-8, a half in GB18030 and UTF-16
_TOKENS_A_CHARACTER = 0.65  # words and marks of the training chapters
_TOKENS_A_SECOND = 44_000  # that a network of 200 units and dimensions learns from
_REGRESSION = 0.6  # of the time: it knows no candidates
_LOADING = 8.0  # seconds until TensorFlow learns


class _Cost(NamedTuple):
    """Seconds that a stage takes: fixed + slope · (millions of characters) ** growth."""

    fixed: float
    slope: float
    growth: float = 1.0


_COSTS = {  # of stages that train no network
    "fetch": _Cost(0.1, 1),
    "segment": _Cost(1.2, 3),
    "embed": _Cost(0.3, 19),
    "window": _Cost(0, 0.4),
    "base": _Cost(0.1, 0.2),
    "decode": _Cost(0.3, 1.6),
    "remember": _Cost(0, 6.2),
    "model": _Cost(0.3, 0.8),
    "evaluate": _Cost(7, 32),
    "report": _Cost(2, 2),
}


def with_expected(
    rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], settings: Settings
) -> list[dict[str, Any]]:
    """Return the rows of `explain.status_rows` with a time for each stage that has to run.

    A stage's last time is of the text that it read then: where that is another now, the estimate
    counts. Each row gets `expected_from`: `_LAST_RUN`, `_ESTIMATE`, or None where there is no time.
    """
    source = next((step for step in steps if step.stage is SOURCE), None)
    same = source is not None and source.record is not None
    characters = _characters_of(settings, source)
    estimates = {} if characters is None else _estimated_seconds(characters, settings)
    told = []
    for row in rows:
        seconds, origin = row["expected_seconds"], _LAST_RUN
        own = estimates.get(row["stage"])
        if row["state"] != "fresh" and own is not None and (seconds is None or not same):
            seconds, origin = round(own, 1), _ESTIMATE
        told.append(
            {
                **row,
                "expected_seconds": seconds,
                "expected_from": None if seconds is None else origin,
            }
        )
    return told


def _characters_of(settings: Settings, source: Step | None) -> float | None:
    """Return how many characters the text has, or about how many; None for a download to come."""
    if source is not None and source.record is not None:
        counted = source.record.facts.get("characters")
        if isinstance(counted, int):
            return float(counted)
    paths = settings.values[SOURCE.name].files().values()
    size = sum(map(_size, paths))
    return size * _CHARACTERS_A_BYTE if size else None


def _size(path: Path) -> int:
    """Return the bytes of a file, 0 where it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _estimated_seconds(characters: float, settings: Settings) -> dict[str, float]:
    """Return stage → seconds for a text of so many characters, with these settings."""
    embed, train, regress = (
        settings.values[name].model_dump() for name in ("embed", "train", "regress")
    )
    millions = characters / 1e6
    found = {name: c.fixed + c.slope * millions**c.growth for name, c in _COSTS.items()}
    found["embed"] *= embed["epochs"] / 15
    size = embed["vector_size"]
    found["train"] = _training(characters, train, size) * train["epochs"] + _LOADING
    epoch = _REGRESSION * _training(characters, {"layers": 1} | regress, size)
    found["regress"] = epoch * regress["epochs"] + _LOADING
    return found


def _training(characters: float, train: Mapping[str, Any], size: int) -> float:
    """Return the seconds of an epoch: the LSTM's products and the candidates' share the work."""
    products: float = train["layers"] * train["hidden"] * (train["hidden"] + size)
    work = 0.4 + 0.6 * products / (200 * 400)
    return characters * _TOKENS_A_CHARACTER * work / _TOKENS_A_SECOND


def total_line(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what a run is expected to take in all, and where that comes from; "" for no run."""
    waiting = [row for row in rows if row["state"] != "fresh"]
    known = [row["expected_seconds"] for row in waiting if row["expected_seconds"] is not None]
    if not known:
        return "how long is not known before the text is downloaded" if waiting else ""
    guessed = any(row["expected_from"] == _ESTIMATE for row in waiting)
    why = "estimated from the text's size" if guessed else "as they took last time"
    more = "" if len(known) == len(waiting) else "; – is not known"
    return f"in all {duration(sum(known))}, {why}{more}"


def duration(seconds: float) -> str:
    """Return a time that is expected.

    >>> duration(0.2), duration(29.4), duration(400), duration(9000)
    ('under 1 s', 'about 29 s', 'about 7 min', 'about 2.5 h')
    """
    if seconds < 1:
        return "under 1 s"
    if seconds < 120:
        return f"about {seconds:,.0f} s"
    return f"about {seconds / 60:,.0f} min" if seconds < 7200 else f"about {seconds / 3600:,.1f} h"
