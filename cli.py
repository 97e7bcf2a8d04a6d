"""xuxie's command line: parses arguments, calls the pipeline, prints."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from pipeline import lab_commands, options, views
from pipeline.artifacts.report import FILE as REPORT_FILE
from pipeline.catalog import EVALUATION, REPORT, STAGES
from pipeline.config import describe_settings
from pipeline.console import INTERRUPTED, guarded, print_json, run_stages, say, say_notes
from pipeline.options import AcceptNew, Artifacts, AsJson, Asked, DryRun
from pipeline.project import (
    ARTIFACTS,
    Project,
    cut_novel,
    find_project,
    forget_download,
    found_names,
    fresh_report,
    fresh_writer,
    open_project,
    other_novel,
    remember_run,
    seeded_writer,
)
from pipeline.publish import copy_page
from pipeline.runner import explain, graph
from pipeline.runner.clean import clean as clean_store
from pipeline.runner.execute import Outcome
from pipeline.runner.plan import Step, plan
from pipeline.runner.store import load, open_store
from pipeline.writing import check_generate, converse, session_result, write_samples

if TYPE_CHECKING:
    from io import BufferedIOBase

    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.engine.rules.pen import Pen
    from pipeline.engine.sampling import Sampling
    from pipeline.engine.seed import Seed
    from pipeline.engine.session import Desk, Session

CANDIDATES = 5

app = typer.Typer(
    help="xuxie 续写: turn a Chinese novel into a small model that writes on in its style.",
    epilog="Example: python cli.py run-all --source my_novel.txt   (--debug shows tracebacks)",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(lab_commands.app, name="lab")


@app.command("run-all", epilog="Example: python cli.py run-all --source my_novel.txt")
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
    project = open_project(artifacts, **asked)
    force = forget_download(project) if accept_new else frozenset()
    if dry_run:
        return show_plan(plan(STAGES, project.settings, project.store, force=force), as_json)
    outcomes = run_targets(project, [stage.name for stage in STAGES], force, "run-all")
    remember_run(project, outcomes)
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    return show_result(project, outcomes)


@app.command("run", epilog="Example: python cli.py run train --force")
@guarded
@options.takes(asked=options.novel_from)
def run_one(
    stage: Annotated[str, typer.Argument(help="The stage; `dag` lists them.")],
    asked: Asked,
    force: Annotated[bool, typer.Option("--force", help="Run it even if it is fresh.")] = False,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Bring one stage up to date, and what it needs."""
    project = open_project(artifacts, **asked)
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


def run_targets(
    project: Project, targets: Sequence[str], force: AbstractSet[str], command: str
) -> list[Outcome]:
    """Run stages of the pipeline with a progress display on stderr."""
    return run_stages(
        STAGES, project.settings, project.store, targets=targets, force=force, command=command
    )


def show_result(project: Project, outcomes: Sequence[Outcome]) -> None:
    """Print scores, sample and where things lie; one line if there was nothing to do."""
    records = {outcome.record.stage: outcome.record for outcome in outcomes}
    page_path = records[REPORT.name].path / REPORT_FILE
    if not any(outcome.ran for outcome in outcomes):
        return print(f"everything is up to date; nothing to do (report: {page_path})")
    evaluation: Evaluation = load(project.store, records[EVALUATION.name], EVALUATION.codec)
    print(*views.result_lines(evaluation), sep="\n")
    print(f"report     {page_path}")
    print(f"artifacts  {project.store.folder}")
    elsewhere = "" if project.store.folder == ARTIFACTS else f" --artifacts {project.store.folder}"
    return print(
        f'write on   python cli.py generate "{evaluation.seed_phrase}" --words 200{elsewhere}'
    )


