"""What each part loads: the heavy libraries stay away from everything that has to be quick."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from pipelines import ROOT, environment, trained

HEAVY = ("tensorflow", "keras", "gensim", "sklearn", "matplotlib", "jieba", "rjieba")
# What commands that read nothing but settings and manifests can do without as well.
LARGE = ("numpy", "rich", "safetensors", "pooch", "opencc")
# Runs a statement and then prints which of these libraries are loaded.
PROBE = """
import json, sys
try:
    {statement}
except SystemExit:
    pass
print()
print(json.dumps([name for name in {names} if name in sys.modules]))
"""


def test_nothing_is_loaded_before_ctrl_c_is_answered() -> None:
    """In what time that takes, Python itself would answer, with a traceback."""
    probe = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); before = set(sys.modules)\n"
        "import pipeline, signal\n"
        "print(*sorted(set(sys.modules) - before - {'pipeline', 'signal', '_signal', 'enum'}))"
    )
    command = [sys.executable, "-I", "-S", "-c", f"import enum\n{probe}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["__future__"]


def loaded_by(statement: str, names: tuple[str, ...] = HEAVY) -> list[str]:
    """Run one line of Python in a fresh process; return which of the libraries it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=statement, names=names)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def modules(package: str) -> list[str]:
    """Return the dotted names of all modules of a package below `pipeline`."""
    files = sorted((ROOT / "pipeline" / package).rglob("*.py"))
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in files
        if path.stem != "__init__"
    ]


def test_the_probe_sees_what_is_loaded() -> None:
    assert loaded_by("import jieba") == ["jieba"]


@pytest.mark.parametrize("package", ["engine", "runner", "text", "page", "artifacts", "stages"])
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    names = modules(package)

    assert names
    assert loaded_by(f"import {', '.join(names)}") == []


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    assert (
        loaded_by("import cli, pipeline.catalog, pipeline.project, pipeline.commands.progress")
        == []
    )


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["run-all", "--help"], ["status"], ["status", "--verify"], ["dag"], ["config"]],
    ids=" ".join,
)
def test_quick_commands_load_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    if arguments[0] == "status":
        arguments = [*arguments, "--artifacts", str(tmp_path / "artifacts")]

    statement = f"import cli, sys; sys.argv = {['cli.py', *arguments]}; cli.main()"
    assert loaded_by(statement, HEAVY + LARGE) == []


@pytest.mark.parametrize(
    "arguments", [["lab", "list"], ["lab", "run", "primes", "--explain"]], ids=" ".join
)
def test_telling_of_labs_loads_numpy_alone(arguments: list[str]) -> None:
    statement = f"import cli, sys; sys.argv = {['cli.py', *arguments]}; cli.main()"
    assert loaded_by(statement, HEAVY + LARGE) == ["numpy"]


def test_writing_loads_nothing_heavy(tmp_path_factory: pytest.TempPathFactory) -> None:
    artifacts = trained(tmp_path_factory.getbasetemp()).artifacts
    arguments = ["cli.py", "generate", "青棠听了，", "--words", "5", "--artifacts", str(artifacts)]

    assert loaded_by(f"import cli, sys; sys.argv = {arguments}; cli.main()") == []


def test_imports_go_round_in_no_circle_within_functions_neither() -> None:
    files = {name_of(path): path for path in (ROOT / "pipeline").rglob("*.py")}
    imports = {
        name: {own for own in imported_by(ast.parse(path.read_text("utf-8"))) if own in files}
        for name, path in files.items()
    }

    assert len(list(TopologicalSorter(imports).static_order())) == len(files) > 200


def name_of(path: Path) -> str:
    """Return a module's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_by(tree: ast.AST) -> Iterator[str]:
    """Yield what a module imports when it runs, and the modules that names may stand for."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield from imported_by(node)
