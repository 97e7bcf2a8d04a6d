"""A small model of a made-up novel, with every part that a model can have."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from made_up import chapters_of_noise, random_network, words_with_break

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.tensorfile import write_tensor_file
from pipeline.engine.bundle.model import (
    Card,
    Cutting,
    NovelModel,
    model_arrays,
    model_facts,
    pack_words,
)
from pipeline.engine.memories.kinds.cache import Cache
from pipeline.engine.memories.kinds.neighbours import Neighbours, training_starts
from pipeline.engine.memories.neighbours import build_neighbours
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.engine.memories.topic import Topic
from pipeline.stages.remember import training_text

WORDS = words_with_break(30)
Facts = dict[str, Any]
Arrays = dict[str, Any]


def small_model(seed: int = 0, *, title: str = "澄秋阁", layers: int = 2) -> NovelModel:
    """A model with random weights and all memories, a rare word wherever one stands."""
    windows = chapters_of_noise()
    network = random_network(seed, words=WORDS, layers=layers)
    text_ids = training_text(windows)
    keys, positions = build_neighbours(windows.ids, training_starts(windows), network)
    memories = Memories(
        weights={
            "network": 0.375,
            "cache": 0.25,
            "topic": 0.125,
            "ngram": 0.125,
            "neighbours": 0.125,
        },
        text_ids=text_ids,
        chapters=(("第一回", 0, 600), ("第三回", 700, 720)),
        held={
            "cache": Cache(words=20, sharpness=7.5),
            "topic": Topic(words=30, novel_words=500.0, exponent=0.25),
            "ngram": train_kneser_ney(
                windows.ids, windows.spans["train"], vocabulary_size=30, order=3
            ),
            "neighbours": Neighbours(
                keys, positions, windows.ids[positions], count=8, sharpness=4.0
            ),
        },
        subsets=({"network": 0.75, "ngram": 0.25}, {"network": 1.0}),
    )
    rare = [f"生僻{number}" for number in range(int((text_ids >= 30).sum()))]
    return NovelModel(
        network=network,
        memories=memories,
        cutting=Cutting(user_words=(("青棠", None, "nr"), ("何姑姑", 9, None)), names=("来喜",)),
        card=Card(title=title, source_digest="0" * 64, seed_phrase="宝玉听了，"),
        rare_text=pack_words(rare),
    )


def forged(
    path: Path,
    model: NovelModel,
    change: Callable[[Facts, Arrays], None],
) -> Path:
    """Write a model with facts and arrays changed, and a digest that fits: a stranger's file."""
    facts, arrays = model_facts(model), model_arrays(model)
    change(facts, arrays)
    file = io.BytesIO()
    write_tensor_file(file, arrays, facts)
    path.write_bytes(file.getvalue())
    return path


def bytes_of(model: NovelModel, **changes: Mapping[str, Any]) -> bytes:
    """A model's file as bytes."""
    file = io.BytesIO()
    write_tensor_file(file, model_arrays(model), {**model_facts(model), **changes})
    return file.getvalue()


def assert_equal_models(one: NovelModel, other: NovelModel) -> None:
    """All facts and all arrays of two models are equal."""
    assert model_facts(one) == model_facts(other)
    left, right = model_arrays(one), model_arrays(other)
    assert set(left) == set(right)
    for name, array in left.items():
        np.testing.assert_array_equal(array, right[name], err_msg=name)


def poison(facts: Facts, arrays: Arrays) -> None:
    """Put an escape sequence in the title."""
    facts["card"]["title"] = "\x1b[2J"


def grow(facts: Facts, arrays: Arrays) -> None:
    """Ask for more memory than there is."""
    facts["network"]["steps"] = 10**9


def stray(facts: Facts, arrays: Arrays) -> None:
    """Let an n-gram lead out of the vocabulary."""
    arrays["ngram.2.keys"] = arrays["ngram.2.keys"] + 10**6


def renew(facts: Facts, arrays: Arrays) -> None:
    """Claim to be of a newer schema."""
    facts["schema"] = 4


FORGED = {"title": poison, "steps": grow, "keys": stray, "schema": renew}
