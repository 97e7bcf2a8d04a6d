"""Layers of settings: which wins, where paths start, and what is refused in which words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from pipeline.config import Settings, describe_settings, load_settings, resolve_path
from pipeline.errors import SettingsError
from pipeline.stage import StageConfig
from pipeline.stages.embed import EmbedConfig


class FetchConfig(StageConfig):
    source: str = Field("data/novella.txt", description="novel", json_schema_extra={"path": True})


class TrainConfig(StageConfig):
    epochs: int = Field(5, ge=1, description="passes over the text")
    learning_rate: float = Field(0.002, gt=0, description="step size")
    name: str = "plain"


SECTIONS: dict[str, type[StageConfig]] = {"fetch": FetchConfig, "train": TrainConfig}


def load(root: Path, **changes: Any) -> Settings:
    arguments: dict[str, Any] = {"default_path": root / "default.toml", "root": root, "cwd": root}
    return load_settings(SECTIONS, **(arguments | changes))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "default.toml").write_text("[train]\nepochs = 6\n", encoding="utf-8")
    return tmp_path


def value(settings: Settings, name: str) -> Any:
    section, _, field = name.partition(".")
    return getattr(settings.values[section], field)


def test_each_layer_wins_over_the_one_below(root: Path) -> None:
    (root / "my.toml").write_text("[train]\nepochs = 7\nname = 'mine'\n", encoding="utf-8")
    settings = load(root, config_path=Path("my.toml"), overrides=["train.name=红 楼"])
    assert value(settings, "train.learning_rate") == 0.002
    assert value(settings, "train.epochs") == 7
    assert value(settings, "train.name") == "红 楼"
    assert settings.origins == {
        "fetch.source": "built in",
        "train.epochs": "my.toml",
        "train.learning_rate": "built in",
        "train.name": "--set",
    }
    assert load(root).origins["train.epochs"] == "default.toml"


def test_source_wins_over_set(root: Path) -> None:
    settings = load(root, overrides=["fetch.source=红楼梦"], source="三国演义")
    assert value(settings, "fetch.source") == "三国演义"
    assert settings.origins["fetch.source"] == "--source"


def test_relative_paths_start_where_they_were_written(root: Path) -> None:
    elsewhere, cwd = root / "elsewhere", root / "cwd"
    elsewhere.mkdir()
    cwd.mkdir()
    (elsewhere / "my.toml").write_text('[fetch]\nsource = "a.txt"\n', encoding="utf-8")
    assert value(load(root, cwd=cwd), "fetch.source") == str(root / "data/novella.txt")
    by_file = load(root, cwd=cwd, config_path=elsewhere / "my.toml")
    assert value(by_file, "fetch.source") == str(elsewhere / "a.txt")
    by_set = load(root, cwd=cwd, overrides=["fetch.source=b.txt"])
    assert value(by_set, "fetch.source") == str(cwd / "b.txt")
    assert value(load(root, cwd=cwd, source="../c"), "fetch.source") == str(root / "c")


def test_addresses_and_catalogue_names_are_no_paths(tmp_path: Path) -> None:
    for text in ("https://example.org/a.txt", "HTTP://example.org", "", "红楼梦"):
        assert resolve_path(text, tmp_path) == text
    (tmp_path / "红楼梦").mkdir()
    assert resolve_path("红楼梦", tmp_path) == str(tmp_path / "红楼梦")


@pytest.mark.parametrize("path", ["宝" * 100, "x" * 5000, "a/" * 3000, "a\0b"])
def test_a_path_that_no_system_takes_is_one_line(path: str, root: Path) -> None:
    with pytest.raises(SettingsError, match=r"^fetch\.source: expected a path, got") as caught:
        load(root, source=path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("train.epoch=3", ["train.epoch", "nearest is train.epochs", "--set"]),
        ("trian.epochs=3", ["trian.epochs", "nearest is train.epochs"]),
        ("train.epochs=0", ["train.epochs: expected greater than or equal to 1, got 0", "--set"]),
        ("train.epochs=many", ["train.epochs: expected a valid integer", "'many'"]),
        ("train.learning_rate=nan", ["train.learning_rate: expected a finite number"]),
        ("train.name=[1]", ["train.name: expected a valid string, got [1]"]),
        ("epochs=3", ["--set: expected section.field=value"]),
        ("train.epochs", ["--set: expected section.field=value"]),
    ],
)
def test_what_is_wrong_is_said_in_one_line(root: Path, override: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(root, overrides=[override])
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_dates_and_trailing_text_stay_strings(root: Path) -> None:
    for text in ("2024-01-01", "1\nepochs = 2", "a = b"):
        assert value(load(root, overrides=[f"train.name={text}"]), "train.name") == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[train]\nepochs = \n", ["my.toml, line 2", "TOML"]),
        (b"[train\n", ["my.toml, line 1"]),
        ("[train]\nname='红'".encode("gb18030"), ["my.toml", "not UTF-8"]),
        (b"train = 3\n", ["train: expected a table [train], got 3", "my.toml"]),
    ],
)
def test_a_broken_file_is_named_with_its_line(root: Path, content: bytes, words: list[str]) -> None:
    (root / "my.toml").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load(root, config_path=root / "my.toml")
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("train.epochs=" + "9" * 4_301, ["train.epochs: expected", "too many digits", "smaller"]),
        (
            "train.epochs=0x" + "f" * 4_301,
            ["train.epochs: expected an integer of 64 bits", "got a value too large"],
        ),
        ("train.epochs=" + "[" * 4_000, ["train.epochs: expected a value", "nested too deeply"]),
        ("train.epochs=" + "[" * 100 + "]" * 100, ["train.epochs: expected a valid integer"]),
        ("train.name=" + "x" * 5_000, ["--set: expected at most 5,000 characters, got 5,011"]),
        ("train." * 50_000 + "=1", ["--set: expected at most 5,000 characters"]),
        ("train.epochs={" + "a." * 2_000 + "a=1}", ["train.epochs: expected a valid integer"]),
        ("train." + "x" * 4_000 + "=1", ["train.xxx", "no such setting (from --set)"]),
        ("train.epochs=\x1b[31m", ["train.epochs: expected a valid integer"]),
        (
            "fetch.remove_adverts=false",
            ["fetch.remove_adverts: no such setting any more (from --set); write fetch"],
        ),
        ("train.\x1b[31m=1", [r"train.\x1b[31m: no such setting"]),
        ("fetch.source=a\udcd6.txt", ["fetch.source: expected a path in UTF-8", "rename it"]),
        ("train.name=a\udcd6", ["train.name: expected text in UTF-8, got 'a"]),
    ],
)
def test_what_is_too_much_is_one_short_line(root: Path, override: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(root, overrides=[override])
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 300
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a." * 50_000 + "b = 1", ["my.toml, line 1: expected at most 5,000 characters"]),
        ("\n[" + "a." * 50_000 + "b]", ["my.toml, line 2: expected at most 5,000 characters"]),
        ("[train]\n" + "a." * 2_400 + "b = 1", ["train.a: no such setting"]),
        ("[train]\nepochs = " + "9" * 4_301, ["my.toml: expected", "too many digits"]),
        ("[train]\nepochs = " + "[" * 4_301, ["my.toml: expected", "nested too deeply"]),
        ("[train]\nepochs = " + "[\n" * 4_301, ["my.toml: expected", "nested too deeply"]),
        ("#\n" * 200_000, ["my.toml: expected a file in TOML, got 400,000 bytes"]),
    ],
)
def test_a_file_that_is_too_much_is_one_short_line(
    root: Path, content: str, words: list[str]
) -> None:
    (root / "my.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(root, config_path=root / "my.toml")
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 300
    assert all(word in message for word in words), message


def test_a_settings_file_that_is_none_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.toml")
    for path, kind in ((root / "pipe.toml", "pipe"), (Path("/dev/zero"), "device")):
        with pytest.raises(SettingsError, match=f"file in TOML, got a {kind}; save it"):
            load(root, config_path=path)
    with pytest.raises(SettingsError, match=r"got a folder; give a file"):
        load(root, config_path=root)


def test_what_settings_are_together_is_said_without_a_single_place(root: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(
            {"embed": EmbedConfig},
            default_path=None,
            overrides=["embed.alpha=0.001", "embed.min_alpha=0.01"],
            root=root,
            cwd=root,
        )
    assert str(caught.value) == (
        "embed: expected min_alpha of at most alpha (0.001), got 0.01; lower min_alpha or raise "
        "alpha"
    )


@pytest.mark.parametrize("sample", ["1", "1.0", "5"])
def test_a_sample_that_would_count_is_refused(root: Path, sample: str) -> None:
    sections: dict[str, type[StageConfig]] = {"embed": EmbedConfig}
    override = f"embed.sample={sample}"
    with pytest.raises(SettingsError, match=r"^embed\.sample: expected a frequency below 1, got"):
        load_settings(sections, default_path=None, overrides=[override], root=root, cwd=root)
    override = "embed.sample=0.999"
    load_settings(sections, default_path=None, overrides=[override], root=root, cwd=root)


def test_a_missing_file_is_named(root: Path) -> None:
    with pytest.raises(SettingsError, match=r"no\.toml: expected a file in TOML"):
        load(root, config_path=root / "no.toml")


def test_description_has_a_row_for_each_field(root: Path) -> None:
    rows = describe_settings(load(root))
    assert {
        "setting": "train.epochs",
        "value": 6,
        "origin": "default.toml",
        "description": "passes over the text",
    } in rows
    assert [row["setting"] for row in rows] == [
        "fetch.source",
        "train.epochs",
        "train.learning_rate",
        "train.name",
    ]
