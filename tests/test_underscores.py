"""The underscore rule: what other modules may not use begins with `_`, all else does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipelines import ROOT
from test_imports import name_of

# Everything that may use a name of `pipeline/` from without; a test may use what it tests.
OUTSIDE = ("benchmarks", "scripts", "tests", "cli.py", "setup.py")


def test_what_no_other_module_uses_begins_with_an_underscore() -> None:
    assert [f"{module}.{name}" for module, name in unused_names()] == []


def test_what_begins_with_an_underscore_is_used_by_no_other_module() -> None:
    modules = set(map(name_of, inside()))
    private = {
        f"{name_of(path)} uses {module}.{name}"
        for path in inside()
        for module, name in uses_in(path)
        if module in modules and name.startswith("_") and not name.startswith("__")
    }
    assert private == set()


def test_uses_are_seen_however_they_are_spelt() -> None:
    text = """
    import pipeline.toml
    import pipeline.hints as other
    from pipeline import shown as spelling
    from pipeline.errors import Busy as Held
    pipeline.toml.one, other.two, spelling.three
    monkeypatch.setattr("pipeline.config.four", 4)
    patch.setattr(other, "six", 6)
    def inner() -> None:
        from pipeline.stage import Five
    """
    assert set(uses_of(ast.parse(re.sub("^    ", "", text, flags=re.MULTILINE)))) == {
        ("pipeline.toml", "one"),
        ("pipeline.hints", "two"),
        ("pipeline.shown", "three"),
        ("pipeline.errors", "Busy"),
        ("pipeline.config", "four"),
        ("pipeline.stage", "Five"),
        ("pipeline.hints", "six"),
        ("pipeline", "shown"),
    }


def test_what_public_names_tell_of_is_public_too() -> None:
    text = """
    Kind = Literal["a", "b"]
    Own = dict[str, int]
    T = TypeVar("T")
    class Told:
        kind: Kind
        _own: Own
    def tell(told: list[Told]) -> None:
        other: Local = told
    def hidden(local: Local) -> None: ...
    """
    tree = ast.parse(re.sub("^    ", "", text, flags=re.MULTILINE))
    assert told_by(tree, {"tell"}) == {"tell", "Told", "Kind"}


def unused_names() -> Iterator[tuple[str, str]]:
    """Yield (module, name) of what the package's modules give a public name for no one else."""
    used = {use for path in (*inside(), *outside()) for use in uses_in(path)}
    for path in inside():
        tree, module = parsed(path), name_of(path)
        names = list(own_names(tree))
        told = told_by(tree, {name for name in names if (module, name) in used})
        for name in names:
            if not (name.startswith("_") or name in told or name == "TYPE_CHECKING"):
                yield module, name


def told_by(tree: ast.Module, used: set[str]) -> set[str]:
    """Return the names that others use, and those of what these say of themselves.

    The types in the signature of a function, in the fields and public methods of a class and at its
    head, in an annotation; and what a stage declares.
    """
    told = {name: set(names_told(node)) for node in tree.body for name in names_of(node)}
    found = set(used)
    while more := {name for own in found for name in told.get(own, ())} & told.keys() - found:
        found |= more
    return found


def names_told(node: ast.stmt) -> Iterator[str]:
    """Yield the names in what a definition says of itself."""
    if isinstance(node, ast.FunctionDef):
        yield from names_read(node.args, node.returns)
    elif isinstance(node, ast.ClassDef):
        yield from names_read(*node.bases)
        for inner in node.body:
            if any(not name.startswith("_") for name in names_of(inner)):
                yield from names_told(inner)
    elif isinstance(node, ast.AnnAssign):
        yield from names_read(node.annotation)
    elif isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("Stage("):
        yield from names_read(node.value)


def names_of(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [own.id for target in targets for own in names_in(target)]


def names_read(*nodes: ast.AST | None) -> Iterator[str]:
    """Yield all names in these expressions."""
    for node in nodes:
        for inner in ast.walk(node) if node else ():
            if isinstance(inner, ast.Name):
                yield inner.id


def inside() -> list[Path]:
    """Return the package's files."""
    return sorted((ROOT / "pipeline").rglob("*.py"))


def outside() -> list[Path]:
    """Return the other Python files of the repository."""
    found: list[Path] = []
    for name in OUTSIDE:
        path = ROOT / name
        found += [path] if path.is_file() else sorted(path.rglob("*"))
    return [path for path in found if path.suffix == ".py" or is_script(path)]


def is_script(path: Path) -> bool:
    """Return whether a file without a suffix is written in Python."""
    return path.is_file() and not path.suffix and b"python" in path.read_bytes().split(b"\n")[0]


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def own_names(tree: ast.Module) -> Iterator[str]:
    """Yield what a module defines at its top, but for what a decorator of its own hands on."""
    for node in tree.body:
        if not any(map(hands_on, getattr(node, "decorator_list", ()))):
            yield from names_of(node)


def hands_on(decorator: ast.expr) -> bool:
    """Return whether a decorator hands the function on by itself, as `@app.command()` does."""
    return ast.unparse(decorator).startswith("app.")


def names_in(target: ast.expr) -> Iterator[ast.Name]:
    """Yield the names that an assignment binds."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node


def uses_in(path: Path) -> list[tuple[str, str]]:
    """Return (module, name) for each use of another module of the package in a file."""
    return list(uses_of(parsed(path)))


def uses_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for each name of a module of the package that is used in this one."""
    modules: dict[str, str] = {}  # what a module goes by here → its dotted name
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {own.asname or own.name: own.name for own in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for own in node.names:
                yield node.module, own.name
                modules[own.asname or own.name] = f"{node.module}.{own.name}"
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=of, attr=name):
                pass
            case ast.Call(args=[of, ast.Constant(value=str(name)), *_]):  # setattr and its like
                pass
            case _:
                continue
        if (module := modules.get(ast.unparse(of), "")).startswith("pipeline."):
            yield module, name
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and re.fullmatch(r"pipeline(\.\w+)+", str(node.value)):
            module, _, name = str(node.value).rpartition(".")
            yield module, name
