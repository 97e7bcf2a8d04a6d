"""The settings files that come with the project say what the code says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pipelines import ROOT, TINY

from pipeline.catalog import SECTIONS
from pipeline.config import load_settings
from pipeline.project import DEFAULTS, open_project

LINES = DEFAULTS.read_text(encoding="utf-8").splitlines()


def written_defaults() -> dict[str, dict[str, object]]:
    return tomllib.loads("\n".join(LINES))


@pytest.mark.parametrize("section", SECTIONS)
def test_the_default_file_has_every_field_with_its_default(section: str) -> None:
    fields = SECTIONS[section].model_fields

    written = written_defaults().get(section, {})

    assert list(written) == list(fields)
    assert written == {name: field.get_default() for name, field in fields.items()}


def test_the_default_file_has_the_sections_in_running_order() -> None:
    with_fields = [name for name, kind in SECTIONS.items() if kind.model_fields]

    assert list(written_defaults()) == with_fields


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_has_its_description_above_it(section: str) -> None:
    start = LINES.index(f"[{section}]")
    for name, field in SECTIONS[section].model_fields.items():
        place = next(n for n in range(start, len(LINES)) if LINES[n].startswith(f"{name} = "))
        first = max(n for n in range(place) if not LINES[n].startswith("#")) + 1
        comment = " ".join(line.removeprefix("#").strip() for line in LINES[first:place])
        # A long description is wrapped, perhaps within a run of Chinese: spaces do not count.
        assert field.description
        assert comment.replace(" ", "").startswith(field.description.replace(" ", ""))


def test_the_default_file_alone_changes_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text("", encoding="utf-8")
    built_in = load_settings(SECTIONS, default_path=empty, root=ROOT, cwd=tmp_path)

    assert open_project(tmp_path, cwd=tmp_path).settings.values == built_in.values


def test_the_small_settings_are_loaded_and_small(tmp_path: Path) -> None:
    small = open_project(tmp_path, config_path=TINY, cwd=tmp_path).settings.values
    default = open_project(tmp_path, cwd=tmp_path).settings.values

    written = tomllib.loads(TINY.read_text(encoding="utf-8"))
    loaded = {name: small[name].model_dump(include=set(table)) for name, table in written.items()}
    assert loaded == written
    for section, field in (("embed", "vector_size"), ("train", "hidden"), ("train", "candidates")):
        assert written[section][field] < default[section].model_dump()[field] / 2
