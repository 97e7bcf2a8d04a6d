"""The memory of what the text is about: words of the last pages, wherever they stood."""

from __future__ import annotations

from collections.abc import Mapping
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
    from pipeline.engine.memories.topic import Topic

_FACTS = ("words", "novel_words", "exponent")


class _TopicSettings(StageConfig):
    """Settings of the topic."""

    topic: bool = Field(
        True, description="let the network lean to what the last pages are about (their words)"
    )
    topic_words: int = Field(1500, ge=1, le=100_000, description="words that it looks back")
    topic_novel_words: float = Field(
        2000.0,
        ge=1,
        le=1_000_000,
        description="as many words as the novel's own frequencies count for beside them",
    )
    topic_exponent: float = Field(
        0.7, ge=0, le=1, description="how far the network follows them; 0 not at all"
    )


class TopicMemory(Memory):
    """See `pipeline.engine.memories.topic`."""

    name = "topic"
    settings = _TopicSettings

    def build(self, config: Any, material: Material) -> Topic:
        """Return the settings: there is nothing to lean to where a text begins."""
        from pipeline.engine.memories.topic import Topic

        return Topic(config.topic_words, config.topic_novel_words, config.topic_exponent)

    def reach(self, held: Topic) -> int:
        """Return how many words it looks back."""
        return held.words

    def probs(self, held: Topic, places: NextPlaces) -> SparseProbs:
        """Return p(w) of the next words; nothing while nothing was read."""
        from pipeline.engine.memories.topic import lean

        return lean(held, places.recents, own=places.own, log_prior=places.log_prior)

    def batch_probs(self, held: Topic, places: Places) -> Floats:
        """Return p(w) of the places."""
        from pipeline.engine.memories.topic import lean_text

        return lean_text(
            held, places.words, before=places.before, own=places.own, log_prior=places.log_prior
        )

    def check_facts(self, facts: Any) -> None:
        """Refuse numbers that the settings would refuse."""
        own = checks.table("memories.topic", facts, _FACTS)
        checks.whole("memories.topic.words", own["words"], 1, 100_000)
        checks.number("memories.topic.novel_words", own["novel_words"], 1, 1_000_000)
        checks.number("memories.topic.exponent", own["exponent"], 0, 1)

    def bounds(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        """Return nothing: it has no arrays."""
        return {}

    def read(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], text: Ids
    ) -> Topic:
        """Check the three numbers."""
        from pipeline.engine.memories.topic import Topic

        return Topic(
            words=int(check_number("topic.words", facts.get("words"), least=1)),
            novel_words=check_number("topic.novel_words", facts.get("novel_words"), least=1),
            exponent=check_number("topic.exponent", facts.get("exponent"), least=0),
        )
