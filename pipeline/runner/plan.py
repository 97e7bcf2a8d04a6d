"""What a run would do and why: decided from what is on disk, changing nothing but the memo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.config import Settings
from pipeline.runner.fingerprint import components, key_of
from pipeline.runner.graph import order, upstream
from pipeline.runner.memo import save_memo
from pipeline.runner.reasons import compare, nearest
from pipeline.runner.sources import all_source_digests
from pipeline.runner.store import Record, Store, check, records
from pipeline.stage import Stage, StageConfig

State = Literal["fresh", "stale", "missing"]


@dataclass(frozen=True)
class Step:
    """What is to be done about one stage.

    `key` is None while an input has to run first; `record` is the sound artifact of a fresh stage.
    `damaged` says that what lies under `key` has to be moved away.
    """

    stage: Stage
    state: State
    reasons: tuple[str, ...]
    key: str | None
    record: Record | None
    components: Mapping[str, Any]
    forced: bool = False
    damaged: bool = False


def plan(
    stages: Sequence[Stage],
    settings: Settings,
    store: Store,
    *,
    force: AbstractSet[str] = frozenset(),
    only: str | None = None,
    verify: bool = False,
) -> list[Step]:
    """Return a step for each stage, inputs first.

    Parameters
    ----------
    force : names of stages that are to run in any case
    only : this stage and what it needs, not all stages
    verify : digest every stored file again, whatever the memo says
    """
    chosen = order(stages) if only is None else upstream(stages, only)
    sources = all_source_digests(chosen, store.memo)
    steps: dict[str, Step] = {}
    for stage in chosen:
        steps[stage.name] = plan_stage(
            stage,
            settings.values[stage.name],
            store,
            inputs={name: steps[name].record for name in stage.inputs},
            source=sources[stage.name],
            forced=stage.name in force,
            verify=verify,
        )
    save_memo(store.memo)
    return list(steps.values())


def plan_stage(
    stage: Stage,
    config: StageConfig,
    store: Store,
    *,
    inputs: Mapping[str, Record | None],
    source: Mapping[str, str],
    forced: bool = False,
    verify: bool = False,
) -> Step:
    """Return the step for one stage whose inputs are stored, or None where they are to be made."""
    known = {name: record.content for name, record in inputs.items() if record is not None}
    parts = components(stage, config, store.memo, inputs=known, source=source)
    waiting = [f"input {name} changes" for name, record in inputs.items() if record is None]
    key = None if waiting else key_of(parts)
    record, damage = check(store, stage.name, key, ignore_memo=verify) if key else (None, "")
    if record is not None and not forced:
        return Step(stage, "fresh", (), key, record, parts)
    reasons = [*(["forced"] if forced else []), *waiting]
    if damage:
        reasons.insert(0, f"damaged: {damage}")
        return Step(stage, "missing", tuple(reasons), key, None, parts, forced, damaged=True)
    old = record or nearest(records(store, stage.name), parts)
    if old is None:
        return Step(stage, "missing", ("never run", *waiting), key, None, parts, forced)
    reasons += compare(old, parts, file_names(config))
    return Step(stage, "stale", tuple(reasons), key, None, parts, forced)


def file_names(config: StageConfig) -> dict[str, str]:
    """Return label → bare name of the external files, for people."""
    return config.file_names()


def check_files(steps: Sequence[Step], settings: Settings) -> None:
    """Refuse, as a run would, external files that a step cannot use.

    Raises
    ------
    DataError
        See `StageConfig.check_files`.
    """
    for step in steps:
        if step.state != "fresh":
            settings.values[step.stage.name].check_files()
