"""`report`: say where the page on the last run lies, or copy it."""

from __future__ import annotations

from pathlib import Path

from pipeline.artifacts.report import FILE as REPORT_FILE
from pipeline.artifacts.report import is_sealed, opens_in
from pipeline.catalog import REPORT
from pipeline.commands import options
from pipeline.commands.console import guarded, print_json, put, run_targets, say_notes
from pipeline.commands.options import Artifacts, AsJson
from pipeline.errors import SettingsError
from pipeline.project import ARTIFACTS, choose_model, find_report
from pipeline.runner.disk import write_durably

_LARGEST = 2**26  # bytes; no report comes near it


@guarded
def report(
    model: options.ModelName = None,
    output: options.Output = None,
    language: options.PageLanguage = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Say where the report on a model lies: a page of HTML on what was learnt and how well."""
    novel, notes = choose_model(artifacts, model)
    say_notes(notes)
    project, record, notes = find_report(artifacts, novel)
    say_notes(notes)
    if record is None:
        record = run_targets(project, [REPORT.name], frozenset(), "report")[-1].record
    page_path = record.path / REPORT_FILE
    page = page_path.read_text(encoding="utf-8")
    if language is not None:
        page = opens_in(page, language)
    if output is not None:
        _write_copy(page, output, page_path)
        place = str(output)
    else:
        # What is kept is never changed: that it opens in this language is for the address to say.
        place = f"{page_path.as_uri()}#{language}" if language else str(page_path)
    return print_json({"report": place}) if as_json else put(place)


def _write_copy(page: str, output: Path, page_path: Path) -> None:
    """Write a report that was read from `page_path` to `output`, wholly or not at all.

    A file that is there already gives way only if it is
    an earlier report that nobody has changed since.

    Raises
    ------
    SettingsError
        Something else is there, or nothing can be written there.
    """
    try:
        if what := _in_the_way(output, page_path):
            raise SettingsError(
                f"--output: expected a new file or an earlier report, got {what} {output}; "
                "give another name",
                option="--output",
            )
        write_durably(output, page)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise SettingsError(
            f"--output {output}: expected a file in a folder that can be written, got: "
            f"{why or error}",
            option="--output",
        ) from error


def _in_the_way(output: Path, page_path: Path) -> str:
    """Return what keeps a page from being written there, "" for nothing; it opens only files."""
    if output.is_symlink():
        return "the link"
    if output.is_dir():
        return "the folder"
    if page_path.parents[1].resolve() in output.resolve().parents:
        return "a place among the artifacts,"
    if not output.exists():
        return ""
    if not output.is_file():
        return "the pipe or device"
    is_ours = output.stat().st_size <= _LARGEST and is_sealed(output.read_bytes())
    return "" if is_ours else "another file,"
