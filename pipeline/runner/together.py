"""Several settings at once, stage by stage: what they share is made once, what differs by workers.

A stage that comes out alike for all is run as always. Of one that does not, each variant is a
worker's work; the artifacts come back and are committed here, so that only this process writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from pipeline.config import Settings
from pipeline.errors import DataError, InputChanged, StageFailed, WorkersLost, XuxieError
from pipeline.runner.commit import commit, quarantine
from pipeline.runner.disk import usable
from pipeline.runner.elsewhere import Computed, Job, compute, product_threads, read_files
from pipeline.runner.execute import Outcome, Reporter, execute, made_upstream
from pipeline.runner.fingerprint import refuse_difference
from pipeline.runner.graph import select
from pipeline.runner.lock import hold
from pipeline.runner.mirror import Mirror, fetch_step, send
from pipeline.runner.plan import Step, plan
from pipeline.runner.sources import source_digests
from pipeline.runner.store import Store
from pipeline.stage import Stage
from pipeline.workers import Workers


@dataclass(frozen=True)
class Variant:
    """One of several settings: its outcomes, or the error that it ended with."""

    settings: Settings
    outcomes: tuple[Outcome, ...] = ()
    error: XuxieError | None = None


@dataclass(frozen=True)
class _Runner:
    """What all stages of one call are run with.

    `sources` are the stages' modules as they were when the call began, and were imported.
    """

    stages: Sequence[Stage]
    store: Store
    reporter: Reporter
    command: str
    workers: Workers
    mirror: Mirror | None
    sources: Mapping[str, Mapping[str, str]]

    def refuse_edits(self, stages: Sequence[Stage]) -> None:
        """Raise if a module of these stages is no longer the one that was imported.

        Each stage is planned anew, and its key would tell of code that does not run.
        """
        for stage in stages:
            now = source_digests(stage, self.store.memo)
            refuse_difference(stage.name, "module", self.sources[stage.name], now)

    def execute(self, settings: Settings, targets: Sequence[str]) -> list[Outcome]:
        """Bring stages of one variant up to date in this process."""
        return execute(
            self.stages,
            settings,
            self.store,
            targets=targets,
            reporter=self.reporter,
            command=self.command,
            workers=self.workers,
            mirror=self.mirror,
        )


def execute_many(
    stages: Sequence[Stage],
    many: Sequence[Settings],
    store: Store,
    *,
    targets: Sequence[str],
    reporter: Reporter,
    command: str,
    workers: Workers,
    mirror: Mirror | None = None,
    in_turn: bool = False,
) -> list[Variant]:
    """Bring the targets up to date for all settings; one that fails does not stop the others.

    `in_turn` is for workers that a stage is better lent: one settings after the other, each stage
    in this process.

    Raises
    ------
    Busy
        Another run holds the store.
    StageFailed
        The workers are lost, or a file has changed, so that the others would be made of another
        text; what was finished is kept.
    """
    chosen = select(stages, targets)
    sources = {stage.name: source_digests(stage, store.memo) for stage in chosen}
    runner = _Runner(stages, store, reporter, command, workers, mirror, sources)
    variants = [Variant(settings) for settings in many]
    if in_turn:
        return [_whole(runner, variant, chosen, targets) for variant in variants]
    for stage in chosen:
        runner.refuse_edits([stage])
        steps = _fetch(runner, _waiting(runner, stage, variants))
        if len(steps) > 1 and not any(step.components["files"] for _, step in steps):
            variants = _spread(runner, variants, steps)
        else:
            variants = [_here(runner, variant, [stage.name]) for variant in variants]
    return variants


def _whole(
    runner: _Runner, variant: Variant, stages: Sequence[Stage], targets: Sequence[str]
) -> Variant:
    """Bring all targets up to date for one variant in this process."""
    runner.refuse_edits(stages)
    return _here(runner, variant, targets)


def _here(runner: _Runner, variant: Variant, targets: Sequence[str]) -> Variant:
    """Bring stages up to date for one variant in this process."""
    if variant.error is not None:
        return variant
    try:
        outcomes = runner.execute(variant.settings, targets)
    except (InputChanged, WorkersLost):
        raise
    except (StageFailed, DataError) as error:  # of these settings: others may do better
        return replace(variant, error=error)
    known = {outcome.record.stage: outcome for outcome in (*variant.outcomes, *outcomes)}
    return replace(variant, outcomes=tuple(known.values()))


def _waiting(
    runner: _Runner, stage: Stage, variants: Sequence[Variant]
) -> list[tuple[Variant, Step]]:
    """Return the steps that are to be run for a stage, one for each key, and a variant of each."""
    found: dict[str, tuple[Variant, Step]] = {}
    for variant in variants:
        if variant.error is None:
            step = plan(runner.stages, variant.settings, runner.store, only=stage.name)[-1]
            if step.record is None and step.key is not None:
                found.setdefault(step.key, (variant, step))
    return list(found.values())


def _fetch(runner: _Runner, steps: Sequence[tuple[Variant, Step]]) -> list[tuple[Variant, Step]]:
    """Take from the mirror what it has; return the steps that are still to be run."""
    if runner.mirror is None or not steps:
        return list(steps)
    with hold(runner.store, runner.command):
        return [
            (variant, step)
            for variant, step in steps
            if not fetch_step(
                runner.mirror,
                runner.store,
                step.stage.name,
                str(step.key),
                partial(runner.reporter.said, step),
            )
        ]


def _spread(
    runner: _Runner, variants: Sequence[Variant], steps: Sequence[tuple[Variant, Step]]
) -> list[Variant]:
    """Have workers run a stage's steps, and commit what they make in the order of the steps."""
    errors: dict[str, XuxieError] = {}
    with (
        hold(runner.store, runner.command),
        closing(runner.workers.map(compute, _jobs(runner, steps))) as results,
    ):
        for (_, step), computed in zip(steps, results, strict=True):
            runner.reporter.started(step)
            if computed.error is not None:
                errors[str(step.key)] = computed.error
                runner.reporter.said(step, str(computed.error))
                continue
            _keep(runner, step, computed)
    stage = steps[0][1].stage
    return [_after(runner, variant, stage, errors) for variant in variants]


