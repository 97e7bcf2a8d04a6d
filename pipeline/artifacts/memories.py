"""`remember`'s artifact: what the writer remembers of the novel, and how far it trusts each memory.

memories.safetensors   the training text's ids; the n-gram model and the neighbours, where asked for
memories.json          the mixture's weights, the settings of each memory, the chapters
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import (
    Codec,
    check_array,
    check_number,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from pipeline.artifacts.ngram import KneserNey, ngram_arrays, ngram_names, read_ngram
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 1
COMPONENTS = ("network", "cache", "ngram", "neighbours")
JSON_FILE, TENSOR_FILE = "memories.json", "memories.safetensors"


@dataclass(frozen=True)
class Neighbours:
    """Every place of the training text: what the network made of it, and what stood there.

    Attributes
    ----------
    keys : float16 (P, E)
        Unit rows: the direction of ê before each place.
    positions : int32 (P,)
        The stream position of the word that followed.
    count : int
        k, how many of the nearest places speak.
    sharpness : float
        Factor of the cosine in a neighbour's weight.
    """

    keys: NDArray[np.float16]
    positions: NDArray[np.int32]
    count: int
    sharpness: float


@dataclass(frozen=True)
class Memories:
    """The components of the mixture beside the network, and the text that they remember.

    Attributes
    ----------
    weights : component → share of the mixture
        Names among `COMPONENTS`, always with "network"; they sum to one.
    cache_words : int
        How many of the last words the cache holds.
    cache_sharpness : float
        θ of exp(θ·cos).
    text_ids : int32 (tokens,)
        The token stream of `window`, −1 for each word outside the training chapters: positions are
        stream positions, and nothing runs across a held-out chapter.
    chapters : tuple of (title, start, stop)
        The training chapters, in stream positions.
    ngram : KneserNey or None
    neighbours : Neighbours or None
    subsets : tuple of (component → share)
        The weights of each mixture with fewer components, fitted in the same way.
    """

    weights: dict[str, float]
    cache_words: int
    cache_sharpness: float
    text_ids: NDArray[np.int32]
    chapters: tuple[tuple[str, int, int], ...]
    ngram: KneserNey | None = None
    neighbours: Neighbours | None = None
    subsets: tuple[dict[str, float], ...] = ()


def save_memories(memories: Memories, folder: Path) -> None:
    """Write memories.safetensors and memories.json."""
    near = memories.neighbours
    write_tensors(folder / TENSOR_FILE, memory_arrays(memories))
    facts = {
        "schema": SCHEMA,
        "weights": memories.weights,
        "subsets": list(memories.subsets),
        "cache_words": memories.cache_words,
        "cache_sharpness": memories.cache_sharpness,
        "chapters": [list(chapter) for chapter in memories.chapters],
        "ngram_order": len(memories.ngram.levels) + 1 if memories.ngram else None,
        "neighbours": near and {"count": near.count, "sharpness": near.sharpness},
    }
    write_json(folder / JSON_FILE, facts)


def memory_arrays(memories: Memories) -> dict[str, NDArray[Any]]:
    """Return all arrays by name."""
    arrays: dict[str, NDArray[Any]] = {"text_ids": memories.text_ids}
    if memories.ngram:
        arrays |= ngram_arrays(memories.ngram)
    if memories.neighbours:
        arrays["neighbours.keys"] = memories.neighbours.keys
        arrays["neighbours.positions"] = memories.neighbours.positions
    return arrays


def load_memories(folder: Path) -> Memories:
    """Read what `save_memories` wrote; arrays and weights are checked.

    Raises
    ------
    ArtifactDamaged
        An array is missing, extra, of another shape or not finite; the weights do not sum to one or
        name a component whose data is missing; the schema is a newer one.
    """
    import numpy as np

    facts = read_json(folder / JSON_FILE)
    if facts.get("schema") != SCHEMA:
        raise ArtifactDamaged(
            f"{JSON_FILE}: expected schema {SCHEMA}, got {facts.get('schema')}; run remember again"
        )
    arrays = read_tensors(folder / TENSOR_FILE)
    expected = expected_names(facts)
    if set(arrays) != expected:
        raise ArtifactDamaged(f"{TENSOR_FILE}: expected {sorted(expected)}, got {sorted(arrays)}")
    text_ids = arrays["text_ids"]
    check_array("text_ids", text_ids, shape=(text_ids.size,), dtype=np.int32)
    memories = Memories(
        weights=in_order(facts["weights"]),
        cache_words=int(check_number("cache_words", facts["cache_words"], least=1)),
        cache_sharpness=check_number("cache_sharpness", facts["cache_sharpness"], least=0),
        text_ids=text_ids,
        chapters=tuple((title, start, stop) for title, start, stop in facts["chapters"]),
        ngram=read_ngram(arrays, facts["ngram_order"]) if facts["ngram_order"] else None,
        neighbours=read_neighbours(arrays, facts["neighbours"]) if facts["neighbours"] else None,
        subsets=tuple(map(in_order, facts["subsets"])),
    )
    check_weights(memories)
    return memories


def in_order(weights: Mapping[str, float]) -> dict[str, float]:
    """Return weights in the order of `COMPONENTS`, unknown names last; JSON sorts them."""
    return {name: weights[name] for name in (*COMPONENTS, *weights) if name in weights}


def expected_names(facts: Mapping[str, Any]) -> set[str]:
    """Return the names of the arrays that memories.json promises."""
    names = {"text_ids"}
    if facts["ngram_order"]:
        names |= ngram_names(facts["ngram_order"])
    if facts["neighbours"]:
        names |= {"neighbours.keys", "neighbours.positions"}
    return names


def read_neighbours(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Neighbours:
    """Check the arrays of the neighbours and put them together."""
    import numpy as np

    keys, positions = arrays["neighbours.keys"], arrays["neighbours.positions"]
    tokens, places = arrays["text_ids"].size, positions.size
    check_array("neighbours.positions", positions, shape=(places,), dtype=np.int32)
    width = keys.shape[-1] if keys.ndim else 0
    check_array("neighbours.keys", keys, shape=(places, width), dtype=np.float16)
    if places and not (positions.min() >= 0 and positions.max() < tokens):
        raise ArtifactDamaged(
            f"array neighbours.positions: expected 0 to {tokens - 1}, got "
            f"{positions.min()} to {positions.max()}"
        )
    return Neighbours(
        keys=keys,
        positions=positions,
        count=int(check_number("neighbours.count", facts["count"], least=1)),
        sharpness=check_number("neighbours.sharpness", facts["sharpness"], least=0),
    )


def check_weights(memories: Memories) -> None:
    """Refuse weights that are not those of a mixture of the components that are there."""
    known = set(available(memories))
    for weights in (memories.weights, *memories.subsets):
        if "network" not in weights or not set(weights) <= known:
            raise ArtifactDamaged(
                f"{JSON_FILE}: expected weights of network and others of {sorted(known)}, got "
                f"{sorted(weights)}; run remember again"
            )
        total = sum(weights.values())
        if not (min(weights.values()) >= 0 and math.isclose(total, 1, abs_tol=1e-6)):
            raise ArtifactDamaged(
                f"{JSON_FILE}: expected weights of at least 0 that sum to 1, got {weights}; "
                "run remember again"
            )


def available(memories: Memories) -> tuple[str, ...]:
    """Return the components whose data is here; the cache needs none."""
    return tuple(
        name
        for name in COMPONENTS
        if name in ("network", "cache") or getattr(memories, name) is not None
    )


def describe_memories(memories: Memories) -> dict[str, Any]:
    """Return the facts shown to people: each component's share."""
    return {
        name: round(memories.weights[name], 4) for name in COMPONENTS if name in memories.weights
    }


MEMORIES = Codec(save=save_memories, load=load_memories, describe=describe_memories)
