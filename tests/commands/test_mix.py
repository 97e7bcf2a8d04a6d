"""`generate --mix`: several models write one text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import invoke
from models import small_model

from pipeline import load_mixed_writer
from pipeline.commands.why import said_by
from pipeline.engine.bundle.model import save_model
from pipeline.errors import SettingsError

PHRASE = "丁丂，"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "models").mkdir()
    for number, name in enumerate(("甲", "乙·下")):
        path = folder / "models" / f"{name}.safetensors"
        save_model(small_model(number, title=name), path)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    return folder


def generate(shelf: Path, *options: str) -> tuple[int, str, str]:
    return invoke(
        "generate", PHRASE, "--artifacts", str(shelf), "--rng-seed", "1", "--words", "9", *options
    )


def test_it_writes_what_the_mixed_writer_writes(shelf: Path) -> None:
    code, output, errors = generate(shelf, "--mix", "甲=7, 乙·下=3")
    assert (code, errors) == (0, "")
    paths = {
        shelf / "models" / f"{name}.safetensors": own for name, own in (("甲", 7), ("乙·下", 3))
    }
    text = load_mixed_writer(paths).continue_text(PHRASE, words=9, rng_seed=1)
    assert output == PHRASE + text + "\n"
    assert generate(shelf, "--mix", "乙·下=0.3", "--mix", "甲=0.7") == (code, output, errors)
    assert output not in [generate(shelf, "--model", name)[1] for name in ("甲", "乙·下")]


def test_why_tells_which_model_spoke_and_where_a_passage_stands(shelf: Path) -> None:
    mix = ("--mix", "甲=0.5,乙·下=0.5")
    code, output, _ = generate(shelf, *mix, "--why", "--bare")
    assert code == 0
    told = [line for line in output.splitlines() if line.startswith("    said by ")]
    assert len(told) >= 9, "paragraph breaks are told too"
    assert all("甲 " in line and "乙·下 " in line for line in told)
    assert "(甲 第一回" in output or "(乙·下 第一回" in output
    _, output, _ = generate(shelf, *mix, "--why", "--json", "--samples", "2")
    first, second = json.loads(output)["samples"]
    assert (first["rng_seed"], second["rng_seed"]) == (1, 2)
    for word in first["words"]:
        assert sum(word["shares"].values()) == pytest.approx(word["probability"], abs=1e-6)
        assert {name.rpartition("·")[0] for name in word["shares"]} == {"甲", "乙·下"}


def test_who_spoke_is_told_by_model_and_component() -> None:
    parts = {"乙·下·ngram": 45.0, "甲·network": 30.0, "乙·下·cache": 15.0, "甲·topic": 10.0}
    assert said_by(parts) == "乙·下 60 % (ngram 45, cache 15), 甲 40 % (network 30, topic 10)"
    assert said_by({"network": 70.0, "ngram": 30.0}) == "network 70 %, ngram 30 %"


def test_a_book_names_both_novels(shelf: Path, tmp_path: Path) -> None:
    book = tmp_path / "own.epub"
    assert generate(shelf, "--mix", "甲=1,乙·下=1", "--output", str(book))[0] == 0
    assert book.stat().st_size > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mix", "甲=0.7"], "--mix: expected 2 to 8 models, got 1"),
        (["--mix", "甲,乙·下"], "--mix: expected NAME=WEIGHT,NAME=WEIGHT, as"),
        (["--mix", "甲=0.7,"], "--mix: expected NAME=WEIGHT,NAME=WEIGHT, as"),
        (["--mix", "甲=0.7,乙·下=-1"], "--mix: expected weights above 0, got -1 for 乙·下"),
        (["--mix", "甲=0.7,乙·下=nan"], "--mix: expected weights above 0, got nan for 乙·下"),
        (["--mix", "甲=0.7,乙·下=半"], "--mix: expected a number as the weight of 乙·下, got 半"),
        (["--mix", "甲=0.7,甲=0.3"], "--mix: expected each model once, got 甲 twice"),
        (["--mix", "甲=0.7,甲.safetensors=1"], "--mix: expected each model once, got 甲 twice"),
        (["--mix", "甲=0.7,丙=0.3"], "丙"),
        (["--mix", "甲=1,乙·下=1", "--model", "甲"], "--mix: expected no --model beside it"),
    ],
)
def test_what_is_no_mixture_is_refused_in_one_line(
    shelf: Path, options: list[str], message: str
) -> None:
    code, output, errors = generate(shelf, *options)
    assert (code, output) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1


def test_models_of_one_file_name_are_told_apart(shelf: Path, tmp_path: Path) -> None:
    other = tmp_path / "甲.safetensors"
    save_model(small_model(4), other)
    writer = load_mixed_writer({shelf / "models" / "甲.safetensors": 1, other: 1})
    assert len(writer.weights) == 2
    with pytest.raises(SettingsError, match="expected 2 to 8 models, got 1"):
        load_mixed_writer({other: 1})
