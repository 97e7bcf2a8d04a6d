"""Run what has to be run, stage by stage, and keep what comes of it.

Each stage is planned anew from the inputs that are really there, so an output that came out the
same as before stops the cascade. An input that turns out to be damaged is made again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from pipeline.config import Settings
from pipeline.errors import ArtifactDamaged, DataError, XuxieError
from pipeline.runner.commit import commit, quarantine
from pipeline.runner.disk import remove, usable
from pipeline.runner.failures import as_failure
from pipeline.runner.fingerprint import file_digests, refuse_difference
from pipeline.runner.folders import SCRATCH, is_folder, own_folder
from pipeline.runner.graph import select
from pipeline.runner.lock import hold
from pipeline.runner.memo import save_memo
from pipeline.runner.memory import give_back
from pipeline.runner.mirror import Mirror, fetch_step, lacks, send
from pipeline.runner.parts import PARTS, keep_parts, send_parts
from pipeline.runner.plan import Step, file_names, plan_stage
from pipeline.runner.sources import all_source_digests, source_digests
from pipeline.runner.store import Record, Store, load
from pipeline.stage import Context, Made, Stage, StageConfig
from pipeline.workers import HERE, Workers


@dataclass(frozen=True)
class Outcome:
    """What became of one step: its artifact, and whether the stage ran for it or it was taken."""

    step: Step
    record: Record
    ran: bool
    taken: bool = False  # from another machine

    @property
    def new(self) -> bool:
        """Return whether the artifact was not here before."""
        return self.ran or self.taken


class Reporter(Protocol):
    """Told what a run is doing."""

    def started(self, step: Step) -> None:
        """Hear that a stage begins to run."""

    def progress(self, step: Step, done: float, total: float, note: str = "") -> None:
        """Hear that a running stage has finished `done` of `total` units."""

    def finished(self, outcome: Outcome) -> None:
        """Hear that a stage has run and its artifact is stored."""

    def skipped(self, step: Step) -> None:
        """Hear that a stage is fresh and does not run."""

    def said(self, step: Step, text: str) -> None:
        """Hear a line that a running stage has for the user."""


@dataclass(frozen=True)
class _Run:
    """What one call of `execute` works on, and what it has learnt so far.

    `suspects` says of stages why their artifact cannot be used although it looks sound; `ran` holds
    the outcomes of the stages that did run.
    """

    settings: Settings
    store: Store
    reporter: Reporter
    workers: Workers
    force: AbstractSet[str]
    sources: Mapping[str, Mapping[str, str]]
    mirror: Mirror | None = None
    suspects: dict[str, str] = field(default_factory=dict)
    ran: dict[str, Outcome] = field(default_factory=dict)


def execute(
    stages: Sequence[Stage],
    settings: Settings,
    store: Store,
    *,
    targets: Sequence[str],
    force: AbstractSet[str] = frozenset(),
    reporter: Reporter,
    command: str | None = "xuxie",
    workers: Workers = HERE,
    mirror: Mirror | None = None,
) -> list[Outcome]:
    """Bring the target stages and all that they need up to date, under the lock.

    `command` is what others are told that holds it, None where the caller does. `workers` are lent
    to every stage. What `mirror` has is taken from there, what it lacks sent.

    Raises
    ------
    Busy
        If another run holds the store.
    StageFailed
        If a stage raises something unforeseen, or its result cannot be saved.
    InputChanged
        If a source or a module was edited while the stage was running; nothing is kept then.
    XuxieError
        Whatever else a stage raises of this tree.
    """
    chosen = select(stages, targets)
    with nullcontext() if command is None else hold(store, command):
        # Modules are imported about now; later edits of the files are not what will run.
        sources = all_source_digests(chosen, store.memo)
        run = _Run(settings, store, reporter, workers, force, sources, mirror)
        mended: set[str] = set()
        while True:
            try:
                return _pass(run, chosen)
            except ArtifactDamaged as error:  # it was vouched for when it was planned with
                if error.stage is None or error.stage in mended:
                    raise
                mended.add(error.stage)
                run.suspects[error.stage] = _why_unreadable(error)


def _why_unreadable(error: ArtifactDamaged) -> str:
    """Return what was the matter, without the advice that is being followed."""
    cause = error.__cause__
    known = cause is None or isinstance(cause, XuxieError)
    return str(cause or error) if known else f"{type(cause).__name__}: {cause}"


def _pass(run: _Run, chosen: Sequence[Stage]) -> list[Outcome]:
    """Bring the stages up to date one after another; raise where an input cannot be loaded."""
    outcomes: dict[str, Outcome] = {}
    for stage in chosen:
        step = _plan(run, stage, outcomes, verify=False)
        if step.record is None:  # what the stage reads is digested now, memo or not
            step = _plan(run, stage, outcomes, verify=True)
        if taken := _fetch(run, step):
            step = _plan(run, stage, outcomes, verify=False)
        outcome = _bring_up_to_date(run, step, outcomes)
        outcomes[stage.name] = replace(outcome, taken=taken and not outcome.ran)
        save_memo(run.store.memo)
    return list(outcomes.values())


def _plan(run: _Run, stage: Stage, outcomes: Mapping[str, Outcome], *, verify: bool) -> Step:
    """Plan one stage from the outcomes of those before it."""
    return plan_stage(
        stage,
        run.settings.values[stage.name],
        run.store,
        inputs={name: outcomes[name].record for name in stage.inputs},
        source=run.sources[stage.name],
        forced=stage.name in run.force and stage.name not in run.ran,
        verify=verify,
        suspect=run.suspects.get(stage.name, ""),
    )


def _fetch(run: _Run, step: Step) -> bool:
    """Take a missing artifact from the mirror; what is to be made in any case is not asked for."""
    name = step.stage.name
    if step.record is not None or step.key is None or step.forced or name in run.suspects:
        return False
    return fetch_step(run.mirror, run.store, name, step.key, partial(run.reporter.said, step))


def _bring_up_to_date(run: _Run, step: Step, earlier: dict[str, Outcome]) -> Outcome:
    """Skip a fresh stage, run any other."""
    name, store = step.stage.name, run.store
    config = run.settings.values[name]
    if step.record is not None:
        if name in run.ran and run.ran[name].record.key == step.key:
            return run.ran[name]
        _drop_scratch(step, store)  # a run may have been killed between its commit and this
        run.reporter.skipped(step)
        say = partial(run.reporter.said, step)
        if name in PARTS.values() and lacks(run.mirror, step.record):
            send_parts(run.mirror, store, step.record, say)  # before what is made of them
        send(run.mirror, step.record, say)
        return Outcome(step, step.record, ran=False)
    _refuse_missing_files(step, config)
    _refuse_changes(step, config, store, ignore_memo=False)
    with usable(store.folder):
        scratch_path = _prepare(step, store)
    started, clock = datetime.now(UTC), time.perf_counter()
    value = _work(run, step, earlier, scratch_path)
    history = {
        "started": started.isoformat(timespec="microseconds"),
        "seconds": round(time.perf_counter() - clock, 3),
        "names": file_names(config),
    }
    _refuse_changes(step, config, store, ignore_memo=True)
    record = _keep(step, value, store, history)
    del value
    give_back()
    _send_new(run, step, record)
    _drop_scratch(step, store)
    run.suspects.pop(name, None)
    run.ran[name] = Outcome(step, record, ran=True)
    run.reporter.finished(run.ran[name])
    return run.ran[name]


def _send_new(run: _Run, step: Step, record: Record) -> None:
    """Send what was just made, in place of what was not good enough to be used."""
    again = step.forced or step.damaged
    send(run.mirror, record, partial(run.reporter.said, step), replace=again)


def _prepare(step: Step, store: Store) -> Path:
    """Move a damaged artifact away; return the scratch folder, emptied if the stage is forced."""
    if step.damaged and step.key:
        quarantine(store, step.stage.name, step.key)
    if step.forced:
        _drop_scratch(step, store)
    scratch_path = _scratch_path(step, store)
    if not is_folder(scratch_path):
        remove(scratch_path)
    scratch_path.mkdir(parents=True, exist_ok=True)
    return scratch_path


def _scratch_path(step: Step, store: Store) -> Path:
    """Return the scratch folder of a step's cache key."""
    return own_folder(store, SCRATCH) / f"{step.stage.name}-{step.key}"


