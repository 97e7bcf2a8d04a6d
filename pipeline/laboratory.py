"""A lab as commands see it: its settings and store, its findings, its page."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.artifacts.lab import PICTURE_FILE, Findings
from pipeline.config import Settings, load_settings
from pipeline.errors import SettingsError
from pipeline.labs.catalog import LABS
from pipeline.labs.lab import Lab
from pipeline.project import ROOT
from pipeline.runner.execute import Outcome
from pipeline.runner.store import Store, load, open_store

ALL = "all"
PAGES = ROOT / "docs" / "labs.md"


@dataclass(frozen=True)
class Bench:
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
    names = [lab.name for lab in LABS]
    if name == ALL:
        return LABS
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
        raise SettingsError(
            f"lab: expected one of {', '.join(names)} or all, got {name}; the nearest is {nearest}"
        )
    return (LABS[names.index(name)],)


def open_bench(
    lab: Lab, artifacts: Path, *, overrides: Sequence[str] = (), source: str | None = None
) -> Bench:
    """Read the settings of a lab and open its store, `labs/NAME` within `artifacts`.

    Raises
    ------
    SettingsError
        See `load_settings`; or a source for a lab that reads none.
    """
    if source is not None and not lab.source_setting:
        raise SettingsError(f"--source: lab {lab.name} makes its own data; leave --source out")
    settings = load_settings(
        {stage.name: stage.config for stage in lab.stages},
        default_path=None,
        overrides=overrides,
        source=source,
        source_setting=lab.source_setting,
        root=ROOT,
        cwd=Path.cwd(),
    )
    return Bench(lab, settings, open_store(artifacts / "labs" / lab.name, root=ROOT))


def findings_of(bench: Bench, outcomes: Sequence[Outcome]) -> tuple[Findings, Path]:
    """Return what a lab found, and where its picture lies."""
    stage = bench.lab.stages[-2]
    records = {outcome.record.stage: outcome.record for outcome in outcomes}
    findings: Findings = load(bench.store, records[stage.name], stage.codec)
    return findings, records[bench.lab.stages[-1].name].path / PICTURE_FILE


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
            f"--explain: expected {PAGES.name} in docs, got {error.strerror}; read it on the web"
        ) from error
    for part in text.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        if heading.startswith(f"`{lab.name}`"):
            return f"## {heading}\n{body}".rstrip()
    raise SettingsError(f"--explain: expected a part on {lab.name} in {PAGES.name}, found none")