@app.command(epilog="Example: python cli.py report --output my_novel.html")
@guarded
@options.takes(asked=options.writer_from)
def report(
    asked: Asked,
    output: options.Output = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Say where the report lies: a page of HTML on what was learnt and how well."""
    project = find_project(artifacts, **asked)
    record, notes = fresh_report(project)
    say_notes(notes)
    if record is None:
        record = run_targets(project, [REPORT.name], frozenset(), "report")[-1].record
    path = copy_page(record.path / REPORT_FILE, output)
    return print_json({"report": str(path)}) if as_json else print(path)


@app.command(epilog="Example: python cli.py status --verify")
@guarded
@options.takes(asked=options.novel_from)
def status(
    asked: Asked,
    verify: Annotated[bool, typer.Option("--verify", help="Digest every file again.")] = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Show which stages are fresh, stale or missing, and why."""
    project = open_project(artifacts, **asked)
    show_plan(plan(STAGES, project.settings, project.store, verify=verify), as_json)
    if (note := other_novel(project)) is not None:
        say(f"xuxie: {note}")


def show_plan(steps: Sequence[Step], as_json: bool) -> None:
    """Print one line a stage, or JSON."""
    rows = explain.status_rows(steps)
    if as_json:
        return print_json(rows)
    return print(*views.status_lines(rows), sep="\n")


@app.command(epilog="Example: python cli.py dag --mermaid")
@guarded
def dag(
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Draw it in Mermaid.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the stages and what each reads."""
    if as_json:
        return print_json([{"stage": s.name, "inputs": list(s.inputs)} for s in STAGES])
    return print(graph.draw_mermaid(STAGES) if mermaid else graph.draw_text(STAGES))


@app.command(epilog="Example: python cli.py clean --keep 2 --dry-run")
@guarded
def clean(
    keep: Annotated[int, typer.Option("--keep", min=0, help="Newest artifacts to keep.")] = 1,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Remove old artifacts and left-overs; those of the last complete run always stay."""
    removed = clean_store(open_store(artifacts), keep, dry_run)
    if as_json:
        return print_json([entry._asdict() for entry in removed])
    for entry in removed:
        print(f"{entry.stage:<12}{entry.key[:12]:<14}{entry.bytes / 1e6:>10,.2f} MB")
    total = sum(entry.bytes for entry in removed) / 1e6
    verb = "would remove" if dry_run else "removed"
    return print(f"{verb} {len(removed)} folders, {total:,.2f} MB")


@app.command("config", epilog="Example: python cli.py config --set train.epochs=3")
@guarded
@options.takes(asked=options.novel_from)
def show_config(
    asked: Asked,
    as_json: AsJson = False,
) -> None:
    """Show every setting, its value, and where the value came from."""
    project = open_project(ARTIFACTS, **asked)
    rows = describe_settings(project.settings)
    return print_json(rows) if as_json else print(*views.setting_lines(rows), sep="\n")


@app.command(epilog='Example: python cli.py generate "宝玉听了，" --words 200 --temperature 0.7')
@guarded
@options.takes(pen=options.pen_from, sampling=options.sampling_from, asked=options.writer_from)
def generate(
    seed_phrase: options.SeedPhrase,
    pen: Pen,
    sampling: Sampling,
    asked: Asked,
    unknown: options.Unknown = "parts",
    prior_weight: options.PriorWeight = None,
    memory: options.Memory = None,
    rng_seed: options.RngSeed = None,
    samples: options.Samples = 1,
    show_candidates: options.ShowCandidates = False,
    why: options.Why = False,
    interactive: options.Interactive = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Write on from a seed phrase in the novel's style.

    Without --source, --config and --set, with the writer of the last complete run.
    """
    from pipeline.engine.session import open_session
    from pipeline.engine.threads import one_thread

    one_thread()
    check_generate(samples, pen, interactive=interactive, why=why, show_candidates=show_candidates)
    project = find_project(artifacts, **asked)
    writer, seed, notes = seeded_writer(project, seed_phrase, unknown)
    writer = writer if memory is None else writer.remembering(memory)
    say_notes(notes)
    first_seed = secrets.randbelow(2**31) if rng_seed is None else rng_seed
    chosen: dict[str, Any] = {"pen": pen, "sampling": sampling, "prior_weight": prior_weight}
    if interactive:
        session, desk = open_session(writer, seed, rng_seed=first_seed, **chosen)
        return write_together(session, desk, seed_phrase, seed, as_json)
    for piece, aside in write_samples(
        writer,
        seed_phrase,
        seed,
        rng_seeds=range(first_seed, first_seed + samples),
        novel=cut_novel(project) if why else None,
        candidates=CANDIDATES if show_candidates or why else 0,
        as_json=as_json,
        **chosen,
    ):
        print(piece, end="", flush=True, file=sys.stderr if aside else sys.stdout)
    return None


def write_together(
    session: Session, desk: Desk, seed_phrase: str, seed: Seed, as_json: bool
) -> None:
    """Hold a session: the dialogue goes to stderr, the finished text to stdout."""
    interrupted = False
    try:
        for state, told in converse(session, desk, seed_phrase, sys.stdin.readline):
            session = state
            say(told)
    except KeyboardInterrupt:
        interrupted = True
    print(session_result(session, desk, seed_phrase, seed, as_json=as_json))
    if interrupted:
        raise typer.Exit(INTERRUPTED)


@app.command(epilog="Example: python cli.py score chapter.txt --json-lines")
@guarded
@options.takes(asked=options.writer_from)
def score(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text, or - for UTF-8 on stdin.")],
    asked: Asked,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="A JSON object a line.")] = False,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Encoding of FILE.")] = None,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Score each word of a text: its rank, log probability and cosine given the words before it."""
    from pipeline.scoring import score_text

    project = find_project(artifacts, **asked)
    writer, notes = fresh_writer(project)
    say_notes(notes)
    pipe = cast("BufferedIOBase", sys.stdin.buffer)
    scored = score_text(
        project.settings,
        writer.bundle,
        file,
        pipe=pipe,
        encoding=encoding,
        names=found_names(project),
    )
    for line in views.scoring_lines(scored, json_lines=json_lines):
        print(line)
    sys.stdout.flush()  # here, where a reader that has gone away is no error


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdin, sys.stdout):  # a character that cannot be read or shown becomes ?
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(args=[argument for argument in sys.argv[1:] if argument != "--debug"])


if __name__ == "__main__":
    main()