def _drop_scratch(step: Step, store: Store) -> None:
    """Remove the scratch folder, if there is one."""
    with usable(store.folder):
        remove(_scratch_path(step, store))


def _work(run: _Run, step: Step, earlier: dict[str, Outcome], scratch_path: Path) -> Any:
    """Load the inputs, call the stage and return its value; the inputs are let go on return."""
    import numpy as np

    config = run.settings.values[step.stage.name]
    say = partial(run.reporter.said, step)
    context = Context(
        progress=partial(run.reporter.progress, step),
        generator=np.random.default_rng(getattr(config, "seed", 0)),
        scratch_path=scratch_path,
        made=made_upstream(step, run.settings, earlier),
        say=say,
        parts=partial(
            keep_parts,
            run.store,
            step.components,
            run.workers,
            refuse_edits=partial(_refuse_edits, step, run.store),
            mirror=run.mirror,
            say=say,
        ),
        workers=run.workers,
    )
    loaded = {
        name: load(run.store, earlier[name].record, earlier[name].step.stage.codec)
        for name in step.stage.inputs
    }
    run.reporter.started(step)
    try:
        return step.stage.run(config, **loaded, context=context)
    except ArtifactDamaged as error:
        error.stage = None  # of the stage's own reading; none of its inputs is to be made again
        raise
    except XuxieError:
        raise
    except Exception as error:
        raise as_failure(step.stage.name, error, run.store.folder) from error


