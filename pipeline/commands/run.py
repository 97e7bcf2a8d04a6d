"""`run-all` and `run`: bring stages up to date, and put the model on the shelf."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.artifacts.report import FILE as REPORT_FILE
from pipeline.catalog import EVALUATION, MODEL, REPORT, SOURCE, STAGES
from pipeline.commands import arguments, options, results
from pipeline.commands import grid as grids
from pipeline.commands.arguments import Asked
from pipeline.commands.console import guarded, print_json, put, run_targets, say, width
from pipeline.commands.grid import Cell
from pipeline.commands.lending import lent
from pipeline.commands.options import AcceptNew, Artifacts, AsJson, DryRun, Force
from pipeline.commands.status import show_ahead
from pipeline.errors import SettingsError
from pipeline.models.names import check_name
from pipeline.models.shelf import read_name, shelf_of
from pipeline.plural import counted
from pipeline.program import program
from pipeline.project import (
    ARTIFACTS,
    Project,
    forget_download,
    publish_model,
    remember_run,
)
from pipeline.runner import explain
from pipeline.runner.execute import Outcome
from pipeline.runner.mirror import Mirror, open_mirror
from pipeline.runner.plan import check_files, plan
from pipeline.runner.store import load
from pipeline.shown import visible
from pipeline.workers import Workers

if TYPE_CHECKING:
    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.engine.bundle.artifact import Finished

_LANGUAGE = f"{REPORT.name}.language"  # the setting that --language stands for


@guarded
@arguments.takes(asked=arguments.novel_from)
def run_all(
    asked: Asked,
    name: options.NewName = None,
    quick: options.Quick = False,
    language: options.PageLanguage = None,
    grid: options.Grid = None,
    cluster: options.Cluster = None,
    store: options.StoreAddress = None,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    progress: options.ProgressForm = "auto",
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """From a novel to a model and a continuation, and then to its scores and a report."""
    name = name if name is None else check_name(name, "--name")
    asked = asked.with_setting(_LANGUAGE, language, "--language") if language else asked
    cells = grids.cells(asked, grid, artifacts) if grid else []
    if cells and (accept_new or dry_run):
        other = "--accept-new" if accept_new else "--dry-run"
        raise SettingsError(
            f"--grid: expected it without {other}, got both; give {other} with one --set",
            option="--grid",
        )
    project = cells[0].project if cells else asked.open(artifacts)
    shelf_of(project.store.folder)  # what stands in its place is refused before hours of training
    force = forget_download(project) if accept_new else frozenset()
    if dry_run:
        only = MODEL.name if quick else None
        steps = plan(STAGES, project.settings, project.store, force=force, only=only)
        check_files(steps, project.settings)
        return show_ahead(steps, project.settings, as_json)
    mirror = open_mirror(store, project.store)
    with lent(cluster, progress) as workers:
        if cells:
            return _run_grid(cells, name, quick, progress, workers, mirror, as_json=as_json)
        run = partial(run_targets, project, progress=progress, workers=workers, mirror=mirror)
        made = _make_model(project, force, name, run, quiet=as_json, progress=progress)
        outcomes = made if quick else _evaluate_model(project, made, name, run)
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    return _show_result(project, outcomes)


def _run_grid(
    cells: list[Cell],
    name: str | None,
    quick: bool,
    progress: str,
    workers: Workers | None,
    mirror: Mirror | None,
    *,
    as_json: bool,
) -> None:
    """Make a model for each cell of a grid, and show how well each does.

    Raises
    ------
    XuxieError
        The first of those that some cell ended with, once all are done and shown.
    """
    cells = grids.run_grid(cells, quick=quick, progress=progress, workers=workers, mirror=mirror)
    cells = grids.publish_cells(cells, name, progress)
    if as_json:
        print_json(grids.rows(cells))
    else:
        grids.show(cells)
    if failed := grids.failed(cells):
        raise failed


def _make_model(
    project: Project,
    force: AbstractSet[str],
    name: str | None,
    run: Callable[..., list[Outcome]],
    *,
    quiet: bool,
    progress: str,
) -> list[Outcome]:
    """Run the stages up to the model, publish it and, unless quiet, print what it writes."""
    outcomes = run([MODEL.name], force, "run-all")
    path = publish_model(project, outcomes, name)
    remember_run(project, outcomes)
    if path is not None and progress == "json":
        say(json.dumps({"event": "model", "name": read_name(path)}))
    if path is not None and not quiet and any(outcome.new for outcome in outcomes):
        _show_sample(project, outcomes, path)
    return outcomes


def _show_sample(project: Project, outcomes: Sequence[Outcome], path: Path) -> None:
    """Print what the model writes on from its seed phrase, and how to write more."""
    record = next(own.record for own in outcomes if own.record.stage == MODEL.name)
    finished: Finished = load(project.store, record, MODEL.codec)
    print(f"\n{finished.sample}\n")
    print(f"model      {read_name(path)}  ({path})")
    command = generate_command(visible(finished.model.card.seed_phrase), project.store.folder)
    print(f"write on   {command}", flush=True)


def generate_command(phrase: str, artifacts: Path) -> str:
    """Return the command line that writes on from a phrase with the newest model of a folder."""
    # In double quotes, as people write it, unless shells would change it there.
    own = shlex.quote(phrase) if re.search(r'["$`\\!]', phrase) else f'"{phrase}"'
    options = "--words 200"
    if artifacts != ARTIFACTS:
        options += f" --artifacts {shlex.quote(str(artifacts))}"
    words = f"{options} -- {own}" if phrase.startswith("-") else f"{own} {options}"
    return f"{program()} generate {words}"


def _evaluate_model(
    project: Project,
    made: Sequence[Outcome],
    name: str | None,
    run: Callable[..., list[Outcome]],
) -> list[Outcome]:
    """Run all other stages and publish the scores; return what became of every stage."""
    targets = [stage.name for stage in STAGES]
    later = run(targets, frozenset(), "run-all")
    publish_model(project, later, name)
    remember_run(project, later)
    earlier = {outcome.record.stage: outcome for outcome in made if outcome.new}
    return [earlier.get(outcome.record.stage, outcome) for outcome in later]


@guarded
@arguments.takes(asked=arguments.novel_from)
def run_one(
    stage: Annotated[str, typer.Argument(help="The stage; `dag` lists them.")],
    asked: Asked,
    force: Force = False,
    cluster: options.Cluster = None,
    store: options.StoreAddress = None,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Bring one stage up to date, and what it needs."""
    project = asked.open(artifacts)
    shelf_of(project.store.folder)
    forced = (forget_download(project) if accept_new else frozenset()) | (
        {stage} if force else frozenset()
    )
    if dry_run:
        steps = plan(STAGES, project.settings, project.store, force=forced, only=stage)
        check_files(steps, project.settings)
        return show_ahead(steps, project.settings, as_json)
    mirror = open_mirror(store, project.store)
    with lent(cluster) as workers:
        outcomes = run_targets(
            project, [stage], forced, f"run {stage}", workers=workers, mirror=mirror
        )
    publish_model(project, outcomes)
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    if not any(outcome.new for outcome in outcomes):
        told = f"{stage} is up to date; nothing to do (--force runs it all the same)"
        put(told, *_unused(outcomes))
    return None


def _unused(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a line on the files of a shelf that are not used: where nothing runs, nothing told."""
    for outcome in outcomes:
        number = outcome.record.facts.get("left out")
        if outcome.step.stage is SOURCE and isinstance(number, int) and number > 0:
            which = "it" if number == 1 else "them"
            yield f"{counted(number, 'file')} of the shelf not used; `text --removed` names {which}"


def _show_result(project: Project, outcomes: Sequence[Outcome]) -> None:
    """Print scores and where things lie; one line if there was nothing to do."""
    records = {outcome.record.stage: outcome.record for outcome in outcomes}
    page = f" (report: {records[REPORT.name].path / REPORT_FILE})" if REPORT.name in records else ""
    if not any(outcome.new for outcome in outcomes):
        return put(f"everything is up to date; nothing to do{page}", *_unused(outcomes))
    if EVALUATION.name in records:
        evaluation: Evaluation = load(project.store, records[EVALUATION.name], EVALUATION.codec)
        put(*results.result_lines(evaluation, width()))
        put(f"\nreport     {records[REPORT.name].path / REPORT_FILE}")
    return put(f"artifacts  {project.store.folder}")
