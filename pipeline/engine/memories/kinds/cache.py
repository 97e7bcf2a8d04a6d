"""The memory of the last pages: a neural cache, made of nothing but what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts import checks
from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.codec import check_number
from pipeline.engine.memories.memory import Material, Memory, NextPlaces, Places
from pipeline.stage import StageConfig

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.arrays import Floats, Ids
    from pipeline.engine.memories.sparse import SparseProbs


class _CacheSettings(StageConfig):
    """Settings of the cache."""

    cache: bool = Field(True, description="make words of the last pages likelier (neural cache)")
    cache_words: int = Field(1000, ge=1, le=100_000, description="words that the cache holds")
    cache_sharpness: float = Field(
        10.0, ge=0, le=40, description="factor of the cosine in the cache; 0 counts words alone"
    )


@dataclass(frozen=True)
class Cache:
    """How many words the cache holds, and the factor θ of the cosine."""

    words: int
    sharpness: float


class CacheMemory(Memory):
    """See `pipeline.engine.memories.cache`."""

    name = "cache"
    settings = _CacheSettings

    def build(self, config: Any, material: Material) -> Cache:
        """Return the settings: the cache itself is empty where a text begins."""
        return Cache(config.cache_words, config.cache_sharpness)

    def reach(self, held: Cache) -> int:
        """Return how many words it holds."""
        return held.words

    def probs(self, held: Cache, places: NextPlaces) -> SparseProbs:
        """Return p(w) of the next words; nothing while nothing is in a cache."""
        from pipeline.engine.memories.cache import newest, recall

        return recall(
            [newest(recent, held.words) for recent in places.recents],
            places.units,
            sharpness=held.sharpness,
            vocabulary_size=places.vocabulary_size,
        )

    def batch_probs(self, held: Cache, places: Places) -> Floats:
        """Return p(w) of the places."""
        from pipeline.engine.memories.cache import recall_text

        return recall_text(
            places.units,
            places.words,
            before=places.before,
            words=held.words,
            sharpness=held.sharpness,
            vocabulary_size=places.vocabulary_size,
        )

    def check_facts(self, facts: Any) -> None:
        """Refuse numbers that the settings would refuse."""
        own = checks.table("memories.cache", facts, ("words", "sharpness"))
        checks.whole("memories.cache.words", own["words"], 1, 100_000)
        checks.number("memories.cache.sharpness", own["sharpness"], 0, 40)

    def bounds(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        """Return nothing: it has no arrays."""
        return {}

    def read(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], text: Ids
    ) -> Cache:
        """Check the two numbers."""
        return Cache(
            words=int(check_number("cache.words", facts.get("words"), least=1)),
            sharpness=check_number("cache.sharpness", facts.get("sharpness"), least=0),
        )
