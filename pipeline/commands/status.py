"""`status`, `dag` and `config`: what is there, what hangs on what, what is set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from pipeline.catalog import STAGES
from pipeline.commands import arguments
from pipeline.commands.arguments import Asked
from pipeline.commands.console import guarded, print_json, put_lines, say
from pipeline.commands.estimates import duration, total_line, with_expected
from pipeline.commands.options import Artifacts, AsJson
from pipeline.config import Settings, describe_settings
from pipeline.models import shelf
from pipeline.project import (
    ARTIFACTS,
    Project,
    other_novel,
    run_command,
)
from pipeline.runner import explain, graph
from pipeline.runner.plan import Step, plan


@guarded
@arguments.takes(asked=arguments.novel_from)
def status(
    asked: Asked,
    verify: Annotated[bool, typer.Option("--verify", help="Digest every file again.")] = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Show which stages are fresh, stale or missing, and why; without a model, what to do."""
    project = asked.open(artifacts)
    steps = plan(STAGES, project.settings, project.store, verify=verify)
    if not as_json and not verify and shelf.newest(shelf.shelf_of(project.store.folder)) is None:
        stale = [row for row in explain.status_rows(steps) if row["state"] == "stale"]
        return put_lines([*_status_lines(stale), _beginning_line(project, steps)])
    _show_plan(steps, as_json)
    if (note := other_novel(project)) is not None:
        say(f"xuxie: {note}")
    return None


def _beginning_line(project: Project, steps: Sequence[Step]) -> str:
    """Return the one thing to do where there is no model yet."""
    done = sum(step.state == "fresh" for step in steps)
    far = f", {done} of {len(steps)} stages done" if done else ""
    return f"no model yet{far}; run: {run_command(project)}"


def _show_plan(steps: Sequence[Step], as_json: bool) -> None:
    """Print one line a stage, or JSON."""
    rows = explain.status_rows(steps)
    return print_json(rows) if as_json else put_lines(_status_lines(rows))


def show_ahead(steps: Sequence[Step], settings: Settings, as_json: bool) -> None:
    """Print one line a stage, or JSON, with how long each that is to run will take."""
    rows = with_expected(explain.status_rows(steps), steps, settings)
    if as_json:
        return print_json(rows)
    put_lines(_status_lines(rows, ahead=True))
    return put_lines(filter(None, [total_line(rows)]))


@guarded
def dag(
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Draw it in Mermaid.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the stages and what each reads."""
    if as_json:
        return print_json([{"stage": s.name, "inputs": list(s.inputs)} for s in STAGES])
    if mermaid:
        return print(graph.draw_mermaid(STAGES))
    return put_lines(graph.draw_text(STAGES).splitlines())


@guarded
@arguments.takes(asked=arguments.novel_from)
def show_config(
    asked: Asked,
    as_json: AsJson = False,
) -> None:
    """Show every setting, its value, and where the value came from."""
    project = asked.open(ARTIFACTS)
    rows = describe_settings(project.settings)
    return print_json(rows) if as_json else put_lines(_setting_lines(rows), set_in=4)


def _status_lines(rows: Sequence[Mapping[str, Any]], *, ahead: bool = False) -> Iterator[str]:
    """Yield a line a stage: state, seconds, size, reasons; rows as `explain.status_rows` makes.

    `ahead` shows the seconds that a stage is expected to take, – where nobody knows.
    """
    for row in rows:
        took, expected = row["seconds"], row["expected_seconds"]
        seconds = "" if took is None else f"{took:,.1f} s"
        if ahead and row["state"] != "fresh":
            seconds = "–" if expected is None else duration(expected)
        size = "" if row["bytes"] is None else f"{row['bytes'] / 1e6:,.2f} MB"
        reasons = "; ".join(row["reasons"])
        yield f"{row['stage']:<10}{row['state']:<9}{seconds:>12}{size:>12}  {reasons}".rstrip()


def _setting_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line a setting: name, value, origin, description."""
    for row in rows:
        value = json.dumps(row["value"], ensure_ascii=False)
        yield f"{row['setting']} = {value}  ({row['origin']})"
        yield f"    {row['description']}"
