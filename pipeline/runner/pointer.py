"""`artifacts/current.json`: how the last complete run was called, and the keys it ended with.

It lets a later command find the last model and ask whether it is still up to date. Paths under the
project folder are kept relative to it, so the folder can be moved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import Settings, parse_override, resolve_path
from pipeline.runner.disk import usable, write_durably
from pipeline.runner.store import KEY, STAGE_NAME, Store
from pipeline.stage import is_path_field


@dataclass(frozen=True)
class Current:
    """The last complete run; give its fields to `load_settings` with `cwd` = the store's root."""

    config_path: Path | None
    overrides: tuple[str, ...]
    source: str | None
    keys: Mapping[str, str]


def set_current(
    store: Store,
    settings: Settings,
    keys: Mapping[str, str],
    *,
    config_path: Path | None,
    overrides: Sequence[str],
    source: str | None,
    cwd: Path,
) -> None:
    """Write the pointer; the parameters are those that `load_settings` was called with."""
    root = store.root
    invocation = {
        "config": None if config_path is None else _portable(str(cwd / config_path), root),
        "set": [_portable_override(override, settings, cwd, root) for override in overrides],
        "source": None if source is None else _portable(resolve_path(source, cwd), root),
    }
    text = json.dumps(
        {"invocation": invocation, "keys": dict(keys)}, ensure_ascii=False, indent=1, sort_keys=True
    )
    with usable(store.folder):
        write_durably(store.folder / "current.json", text + "\n")


def current(store: Store) -> Current | None:
    """Read the pointer; None if there is none or it cannot be trusted."""
    try:
        data = json.loads((store.folder / "current.json").read_text(encoding="utf-8"))
        keys = dict(data["keys"])
        invocation = data["invocation"]
        config, source = invocation["config"], invocation["source"]
        overrides = tuple(invocation["set"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    texts = [text for text in (config, source, *overrides) if text is not None]
    if not all(isinstance(text, str) for text in [*texts, *keys.values()]):
        return None
    if not all(STAGE_NAME.fullmatch(name) and KEY.fullmatch(key) for name, key in keys.items()):
        return None
    return Current(None if config is None else store.root / config, overrides, source, keys)


def _portable(value: Any, root: Path) -> Any:
    """Return a path under the project folder relative to it, anything else as it is."""
    if isinstance(value, str) and Path(value).is_relative_to(root):
        return "./" + Path(value).relative_to(root).as_posix()
    return value


def _portable_override(override: str, settings: Settings, cwd: Path, root: Path) -> str:
    """Return an override whose value, if it is a path, no longer depends on `cwd`."""
    name, value = parse_override(override)
    section, _, field = name.partition(".")
    kind = type(settings.values[section]).model_fields[field]
    if not is_path_field(kind.json_schema_extra):
        return override
    return f"{name}={json.dumps(_portable(resolve_path(value, cwd), root), ensure_ascii=False)}"
