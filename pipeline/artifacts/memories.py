"""`remember`'s artifact: what the writer remembers of the novel, and how far it trusts each memory.

memories.safetensors   the training text's ids, and the arrays of each memory that is there
memories.json          the mixture's weights, the facts of each memory, the chapters

What a memory holds is its own: `pipeline.engine.memories.table` has those that there are, and the
codec. Here is what they share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.artifacts.codec import check_array, read_json, write_json
from pipeline.artifacts.tensors import map_tensors, write_large_tensors
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCHEMA = 2
NETWORK = "network"  # the component of every mixture that is no memory
_JSON_FILE, _TENSOR_FILE = "memories.json", "memories.safetensors"


@dataclass(frozen=True)
class Memories:
    """The components of the mixture beside the network, and the text that they remember.

    Attributes
    ----------
    weights : component → share
        Of the mixture, `network` among them: at least 0, sum 1.
    text_ids : int32 (tokens,)
        The token stream; −1 outside the training chapters.
    chapters : tuple of (title, start, stop)
        The training chapters, in stream positions.
    held : memory → what it holds
    subsets : tuple of (component → share)
        The weights of each mixture with fewer components, fitted in the same way.
    """

    weights: dict[str, float]
    text_ids: NDArray[np.int32]
    chapters: tuple[tuple[str, int, int], ...]
    held: Mapping[str, Any] = field(default_factory=dict)
    subsets: tuple[dict[str, float], ...] = ()


class Stored(Protocol):
    """How what a memory holds is stored; see `pipeline.engine.memories.memory.Memory`."""

    def arrays(self, held: Any) -> dict[str, NDArray[Any]]:
        """Return its arrays by name."""
        ...

    def facts(self, held: Any) -> dict[str, Any]:
        """Return what is not in the arrays, as JSON values."""
        ...

    def read(
        self,
        arrays: Mapping[str, NDArray[Any]],
        facts: Mapping[str, Any],
        text: NDArray[np.int32],
    ) -> Any:
        """Check the arrays and facts, and put them together."""
        ...


def save_memories(memories: Memories, folder: Path, kinds: Mapping[str, Stored]) -> None:
    """Write memories.safetensors and memories.json; `kinds` tells how each memory is stored."""
    arrays = {name: kinds[name].arrays(held) for name, held in memories.held.items()}
    write_large_tensors(
        folder / _TENSOR_FILE,
        {
            "text_ids": memories.text_ids,
            **{k: v for own in arrays.values() for k, v in own.items()},
        },
    )
    facts = {
        "schema": _SCHEMA,
        "weights": memories.weights,
        "subsets": list(memories.subsets),
        "chapters": [list(chapter) for chapter in memories.chapters],
        "memories": {
            name: {"facts": kinds[name].facts(held), "arrays": sorted(arrays[name])}
            for name, held in memories.held.items()
        },
    }
    write_json(folder / _JSON_FILE, facts)


def load_memories(folder: Path, kinds: Mapping[str, Stored]) -> Memories:
    """Read what `save_memories` wrote; arrays and weights are checked.

    Raises
    ------
    ArtifactDamaged
        An array is missing, extra, of another shape or not finite; the weights do not sum to one or
        name a component whose data is missing; there is no such memory; the schema is another one.
    """
    import numpy as np

    facts = read_json(folder / _JSON_FILE)
    if facts.get("schema") != _SCHEMA:
        raise ArtifactDamaged(
            f"{_JSON_FILE}: expected schema {_SCHEMA}, got {facts.get('schema')}; "
            "run remember again"
        )
    stored = facts["memories"]
    if not set(stored) <= set(kinds):
        raise ArtifactDamaged(
            f"{_JSON_FILE}: expected some of {', '.join(kinds)}, got {', '.join(sorted(stored))}; "
            "run remember again"
        )
    arrays = map_tensors(folder / _TENSOR_FILE)
    expected = {"text_ids", *(name for own in stored.values() for name in own["arrays"])}
    if set(arrays) != expected:
        raise ArtifactDamaged(f"{_TENSOR_FILE}: expected {sorted(expected)}, got {sorted(arrays)}")
    text = arrays["text_ids"]
    check_array("text_ids", text, shape=(text.size,), dtype=np.int32)
    memories = Memories(
        weights=in_order(facts["weights"], kinds),
        text_ids=text,
        chapters=tuple((title, start, stop) for title, start, stop in facts["chapters"]),
        held={
            name: kind.read(arrays, stored[name]["facts"], text)
            for name, kind in kinds.items()
            if name in stored
        },
        subsets=tuple(in_order(weights, kinds) for weights in facts["subsets"]),
    )
    check_weights(memories)
    return memories


def in_order(weights: Mapping[str, float], kinds: Mapping[str, Stored]) -> dict[str, float]:
    """Return weights in the order of the mixture, unknown names last; JSON sorts them."""
    return {name: weights[name] for name in (NETWORK, *kinds, *weights) if name in weights}


def check_weights(memories: Memories) -> None:
    """Refuse weights that are not those of a mixture of the components that are there."""
    known = {NETWORK, *memories.held}
    for weights in (memories.weights, *memories.subsets):
        if NETWORK not in weights or not set(weights) <= known:
            raise ArtifactDamaged(
                f"{_JSON_FILE}: expected weights of network and others of {sorted(known)}, got "
                f"{sorted(weights)}; run remember again"
            )
        total = sum(weights.values())
        if not (min(weights.values()) >= 0 and math.isclose(total, 1, abs_tol=1e-6)):
            raise ArtifactDamaged(
                f"{_JSON_FILE}: expected weights of at least 0 that sum to 1, got {weights}; "
                "run remember again"
            )


def describe_memories(memories: Memories) -> dict[str, Any]:
    """Return the facts shown to people: each component's share."""
    return {name: round(weight, 4) for name, weight in memories.weights.items()}
