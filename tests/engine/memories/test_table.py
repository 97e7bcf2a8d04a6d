"""A memory is one entry of the table: a made-up one is built, weighted, stored and written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import context_in, random_network, toy_novel
from models import small_model
from pydantic import Field

from pipeline.arrays import Floats
from pipeline.artifacts import checks
from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network
from pipeline.engine.bundle.model import NovelModel, pack_words, save_model
from pipeline.engine.bundle.opening import load_model
from pipeline.engine.memories.memory import Material, Memory, NextPlaces, Places
from pipeline.engine.memories.sparse import SparseProbs
from pipeline.engine.memories.table import CODEC, MEMORIES
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.writer import Writer
from pipeline.stage import StageConfig
from pipeline.stages.remember import remember, remember_config

SIZE = 12  # words of the toy novel, each of which decides the next
EYE: Floats = np.eye(SIZE, dtype=np.float32)


class StrideSettings(StageConfig):
    stride: bool = Field(True, description="the word so many numbers on comes next")
    stride_length: int = Field(1, description="how many")


@dataclass(frozen=True)
class Stride:
    """How far on, and the word that comes next after each word: int32 (12,)."""

    length: int
    next_ids: Any


class StrideMemory(Memory):
    """A memory by the recipe in docs/architecture.md, with a fact and an array."""

    name, settings = "stride", StrideSettings

    def build(self, config: Any, material: Material) -> Stride:
        ids = np.arange(SIZE, dtype=np.int32)
        return Stride(config.stride_length, (ids + config.stride_length) % SIZE)

    def probs(self, held: Stride, places: NextPlaces) -> SparseProbs:
        ids = held.next_ids[[history[-1] for history in places.histories]].astype(np.int64)
        ones = np.ones(len(ids), dtype=np.float32)
        return SparseProbs(ones > 0, np.arange(len(ids)), ids, ones)

    def batch_probs(self, held: Stride, places: Places) -> Floats:
        rows: Floats = EYE[held.next_ids[places.contexts[:, -1]]]
        return rows

    def arrays(self, held: Stride) -> dict[str, Any]:
        return {"stride.next": held.next_ids}

    def facts(self, held: Stride) -> dict[str, Any]:
        return {"length": held.length}

    def read(self, arrays: Mapping[str, Any], facts: Mapping[str, Any], text: Any) -> Stride:
        return Stride(facts["length"], arrays["stride.next"])

    def check_facts(self, facts: Any) -> None:
        own = checks.table("memories.stride", facts, ("length",))
        checks.whole("memories.stride.length", own["length"], 1, SIZE)

    def bounds(
        self, arrays: Mapping[str, Any], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        return {"stride.next": Bounds("int32", (words,), 0, words - 1)}


class SilentMemory(StrideMemory):
    """One that holds nothing at all: the least that the interface asks for."""

    def arrays(self, held: Stride) -> dict[str, Any]:
        return {}

    def facts(self, held: Stride) -> dict[str, Any]:
        return {}

    def read(self, arrays: Mapping[str, Any], facts: Mapping[str, Any], text: Any) -> Stride:
        return Stride(1, (np.arange(SIZE, dtype=np.int32) + 1) % SIZE)

    def check_facts(self, facts: Any) -> None:
        checks.table("memories.stride", facts, ())

    def bounds(
        self, arrays: Mapping[str, Any], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        return {}


@pytest.mark.parametrize("memory", [StrideMemory(), SilentMemory()], ids=["full", "bare"])
def test_a_memory_in_the_table_is_a_memory_everywhere(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEMORIES, "stride", memory)
    _, windows = toy_novel()
    network = random_network(4, words=tuple(map(chr, range(0x4E00, 0x4E0C))))

    config = remember_config(MEMORIES.values()).model_validate({"ngram": False})
    made = remember(config, window=windows, decode=network, context=context_in(tmp_path))
    assert made.weights["stride"] > 0.95, "in the toy novel it is always right"
    assert {"network": 1.0} in made.subsets

    folder = tmp_path / "saved"
    folder.mkdir()
    CODEC.save(made, folder)
    path = tmp_path / "toy.safetensors"
    save_model(toy_model(network, CODEC.load(folder)), path)
    model = load_model(path)
    assert model.memories.weights == made.weights
    writer = Writer(model.network, model.memories).remembering("stride")
    choices = list(
        writer.stream(writer.understand("一丁"), words=3, sampling=Sampling(temperature=0))
    )
    assert [choice.word_id for choice in choices] == [2, 3, 4]
    assert choices[0].shares["stride"] > 0.95


def toy_model(network: Network, memories: Memories) -> NovelModel:
    rare = pack_words(["生僻"] * int((memories.text_ids >= SIZE).sum()))
    return replace(small_model(), network=network, memories=memories, rare_text=rare)


def test_a_memory_that_says_nothing_of_its_facts_and_arrays_is_no_memory() -> None:
    """What a stranger's file may hold has no default: found when made, not when opened."""

    class Careless(StrideMemory):
        check_facts = Memory.check_facts
        bounds = Memory.bounds

    with pytest.raises(TypeError, match=r"abstract methods '?bounds'?, '?check_facts'?"):
        Careless()


def test_its_settings_stand_in_order_before_those_of_the_fit() -> None:
    fields = list(remember_config([*MEMORIES.values(), StrideMemory()]).model_fields)
    assert fields[0] == "cache"
    assert fields[-3:] == ["stride", "stride_length", "fit_targets"]
