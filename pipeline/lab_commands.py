"""The commands on the labs: list them, run them, explain them. Prints.

The labs load numpy, so they are imported by the commands: `--help` is to come at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.artifacts.lab import Findings
from pipeline.console import guarded, print_json, run_stages
from pipeline.options import Artifacts, AsJson, LabSource, Sets
from pipeline.project import ARTIFACTS
from pipeline.runner.execute import Outcome

if TYPE_CHECKING:
    from pipeline.laboratory import Bench

app = typer.Typer(
    help="Labs: small networks, from one that adds bits to the novel's first windows.",
    epilog="Example: python cli.py lab run rnn-adder",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list", epilog="Example: python cli.py lab list --json")
@guarded
def list_labs(as_json: AsJson = False) -> None:
    """Show the labs in the order in which they teach."""
    from pipeline.labs.catalog import LABS

    if as_json:
        return print_json([{"lab": lab.name, "title": lab.title} for lab in LABS])
    width = max((len(lab.name) for lab in LABS), default=0)
    return print(*(f"{lab.name:<{width}}  {lab.title}" for lab in LABS), sep="\n")


@app.command(epilog="Example: python cli.py lab run primes --set train.rounds=2000")
@guarded
def run(
    name: Annotated[str, typer.Argument(help="The lab, or all; `lab list` lists them.")],
    sets: Sets = None,
    source: LabSource = None,
    force: Annotated[bool, typer.Option("--force", help="Run it even if nothing changed.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print the lab's page.")] = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Run a lab and show what it found. If nothing changed, only show the result."""
    from pipeline.laboratory import ALL, find_labs, open_bench, page_of

    labs = find_labs(name)
    if explain:
        return print(*(page_of(lab) for lab in labs), sep="\n\n")
    benches = [open_bench(lab, artifacts, overrides=sets or (), source=source) for lab in labs]
    rows = [run_lab(bench, force=force, quiet=as_json) for bench in benches]
    return print_json(rows if name == ALL else rows[0]) if as_json else None


def run_lab(bench: Bench, *, force: bool, quiet: bool) -> dict[str, Any]:
    """Bring a lab up to date, print what it found unless quiet, and return it for scripts."""
    from pipeline.laboratory import findings_of

    names = [stage.name for stage in bench.lab.stages]
    outcomes = run_stages(
        bench.lab.stages,
        bench.settings,
        bench.store,
        targets=names,
        force=frozenset(names) if force else frozenset(),
        command=f"lab run {bench.lab.name}",
    )
    findings, picture_path = findings_of(bench, outcomes)
    seconds = sum(outcome.record.seconds for outcome in outcomes)
    if not quiet:
        show(bench, findings, outcomes)
        print(f"picture  {picture_path}\ntime     its stages took {seconds:.1f} s")
    return {
        "lab": bench.lab.name,
        "columns": findings.columns,
        "rows": findings.rows,
        "notes": findings.notes,
        "facts": findings.facts,
        "picture": str(picture_path),
        "seconds": seconds,
    }


def show(bench: Bench, findings: Findings, outcomes: Sequence[Outcome]) -> None:
    """Print a lab's table and its notes."""
    from rich.console import Console
    from rich.table import Table

    ran = any(outcome.ran for outcome in outcomes)
    title = bench.lab.title if ran else f"{bench.lab.title} (nothing to do; --force runs it again)"
    table = Table(*findings.columns, title=f"{bench.lab.name}: {title}", title_justify="left")
    for row in findings.rows:
        table.add_row(*(cell if isinstance(cell, str) else f"{cell:,.6g}" for cell in row))
    console = Console(highlight=False)
    console.print(table)
    for note in findings.notes:
        console.print(note, markup=False)
