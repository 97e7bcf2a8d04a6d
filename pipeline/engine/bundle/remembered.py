"""The memories in a model's file: their facts, what their arrays must be, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.artifacts import checks
from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.memories import Memories, Neighbours, check_weights, in_order
from pipeline.artifacts.ngram import LEVEL_ARRAYS, KneserNey, Level
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = ("cache", "ngram", "neighbours")
ORDER, SUBSETS = 8, 64
UNIT = 1.01  # the largest number in a row of length one, rounded to float16
CHAPTERS, TITLE = 100_000, 1_000  # chapters of a novel, characters of a chapter's title

Tensors = Mapping[str, "NDArray[Any]"]


def memory_facts(memories: Memories) -> dict[str, Any]:
    """Return what is no array, as JSON values; null for a memory that is not there."""
    near = memories.neighbours
    return {
        "weights": memories.weights,
        "subsets": list(memories.subsets),
        "cache": {"words": memories.cache_words, "sharpness": memories.cache_sharpness},
        "ngram": {"order": len(memories.ngram.levels) + 1} if memories.ngram else None,
        "neighbours": near and {"count": near.count, "sharpness": near.sharpness},
    }


def check_facts(value: Any) -> dict[str, Any]:
    """Return the facts, in bounds; whether the weights are a mixture's is `join_memories`' part."""
    facts = checks.table("memories", value, ("weights", "subsets", *KINDS))
    for weights in (facts["weights"], *checks.listed("subsets", facts["subsets"], SUBSETS)):
        if not isinstance(weights, dict) or not weights or len(weights) > 1 + len(KINDS):
            raise checks.refuse("memories.weights", "component → share", weights)
        for share in weights.values():
            checks.number("memories.weights", share, 0, 1)
    if facts["cache"] is not None:
        cache = checks.table("memories.cache", facts["cache"], ("words", "sharpness"))
        checks.whole("memories.cache.words", cache["words"], 1, 100_000)
        checks.number("memories.cache.sharpness", cache["sharpness"], 0, 40)
    if facts["ngram"] is not None:
        ngram = checks.table("memories.ngram", facts["ngram"], ("order",))
        checks.whole("memories.ngram.order", ngram["order"], 2, ORDER)
    if facts["neighbours"] is not None:
        near = checks.table("memories.neighbours", facts["neighbours"], ("count", "sharpness"))
        checks.whole("memories.neighbours.count", near["count"], 1, 10_000)
        checks.number("memories.neighbours.sharpness", near["sharpness"], 0, 1_000)
    return facts


def memory_bounds(
    tensors: Tensors, facts: Mapping[str, Any], *, words: int, size: int
) -> dict[str, Bounds]:
    """Return what the arrays of the memories must be, given V and E.

    The tokens, the places and the n-grams of each order are as many as the arrays say that are
    first to name them.
    """
    (tokens,) = sizes_of(tensors, "text_ids", 1)
    bounds = {"text_ids": Bounds("int32", (tokens,), -1, 2 * words)}
    if facts["ngram"]:
        bounds |= ngram_bounds(tensors, words, facts["ngram"]["order"])
    if facts["neighbours"]:
        (found,) = sizes_of(tensors, "neighbours.positions", 1)
        bounds["neighbours.positions"] = Bounds("int32", (found,), 0, tokens - 1)
        bounds["neighbours.keys"] = Bounds("float16", (found, size), -UNIT, UNIT)
    return bounds


def ngram_bounds(tensors: Tensors, words: int, order: int) -> dict[str, Bounds]:
    """Return what the arrays of the n-gram model must be."""
    histories = words + 1
    bounds = {"ngram.unigram": Bounds("float32", (histories,), 0, UNIT)}
    for k in range(2, order + 1):
        (grams,) = sizes_of(tensors, f"ngram.{k}.keys", 1, least=0)
        bounds |= {
            f"ngram.{k}.keys": Bounds("int64", (grams,), 0, histories * (words + 1) - 1),
            f"ngram.{k}.weights": Bounds("float32", (grams,), 0, UNIT),
            f"ngram.{k}.offsets": Bounds("int64", (histories + 1,), 0, grams),
            f"ngram.{k}.backoff": Bounds("float32", (histories,), 0, UNIT),
        }
        histories = grams
    return bounds


def sizes_of(tensors: Tensors, name: str, axes: int, least: int = 1) -> tuple[int, ...]:
    """Return an array's sizes, of which there must be so many, each of at least so much."""
    found = tensors.get(name)
    if found is None or found.ndim != axes or min(found.shape) < least:
        got = "none" if found is None else str(found.shape)
        raise ArtifactDamaged(f"array {name}: expected one of {axes} axes, got {got}")
    return found.shape


