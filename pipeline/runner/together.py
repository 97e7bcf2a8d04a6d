"""Several settings at once, stage by stage: what they share is made once, what differs by workers.

A stage that comes out alike for all is run as always. Of one that does not, each variant is a
worker's work; the artifacts come back and are committed here, so that only this process writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
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
    """One of several settings: its name, its outcomes, or the error that it ended with."""

    settings: Settings
    name: str = ""
    outcomes: tuple[Outcome, ...] = ()
    error: XuxieError | None = None


@dataclass(frozen=True)
class _Told:
    """A reporter that hears whose a stage is, where not all settings have the same one.

    `stages` are the names of such stages.
    """

    reporter: Reporter
    name: str
    stages: AbstractSet[str]

    def _named(self, step: Step) -> Step:
        return replace(step, whose=self.name) if step.stage.name in self.stages else step

    def started(self, step: Step) -> None:
        self.reporter.started(self._named(step))

    def progress(self, step: Step, done: float, total: float, note: str = "") -> None:
        self.reporter.progress(self._named(step), done, total, note)

    def finished(self, outcome: Outcome) -> None:
        self.reporter.finished(replace(outcome, step=self._named(outcome.step)))

    def skipped(self, step: Step) -> None:
        self.reporter.skipped(self._named(step))

    def said(self, step: Step, text: str) -> None:
        self.reporter.said(self._named(step), text)


@dataclass(frozen=True)
class _Runner:
    """What all stages of one call are run with.

    `sources` are the stages' modules as they were when the call began, and were imported;
    `differing` names the stages that do not come out alike for all settings.
    """

    stages: Sequence[Stage]
    store: Store
    reporter: Reporter
    workers: Workers
    mirror: Mirror | None
    sources: Mapping[str, Mapping[str, str]]
    differing: AbstractSet[str]

    def telling(self, variant: Variant) -> Reporter:
        """Return the reporter for stages of one variant."""
        return _Told(self.reporter, variant.name, self.differing)

    def refuse_edits(self, stages: Sequence[Stage]) -> None:
        """Raise if a module of these stages is no longer the one that was imported.

        Each stage is planned anew, and its key would tell of code that does not run.
        """
        for stage in stages:
            now = source_digests(stage, self.store.memo)
            refuse_difference(stage.name, "module", self.sources[stage.name], now)

    def execute(self, variant: Variant, targets: Sequence[str]) -> list[Outcome]:
        """Bring stages of one variant up to date in this process."""
        return execute(
            self.stages,
            variant.settings,
            self.store,
            targets=targets,
            reporter=self.telling(variant),
            command=None,  # the lock is held for all variants together
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
    names: Sequence[str] = (),
) -> list[Variant]:
    """Bring the targets up to date for all settings; one that fails does not stop the others.

    `names`, one for each settings, are what the reporter hears of whose a stage is. `in_turn` is
    for workers that a stage is better lent: one settings after the other, each stage in this
    process.

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
    differing = _differing(chosen, many)
    runner = _Runner(stages, store, reporter, workers, mirror, sources, differing)
    named = zip(many, names or [""] * len(many), strict=True)
    variants = [Variant(settings, name) for settings, name in named]
    with hold(store, command):
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


def _differing(stages: Sequence[Stage], many: Sequence[Settings]) -> set[str]:
    """Return the stages that do not come out alike for all; `stages` has inputs first."""
    found: set[str] = set()
    for stage in stages:
        own = [settings.values[stage.name] for settings in many]
        if any(value != own[0] for value in own) or found.intersection(stage.inputs):
            found.add(stage.name)
    return found


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
        outcomes = runner.execute(variant, targets)
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
    return [
        (variant, step)
        for variant, step in steps
        if not fetch_step(
            runner.mirror,
            runner.store,
            step.stage.name,
            str(step.key),
            partial(runner.telling(variant).said, step),
        )
    ]


def _spread(
    runner: _Runner, variants: Sequence[Variant], steps: Sequence[tuple[Variant, Step]]
) -> list[Variant]:
    """Have workers run a stage's steps, and commit what they make in the order of the steps."""
    errors: dict[str, XuxieError] = {}
    with closing(runner.workers.map(compute, _jobs(runner, steps))) as results:
        for (variant, step), computed in zip(steps, results, strict=True):
            reporter = runner.telling(variant)
            reporter.started(step)
            if computed.error is not None:
                errors[str(step.key)] = computed.error
                reporter.said(step, str(computed.error))
                continue
            _keep(runner, reporter, step, computed)
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


def _keep(runner: _Runner, reporter: Reporter, step: Step, computed: Computed) -> None:
    """Commit what a worker has made."""
    for text in computed.said:
        reporter.said(step, text)
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
    say = partial(reporter.said, step)
    send(runner.mirror, record, say, replace=step.damaged)
    reporter.finished(Outcome(step, record, ran=True))
