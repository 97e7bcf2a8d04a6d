"""All memories there are, in the order of the mixture, and how they are stored."""

from __future__ import annotations

from pathlib import Path

from pipeline.artifacts.codec import Codec
from pipeline.artifacts.memories import (
    Memories,
    describe_memories,
    load_memories,
    save_memories,
)
from pipeline.engine.memories.kinds.cache import CacheMemory
from pipeline.engine.memories.kinds.neighbours import NeighboursMemory
from pipeline.engine.memories.kinds.ngram import NgramMemory
from pipeline.engine.memories.kinds.topic import TopicMemory
from pipeline.engine.memories.memory import Memory

_KINDS: tuple[Memory, ...] = (CacheMemory(), TopicMemory(), NgramMemory(), NeighboursMemory())
MEMORIES: dict[str, Memory] = {memory.name: memory for memory in _KINDS}


def _save(memories: Memories, folder: Path) -> None:
    save_memories(memories, folder, MEMORIES)


def _load(folder: Path) -> Memories:
    return load_memories(folder, MEMORIES)


CODEC = Codec(save=_save, load=_load, describe=describe_memories)