def join_memories(facts: Mapping[str, Any], tensors: Tensors, chapters: Any) -> Memories:
    """Put the memories together from facts and arrays in bounds."""
    text_ids, near, cache = tensors["text_ids"], facts["neighbours"], facts["cache"]
    if near:
        check_known(tensors)
    memories = Memories(
        weights=in_order(facts["weights"]),
        cache_words=cache["words"] if cache else 1,
        cache_sharpness=float(cache["sharpness"]) if cache else 0.0,
        text_ids=text_ids,
        chapters=read_chapters(chapters, len(text_ids)),
        ngram=join_ngram(tensors, facts["ngram"]["order"]) if facts["ngram"] else None,
        neighbours=near
        and Neighbours(
            keys=tensors["neighbours.keys"],
            positions=tensors["neighbours.positions"],
            count=near["count"],
            sharpness=float(near["sharpness"]),
        ),
        subsets=tuple(map(in_order, facts["subsets"])),
    )
    check_weights(memories)
    return memories


def check_known(tensors: Tensors) -> None:
    """Refuse neighbours at whose places no known word stands."""
    following = tensors["text_ids"][tensors["neighbours.positions"]]  # (P,)
    if following.min() < 0 or following.max() >= len(tensors["log_prior"]):
        raise ArtifactDamaged("array neighbours.positions: expected places of known words")


def join_ngram(tensors: Tensors, order: int) -> KneserNey:
    """Put the n-gram model together; refuse one whose n-grams are out of order."""
    levels = []
    unigram = tensors["ngram.unigram"]
    for k in range(2, order + 1):
        level = Level(**{name: tensors[f"ngram.{k}.{name}"] for name in LEVEL_ARRAYS})
        check_level(f"ngram.{k}", level, base=len(unigram))
        levels.append(level)
    if not unigram[:-1].sum() > 0:
        raise ArtifactDamaged("array ngram.unigram: expected a word that may come, got none")
    return KneserNey(unigram=unigram, levels=tuple(levels))


def check_level(name: str, level: Level, *, base: int) -> None:
    """Refuse k-grams that are not sorted, or do not lie where their history's offsets say."""
    import numpy as np

    keys, offsets = level.keys, level.offsets
    if not (keys[1:] > keys[:-1]).all():
        raise ArtifactDamaged(f"array {name}.keys: expected to rise, got otherwise")
    starts, stops = offsets[:-1], offsets[1:]
    if offsets[0] != 0 or offsets[-1] != len(keys) or (stops < starts).any():
        raise ArtifactDamaged(
            f"array {name}.offsets: expected to rise from 0 to {len(keys):,}, got otherwise"
        )
    histories = np.flatnonzero(stops > starts)  # those that something follows
    first, last = keys[starts[histories]], keys[stops[histories] - 1]
    if (first < histories * base).any() or (last >= (histories + 1) * base).any():
        raise ArtifactDamaged(f"array {name}.keys: expected them below their history, got others")


def read_chapters(value: Any, tokens: int) -> tuple[tuple[str, int, int], ...]:
    """Return the training chapters, in order."""
    chapters, end = [], 0
    for chapter in checks.listed("chapters", value, CHAPTERS):
        if not isinstance(chapter, list) or len(chapter) != 3:
            raise checks.refuse("chapters", "title, start and stop", chapter)
        start = checks.whole("chapters", chapter[1], end, tokens)
        end = checks.whole("chapters", chapter[2], start, tokens)
        chapters.append((checks.text("chapters", chapter[0], TITLE), start, end))
    return tuple(chapters)
