"""Which project files a stage's code is made of, and a digest of what each of them does.

Files are found from dotted names and read as text; nothing is imported. Comments, docstrings and
layout do not count, nor does what stands under `if TYPE_CHECKING`. A package's `__init__` counts
where a name is imported from it, not where it only lies on the way to a submodule. Imports by a
computed name (`importlib`) are not seen.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pipeline.runner.memo import Memo, is_digest, recall
from pipeline.stage import Stage

# The form of a syntax tree belongs to the Python version, so remembered digests do too.
_KIND = f"source-1-{sys.version_info.major}.{sys.version_info.minor}"
# Where a dotted name lies below a folder; asked of the disk once for all stages of a plan.
Places = dict[tuple[Path, str], Path | None]
_INSTALLED = ("site-packages", "dist-packages")


def all_source_digests(
    stages: Iterable[Stage], memo: Memo, *, ignore_memo: bool = False
) -> dict[str, dict[str, str]]:
    """Return stage name → `source_digests`; with the code that reads the stage's inputs.

    `ignore_memo` reads every module again, but only once for all stages.
    """
    known: dict[Path, Any] | None = {} if ignore_memo else None
    places: Places = {}
    by_name = {stage.name: stage for stage in stages}
    return {
        stage.name: source_digests(
            stage, memo, places, [by_name[name].codec.load for name in stage.inputs], known
        )
        for stage in by_name.values()
    }


def source_digests(
    stage: Stage,
    memo: Memo,
    places: Places | None = None,
    readers: Sequence[Callable[..., Any]] = (),
    known: dict[Path, Any] | None = None,
) -> dict[str, str]:
    """Return dotted module name → digest for all project code that the stage can run.

    The start is the modules of `run`, the settings, the codec and `readers`. A module belongs to
    the project if its file lies under the folder that holds the top package of its start. `known`
    takes the memo's place where it must not be asked.
    """
    places = {} if places is None else places
    found: dict[str, str] = {}
    waiting = list({_module_of(part) for part in (*_parts(stage), *readers)})
    while waiting:
        name, path, root = waiting.pop()
        if name in found:
            continue
        entry = _analysed(memo, path, known)
        found[name] = entry["digest"]
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for imported in entry["imports"]:
            target = resolve(imported, package, root, places)
            if target and target[0] not in found and _is_project(target[0], name, root):
                waiting.append((*target, root))
    return found


def _analysed(memo: Memo, path: Path, known: dict[Path, Any] | None) -> dict[str, Any]:
    """Return `analyse(path)`, remembered."""
    if known is None:
        found: dict[str, Any] = recall(memo, path, _KIND, analyse, sound=_is_analysis)
        return found
    if path not in known:
        known[path] = recall(memo, path, _KIND, analyse, ignore=True)
    return dict(known[path])


def _is_analysis(value: object) -> bool:
    """Return whether a remembered value has the form that `analyse` gives."""
    return (
        isinstance(value, dict)
        and is_digest(value.get("digest"))
        and isinstance(value.get("imports"), list)
        and all(isinstance(name, str) for name in value["imports"])
    )


def analyse(path: Path) -> dict[str, Any]:
    """Return a source file's digest and its imports, as `a.b`, `a.b:name` or `..b:name`."""
    digest, imports = _parse(path.read_bytes())
    return {"digest": digest, "imports": list(imports)}


@lru_cache(maxsize=2000)  # the same bytes come again with each artifacts folder that is opened
def _parse(source: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the digest of what a source does, and its imports."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # running the stage will say so in Python's own words
        return hashlib.sha256(source).hexdigest(), ()
    imports = sorted(set(_imports(tree)))
    for node in ast.walk(tree):
        _drop_docstring(node)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), tuple(imports)


def resolve(imported: str, package: str, root: Path, places: Places) -> tuple[str, Path] | None:
    """Return the dotted name and the file under `root` that an import of `analyse` stands for."""
    module, _, name = imported.partition(":")
    level = len(module) - len(module.lstrip("."))
    if level:
        parents = package.split(".")
        base = parents[: len(parents) - level + 1]
        module = ".".join([*base, module[level:]] if module[level:] else base)
    candidates = [f"{module}.{name}", module] if name else [module]
    for candidate in candidates:
        if (root, candidate) not in places:
            places[root, candidate] = _locate(root, candidate)
        path = places[root, candidate]
        if path is not None:
            return candidate, path
    return None


def _locate(root: Path, name: str) -> Path | None:
    """Return the file of a package or module below `root`."""
    stem = root.joinpath(*name.split("."))
    for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
        if path.is_file():
            return path
    return None


def _parts(stage: Stage) -> Iterator[Any]:
    """Yield what decides a stage's result: its function, its settings and its codec."""
    yield from (stage.run, stage.config, stage.codec.save, stage.codec.load)


def _module_of(part: Callable[..., Any]) -> tuple[str, Path, Path]:
    """Return the dotted name and the file of a part's module, and the folder it starts from."""
    while isinstance(part, partial):
        part = part.func
    name = part.__module__
    path = Path(str(sys.modules[name].__file__)).resolve()
    depth = len(name.split(".")) - (path.name != "__init__.py")
    return name, path, path.parents[depth]


def _is_project(name: str, importer: str, root: Path) -> bool:
    """Return whether a file found under `root` is project code; beside installed code only ours."""
    return root.name not in _INSTALLED or name.split(".")[0] == importer.split(".")[0]


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield the imports below a node, those inside functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            module = "." * child.level + (child.module or "")
            yield from (f"{module}:{alias.name}" for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            yield from _imports(ast.Module(body=child.orelse, type_ignores=[]))
        else:
            yield from _imports(child)


def _drop_docstring(node: ast.AST) -> None:
    """Remove the docstring of a module, class or function from the tree."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    if isinstance(node, owners) and ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
