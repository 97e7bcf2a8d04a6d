"""Layered settings: which value each setting has, and where it came from.

model defaults < configs/default.toml < --config FILE < --set section.field=value < other options
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.errors import SettingsError
from pipeline.filenames import in_utf8, on_disk, readable, why_impossible
from pipeline.hints import hint
from pipeline.shown import shown
from pipeline.stage import StageConfig, is_path_field
from pipeline.toml import LONGEST, MAX_LINE, is_text, read_table, read_value, shown_value

SOURCE_SETTING = "fetch.source"  # what --source stands for
GRID = "--grid"  # gives a setting's values one by one: no other option may give it too
_BUILT_IN = "built in"
_GONE = {  # settings of earlier versions, and what to write in their place
    "fetch.remove_adverts": 'fetch.adverts = "careful", or "keep" in place of false',
}

Sections = Mapping[str, type[StageConfig]]


@dataclass(frozen=True)
class Settings:
    """Validated settings by section, and the origin of each by its dotted name."""

    values: Mapping[str, StageConfig]
    origins: Mapping[str, str]


class Override(NamedTuple):
    """One setting as the command line gives it, `section.field=value`, and by which option."""

    text: str
    option: str = "--set"


@dataclass(frozen=True)
class _Layer:
    """Raw values from one place; relative paths in it are relative to `base`.

    What is not there, but in `shipped`, is meant to be the file that came with the program.
    """

    origin: str
    tables: Mapping[str, Any]
    base: Path
    shipped: Path | None = None


def load_settings(
    sections: Sections,
    *,
    default_path: Path | None,
    config_path: Path | None = None,
    overrides: Sequence[str] = (),
    options: Sequence[Override] = (),
    source: str | None = None,
    source_setting: str = SOURCE_SETTING,
    root: Path,
    shipped: Path | None = None,
    cwd: Path,
) -> Settings:
    """Read, merge and validate all layers.

    Parameters
    ----------
    sections : the settings model of each section
    default_path, config_path : TOML files; relative ones are relative to `cwd`
    overrides : `section.field=value`, the value in TOML or a bare string, as `--set` gives it
    options : what other options give in the same form, above those
    source, source_setting : a value, and the setting `section.field` that it sets
    root : the project's folder; relative paths of the defaults start there
    shipped : where those start that are not in `root`, but there; `default_path` is shown from it
    cwd : relative paths in `overrides`, `options` and `source` start there

    Raises
    ------
    SettingsError
        For an unknown setting (naming the nearest valid one), a value that is not accepted
        (naming its origin), a file that is missing or not TOML, or a setting of a grid that
        another option gives too.
    """
    layers = [_built_in_layer(sections, root, shipped)]
    if default_path is not None:
        layer = _file_layer(cwd / default_path, root, shipped or root)
        layers.append(replace(layer, shipped=shipped))
    if config_path is not None:
        path = cwd / config_path
        layers.append(_file_layer(path, path.parent, cwd))
    given = [_override_layer(one, cwd) for one in (*map(Override, overrides), *options)]
    if source is not None:
        section, _, field = source_setting.partition(".")
        given.append(_Layer("--source", {section: {field: source}}, cwd))
    _refuse_twice(given)
    raw, origins = _merge(sections, [*layers, *given])
    values = {name: _validate(name, kind, raw[name], origins) for name, kind in sections.items()}
    return Settings(values, origins)


def describe_settings(settings: Settings) -> list[dict[str, Any]]:
    """Return one row a setting: its dotted name, JSON value, origin and description."""
    return [
        {
            "setting": f"{section}.{name}",
            "value": value,
            "origin": settings.origins[f"{section}.{name}"],
            "description": type(config).model_fields[name].description or "",
        }
        for section, config in settings.values.items()
        for name, value in config.model_dump(mode="json").items()
    ]


def parse_override(override: str, option: str = "--set") -> tuple[str, Any]:
    """Split `section.field=value` into the dotted name and the value."""
    if len(override) > MAX_LINE:
        raise SettingsError(
            f"{option}: expected at most {MAX_LINE:,} characters, got {len(override):,} in "
            f"{shown(override, LONGEST)!r}; give a shorter value",
            option=option,
        )
    name, equals, text = override.partition("=")
    name = name.strip()
    if not equals or not re.fullmatch(r"[^.\s]+\.[^.\s]+", name):
        raise SettingsError(
            f"{option}: expected section.field=value, got {shown_value(override)}; `config` lists "
            "all settings",
            option=option,
        )
    return name, read_value(text.strip(), name, option)


def resolve_path(value: Any, base: Path) -> Any:
    """Return a path setting made absolute against `base`.

    Addresses, the empty string and catalogue names (no separator, no dot, no such file) stay.
    """
    text = os.fspath(value) if isinstance(value, Path) else value
    if not isinstance(text, str) or not text or _is_address(text):
        return value
    home = os.path.expanduser(on_disk(text))  # noqa: PTH111
    path = os.path.abspath(base / home)  # noqa: PTH100 keeps symlinks
    if not re.search(r"[./\\]", text) and not os.path.lexists(path):
        return in_utf8(text)
    return in_utf8(path)


def _base_of(value: Any, layer: _Layer) -> Path:
    """Return the folder that a path setting of this layer starts at."""
    if layer.shipped is None or not isinstance(value, str):
        return layer.base
    at_base, at_shipped = (os.path.lexists(base / value) for base in (layer.base, layer.shipped))
    return layer.shipped if at_shipped and not at_base else layer.base


def _is_address(text: str) -> bool:
    """Return whether a source is an address rather than a path."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def _refuse_impossible_path(value: Any, name: str, origin: str) -> None:
    """Refuse a path that the system cannot even look up."""
    if not isinstance(value, str) or _is_address(value):
        return
    if not is_text(value):
        raise SettingsError(
            f"{name}: expected a path in UTF-8, got {shown_value(readable(value))} in another "
            f"encoding (from {origin}); rename it, or give the folder that it lies in",
            setting=name,
        )
    if why := why_impossible(value):
        raise SettingsError(
            f"{name}: expected a path, got {shown_value(value)}: {why} (from {origin}); "
            "give another",
            setting=name,
        )


