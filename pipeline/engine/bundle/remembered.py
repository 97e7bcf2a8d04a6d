"""The memories in a model's file: their facts, what their arrays must be, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.artifacts import checks
from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.memories import Memories, check_weights, in_order
from pipeline.engine.memories.table import MEMORIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SUBSETS = 64
_CHAPTERS, _TITLE = 100_000, 1_000  # chapters of a novel, characters of a chapter's title
_MIXTURE = ("weights", "subsets")

Tensors = Mapping[str, "NDArray[Any]"]


def memory_facts(memories: Memories) -> dict[str, Any]:
    """Return what is no array, as JSON values; null for a memory that is not there."""
    held = memories.held
    return {
        "weights": memories.weights,
        "subsets": list(memories.subsets),
        **{n: kind.facts(held[n]) if n in held else None for n, kind in MEMORIES.items()},
    }


def memory_arrays(memories: Memories) -> dict[str, NDArray[Any]]:
    """Return the text and the arrays of all memories by name."""
    arrays: dict[str, NDArray[Any]] = {"text_ids": memories.text_ids}
    for name, held in memories.held.items():
        arrays |= MEMORIES[name].arrays(held)
    return arrays


def check_facts(value: Any) -> dict[str, Any]:
    """Return the facts, in bounds; whether the weights are a mixture's is `join_memories`' part."""
    told = set(value) if isinstance(value, dict) else set()
    facts = checks.table("memories", value, {*_MIXTURE, *(told & set(MEMORIES))})
    for weights in (facts["weights"], *checks.listed("subsets", facts["subsets"], _SUBSETS)):
        if not isinstance(weights, dict) or not weights or len(weights) > 1 + len(MEMORIES):
            raise checks.refuse("memories.weights", "component → share", weights)
        for share in weights.values():
            checks.number("memories.weights", share, 0, 1)
    for name in MEMORIES:
        if facts.get(name) is not None:
            MEMORIES[name].check_facts(facts[name])
    return facts


def memory_bounds(
    tensors: Tensors, facts: Mapping[str, Any], *, words: int, size: int
) -> dict[str, Bounds]:
    """Return what the arrays of the memories must be, given V and E.

    The tokens, and what a memory has any number of, are as many as the arrays say that are first to
    name them.
    """
    (tokens,) = checks.sizes_of(tensors, "text_ids", 1)
    bounds = {"text_ids": Bounds("int32", (tokens,), -1, words)}
    for name, kind in MEMORIES.items():
        if facts.get(name) is not None:
            bounds |= kind.bounds(tensors, facts[name], words=words, size=size)
    return bounds


def join_memories(
    facts: Mapping[str, Any], tensors: Tensors, chapters: Any, *, words: int
) -> Memories:
    """Put the memories together from facts and arrays in bounds, given V."""
    text_ids = tensors["text_ids"]
    held = {}
    for name, kind in MEMORIES.items():
        if facts.get(name) is not None:
            held[name] = kind.read(tensors, facts[name], text_ids)
            kind.check(held[name], vocabulary_size=words)
    memories = Memories(
        weights=in_order(facts["weights"], MEMORIES),
        text_ids=text_ids,
        chapters=_read_chapters(chapters, len(text_ids)),
        held=held,
        subsets=tuple(in_order(weights, MEMORIES) for weights in facts["subsets"]),
    )
    check_weights(memories)
    return memories


def _read_chapters(value: Any, tokens: int) -> tuple[tuple[str, int, int], ...]:
    """Return the training chapters, in order."""
    chapters, end = [], 0
    for chapter in checks.listed("chapters", value, _CHAPTERS):
        if not isinstance(chapter, list) or len(chapter) != 3:
            raise checks.refuse("chapters", "title, start and stop", chapter)
        start = checks.whole("chapters", chapter[1], end, tokens)
        end = checks.whole("chapters", chapter[2], start, tokens)
        chapters.append((checks.text("chapters", chapter[0], _TITLE), start, end))
    return tuple(chapters)
