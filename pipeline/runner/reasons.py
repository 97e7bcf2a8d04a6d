"""Why a stage has to run, in words: what differs between its key and the nearest artifact's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.runner.fingerprint import JIEBA_DICTIONARY
from pipeline.runner.store import Record

SHOWN_MODULES = 3
SHOWN_CHARACTERS = 40


def nearest(records: Sequence[Record], components: Mapping[str, Any]) -> Record | None:
    """Return the artifact that differs in the fewest components, of equals the first (newest)."""
    wanted = _leaves(components)
    return min(
        records, key=lambda record: _distance(_leaves(record.components), wanted), default=None
    )


def compare(
    old: Record, components: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[str, ...]:
    """Return one phrase for each difference, with old and new value.

    Parameters
    ----------
    components : what the stage would be made of now; inputs not yet known are left out of it
    names : the names of the external files now, by label
    """
    before = old.components
    return (
        *_settings(before["settings"], components["settings"]),
        *_files(old, components["files"], names),
        *_inputs(before["inputs"], components["inputs"]),
        *_libraries(before["libraries"], components["libraries"]),
        *_modules(before["source"], components["source"]),
        *_plain("Python", before["python"], components["python"]),
        *_plain("artifact format", before["schema"], components["schema"]),
    )


def _leaves(components: Mapping[str, Any]) -> dict[str, Any]:
    """Return components as one flat mapping."""
    flat: dict[str, Any] = {}
    for part, value in components.items():
        entries = value.items() if isinstance(value, Mapping) else [("", value)]
        flat.update({f"{part}/{name}": item for name, item in entries})
    return flat


def _distance(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    """Return in how many entries two flat mappings differ."""
    return sum(old.get(name, ...) != new.get(name, ...) for name in old.keys() | new.keys())


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names whose value differs, or that only one of the two has."""
    names = sorted(old.keys() | new.keys())
    return (name for name in names if old.get(name, ...) != new.get(name, ...))


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Phrases like `learning_rate 0.002 → 0.001`."""
    for name in _changed(old, new):
        if name not in old:
            yield f"{name} {_shown(new[name])} (new setting)"
        elif name not in new:
            yield f"{name} is no setting any more"
        else:
            yield f"{name} {_shown(old[name])} → {_shown(new[name])}"


def _files(old: Record, new: Mapping[str, str | None], names: Mapping[str, str]) -> Iterator[str]:
    """Phrases like `source file changed (novella.txt → hongloumeng.txt)`."""
    for label in _changed(old.components["files"], new):
        before, now = old.names.get(label, label), names.get(label, label)
        if label not in new:
            yield f"{label} file no longer given ({before})"
        elif label not in old.components["files"]:
            yield f"{label} file new ({now})"
        elif new[label] is None:
            yield f"{label} file missing ({now})"
        else:
            yield f"{label} file changed ({now if before == now else f'{before} → {now}'})"


def _inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Phrases like `input segment changed`; an input not known yet says nothing here."""
    return (f"input {name} changed" for name in _changed(old, new) if name in new)


def _libraries(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Phrases like `jieba 0.42.1 → 0.43`."""
    for name in _changed(old, new):
        if name == JIEBA_DICTIONARY:
            yield f"{name} changed"
        else:
            yield f"{name} {old.get(name) or 'absent'} → {new.get(name) or 'absent'}"


def _modules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Phrases like `pipeline.text.cleaning.clean edited`; of many only the first few."""
    phrases = [
        f"{name} {'edited' if name in old and name in new else 'new' if name in new else 'gone'}"
        for name in _changed(old, new)
    ]
    yield from phrases[:SHOWN_MODULES]
    if len(phrases) > SHOWN_MODULES:
        yield f"{len(phrases) - SHOWN_MODULES} more modules edited"


def _plain(what: str, old: Any, new: Any) -> Iterator[str]:
    """Phrases like `Python 3.11 → 3.12`."""
    if old != new:
        yield f"{what} {old} → {new}"


def _shown(value: Any) -> str:
    """Return a setting's value for people, long ones cut."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
