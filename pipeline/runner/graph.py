"""The order of the stages, what lies upstream of one, and how the graph is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from pipeline.errors import SettingsError
from pipeline.hints import hint
from pipeline.stage import Stage


def order(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return the stages, inputs before those that need them, else in the order given.

    Raises
    ------
    SettingsError
        For a name used twice, an unknown input, or stages that need each other.
    """
    by_name = {stage.name: stage for stage in stages}
    if len(by_name) < len(stages):
        raise SettingsError("stages: expected one stage a name, got the same name twice")
    for stage in stages:
        for name in stage.inputs:
            if name not in by_name:
                raise _unknown(name, by_name, f"input of {stage.name}")
    try:
        TopologicalSorter({stage.name: stage.inputs for stage in stages}).prepare()
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise SettingsError(f"stages: expected no circle of inputs, got {circle}") from error
    ordered: dict[str, Stage] = {}
    while len(ordered) < len(stages):
        ready = (stage for stage in stages if stage.name not in ordered)
        following = next(stage for stage in ready if ordered.keys() >= set(stage.inputs))
        ordered[following.name] = following
    return tuple(ordered.values())


def upstream(stages: Sequence[Stage], name: str) -> tuple[Stage, ...]:
    """Return the stage called `name` and all that it needs, in order."""
    return select(stages, [name])


def select(stages: Sequence[Stage], targets: Iterable[str]) -> tuple[Stage, ...]:
    """Return the stages called `targets` and all that they need, in order."""
    ordered = order(stages)
    by_name = {stage.name: stage for stage in ordered}
    wanted: set[str] = set()
    for name in targets:
        if name not in by_name:
            raise _unknown(name, by_name, "stage")
        wanted.add(name)
    for stage in reversed(ordered):
        if stage.name in wanted:
            wanted.update(stage.inputs)
    return tuple(stage for stage in ordered if stage.name in wanted)


def draw_text(stages: Sequence[Stage]) -> str:
    """Return one line a stage: its name, and the stages it reads."""
    ordered = order(stages)
    width = max((len(stage.name) for stage in ordered), default=0)
    lines = [
        f"{stage.name:<{width}} ← {', '.join(stage.inputs)}" if stage.inputs else stage.name
        for stage in ordered
    ]
    return "\n".join(lines)


def draw_mermaid(stages: Sequence[Stage]) -> str:
    """Return the graph in the Mermaid language."""
    ordered = order(stages)
    nodes = [f"    {stage.name}" for stage in ordered if not stage.inputs]
    edges = [f"    {name} --> {stage.name}" for stage in ordered for name in stage.inputs]
    return "\n".join(["graph LR", *nodes, *edges])


def _unknown(name: str, known: Iterable[str], role: str) -> SettingsError:
    """Return the error for a name that no stage has."""
    names = list(known)
    return SettingsError(
        f"{role}: expected one of {', '.join(names)}, got {name}{hint(name, names)}"
    )