def made_upstream(step: Step, settings: Settings, earlier: dict[str, Outcome]) -> dict[str, Made]:
    """Tell of every stage that a step needs, directly or not, in running order."""
    needed = set(step.stage.inputs)
    for name in reversed(earlier):
        if name in needed:
            needed.update(earlier[name].step.stage.inputs)
    return {
        name: Made(
            seconds=outcome.record.seconds,
            bytes=outcome.record.bytes,
            settings={
                setting: value
                for setting, value in outcome.record.components["settings"].items()
                if setting in type(settings.values[name]).model_fields
            },
            changed=settings.values[name].changed(),
            names=outcome.record.names,
        )
        for name, outcome in earlier.items()
        if name in needed
    }


def _keep(step: Step, value: Any, store: Store, history: Mapping[str, Any]) -> Record:
    """Commit a stage's value; nothing of it stays if that fails."""
    codec = step.stage.codec
    try:
        facts = codec.describe(value)
        return commit(
            store, step.components, partial(codec.save, value), {**history, "facts": facts}
        )
    except XuxieError:
        raise
    except Exception as error:
        raise as_failure(step.stage.name, error, store.folder, saving=True) from error


def _refuse_missing_files(step: Step, config: StageConfig) -> None:
    """Raise if an external file cannot be read."""
    config.check_files()
    for label, path in config.files().items():
        if step.components["files"].get(label) is None:
            raise DataError(
                f"{step.stage.name}: expected a readable {label} file, got {path}; give another",
                path=path,
                stage=step.stage.name,
            )


def _refuse_changes(step: Step, config: StageConfig, store: Store, *, ignore_memo: bool) -> None:
    """Raise if what the key stands for is no longer what lies on disk."""
    files = file_digests(config.files(), store.memo, ignore_memo=ignore_memo)
    refuse_difference(step.stage.name, "file", step.components["files"], files)
    _refuse_edits(step, store)


def _refuse_edits(step: Step, store: Store) -> None:
    """Raise if the modules that the key stands for are no longer those on disk."""
    # The code that reads the inputs has been imported long since: its edits no longer matter.
    now = source_digests(step.stage, store.memo)
    before = {name: digest for name, digest in step.components["source"].items() if name in now}
    refuse_difference(step.stage.name, "module", before, now)
