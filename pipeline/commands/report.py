"""`report`: say where the page on the last run lies, or copy it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.artifacts.report import BEGINNING
from pipeline.artifacts.report import FILE as REPORT_FILE
from pipeline.catalog import REPORT
from pipeline.commands import options
from pipeline.commands.console import guarded, print_json, put, run_targets, say_notes
from pipeline.commands.options import Artifacts, AsJson, Asked
from pipeline.errors import SettingsError
from pipeline.page.document import GENERATOR
from pipeline.project import (
    ARTIFACTS,
    fresh_report,
)
from pipeline.runner.disk import write_durably

if TYPE_CHECKING:
    pass

HEAD = 1000  # characters of a page among which its maker is named


@guarded
@options.takes(asked=options.writer_from)
def report(
    asked: Asked,
    output: options.Output = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Say where the report lies: a page of HTML on what was learnt and how well."""
    project = asked.find(artifacts)
    record, notes = fresh_report(project)
    say_notes(notes)
    if record is None:
        record = run_targets(project, [REPORT.name], frozenset(), "report")[-1].record
    path = copy_page(record.path / REPORT_FILE, output)
    return print_json({"report": str(path)}) if as_json else put(str(path))


def copy_page(page_path: Path, output: Path | None) -> Path:
    """Copy a report to `output`, wholly or not at all; return where it lies.

    Without an `output` it stays where it is. A file that is there already gives way only if it is
    an earlier report.

    Raises
    ------
    SettingsError
        `output` is a folder or another file, or cannot be written.
    """
    if output is None:
        return page_path
    if output.is_dir():
        raise SettingsError(f"--output: expected a file, got the folder {output}; add a name")
    try:
        if output.exists() and not is_report(output):
            raise SettingsError(
                f"--output: expected a new file or an earlier report, got {output}; "
                "give another name or remove it"
            )
        write_durably(output, page_path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"--output {output}: expected a file in a folder that can be written, got: "
            f"{error.strerror or error}"
        ) from error
    return output


def is_report(path: Path) -> bool:
    """Return whether a file is a report of ours."""
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(HEAD)
    return head.startswith(BEGINNING) and f'"{GENERATOR}"' in head
