"""`run-all` and `run`: bring stages up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.artifacts.report import FILE as REPORT_FILE
from pipeline.catalog import EVALUATION, REPORT, STAGES
from pipeline.commands import options, results
from pipeline.commands.console import guarded, print_json, put, run_targets, width
from pipeline.commands.options import AcceptNew, Artifacts, AsJson, Asked, DryRun, Force
from pipeline.commands.status import show_plan
from pipeline.program import program
from pipeline.project import (
    ARTIFACTS,
    Project,
    forget_download,
    remember_run,
)
from pipeline.runner import explain
from pipeline.runner.execute import Outcome
from pipeline.runner.plan import plan
from pipeline.runner.store import load

if TYPE_CHECKING:
    from pipeline.artifacts.evaluation import Evaluation


@guarded
@options.takes(asked=options.novel_from)
def run_all(
    asked: Asked,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Bring all stages up to date: from a novel to a continuation."""
    project = asked.open(artifacts)
    force = forget_download(project) if accept_new else frozenset()
    if dry_run:
        return show_plan(plan(STAGES, project.settings, project.store, force=force), as_json)
    outcomes = run_targets(project, [stage.name for stage in STAGES], force, "run-all")
    remember_run(project, outcomes)
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    return show_result(project, outcomes)


@guarded
@options.takes(asked=options.novel_from)
def run_one(
    stage: Annotated[str, typer.Argument(help="The stage; `dag` lists them.")],
    asked: Asked,
    force: Force = False,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Bring one stage up to date, and what it needs."""
    project = asked.open(artifacts)
    forced = (forget_download(project) if accept_new else frozenset()) | (
        {stage} if force else frozenset()
    )
    if dry_run:
        steps = plan(STAGES, project.settings, project.store, force=forced, only=stage)
        return show_plan(steps, as_json)
    outcomes = run_targets(project, [stage], forced, f"run {stage}")
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    if not any(outcome.ran for outcome in outcomes):
        print(f"{stage} is up to date; nothing to do (--force runs it all the same)")
    return None


def show_result(project: Project, outcomes: Sequence[Outcome]) -> None:
    """Print scores, sample and where things lie; one line if there was nothing to do."""
    records = {outcome.record.stage: outcome.record for outcome in outcomes}
    page_path = records[REPORT.name].path / REPORT_FILE
    if not any(outcome.ran for outcome in outcomes):
        return put(f"everything is up to date; nothing to do (report: {page_path})")
    evaluation: Evaluation = load(project.store, records[EVALUATION.name], EVALUATION.codec)
    put(*results.result_lines(evaluation, width()))
    put(f"report     {page_path}", f"artifacts  {project.store.folder}")
    elsewhere = "" if project.store.folder == ARTIFACTS else f" --artifacts {project.store.folder}"
    return put(f'write on   {program()} generate "{evaluation.seed_phrase}" --words 200{elsewhere}')
