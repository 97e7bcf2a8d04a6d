"""xuxie's command line: parses arguments, calls the pipeline, prints. The only file that prints."""

from __future__ import annotations

import functools
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar, cast

import typer

from pipeline import options, views
from pipeline.catalog import STAGES
from pipeline.config import describe_settings
from pipeline.errors import SettingsError, XuxieError
from pipeline.options import AcceptNew, Artifacts, AsJson, Config, DryRun, Encoding, Sets, Source
from pipeline.project import (
    ARTIFACTS,
    Project,
    find_project,
    fresh_writer,
    open_project,
    other_novel,
    remember_run,
    seeded_writer,
)
from pipeline.reporting import open_reporter
from pipeline.runner import explain, graph
from pipeline.runner.clean import clean as clean_store
from pipeline.runner.execute import Outcome, execute
from pipeline.runner.plan import Step, plan
from pipeline.runner.store import load, open_store

if TYPE_CHECKING:
    from io import BufferedIOBase

    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.engine.generate import Choice

INTERRUPTED = 130
CANDIDATES = 5

P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    help="xuxie 续写: turn a Chinese novel into a small model that writes on in its style.",
    epilog="Example: python cli.py run-all --source my_novel.txt   (--debug shows tracebacks)",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the pipeline's errors into one line on stderr and their exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except XuxieError as error:
            if "--debug" in sys.argv:
                raise
            say(f"xuxie: {error}")
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            say("\nxuxie: interrupted; the same command goes on where it stopped")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:  # the reader, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return run


def say(text: str) -> None:
    """Print to stderr what is not the result."""
    print(text, file=sys.stderr)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


