"""The verbs in `scripts/`, and that CI uses them as the README says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from pipelines import ROOT, SECONDS, environment

SCRIPTS = ROOT / "scripts"
TESTS = "python -m pytest -n 2 --dist loadfile"
INSTALL = "python -m pip install -c constraints.txt -e '.[dev]'"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts are for a POSIX shell")


@pytest.mark.slow
def test_a_verb_works_from_any_folder_and_hands_its_arguments_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "test"), "tests/install/test_shipped.py", "-k", "checkout", "--co"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1/3 tests collected" in done.stdout


def test_a_python_that_is_not_there_is_skipped_with_the_reason(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "other-pythons"), "2.0"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )

    assert (done.returncode, done.stdout) == (0, "python2.0: skipped, no such command here\n")


# Stands in for Pythons: makes environments of itself, of which that of 9.8 cannot install.
PYTHON = """\
#!/bin/sh
case "$0 $*" in
*" -m venv "*)
    mkdir -p "$3/bin"
    cp "$0" "$3/bin/python"
    printf '#!/bin/sh\nmkdir -p artifacts; touch artifacts/current.json' >"$3/bin/xuxie"
    chmod +x "$3/bin/xuxie" ;;
*9.8/*" -m pip install "*) echo "no such wheel" >&2; exit 3 ;;
esac
"""


def test_one_python_that_fails_is_told_and_fails_them_all(tmp_path: Path) -> None:
    for version in ("9.8", "9.9"):
        (tmp_path / f"python{version}").write_text(PYTHON, encoding="utf-8")
        (tmp_path / f"python{version}").chmod(0o755)
    done = subprocess.run(
        [str(SCRIPTS / "other-pythons"), "9.8", "9.9"],
        env={**environment(), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "no such wheel"
    assert [line.partition(" in ")[0] for line in lines if "passed" in line] == [
        "python9.9: passed"
    ]


def test_the_readmes_commands_are_what_ci_runs() -> None:
    def text(path: Path) -> str:
        return path.read_text(encoding="utf-8")

    assert f"\n{INSTALL} && {TESTS}\n" in text(ROOT / "README.md")
    assert f"\n{INSTALL} " in text(SCRIPTS / "install")
    assert f"\n{TESTS} " in text(SCRIPTS / "test")
    ci = text(ROOT / ".ci" / "run").splitlines()
    verbs = [line.split()[0] for line in ci if line.startswith("scripts/")]
    assert verbs == ["scripts/other-pythons", "scripts/install", "scripts/lint", "scripts/test"]


@pytest.mark.parametrize("path", sorted(SCRIPTS.iterdir()), ids=lambda path: path.name)
def test_scripts_can_be_run(path: Path) -> None:
    assert os.access(path, os.X_OK)
