"""`lab list` and `lab run`: the labs, their findings and their pages.

The labs load numpy, so the functions import them: `--help` is to come at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.console import guarded, print_json, put_lines, run_stages
from pipeline.commands.options import Artifacts, AsJson, Force, LabSource, Sets
from pipeline.commands.usage import Command
from pipeline.config import Settings, load_settings
from pipeline.errors import SettingsError
from pipeline.hints import hint
from pipeline.project import ARTIFACTS, ROOT
from pipeline.runner.execute import Outcome
from pipeline.runner.store import Store, load, open_store
from pipeline.shipped import CHECKOUT, SHIPPED

if TYPE_CHECKING:
    from pipeline.labs.artifacts import Findings
    from pipeline.labs.lab import Lab

ALL = "all"
PAGES = SHIPPED / "docs" / "labs.md"

app = typer.Typer(
    help="Labs: small networks, from one that adds bits to the novel's first windows.",
    epilog="lab run rnn-adder",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list", cls=Command, epilog="lab list --json")
@guarded
def list_labs(as_json: AsJson = False) -> None:
    """Show the labs in the order in which they teach."""
    from pipeline.labs.catalog import LABS

    if as_json:
        return print_json([{"lab": lab.name, "title": lab.title} for lab in LABS])
    width = max((len(lab.name) for lab in LABS), default=0)
    return put_lines((f"{lab.name:<{width}}  {lab.title}" for lab in LABS), set_in=width + 2)


@app.command(cls=Command, epilog="lab run primes --set train.rounds=2000")
@guarded
def run(
    name: Annotated[str, typer.Argument(help="The lab, or all; `lab list` lists them.")],
    sets: Sets = None,
    source: LabSource = None,
    force: Force = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print the lab's page.")] = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Run a lab and show what it found. If nothing changed, only show the result."""
    labs = find_labs(name)
    if explain:
        return print(*(page_of(lab) for lab in labs), sep="\n\n")
    opened = [open_lab(lab, artifacts, overrides=sets or (), source=source) for lab in labs]
    rows = [run_lab(one, force=force, quiet=as_json) for one in opened]
    return print_json(rows if name == ALL else rows[0]) if as_json else None


def run_lab(opened: OpenedLab, *, force: bool, quiet: bool) -> dict[str, Any]:
    """Bring a lab up to date, print what it found unless quiet, and return it for scripts."""
    names = [stage.name for stage in opened.lab.stages]
    outcomes = run_stages(
        opened.lab.stages,
        opened.settings,
        opened.store,
        targets=names,
        force=frozenset(names) if force else frozenset(),
        command=f"lab run {opened.lab.name}",
    )
    findings, picture_path = _findings_of(opened, outcomes)
    seconds = sum(outcome.record.seconds for outcome in outcomes)
    if not quiet:
        _show(opened, findings, outcomes)
        print(f"picture  {picture_path}\ntime     its stages took {seconds:.1f} s")
    return {
        "lab": opened.lab.name,
        "columns": findings.columns,
        "rows": findings.rows,
        "notes": findings.notes,
        "facts": findings.facts,
        "picture": str(picture_path),
        "seconds": seconds,
    }


def _show(opened: OpenedLab, findings: Findings, outcomes: Sequence[Outcome]) -> None:
    """Print a lab's table and its notes."""
    from rich.console import Console
    from rich.table import Table

    ran = any(outcome.ran for outcome in outcomes)
    title = (
        opened.lab.title if ran else f"{opened.lab.title} (nothing to do; --force runs it again)"
    )
    table = Table(*findings.columns, title=f"{opened.lab.name}: {title}", title_justify="left")
    for row in findings.rows:
        table.add_row(*(cell if isinstance(cell, str) else f"{cell:,.6g}" for cell in row))
    console = Console(highlight=False)
    console.print(table)
    for note in findings.notes:
        console.print(note, markup=False)


@dataclass(frozen=True)
class OpenedLab:
    """A lab with the settings and the store of one call."""

    lab: Lab
    settings: Settings
    store: Store


def find_labs(name: str) -> tuple[Lab, ...]:
    """Return the lab of that name; all of them for `all`.

    Raises
    ------
    SettingsError
        There is no such lab; the nearest is named, and all.
    """
    from pipeline.labs.catalog import LABS

    names = [lab.name for lab in LABS]
    if name == ALL:
        return LABS
    if name not in names:
        raise SettingsError(
            f"lab: expected one of {', '.join(names)} or all, got {name}{hint(name, names)}"
        )
    return (LABS[names.index(name)],)


def open_lab(
    lab: Lab, artifacts: Path, *, overrides: Sequence[str] = (), source: str | None = None
) -> OpenedLab:
    """Read the settings of a lab and open its store, `labs/NAME` within `artifacts`.

    Raises
    ------
    SettingsError
        See `load_settings`; or a source for a lab that reads none.
    """
    if source is not None and not lab.source_setting:
        raise SettingsError(
            f"--source: lab {lab.name} makes its own data; leave --source out", option="--source"
        )
    settings = load_settings(
        {stage.name: stage.config for stage in lab.stages},
        default_path=None,
        overrides=overrides,
        source=source,
        source_setting=lab.source_setting,
        root=ROOT,
        shipped=SHIPPED,
        cwd=Path.cwd(),
    )
    return OpenedLab(lab, settings, open_store(artifacts / "labs" / lab.name, root=CHECKOUT))


def _findings_of(opened: OpenedLab, outcomes: Sequence[Outcome]) -> tuple[Findings, Path]:
    """Return what a lab found, and where its picture lies."""
    from pipeline.artifacts.picture import PICTURE_FILE

    stage = opened.lab.stages[-2]
    records = {outcome.record.stage: outcome.record for outcome in outcomes}
    findings: Findings = load(opened.store, records[stage.name], stage.codec)
    return findings, records[opened.lab.stages[-1].name].path / PICTURE_FILE


def page_of(lab: Lab) -> str:
    """Return the lab's part of the page on the labs, in Markdown.

    Raises
    ------
    SettingsError
        The page is not there, as in an installation without the documents.
    """
    try:
        text = PAGES.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"--explain: expected {PAGES.name} in docs, got {error.strerror}; read it on the web",
            option="--explain",
        ) from error
    for part in text.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        if heading.startswith(f"`{lab.name}`"):
            return f"## {heading}\n{body}".rstrip()
    raise SettingsError(
        f"--explain: expected a part on {lab.name} in {PAGES.name}, found none", option="--explain"
    )