@app.command("run-all", epilog="Example: python cli.py run-all --source my_novel.txt")
@guarded
def run_all(
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    encoding: Encoding = None,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Bring all stages up to date: from a novel to a continuation."""
    project = open_project(
        artifacts, config_path=config, overrides=sets or (), source=source, encoding=encoding
    )
    force = forget_download(project) if accept_new else frozenset()
    if dry_run:
        return show_plan(plan(STAGES, project.settings, project.store, force=force), as_json)
    outcomes = run_stages(project, [stage.name for stage in STAGES], force, "run-all")
    remember_run(project, outcomes)
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    return show_result(project, outcomes)


@app.command("run", epilog="Example: python cli.py run train --force")
@guarded
def run_one(
    stage: Annotated[str, typer.Argument(help="The stage; `dag` lists them.")],
    force: Annotated[bool, typer.Option("--force", help="Run it even if it is fresh.")] = False,
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    encoding: Encoding = None,
    accept_new: AcceptNew = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Bring one stage up to date, and what it needs."""
    project = open_project(
        artifacts, config_path=config, overrides=sets or (), source=source, encoding=encoding
    )
    forced = (forget_download(project) if accept_new else frozenset()) | (
        {stage} if force else frozenset()
    )
    if dry_run:
        steps = plan(STAGES, project.settings, project.store, force=forced, only=stage)
        return show_plan(steps, as_json)
    outcomes = run_stages(project, [stage], forced, f"run {stage}")
    if as_json:
        return print_json(explain.outcome_rows(outcomes))
    if not any(outcome.ran for outcome in outcomes):
        print(f"{stage} is up to date; nothing to do (--force runs it all the same)")
    return None


def forget_download(project: Project) -> frozenset[str]:
    """Forget the recorded digest of the novel's download; return the stages to force."""
    from pipeline.text.source import forget_source

    fetch = STAGES[0].name
    settings = project.settings.values[fetch].model_dump()
    forget_source(settings["source"], Path(settings["downloads"]))
    return frozenset({fetch})


def run_stages(
    project: Project, targets: Sequence[str], force: AbstractSet[str], command: str
) -> list[Outcome]:
    """Run stages with a progress display on stderr."""
    reporter = open_reporter(sys.stderr)
    try:
        return execute(
            STAGES,
            project.settings,
            project.store,
            targets=targets,
            force=force,
            reporter=reporter,
            command=command,
        )
    finally:
        reporter.close()


def show_result(project: Project, outcomes: Sequence[Outcome]) -> None:
    """Print scores, sample and where things lie; one line if there was nothing to do."""
    record = outcomes[-1].record
    if not any(outcome.ran for outcome in outcomes):
        print(f"everything is up to date; nothing to do (sample: {record.path / 'sample.txt'})")
        return
    evaluation: Evaluation = load(project.store, record, STAGES[-1].codec)
    for part in ("validation", "test"):
        print(f"\n{part} chapters, never seen in training")
        print(*views.score_lines(evaluation.scores[part]), sep="\n")
    print(*views.writing_lines(evaluation.writing), sep="\n")
    print(f"\n{evaluation.sample}\n")
    print(f"curves     {record.path / 'curves.png'}")
    print(f"artifacts  {project.store.folder}")
    elsewhere = "" if project.store.folder == ARTIFACTS else f" --artifacts {project.store.folder}"
    print(f'write on   python cli.py generate "{evaluation.seed_phrase}" --words 200{elsewhere}')


@app.command(epilog="Example: python cli.py status --verify")
@guarded
def status(
    verify: Annotated[bool, typer.Option("--verify", help="Digest every file again.")] = False,
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Show which stages are fresh, stale or missing, and why."""
    project = open_project(
        artifacts, config_path=config, overrides=sets or (), source=source, encoding=encoding
    )
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
def show_config(
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Show every setting, its value, and where the value came from."""
    project = open_project(
        ARTIFACTS, config_path=config, overrides=sets or (), source=source, encoding=encoding
    )
    rows = describe_settings(project.settings)
    return print_json(rows) if as_json else print(*views.setting_lines(rows), sep="\n")


@app.command(epilog='Example: python cli.py generate "宝玉听了，" --words 200 --temperature 0.7')
@guarded
def generate(
    seed_phrase: options.SeedPhrase,
    words: options.Words = 200,
    greedy: options.Greedy = False,
    temperature: options.Temperature = 0.7,
    top_k: options.TopK = 0,
    top_p: options.TopP = 0.9,
    repetition_penalty: options.RepetitionPenalty = 1.2,
    prior_weight: options.PriorWeight = None,
    rng_seed: options.RngSeed = None,
    samples: options.Samples = 1,
    show_candidates: options.ShowCandidates = False,
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Write on from a seed phrase in the novel's style.

    Without --source, --config and --set, with the writer of the last complete run.
    """
    from pipeline.engine.sampling import Sampling

    if samples < 1:
        raise SettingsError(f"--samples: expected at least 1, got {samples}")
    sampling = Sampling(0.0 if greedy else temperature, top_k, top_p, repetition_penalty)
    project = find_project(artifacts, config_path=config, overrides=sets or (), source=source)
    writer, seed, notes = seeded_writer(project, seed_phrase)
    for note in notes:
        say(f"xuxie: {note}")
    first_seed = secrets.randbelow(2**31) if rng_seed is None else rng_seed
    texts = []
    for number in range(samples):
        choices = writer.stream(
            seed,
            words=words,
            sampling=sampling,
            rng_seed=first_seed + number,
            prior_weight=prior_weight,
            candidates=CANDIDATES if show_candidates else 0,
        )
        if as_json:
            texts.append({"rng_seed": first_seed + number, "choices": list(choices)})
        elif show_candidates:
            print(*map(views.choice_line, choices), sep="\n")
        else:
            print_stream(seed_phrase, seed.words[-1], choices, after_another=number > 0)
    if as_json:
        print_json(views.generation_json(seed_phrase, seed, texts))


def print_stream(
    seed_phrase: str, previous: str, choices: Iterator[Choice], *, after_another: bool
) -> None:
    """Print the seed phrase, and the words as they come."""
    from pipeline.engine.generate import spell

    if after_another:
        print("\n――――")
    print(seed_phrase, end="", flush=True)
    for choice in choices:
        print(spell([choice.word], previous=previous), end="", flush=True)
        previous = choice.word
    print()


@app.command(epilog="Example: python cli.py score chapter.txt --json-lines")
@guarded
def score(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A text, or - for UTF-8 on stdin.")],
    json_lines: Annotated[bool, typer.Option("--json-lines", help="A JSON object a line.")] = False,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Encoding of FILE.")] = None,
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Score each word of a text: its rank, log probability and cosine given the words before it."""
    from pipeline.scoring import score_text

    project = find_project(artifacts, config_path=config, overrides=sets or (), source=source)
    writer, notes = fresh_writer(project)
    for note in notes:
        say(f"xuxie: {note}")
    pipe = cast("BufferedIOBase", sys.stdin.buffer)
    scored = score_text(project.settings, writer.bundle, file, pipe=pipe, encoding=encoding)
    for line in views.scoring_lines(scored, json_lines=json_lines):
        print(line)
    sys.stdout.flush()  # here, where a reader that has gone away is no error


def main() -> None:
    """Run the command line."""
    if hasattr(sys.stdout, "reconfigure"):  # a terminal that cannot show a character shows ?
        sys.stdout.reconfigure(errors="replace")
    app(args=[argument for argument in sys.argv[1:] if argument != "--debug"])


if __name__ == "__main__":
    main()
