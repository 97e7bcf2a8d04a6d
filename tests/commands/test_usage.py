"""The parser's refusals are one line each, named as the program was called; help everywhere."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from commands import invoke
from pipelines import ROOT, environment
from typer.testing import CliRunner

from pipeline import program
from pipeline.commands.app import COMMANDS, app
from pipeline.commands.run import generate_command
from pipeline.project import ARTIFACTS

HERE = "python cli.py"
ALL = [[name] for name, _, _ in COMMANDS] + [["lab"], ["lab", "list"], ["lab", "run"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["generate", "甲", "--words", "x"],
            "--words: expected a whole number, got x; see {} generate",
        ),
        (
            ["generate", "甲", "--top-p", "0,5"],
            "--top-p: expected a number, got 0,5; see {} generate",
        ),
        (
            ["generate", "甲", "--words", ""],
            "--words: expected a whole number, got nothing; see {} gen",
        ),
        (["generate", "甲", "--words"], "--words: expected a value, got none; see {} generate"),
        (
            ["generate", "甲", "--wrods", "3"],
            "--wrods: no such option; the nearest is --words; see {}",
        ),
        (["generate", "甲", "--why=1"], "--why: expected no value, got one; see {} generate"),
        (
            ["generate", "甲", "乙", "丙"],
            "expected no more arguments, got 乙 丙; put a phrase in quo",
        ),
        (["generate", "甲", "\x1b[31m"], r"expected no more arguments, got \x1b[31m; put a phrase"),
        (
            ["clean", "--keep", "-1"],
            "--keep: expected a whole number of at least 0, got -1; see {} cl",
        ),
        (["genrate"], "expected a command, got genrate; the nearest is generate; see {} --help"),
        (["龘"], "expected a command, got 龘; see {} --help"),
        (["lab", "lst"], "expected a command, got lst; the nearest is list; see {} lab --help"),
        (["run"], "STAGE: expected a value, got none; see {} run --help"),
        (["--bogus"], "--bogus: no such option"),
        (
            ["generate"],
            "seed phrase: expected one in quotation marks, - or --seed-file FILE, got none",
        ),
    ],
)
def test_a_refusal_is_one_line(arguments: list[str], expected: str) -> None:
    code, output, errors = invoke(*arguments)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith(f"xuxie: {expected.format(HERE)}")


@pytest.mark.parametrize("arguments", [[], *ALL], ids=" ".join)
def test_h_is_help_and_help_has_an_example_and_debug(arguments: list[str]) -> None:
    code, output, errors = invoke(*arguments, "-h")
    assert (code, errors) == (0, "")
    assert output == invoke(*arguments, "--help")[1]
    assert output.splitlines()[-1].startswith(f"Example: {HERE} {' '.join(arguments)}".rstrip())
    assert output.startswith(f"Usage: {' '.join([HERE, *arguments])} ")
    assert ("--debug" in output) == (arguments != ["lab"])
    assert max(map(len, output.splitlines())) <= 80


def test_the_version_is_that_of_the_project() -> None:
    version = next(
        line.split('"')[1]
        for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith("version = ")
    )
    assert invoke("--version") == (0, f"xuxie {version}\n", "")


def test_debug_before_and_after_the_command() -> None:
    for arguments in (
        ["--debug", "config", "--set", "a.b=1"],
        ["config", "--set", "a.b=1", "--debug"],
    ):
        code, output, errors = invoke(*arguments)
        assert (code, output) == (2, "")
        assert errors.startswith("Traceback ")
        assert "SettingsError: a.b: no such setting" in errors.splitlines()[-1]


def test_debug_can_be_a_seed_phrase(tmp_path: Path) -> None:
    arguments = ["generate", "--artifacts", str(tmp_path), "--", "--debug"]
    assert "Traceback" not in invoke(*arguments)[2]


def test_hints_name_the_program_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called = (
        ("/usr/bin/xuxie", "xuxie"),
        ("xuxie.exe", "xuxie"),
        ("cli.py", HERE),
        ("/usr/lib/python3/site-packages/pipeline/__main__.py", "python -m pipeline"),
    )
    for path, name in called:
        monkeypatch.setattr(program, "_called", "")
        program.set_program(path)
        result = CliRunner().invoke(app, ["generate", "甲", "--artifacts", str(tmp_path)])
        assert f"; run: {name} run-all --artifacts " in result.stderr
        assert f"Example: {name} dag" in CliRunner().invoke(app, ["dag", "-h"]).stdout
        assert f"; see {name} dag --help" in CliRunner().invoke(app, ["dag", "--x"]).stderr


def test_the_installed_command_names_itself(tmp_path: Path) -> None:
    script = tmp_path / "xuxie"
    script.write_text("import sys; from cli import main; sys.exit(main())", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), "trian"],
        env={**environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("; see xuxie --help\n")


def test_no_message_names_the_program_but_by_how_it_was_called() -> None:
    named = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        if any("python cli.py" in text for text in texts_in(path))
    }
    assert named == {"pipeline/program.py"}


def texts_in(path: Path) -> list[str]:
    """Return the literal texts of a module, those in f-strings too, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


def test_what_run_all_advises_can_be_typed_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "_called", "")
    program.set_program("/usr/bin/xuxie")
    folder = tmp_path / "my $folder"

    usual = generate_command("三楼的窗子，“好”", ARTIFACTS)
    assert usual == 'xuxie generate "三楼的窗子，“好”" --words 200'
    for phrase in ("三楼的窗子，", "'a' $HOME `b` \"c\" \\ !x", "-x"):
        command = generate_command(phrase, folder)
        read = subprocess.run(
            ["sh", "-c", command.replace("xuxie", "printf '%s\\n'", 1)],
            capture_output=True,
            text=True,
            encoding="utf-8",
        ).stdout.splitlines()
        assert sorted(set(read) - {"--"}) == sorted(
            ["generate", phrase, "--words", "200", "--artifacts", str(folder)]
        )
        if phrase[0] == "-":
            assert read[-2:] == ["--", phrase]
