"""What a run would do and why: decided from what is on disk, changing nothing but the memo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.config import Settings
from pipeline.filenames import readable
from pipeline.runner.differences import compare, nearest
from pipeline.runner.fingerprint import components, key_of
from pipeline.runner.graph import order, upstream
from pipeline.runner.memo import save_memo
from pipeline.runner.reasons import Damaged, Forced, NeverRun, Reason, UpstreamChanged
from pipeline.runner.sources import all_source_digests
from pipeline.runner.store import Record, Store, check, records
from pipeline.stage import Stage, StageConfig

State = Literal["fresh", "stale", "missing"]


@dataclass(frozen=True)
class Step:
    """What is to be done about one stage.

    `key` is None while an input has to run first; `record` is the sound artifact of a fresh stage.
    `damaged` says that what lies under `key` has to be moved away. `last_seconds` is how long the
    stage took for the nearest artifact that is stored, None if there is none. `whose` names the
    settings that it is of, where several run together.
    """

    stage: Stage
    state: State
    reasons: tuple[Reason, ...]
    key: str | None
    record: Record | None
    components: Mapping[str, Any]
    forced: bool = False
    damaged: bool = False
    last_seconds: float | None = None
    whose: str = ""

    @property
    def title(self) -> str:
        """Return what lines call it, as `train` or `train (hidden=400)`."""
        return f"{self.stage.name} ({self.whose})" if self.whose else self.stage.name


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
    verify : digest every stored file, external file and module again, whatever the memo says

    Raises
    ------
    DataError
        An external file is a pipe or a device.
    """
    chosen = order(stages) if only is None else upstream(stages, only)
    sources = all_source_digests(chosen, store.memo, ignore_memo=verify)
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
    suspect: str = "",
) -> Step:
    """Return the step for one stage whose inputs are stored, or None where they are to be made.

    `suspect` says why the stored artifact cannot be used although its bytes are as written.
    """
    known = {name: record.content for name, record in inputs.items() if record is not None}
    parts = components(stage, config, store.memo, inputs=known, source=source, ignore_memo=verify)
    waiting = [
        UpstreamChanged(name, waits=True) for name, record in inputs.items() if record is None
    ]
    key = None if waiting else key_of(parts)
    record, damage = check(store, stage.name, key, ignore_memo=verify) if key else (None, "")
    if record is not None and suspect:
        record, damage = None, suspect
    if record is not None and not forced:
        return Step(stage, "fresh", (), key, record, parts, last_seconds=record.seconds)
    old = record or nearest(records(store, stage.name), parts)
    reasons: list[Reason] = [*([Forced()] if forced else []), *waiting]
    state: State = "missing"
    if damage:
        reasons.insert(0, Damaged(damage))
    elif old is None:
        reasons = [NeverRun(), *waiting]
    else:
        state = "stale"
        reasons += compare(old, parts, file_names(config))
    return Step(
        stage,
        state,
        tuple(reasons),
        key,
        None,
        parts,
        forced,
        damaged=bool(damage),
        last_seconds=None if old is None else old.seconds,
    )


def file_names(config: StageConfig) -> dict[str, str]:
    """Return label → bare name of the external files, as people read it."""
    return {label: readable(name) for label, name in config.file_names().items()}


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
