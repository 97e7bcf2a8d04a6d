"""Errors carry what a caller may act on, beside the sentence."""

from __future__ import annotations

import ast
import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import SECTIONS, run_all
from pipelines import ROOT

from pipeline import errors
from pipeline.config import load_settings
from pipeline.engine.writing.sampling import Sampling
from pipeline.errors import Busy, DataError, NotReady, SettingsError, StageFailed, XuxieError
from pipeline.program import program, told
from pipeline.runner.failures import as_failure
from pipeline.runner.lock import hold
from pipeline.runner.store import Store


def test_every_field_is_none_unless_it_is_known() -> None:
    error = NotReady("expected a model, found none", command="run-all")
    assert told(error) == f"expected a model, found none; run: {program()} run-all"
    assert told(SettingsError("expected 1, got 2")) == "expected 1, got 2"
    assert (error.command, error.exit_code) == ("run-all", 2)
    assert (error.option, error.setting, error.path, error.stage) == (None,) * 4
    assert str(XuxieError()) == ""


def test_the_runner_names_what_is_at_fault(store: Store) -> None:
    with pytest.raises(DataError) as caught:
        run_all(store, "read.source=no.txt")
    assert (caught.value.path, caught.value.stage) == (store.root / "no.txt", "read")
    with hold(store, "test"), pytest.raises(Busy) as busy:
        run_all(store)
    assert busy.value.path == store.folder
    with pytest.raises(StageFailed) as failed:
        run_all(store, "count.mode=bug")
    assert failed.value.stage == "count"


@pytest.mark.parametrize(
    ("override", "setting"),
    [("spell.lenght=3", "spell.lenght"), ("spell.length=x", "spell.length"), ("no.a=1", "no.a")],
)
def test_settings_errors_name_the_setting(project: Path, override: str, setting: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            SECTIONS,
            default_path=project / "default.toml",
            overrides=(override,),
            root=project,
            cwd=project,
        )
    assert caught.value.setting == setting


def test_an_override_without_a_value_names_the_option(project: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(SECTIONS, default_path=None, overrides=("x",), root=project, cwd=project)
    assert caught.value.option == "--set"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EROFS, "Read-only file system"), "has become read-only"),
        (RuntimeError("I/O error: Read-only file system (os error 30)"), "has become read-only"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk full"),
        (OSError(errno.EFBIG, "File too large"), "raise the limit (ulimit -f)"),
        (RuntimeError("I/O error: File too large (os error 27)"), "raise the limit (ulimit -f)"),
        (ValueError("odd"), "expected to finish, got ValueError: odd"),
    ],
)
def test_what_a_disk_does_is_said_in_one_true_line(
    error: Exception, words: str, tmp_path: Path
) -> None:
    failure = as_failure("train", error, tmp_path)
    assert words in str(failure)
    assert "\n" not in str(failure)
    assert failure.stage == "train"


def test_what_is_said_of_an_option_names_it_in_its_field_too_and_a_command_there_alone() -> None:
    without = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "pipeline").rglob("*.py"))
        for call in errors_made_in(path)
        if fields_due(call) - {keyword.arg for keyword in call.keywords}
    ]
    assert without == []
    with pytest.raises(SettingsError) as caught:
        Sampling(temperature=-1)
    assert caught.value.option == "--temperature"


def errors_made_in(path: Path) -> Iterator[ast.Call]:
    """Yield the calls in a module that make one of our errors with a message."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = (
            node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        )
        if isinstance(node, ast.Call) and node.args and name in vars(errors) and name != "Path":
            yield node


def fields_due(call: ast.Call) -> set[str]:
    """Return the fields that an error's sentence asks for: it begins `--x`; none says `run: `."""
    sentence = "".join(
        str(part.value) for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)
    )
    first = re.match(r"f?[\"'](--)?", ast.unparse(call.args[0]))
    due = {"option"} if first and first[1] else set()
    return due | ({"command in place of run: "} if "run: " in sentence else set())
