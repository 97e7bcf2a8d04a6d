"""A memory is one entry of the table: a made-up one is built, stored, weighted and written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import context_in, random_network, toy_novel
from pydantic import Field

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.artifacts.windows import Windows
from pipeline.engine.memories.memory import Memory, Place, Places, Told
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
    length: int


class StrideMemory(Memory):
    name, settings = "stride", StrideSettings

    def build(self, config: Any, window: Windows, network: Network, told: Told) -> Stride:
        return Stride(config.stride_length)

    def probs(self, held: Stride, place: Place) -> Floats:
        row: Floats = EYE[(place.history[-1] + held.length) % SIZE]
        return row

    def batch_probs(self, held: Stride, places: Places) -> Floats:
        rows: Floats = EYE[(places.contexts[:, -1] + held.length) % SIZE]
        return rows

    def read(self, arrays: Mapping[str, Any], facts: Mapping[str, Any], text: Any) -> Stride:
        return Stride(**facts)


def test_a_memory_in_the_table_is_a_memory_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEMORIES, "stride", StrideMemory())
    _, windows = toy_novel()
    network = random_network(4, words=tuple(map(chr, range(0x4E00, 0x4E0C))))

    config = remember_config(MEMORIES.values()).model_validate({"ngram": False})
    made = remember(config, window=windows, decode=network, context=context_in(tmp_path))
    assert made.weights["stride"] > 0.95, "in the toy novel it is always right"
    assert {"network": 1.0} in made.subsets

    folder = tmp_path / "saved"
    folder.mkdir()
    CODEC.save(made, folder)
    writer = Writer(network, CODEC.load(folder)).remembering("stride")
    choices = list(
        writer.stream(writer.understand("一丁"), words=3, sampling=Sampling(temperature=0))
    )
    assert [choice.word_id for choice in choices] == [2, 3, 4]
    assert choices[0].shares["stride"] > 0.95


def test_its_settings_stand_in_order_before_those_of_the_fit() -> None:
    fields = list(remember_config([*MEMORIES.values(), StrideMemory()]).model_fields)
    assert fields[0] == "cache"
    assert fields[-3:] == ["stride", "stride_length", "fit_targets"]
