"""The memory of runs of words: the Kneser–Ney n-gram model of the training chapters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts.codec import check_number
from pipeline.artifacts.ngram import KneserNey, ngram_arrays, ngram_names, read_ngram
from pipeline.engine.memories.memory import Memory, Place, Places, Told
from pipeline.errors import ArtifactDamaged
from pipeline.stage import StageConfig

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.arrays import Floats, Ids
    from pipeline.artifacts.network import Network
    from pipeline.artifacts.windows import Windows


class NgramSettings(StageConfig):
    """Settings of the n-gram model."""

    ngram: bool = Field(True, description="mix in the Kneser-Ney n-gram model")
    ngram_order: int = Field(5, ge=2, le=8, description="longest n-gram of that model, in words")


class NgramMemory(Memory):
    """See `pipeline.engine.memories.ngram`; it holds a `KneserNey`."""

    name = "ngram"
    settings = NgramSettings

    def build(self, config: Any, window: Windows, network: Network, told: Told) -> KneserNey:
        """Count the n-grams of the training chapters."""
        from pipeline.engine.memories.ngram import train_kneser_ney

        return train_kneser_ney(
            window.ids,
            window.spans["train"],
            vocabulary_size=window.vocabulary_size,
            order=config.ngram_order,
        )

    def probs(self, held: KneserNey, place: Place) -> Floats:
        """Return p(w) after the words read last."""
        from pipeline.engine.memories.ngram import next_known

        return next_known(held, place.history)

    def batch_probs(self, held: KneserNey, places: Places) -> Floats:
        """Return p(w) of the places."""
        from pipeline.engine.memories.ngram import next_probabilities, share_among_known

        return share_among_known(next_probabilities(held, places.contexts))

    def arrays(self, held: KneserNey) -> dict[str, NDArray[Any]]:
        """Return the arrays of all orders."""
        return ngram_arrays(held)

    def facts(self, held: KneserNey) -> dict[str, Any]:
        """Return the order."""
        return {"order": len(held.levels) + 1}

    def read(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], text: Ids
    ) -> KneserNey:
        """Check the arrays of all orders."""
        order = int(check_number("ngram.order", facts.get("order"), least=2))
        if missing := ngram_names(order) - set(arrays):
            raise ArtifactDamaged(f"array {min(missing)}: expected one, got nothing")
        return read_ngram(arrays, order)