def _after(
    runner: _Runner, variant: Variant, stage: Stage, errors: Mapping[str, XuxieError]
) -> Variant:
    """Return a variant after a stage that workers ran: with its artifact, or with its error."""
    if variant.error is not None:
        return variant
    key = plan(runner.stages, variant.settings, runner.store, only=stage.name)[-1].key
    if key is not None and key in errors:
        return replace(variant, error=errors[key])
    return _here(runner, variant, [stage.name])


def _jobs(runner: _Runner, steps: Sequence[tuple[Variant, Step]]) -> Iterator[Job]:
    """Yield what workers need for each step; its inputs are read when its turn comes."""
    threads = product_threads()
    for variant, step in steps:
        earlier = {outcome.record.stage: outcome for outcome in variant.outcomes}
        yield Job(
            step.stage,
            variant.settings.values[step.stage.name],
            {
                name: (earlier[name].step.stage, read_files(runner.store, earlier[name].record))
                for name in step.stage.inputs
            },
            made_upstream(step, variant.settings, earlier),
            threads,
        )


def _keep(runner: _Runner, step: Step, computed: Computed) -> None:
    """Commit what a worker has made."""
    for text in computed.said:
        runner.reporter.said(step, text)
    if step.damaged and step.key:
        quarantine(runner.store, step.stage.name, step.key)
    history = {
        "started": computed.started,
        "seconds": computed.seconds,
        "names": {},
        "facts": dict(computed.facts),
    }
    with usable(runner.store.folder):
        record = commit(runner.store, step.components, computed.write, history)
    say = partial(runner.reporter.said, step)
    send(runner.mirror, record, say, replace=step.damaged)
    runner.reporter.finished(Outcome(step, record, ran=True))