def _override_layer(override: Override, cwd: Path) -> _Layer:
    """Return the layer of one setting that the command line gives."""
    name, value = parse_override(override.text, override.option)
    section, _, field = name.partition(".")
    return _Layer(override.option, {section: {field: value}}, cwd)


def _refuse_twice(given: Sequence[_Layer]) -> None:
    """Refuse a setting of a grid that another option gives too: one of them would be in vain."""
    names = [
        (f"{section}.{field}", layer.origin)
        for layer in given
        for section, table in layer.tables.items()
        for field in table
    ]
    in_grid = {name for name, option in names if option == GRID}
    for name, option in names:
        if option != GRID and name in in_grid:
            raise SettingsError(
                f"{GRID} {name}: expected it given once, it is also given by {option}; leave one "
                "of the two out",
                option=GRID,
                setting=name,
            )


def _file_layer(path: Path, base: Path, shown_from: Path) -> _Layer:
    """Read a TOML file; its origin is its path as seen from `shown_from`."""
    seen = path.relative_to(shown_from) if path.is_relative_to(shown_from) else path
    origin = shown(readable(seen.as_posix()))
    return _Layer(origin, read_table(path, origin), base)


def _built_in_layer(sections: Sections, root: Path, shipped: Path | None) -> _Layer:
    """Return the defaults that the models themselves declare."""
    tables = {
        section: {
            name: field.get_default(call_default_factory=True)
            for name, field in kind.model_fields.items()
            if not field.is_required()
        }
        for section, kind in sections.items()
    }
    return _Layer(_BUILT_IN, tables, root, shipped)


def _merge(
    sections: Sections, layers: Sequence[_Layer]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Lay the layers over each other; return raw values by section, and origins."""
    raw: dict[str, dict[str, Any]] = {section: {} for section in sections}
    origins: dict[str, str] = {}
    for layer in layers:
        for section, field, value in _entries(sections, layer):
            kind = sections[section].model_fields[field]
            if is_path_field(kind.json_schema_extra):
                value = resolve_path(value, _base_of(value, layer))
                _refuse_impossible_path(value, f"{section}.{field}", layer.origin)
            _refuse_unfit(value, f"{section}.{field}", layer.origin)
            raw[section][field] = value
            origins[f"{section}.{field}"] = layer.origin
    return raw, origins


def _entries(sections: Sections, layer: _Layer) -> Iterator[tuple[str, str, Any]]:
    """Yield (section, field, value) of a layer; refuse unknown names."""
    for section, table in layer.tables.items():
        if section not in sections:
            fields = list(table) if isinstance(table, dict) else []
            raise _unknown(sections, ".".join([section, *fields[:1]]), layer.origin)
        if not isinstance(table, dict):
            raise SettingsError(
                f"{section}: expected a table [{section}], got {shown_value(table)} (from "
                f"{layer.origin}); write section.field",
                setting=section,
            )
        for field, value in table.items():
            if field not in sections[section].model_fields:
                raise _unknown(sections, f"{section}.{field}", layer.origin)
            yield section, field, value


def _refuse_unfit(value: Any, name: str, origin: str) -> None:
    """Refuse numbers and text that no JSON takes.

    Raises
    ------
    SettingsError
        The value is an integer beyond 64 bits, a float that is not finite, or no Unicode text.
    """
    expected = ""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        expected = "an integer of 64 bits at most"
    elif isinstance(value, float) and not math.isfinite(value):
        expected = "a finite number"
    elif isinstance(value, str) and not is_text(value):
        expected = "text in UTF-8"
    if expected:
        raise SettingsError(
            f"{name}: expected {expected}, got {shown_value(value)} (from {origin}); give another",
            setting=name,
        )


def _unknown(sections: Sections, name: str, origin: str) -> SettingsError:
    """Return the error for a setting that does not exist, or does no longer."""
    if name in _GONE:
        return SettingsError(
            f"{name}: no such setting any more (from {origin}); write {_GONE[name]}", setting=name
        )
    known = [
        f"{section}.{field}" for section, kind in sections.items() for field in kind.model_fields
    ]
    near = hint(name[:LONGEST], known)
    return SettingsError(
        f"{shown(name, LONGEST)}: no such setting (from {origin}){near}",
        setting=name[:LONGEST],
    )


def _validate(
    section: str, kind: type[StageConfig], raw: dict[str, Any], origins: Mapping[str, str]
) -> StageConfig:
    """Return the section's model, or raise pydantic's first complaint in one line."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    name = ".".join([section, *map(str, first["loc"][:1])])
    origin = origins.get(name, _BUILT_IN)
    if first["type"] == "missing":
        raise SettingsError(
            f"{name}: expected a value, got none; add it to a settings file", setting=name
        )
    if first["type"] in ("value_error", "assertion_error"):
        message = first["msg"].partition(", ")[2]
        # What is said of several settings at once comes from no single place.
        place = f" (from {origin})" if first["loc"] else ""
        raise SettingsError(f"{name}: {message}{place}", setting=name)
    expected = re.sub(r"^\w+ should (be |have )?", "", first["msg"])
    got = shown_value(first["input"])
    raise SettingsError(f"{name}: expected {expected}, got {got} (from {origin})", setting=name)
