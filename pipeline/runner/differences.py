"""What differs between the components of a key and those of the nearest stored artifact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.runner.fingerprint import JIEBA_DICTIONARY
from pipeline.runner.reasons import (
    ABSENT,
    Change,
    DictionaryChanged,
    FileChanged,
    FormatChanged,
    LibraryChanged,
    ModuleChanged,
    PythonChanged,
    Reason,
    SettingChanged,
    UpstreamChanged,
)
from pipeline.runner.store import Record

_ORDER: tuple[Change, ...] = ("missing", "gone", "new", "changed")


def nearest(records: Sequence[Record], components: Mapping[str, Any]) -> Record | None:
    """Return the artifact that differs in the fewest components, of equals the first (newest)."""
    wanted = _leaves(components)
    return min(
        records, key=lambda record: _distance(_leaves(record.components), wanted), default=None
    )


def compare(
    old: Record, components: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[Reason, ...]:
    """Return each difference, with old and new value.

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
        *_rest(before, components),
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


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield the settings that differ."""
    for name in _changed(old, new):
        yield SettingChanged(name, old.get(name, ABSENT), new.get(name, ABSENT))


def _files(
    old: Record, new: Mapping[str, str | None], names: Mapping[str, str]
) -> Iterator[Reason]:
    """Yield the external files that differ, those first that are soonest overlooked."""
    before, changes = old.components["files"], dict[str, Change]()
    for label in _changed(before, new):
        if label not in new:
            changes[label] = "gone"
        elif label not in before:
            changes[label] = "new"
        else:
            changes[label] = "missing" if new[label] is None else "changed"
    for label in sorted(changes, key=lambda label: _ORDER.index(changes[label])):
        yield FileChanged(
            label, changes[label], old.names.get(label, label), names.get(label, label)
        )


def _inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield the inputs that differ; one not known yet says nothing here."""
    return (UpstreamChanged(name) for name in _changed(old, new) if name in new)


def _libraries(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield the libraries that differ."""
    for name in _changed(old, new):
        if name == JIEBA_DICTIONARY:
            yield DictionaryChanged(name)
        else:
            yield LibraryChanged(name, old.get(name), new.get(name))


def _modules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield the modules that differ."""
    for name in _changed(old, new):
        if name not in old:
            yield ModuleChanged(name, "new")
        else:
            yield ModuleChanged(name, "edited" if name in new else "gone")


def _rest(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield what is not kept by name."""
    if old["python"] != new["python"]:
        yield PythonChanged(old["python"], new["python"])
    if old["schema"] != new["schema"]:
        yield FormatChanged(old["schema"], new["schema"])
