"""Files and modules that documents and docstrings name are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipelines import ROOT

PACKAGE = ROOT / "pipeline"
FOLDERS = ("pipeline", "configs", "docs", "tests", "scripts", "benchmarks", "findings", ".ci")
FILES = {
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.*"), *(p for name in FOLDERS for p in (ROOT / name).rglob("*"))]
    if path.is_file()
}
PAGES = sorted(path for path in FILES if path.endswith(".md") and path != "CHANGELOG.md")
MODULES = sorted(path for path in FILES if re.match(r"(pipeline|benchmarks)/.*\.py$", path))
OF_USERS = {"shelf.toml"}  # files that users write
FILE = re.compile(r"`([\w./-]+\.(?:py|toml|md|sh))`")
HEADS = "pipeline|artifacts|commands|engine|learning|page|runner|text"
DOTTED = re.compile(rf"`((?:{HEADS})\.(?!py\b)[\w.]+)")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_files_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in FILE.findall(text) if not somewhere(name)] == []
    assert [name for name in DOTTED.findall(text) if not is_named(name)] == []


def test_docstrings_name_files_that_are_there_bare_ones_beside_them() -> None:
    gone = [
        f"{module}: {name}"
        for module in MODULES
        for text in docstrings(ROOT / module)
        for name in [*FILE.findall(text), *DOTTED.findall(text)]
        if not (is_named(name) if DOTTED.match(f"`{name}") else is_seen_from(module, name))
    ]
    assert gone == []


def docstrings(path: Path) -> Iterator[str]:
    """Yield the docstrings of a module, its classes and functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def somewhere(name: str) -> bool:
    """Return whether a file's path is this, or ends with it."""
    return name in OF_USERS or any(f"/{path}".endswith(f"/{name}") for path in FILES)


def is_seen_from(module: str, name: str) -> bool:
    """Return whether a reader finds the file: a bare name is a neighbour's or lies at the root."""
    if "/" in name:
        return somewhere(name)
    return (ROOT / module).with_name(name).is_file() or name in FILES


def is_named(dotted: str) -> bool:
    """Return whether a module has this name, or holds what has."""
    path = PACKAGE.joinpath(*dotted.removeprefix("pipeline.").split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    module = path.parent.with_suffix(".py")
    return (
        module.is_file() and re.search(rf"\b{path.name}\b", module.read_text("utf-8")) is not None
    )
