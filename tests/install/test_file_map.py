"""The file map in docs/architecture.md is that of the files as they are."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from pipelines import ROOT, SECONDS, environment


def test_the_page_has_the_map_of_the_files_as_they_are() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "file-map"), "--check"],
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_map_names_every_module_once_and_users_before_what_they_use() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = page.partition("<!-- file map")[2].partition("<!-- end of")[0].splitlines()
    modules = [path for path in (ROOT / "pipeline").rglob("*.py") if path.stem != "__init__"]

    assert len([line for line in lines if ".py`:" in line]) == len(modules) + 1  # and cli.py

    def place(name: str) -> int:
        return next(n for n, line in enumerate(lines) if line.lstrip(" -").startswith(f"`{name}`"))

    assert (
        place("__main__.py")
        < place("app.py")
        < place("project.py")
        < place("execute.py")
        < place("store.py")
    )
    assert place("fetch.py") < place("segment.py") < place("errors.py")


def test_the_drawing_of_the_layers_is_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = [
        set(re.findall(r"pipeline\.(\w+)", row)) for row in contracts["contracts"][0]["layers"]
    ]

    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = page.partition("\n## Layers\n")[2].split("```")[1]
    drawn: list[set[str]] = []
    for row in drawing.strip("\n").splitlines():
        names = set(re.findall(r"(\w+)(?:\.py|/)", row[:40]))
        if row[0] != " ":
            drawn.append(set())
        drawn[-1] |= names
    assert drawn == layers
