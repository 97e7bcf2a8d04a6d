"""Memories on disk: there and back, and no damage unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import chapters_of_noise

from pipeline.artifacts.codec import read_json, read_tensors, write_json, write_tensors
from pipeline.artifacts.memories import Memories
from pipeline.engine.memories.kinds.cache import Cache
from pipeline.engine.memories.kinds.neighbours import Neighbours
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.engine.memories.table import CODEC
from pipeline.engine.memories.topic import Topic
from pipeline.errors import ArtifactDamaged

WINDOWS = chapters_of_noise()
FULL = Memories(
    weights={"network": 0.4, "cache": 0.2, "topic": 0.1, "ngram": 0.2, "neighbours": 0.1},
    text_ids=np.array([3, 1, -1, 30], dtype=np.int32),
    chapters=(("第一回", 0, 2), ("第三回", 3, 4)),
    held={
        "cache": Cache(words=20, sharpness=7.5),
        "topic": Topic(words=30, novel_words=500.0, exponent=0.25),
        "ngram": train_kneser_ney(WINDOWS.ids, WINDOWS.spans["train"], vocabulary_size=30, order=3),
        "neighbours": Neighbours(
            keys=np.eye(2, 6, dtype=np.float16),
            positions=np.array([1, 3], dtype=np.int32),
            next_ids=np.array([1, 30], dtype=np.int32),
            count=2,
            sharpness=4.0,
        ),
    },
    subsets=({"network": 0.75, "ngram": 0.25}, {"network": 1.0}),
)
ALONE = replace(FULL, weights={"network": 1.0}, held={}, subsets=())

Arrays = dict[str, Any]


def saved(memories: Memories, folder: Path) -> Path:
    folder.mkdir()
    CODEC.save(memories, folder)
    return folder


@pytest.mark.parametrize("memories", [FULL, ALONE], ids=["full", "network alone"])
def test_there_and_back(memories: Memories, tmp_path: Path) -> None:
    found = CODEC.load(saved(memories, tmp_path / "a"))
    assert list(found.weights) == list(memories.weights), "in the order of the table"
    assert found.weights == memories.weights
    assert found.subsets == memories.subsets
    assert found.chapters == memories.chapters
    np.testing.assert_array_equal(found.text_ids, memories.text_ids)
    again = saved(found, tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()
    assert list(found.held) == list(memories.held)
    if found.held:
        for name in ("cache", "topic"):
            assert found.held[name] == memories.held[name]
        near = found.held["neighbours"]
        assert (near.count, near.sharpness, near.next_ids.tolist()) == (2, 4.0, [1, 30])


def poison(name: str, arrays: Arrays) -> None:
    arrays[name] = np.full_like(arrays[name], np.nan)


DAMAGE: dict[str, tuple[str, Callable[[Arrays], Any]]] = {
    "no text": ("text_ids", lambda a: a.pop("text_ids")),
    "an n-gram array missing": ("ngram.3.keys", lambda a: a.pop("ngram.3.keys")),
    "one too many": ("hat", lambda a: a.update(hat=np.zeros(2, np.float32))),
    "text of long integers": ("text_ids", lambda a: a.update(text_ids=np.zeros(4, np.int64))),
    "a square text": ("text_ids", lambda a: a.update(text_ids=np.zeros((2, 2), np.int32))),
    "weights too short": (
        "ngram.2.weights",
        lambda a: a.update({"ngram.2.weights": a["ngram.2.weights"][:-1]}),
    ),
    "offsets of another level": (
        "ngram.3.offsets",
        lambda a: a.update({"ngram.3.offsets": a["ngram.2.offsets"]}),
    ),
    "offsets that fall": (
        "ngram.2.offsets",
        lambda a: a.update({"ngram.2.offsets": a["ngram.2.offsets"][::-1].copy()}),
    ),
    "no number": ("ngram.unigram", lambda a: poison("ngram.unigram", a)),
    "an infinite key": (
        "neighbours.keys",
        lambda a: a.update({"neighbours.keys": np.full((2, 6), np.inf, np.float16)}),
    ),
    "flat keys": (
        "neighbours.keys",
        lambda a: a.update({"neighbours.keys": np.zeros(12, np.float16)}),
    ),
    "more keys than places": (
        "neighbours.keys",
        lambda a: a.update({"neighbours.keys": np.zeros((3, 6), np.float16)}),
    ),
    "a place outside the text": (
        "neighbours.positions",
        lambda a: a.update({"neighbours.positions": np.array([1, 4], np.int32)}),
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_arrays_are_refused_by_name(kind: str, tmp_path: Path) -> None:
    name, change = DAMAGE[kind]
    path = saved(FULL, tmp_path / "a") / "memories.safetensors"
    arrays = read_tensors(path)
    change(arrays)
    write_tensors(path, arrays)
    with pytest.raises(ArtifactDamaged) as caught:
        CODEC.load(tmp_path / "a")
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"schema": 1}, "memories.json: expected schema 2, got 1; run remember again"),
        ({"weights": {"network": 0.5, "cache": 0.2}}, "that sum to 1, got"),
        ({"weights": {"network": 1.5, "cache": -0.5}}, "of at least 0"),
        ({"weights": {"cache": 1.0}}, "expected weights of network and others"),
        ({"weights": {"network": 0.5, "hat": 0.5}}, "got ['hat', 'network']"),
        ({"subsets": [{"network": 0.5}]}, "that sum to 1, got"),
    ],
)
def test_facts_that_make_no_mixture_are_refused(
    changes: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    path = saved(FULL, tmp_path / "a") / "memories.json"
    write_json(path, read_json(path) | changes)
    with pytest.raises(ArtifactDamaged) as caught:
        CODEC.load(tmp_path / "a")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("memory", "facts", "complaint"),
    [
        ("cache", {"words": 0}, "cache.words: expected a number, at least 1, got 0"),
        ("cache", {"sharpness": "10"}, "cache.sharpness: expected a number, at least 0, got '10'"),
        ("topic", {"novel_words": 0}, "topic.novel_words: expected a number, at least 1, got 0"),
        ("neighbours", {"count": -1}, "neighbours.count: expected a number"),
        ("ngram", {"order": 4}, "array ngram.4.backoff: expected one, got nothing"),
        ("ngram", {"order": None}, "ngram.order: expected a number"),
    ],
)
def test_facts_of_a_memory_that_cannot_be_are_refused(
    memory: str, facts: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    path = saved(FULL, tmp_path / "a") / "memories.json"
    content = read_json(path)
    content["memories"][memory]["facts"] |= facts
    write_json(path, content)
    with pytest.raises(ArtifactDamaged) as caught:
        CODEC.load(tmp_path / "a")
    assert complaint in str(caught.value)


def test_a_memory_that_is_not_in_the_table_is_refused(tmp_path: Path) -> None:
    path = saved(FULL, tmp_path / "a") / "memories.json"
    content = read_json(path)
    content["memories"]["hat"] = {"facts": {}, "arrays": []}
    write_json(path, content)
    with pytest.raises(ArtifactDamaged, match="expected some of cache, topic, ngram, neighbours"):
        CODEC.load(tmp_path / "a")


@pytest.mark.parametrize("name", ["ngram", "neighbours"])
def test_a_weight_without_its_data_is_refused(name: str, tmp_path: Path) -> None:
    folder = saved(
        replace(FULL, held={k: v for k, v in FULL.held.items() if k != name}), tmp_path / "a"
    )
    with pytest.raises(ArtifactDamaged, match=f"{name}.*run remember again"):
        CODEC.load(folder)
