"""The presets: found by name, accepted as settings, and the article's is the article's."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from made_up import context_in, toy_novel
from pipelines import ROOT

from pipeline.artifacts.base import Base
from pipeline.errors import SettingsError
from pipeline.project import open_project
from pipeline.stages.train import train
from pipeline.stages.train_settings import TrainConfig

PRESETS = sorted((ROOT / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_is_found_by_its_name_from_anywhere(path: Path, tmp_path: Path) -> None:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    by_name = open_project(tmp_path, config_path=Path(path.stem), cwd=tmp_path)
    by_path = open_project(tmp_path, config_path=path, cwd=tmp_path)
    assert by_name.settings == by_path.settings
    # A later command finds the same file; the defaults are there without being named.
    assert by_name.config_path == (None if path.stem == "default" else path)
    for section, table in written.items():
        values = by_name.settings.values[section].model_dump()
        for name, value in table.items():
            # Paths start at the project and are made absolute.
            assert values[name] == value or values[name] == str(ROOT / value)


def test_a_file_of_that_name_goes_before_the_preset(tmp_path: Path) -> None:
    (tmp_path / "best").write_text("[train]\nepochs = 3\n", encoding="utf-8")
    project = open_project(tmp_path, config_path=Path("best"), cwd=tmp_path)
    assert project.settings.values["train"].model_dump()["epochs"] == 3


def test_an_unknown_preset_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        open_project(tmp_path, config_path=Path("bset"), cwd=tmp_path)
    message = str(caught.value)
    assert message.startswith("--config: expected a TOML file or one of article, best, default")
    assert message.endswith("got bset")


@pytest.mark.slow
def test_the_article_learns_by_plain_descent_towards_raw_vectors(tmp_path: Path) -> None:
    article = open_project(tmp_path, config_path=Path("article"), cwd=tmp_path)
    written: dict[str, Any] = article.settings.values["train"].model_dump()
    assert (written["objective"], written["optimizer"], written["learning_rate"]) == (
        "mse",
        "sgd",
        0.1,
    )
    embedding, windows = toy_novel()
    config = TrainConfig(**{**written, "hidden": 12, "epochs": 12, "validation_targets": 40})
    training = train(
        config, embed=embedding, window=windows, base=Base(), context=context_in(tmp_path)
    )
    losses = [row["train_loss"] for row in training.history["epochs"]]
    # The mean square of a component is that of predicting nothing at all.
    assert losses[-1] < losses[0] < 1.1 * float((embedding.vectors**2).mean())
    assert (training.weights["output_vectors"] == embedding.vectors).all()
