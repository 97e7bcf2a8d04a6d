"""Options stand for settings: their defaults are those of the settings, whichever side changes."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest
from commands import invoke

from pipeline.commands import arguments, options
from pipeline.commands.generate import generate
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling


def test_without_options_all_is_as_by_default() -> None:
    assert arguments.sampling_from() == Sampling()
    assert arguments.writing_from() == WritingOptions()


@pytest.mark.parametrize("settings", [Sampling, WritingOptions])
def test_each_option_has_the_default_of_its_setting(
    settings: type[Sampling | WritingOptions],
) -> None:
    offered = inspect.signature(generate).parameters
    fields = {field.name: field.default for field in dataclasses.fields(settings)}
    named = {name: offered[name].default for name in fields if name in offered}
    # Texts and lists are none where nothing is given; finish and marks are what --bare takes away.
    assert fields.keys() - named.keys() <= {"finish", "marks"}
    empty = ("", (), None)
    assert {name: None if value in empty else value for name, value in named.items()} == {
        name: None if fields[name] in empty else fields[name] for name in named
    }


def test_the_defaults_that_the_documents_name() -> None:
    assert dataclasses.astuple(Sampling()) == (0.9, 0, 0.9, 1.2, 60, 4, 0.0)
    writing = WritingOptions()
    assert (writing.no_repeat, writing.max_copy, writing.limit()) == (4, 8, 200)


TAKE_A_PATH = [  # each is followed by a path, or a name that stands for one
    ["run-all", "--config"],
    ["run-all", "--artifacts"],
    ["status", "--config"],
    ["generate", "甲", "--model"],
    ["generate", "--seed-file"],
    ["generate", "甲", "--learn-from"],
    ["score", "甲", "--learn-from"],
    ["score"],
    ["report", "--output"],
    ["models", "--artifacts"],
    ["models", "export", "甲"],
    ["models", "import"],
    ["models", "remove"],
    ["models", "rename"],
    ["lab", "run", "primes", "--artifacts"],
    ["run-all", "--dry-run", "--source"],
    ["run-all", "--dry-run", "--name"],
]


@pytest.mark.parametrize("arguments", TAKE_A_PATH, ids=" ".join)
@pytest.mark.parametrize("path", ["x" * 300, "x/" * 3000, ""], ids=["name", "path", "nothing"])
def test_a_path_that_no_system_could_find_is_refused_in_a_line(
    arguments: list[str], path: str
) -> None:
    code, output, errors = invoke(*arguments, path, *(["乙"] if arguments[-1] == "rename" else []))
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert len(errors) < 600
    told = ("File name too long", "got nothing", "at most 180 bytes", "at least 1 character")
    assert any(why in errors for why in told)


def test_what_is_asked_for_is_typed_and_whole() -> None:
    asked = arguments.novel_from("红楼梦", Path("my.toml"), ["train.epochs=3"], "big5")
    assert asked == arguments.Asked("红楼梦", Path("my.toml"), ("train.epochs=3",), "big5")


def test_what_an_option_stands_for_is_known_to_come_from_it(tmp_path: Path) -> None:
    asked = arguments.novel_from(sets=["train.seed=2"], encoding="big5", base="none", strict=True)
    project = asked.with_setting("report.language", "en", "--language").open(tmp_path)

    origins = project.settings.origins
    expected = {
        "train.seed": "--set",
        "fetch.strict": "--strict",
        "report.language": "--language",
        "fetch.encoding": "--encoding",
        "base.file": "--base",
    }
    assert {name: origins[name] for name in expected} == expected
    assert project.overrides == (
        "train.seed=2",
        "fetch.strict=true",
        'report.language="en"',
        'fetch.encoding="big5"',
        'base.file=""',
    )


def test_settings_given_by_set_reach_the_project(tmp_path: Path) -> None:
    project = arguments.novel_from(sets=["train.epochs=3"]).open(tmp_path)
    assert project.settings.values["train"].model_dump()["epochs"] == 3
    assert project.overrides == ("train.epochs=3",)


def test_each_option_is_declared_once() -> None:
    source = inspect.getsource(options)
    for name in ("--force", "--encoding", "--debug", "--set", "--artifacts"):
        assert source.count(f'"{name}"') == 1
    folder = Path(inspect.getfile(options)).parent
    others = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    assert sum(text.count('"--force"') + text.count('"--encoding"') for text in others) == 2
