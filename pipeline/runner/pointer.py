"""`artifacts/current.json`: how the last complete run of each novel was called, and its keys.

It lets a later command find the last model and ask whether it is still up to date, and tells
`clean` what is still of use. Paths under the project folder are kept relative to it, so the folder
can be moved. The newest run stands at the top, as in files of earlier versions, those of other
novels under `earlier`. A seal shows a changed byte; then none of it is trusted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import Kind, check_fields, read_json
from pipeline.config import SOURCE_SETTING, Settings, parse_override, resolve_path
from pipeline.errors import ArtifactDamaged, SettingsError
from pipeline.runner.disk import usable, write_durably
from pipeline.runner.folders import is_folder, set_aside
from pipeline.runner.store import KEY, STAGE_NAME, Store, seal
from pipeline.stage import is_path_field

_NAME = "current.json"


@dataclass(frozen=True)
class Current:
    """A complete run; give its fields to `load_settings` with `cwd` = the store's root.

    `novel` is where the novel was read from, by which runs of the same novel are known; "" where an
    earlier version wrote the pointer.
    """

    config_path: Path | None
    overrides: tuple[str, ...]
    source: str | None
    keys: Mapping[str, str]
    novel: str = ""


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
    """Write the pointer; the parameters are those that `load_settings` was called with.

    The run takes the place of an earlier one of the same novel.
    """
    root = store.root
    invocation = {
        "config": None if config_path is None else _portable(str(cwd / config_path), root),
        "set": [_portable_override(override, settings, cwd, root) for override in overrides],
        "source": None if source is None else _portable(resolve_path(source, cwd), root),
    }
    novel = _novel(settings, root)
    run = {"invocation": invocation, "keys": dict(keys), "novel": novel}
    earlier = [entry for entry in _entries(store) if entry.get("novel") != novel]
    text = json.dumps(
        seal({**run, "earlier": earlier}), ensure_ascii=False, indent=1, sort_keys=True
    )
    path = store.folder / _NAME
    with usable(store.folder):
        if is_folder(path):
            set_aside(store, path, _NAME)
        write_durably(path, text + "\n")


def current(store: Store) -> Current | None:
    """Return the last complete run; None if there is none or it cannot be trusted."""
    newest = next(iter(_read(store)), None)
    return None if newest is None else _run(newest, store)


def last_runs(store: Store) -> tuple[Current, ...]:
    """Return the last complete run of each novel, the newest first; those that can be trusted."""
    runs = [_run(entry, store) for entry in _read(store)]
    return tuple(run for run in runs if run is not None)


def is_lost(store: Store) -> bool:
    """Return whether there is a pointer of which nothing can be trusted."""
    return os.path.lexists(store.folder / _NAME) and not last_runs(store)


def _read(store: Store) -> list[Any]:
    """Return what is written of each run, unchecked, the newest first; [] without a pointer."""
    try:
        data = check_fields(_NAME, read_json(store.folder / _NAME), {})
        if "seal" in data and data.pop("seal") != seal(data)["seal"]:
            return []
    except (ArtifactDamaged, SettingsError):  # the latter for numbers that are never written
        return []
    earlier = data.pop("earlier", [])
    return [data, *(earlier if isinstance(earlier, list) else [])]


def _entries(store: Store) -> list[dict[str, Any]]:
    """Return what is written of each run that can be trusted."""
    return [entry for entry in _read(store) if _run(entry, store) is not None]


def _run(entry: Any, store: Store) -> Current | None:
    """Return a run as its entry tells it; None if a field is missing or of another type."""
    text_or_none = (str, type(None))
    try:
        check_fields(_NAME, entry, {"invocation": dict, "keys": dict})
        keys, invocation = entry["keys"], entry["invocation"]
        fields: dict[str, Kind] = {"config": text_or_none, "set": list, "source": text_or_none}
        check_fields(_NAME, invocation, fields)
        check_fields(_NAME, keys, dict.fromkeys(keys, str))
    except ArtifactDamaged:
        return None
    overrides, novel = invocation["set"], entry.get("novel", "")
    if not all(isinstance(text, str) for text in (*overrides, novel)):
        return None
    if not all(STAGE_NAME.fullmatch(name) and KEY.fullmatch(key) for name, key in keys.items()):
        return None
    config = invocation["config"]
    config_path = None if config is None else store.root / config
    return Current(config_path, tuple(overrides), invocation["source"], keys, novel)


def _novel(settings: Settings, root: Path) -> str:
    """Return where the novel is read from; "" where no stage reads one."""
    section, _, field = SOURCE_SETTING.partition(".")
    values = settings.values.get(section)
    return "" if values is None else str(_portable(getattr(values, field, ""), root))


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
