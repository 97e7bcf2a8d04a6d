"""A base: what a network has learnt of other novels, never of the one it is to be tested on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import context_in, random_embedding, random_network, segmentation_of, windows_of
from models import small_model
from pipelines import ROOT

from pipeline.artifacts.base import BASE, SHAPES, Base, load_base, save_base
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tensorfile import write_tensor_file
from pipeline.engine.bundle.model import save_model
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.learning.begin import begin_vectors, begin_weights
from pipeline.stages.base import BaseConfig, base, base_of, reason_not_to
from pipeline.stages.decode import foreign_names
from pipeline.stages.train import reason_not_to_begin
from pipeline.stages.train_settings import TrainConfig
from pipeline.text.shingles import fingerprints

NOVELLA = (ROOT / "data" / "novella.txt").read_text(encoding="utf-8").splitlines()
WORDS = ("宝玉", "宝", "玉", "了", PARAGRAPH_BREAK)


def random_base(seed: int = 0, **changes: Any) -> Base:
    """A base of random float16 weights: V = 5, E = 3, H = 2."""
    generator = np.random.default_rng(seed)
    sizes = {"V": len(WORDS), "E": 3, "H": 2, "4H": 8}
    weights = {
        name: generator.normal(size=[sizes[axis] for axis in axes]).astype(np.float16)
        for name, axes in SHAPES.items()
    }
    found = Base(
        words=WORDS,
        weights=weights,
        log_scale=2.5,
        prior_weight=0.75,
        titles=("石头记",),
        names=("宝玉", "贾母"),
        read=fingerprints(NOVELLA[:300]),
    )
    return replace(found, **changes)


def assert_equal(one: Base, other: Base) -> None:
    for name in SHAPES:
        np.testing.assert_array_equal(one.weights[name], other.weights[name])
    assert one.read is not None
    assert other.read is not None
    np.testing.assert_array_equal(one.read, other.read)
    assert replace(one, weights={}, read=None) == replace(other, weights={}, read=None)


# The file


def test_a_base_comes_back_as_it_was_and_equal_ones_have_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_base(random_base(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert_equal(load_base(tmp_path / "a"), random_base())


def test_no_base_is_an_artifact_too(tmp_path: Path) -> None:
    for none in (Base(), Base(unused="set aside: it has read this")):
        BASE.save(none, tmp_path)
        assert BASE.load(tmp_path) == none
    assert BASE.describe(none) == {"base": "set aside: it has read this"}


@pytest.mark.parametrize(
    "change",
    [
        {"words": ("宝玉",) * 5},
        {"words": WORDS[:4]},
        {"names": ("\x1b[2J",)},
        {"titles": ("x" * 2000,)},
        {"log_scale": 1e9},
        {"prior_weight": float("inf")},
        {"weights": {**random_base().weights, "kernel": np.full((3, 8), np.nan, np.float16)}},
        {"weights": {**random_base().weights, "bias": np.zeros(4, np.float16)}},
        {"weights": {**random_base().weights, "bias": np.zeros(8, np.float32)}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_stranger_s_file_is_bounded(change: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "base.safetensors"
    try:
        save_base(random_base(**change), path)
    except ValueError:  # infinity cannot even be written
        return
    with pytest.raises(ArtifactDamaged) as caught:
        load_base(path)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "base.safetensors"
    save_base(random_base(), path)
    data = bytearray(path.read_bytes())
    data[-9] ^= 4
    path.write_bytes(data)
    with pytest.raises(ArtifactDamaged, match="other bytes than were written"):
        load_base(path)


# From a model


def test_a_model_is_a_base_of_its_network(tmp_path: Path) -> None:
    model = small_model(layers=1)
    network = random_network(3, words=model.network.words)
    kernel, bias = np.ones((6, 32), np.float32), np.zeros(32, np.float32)
    lengths = np.linspace(0.5, 2, len(network.words), dtype=np.float32)
    begun = replace(model, network=replace(network, kernel=kernel, bias=bias, lengths=lengths))
    found = base_of(begun)
    vectors = found.weights["input_vectors"].astype(np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), lengths, rtol=1e-2)
    assert found.words == network.words
    assert found.log_scale == pytest.approx(np.log(network.scale))
    assert found.titles == ("澄秋阁",)
    assert found.read is not None
    # In a file it is read as either.
    save_model(begun, tmp_path / "model.safetensors")
    save_base(found, tmp_path / "base.safetensors")
    segmentation = segmentation_of([("train", ["一 二"]), ("validation", ["三"]), ("test", ["四"])])
    for name in ("model", "base"):
        config = BaseConfig(file=str(tmp_path / f"{name}.safetensors"))
        assert_equal(base(config, segment=segmentation, context=context_in(tmp_path)), found)


def test_a_model_without_a_beginning_says_so(tmp_path: Path) -> None:
    save_model(small_model(layers=2), tmp_path / "m.safetensors")
    config = BaseConfig(file=str(tmp_path / "m.safetensors"))
    segmentation = segmentation_of([("train", ["一 二"]), ("validation", ["三"]), ("test", ["四"])])
    with pytest.raises(DataError, match=r"^base.file: m.safetensors: expected a model whose"):
        base(config, segment=segmentation, context=context_in(tmp_path))


@pytest.mark.parametrize("data", [b"", b"not a base", None])
def test_another_file_is_refused_in_one_line(data: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    if data is not None:
        path.write_bytes(data)
    config = BaseConfig(file=str(path))
    segmentation = segmentation_of([("train", ["一 二"]), ("validation", ["三"]), ("test", ["四"])])

    def begin() -> None:
        config.check_files()
        base(config, segment=segmentation, context=context_in(tmp_path))

    with pytest.raises(DataError, match=r"^base.file: ") as caught:
        begin()
    assert "\n" not in str(caught.value)


# No leak


def chapters(*parts: list[str]) -> Any:
    """Training, validation and test chapters of these paragraphs."""
    words = [[" ".join(line) for line in lines if line] for lines in parts]
    return segmentation_of([("train", words[0]), ("validation", words[1]), ("test", words[2])])


def test_a_novel_that_was_read_sets_the_base_aside(tmp_path: Path) -> None:
    read = random_base()  # it has read the first 300 lines
    own, other = NOVELLA[:300], NOVELLA[400:]
    whole = reason_not_to(read, chapters(own[:200], own[200:250], own[250:]))
    assert whole.startswith("set aside: what it has read (石头记) holds ")
    assert whole.endswith("of this novel")
    turned = [line[::step] for step in (-1, -2, 2) for line in NOVELLA]
    held_out = reason_not_to(read, chapters([*other, *turned], other[:60], own[:40]))
    assert "of this novel" not in held_out
    assert "held-out chapter" in held_out
    assert reason_not_to(read, chapters(other, other[:60], other[60:200])) == ""
    save_base(read, tmp_path / "base.safetensors")
    told: list[str] = []
    context = replace(context_in(tmp_path), say=told.append)
    config = BaseConfig(file=str(tmp_path / "base.safetensors"))
    found = base(config, segment=chapters(own[:200], own[200:250], own[250:]), context=context)
    assert found == Base(unused=whole)
    assert told == [f"base {whole}"]


def test_no_file_is_no_base(tmp_path: Path) -> None:
    config = BaseConfig(file="")
    assert config.files() == {}
    segmentation = chapters(NOVELLA[:9], NOVELLA[9:12], NOVELLA[12:15])
    assert base(config, segment=segmentation, context=context_in(tmp_path)) == Base()


# The beginning


def test_what_the_base_knows_is_taken_over_and_the_rest_composed() -> None:
    found = begin_vectors(random_base(), ("玉", "宝了", "龙", PARAGRAPH_BREAK, "龙玉"))
    table = random_base().weights["input_vectors"].astype(np.float32)
    np.testing.assert_array_equal(found[0], table[2])
    np.testing.assert_allclose(found[1], (table[1] + table[3]) / 2, rtol=1e-6)
    np.testing.assert_allclose(found[2], table.mean(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(found[3], table[4])
    np.testing.assert_array_equal(found[4], table[2])
    weights = begin_weights(random_base(), found)
    assert weights["input_vectors"].shape == (6, 3)
    assert weights["log_scale"] == np.float32(2.5)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, ""),
        ({"hidden": 3}, "it was trained with hidden 2"),
        ({"layers": 2, "vectors": "both"}, "it was trained with vectors tied, layers 1"),
        ({"objective": "mse"}, "it was trained with an objective other than mse"),
    ],
)
def test_a_training_of_another_form_goes_without(settings: dict[str, Any], why: str) -> None:
    from pipeline.learning.objectives import OBJECTIVES

    config = TrainConfig(**{"hidden": 2, **settings})
    objective = OBJECTIVES[config.objective]
    assert reason_not_to_begin(config, objective, random_base()) == why


def test_names_that_the_novel_has_itself_are_not_foreign() -> None:
    words = random_embedding(words=("贾", "母", "宝", "玉", PARAGRAPH_BREAK)).words
    windows = windows_of(
        [("train", [0, 1, 4, 2, 5, 3]), ("validation", [2, 3]), ("test", [2, 3])],
        steps=1,
        vocabulary_size=5,
    )
    assert foreign_names(random_base(), windows, words) == ("宝玉",)
    assert foreign_names(Base(), windows, words) == ()


def test_a_file_of_another_kind_is_told_apart(tmp_path: Path) -> None:
    with (tmp_path / "other").open("wb") as file:
        write_tensor_file(file, {}, {"schema": 1, "kind": "cake"})
    with pytest.raises(ArtifactDamaged, match="expected a base, got another kind"):
        load_base(tmp_path / "other")
