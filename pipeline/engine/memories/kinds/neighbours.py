"""The memory of every training place: what the network made of it, and what stood there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts import checks
from pipeline.artifacts.checks import UNIT, Bounds
from pipeline.artifacts.codec import check_array, check_number
from pipeline.engine.memories.memory import Material, Memory, NextPlaces, Places
from pipeline.errors import ArtifactDamaged
from pipeline.stage import StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.arrays import Floats, Ids
    from pipeline.artifacts.windows import Windows
    from pipeline.engine.memories.sparse import SparseProbs


class _NeighboursSettings(StageConfig):
    """Settings of the neighbours."""

    neighbours: bool = Field(
        False, description="mix in what followed the training places most like this one (kNN-LM)"
    )
    neighbours_count: int = Field(1024, ge=1, le=10_000, description="places that speak")
    neighbours_sharpness: float = Field(
        40.0, ge=0, le=1_000, description="factor of the cosine in a place's weight"
    )


@dataclass(frozen=True)
class Neighbours:
    """Every place of the training text whose word is known.

    Attributes
    ----------
    keys : float16 (P, E)
        Unit rows: the direction of ê before each place.
    positions : int32 (P,)
        The stream position of each place.
    next_ids : int32 (P,)
        The word that stands there.
    count : int
        k, how many of the nearest places speak.
    sharpness : float
        Factor of the cosine in a neighbour's weight.
    """

    keys: NDArray[np.float16]
    positions: NDArray[np.int32]
    next_ids: NDArray[np.int32]
    count: int
    sharpness: float


class NeighboursMemory(Memory):
    """See `pipeline.engine.memories.neighbours`."""

    name = "neighbours"
    settings = _NeighboursSettings

    def build(self, config: Any, material: Material) -> Neighbours:
        """Let the network read the training chapters and keep each place."""
        from pipeline.engine.memories.neighbours import build_neighbours

        window = material.window
        keys, positions = build_neighbours(
            window.ids,
            training_starts(window),
            material.network,
            partial(material.progress, note="reading the training chapters"),
        )
        return Neighbours(
            keys=keys,
            positions=positions,
            next_ids=window.ids[positions],
            count=config.neighbours_count,
            sharpness=config.neighbours_sharpness,
        )

    def probs(self, held: Neighbours, places: NextPlaces) -> SparseProbs:
        """Return p(w) by the places that are like these."""
        from pipeline.engine.memories.neighbours import nearest_words

        return nearest_words(
            places.vectors,
            keys=held.keys,
            next_ids=held.next_ids,
            count=held.count,
            sharpness=held.sharpness,
        )

    def batch_probs(self, held: Neighbours, places: Places) -> Floats:
        """Return p(w) of the places."""
        from pipeline.engine.memories.neighbours import neighbour_probs

        return neighbour_probs(
            places.units[places.before :],
            keys=held.keys,
            next_ids=held.next_ids,
            count=held.count,
            sharpness=held.sharpness,
            vocabulary_size=places.vocabulary_size,
        )

    def arrays(self, held: Neighbours) -> dict[str, NDArray[Any]]:
        """Return keys and positions; the text tells the words."""
        return {"neighbours.keys": held.keys, "neighbours.positions": held.positions}

    def facts(self, held: Neighbours) -> dict[str, Any]:
        """Return the two settings."""
        return {"count": held.count, "sharpness": held.sharpness}

    def check_facts(self, facts: Any) -> None:
        """Refuse numbers that the settings would refuse."""
        own = checks.table("memories.neighbours", facts, ("count", "sharpness"))
        checks.whole("memories.neighbours.count", own["count"], 1, 10_000)
        checks.number("memories.neighbours.sharpness", own["sharpness"], 0, 1_000)

    def bounds(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        """Return what keys and positions must be."""
        (tokens,) = checks.sizes_of(arrays, "text_ids", 1)
        (found,) = checks.sizes_of(arrays, "neighbours.positions", 1)
        return {
            "neighbours.positions": Bounds("int32", (found,), 0, tokens - 1),
            "neighbours.keys": Bounds("float16", (found, size), -UNIT, UNIT),
        }

    def check(self, held: Neighbours, *, vocabulary_size: int) -> None:
        """Refuse places at which no known word stands."""
        if held.next_ids.min() < 0 or held.next_ids.max() >= vocabulary_size:
            raise ArtifactDamaged("array neighbours.positions: expected places of known words")

    def read(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], text: Ids
    ) -> Neighbours:
        """Check keys and positions, and look the words up."""
        import numpy as np

        for name in ("neighbours.keys", "neighbours.positions"):
            if name not in arrays:
                raise ArtifactDamaged(f"array {name}: expected one, got nothing")
        keys, positions = arrays["neighbours.keys"], arrays["neighbours.positions"]
        places = positions.size
        check_array("neighbours.positions", positions, shape=(places,), dtype=np.int32)
        width = keys.shape[-1] if keys.ndim else 0
        check_array("neighbours.keys", keys, shape=(places, width), dtype=np.float16)
        if places and not (positions.min() >= 0 and positions.max() < len(text)):
            raise ArtifactDamaged(
                f"array neighbours.positions: expected 0 to {len(text) - 1}, got "
                f"{positions.min()} to {positions.max()}"
            )
        return Neighbours(
            keys=keys,
            positions=positions,
            next_ids=text[positions],
            count=int(check_number("neighbours.count", facts.get("count"), least=1)),
            sharpness=check_number("neighbours.sharpness", facts.get("sharpness"), least=0),
        )


def training_starts(window: Windows) -> NDArray[np.int64]:
    """Return the starts (N,) of the windows that lie in the training chapters, target and all."""
    import numpy as np

    starts = [np.arange(start, stop - window.steps) for start, stop in window.spans["train"]]
    return np.concatenate(starts).astype(np.int64)
