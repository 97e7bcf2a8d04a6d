"""The memory of runs of words: the Kneser–Ney n-gram model of the training chapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts import checks
from pipeline.artifacts.checks import UNIT, Bounds
from pipeline.artifacts.codec import check_number
from pipeline.artifacts.ngram import KneserNey, Level, ngram_arrays, ngram_names, read_ngram
from pipeline.engine.memories.memory import Material, Memory, NextPlaces, Places
from pipeline.errors import ArtifactDamaged
from pipeline.stage import StageConfig

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.arrays import Floats, Ids
    from pipeline.engine.memories.sparse import SparseProbs

_HISTORIES = 1 << 18  # that are checked at once


class _NgramSettings(StageConfig):
    """Settings of the n-gram model."""

    ngram: bool = Field(True, description="mix in the Kneser-Ney n-gram model")
    ngram_order: int = Field(5, ge=2, le=8, description="longest n-gram of that model, in words")
    ngram_min_count: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="n-grams of three words and more that occur less often are left out",
    )


class NgramMemory(Memory):
    """See `pipeline.engine.memories.ngram`; it holds a `KneserNey`."""

    name = "ngram"
    settings = _NgramSettings

    def build(self, config: Any, material: Material) -> KneserNey:
        """Count the n-grams of the training chapters."""
        from pipeline.engine.memories.ngram import train_kneser_ney

        return train_kneser_ney(
            material.window.ids,
            material.window.spans["train"],
            vocabulary_size=material.window.vocabulary_size,
            order=config.ngram_order,
            min_count=config.ngram_min_count,
            scratch_path=material.scratch_path,
            workers=material.workers,
            advance=partial(material.progress, note="counting n-grams"),
        )

    def probs(self, held: KneserNey, places: NextPlaces) -> SparseProbs:
        """Return p(w) after the words read last."""
        from pipeline.engine.memories.ngram_probs import next_known

        return next_known(held, places.histories)

    def batch_probs(self, held: KneserNey, places: Places) -> Floats:
        """Return p(w) of the places."""
        from pipeline.engine.memories.ngram_probs import next_probabilities, share_among_known

        return share_among_known(next_probabilities(held, places.contexts))

    def arrays(self, held: KneserNey) -> dict[str, NDArray[Any]]:
        """Return the arrays of all orders."""
        return ngram_arrays(held)

    def facts(self, held: KneserNey) -> dict[str, Any]:
        """Return the order, and the least count where n-grams were left out."""
        pruned = {"min_count": held.min_count} if held.min_count > 1 else {}
        return {"order": len(held.levels) + 1, **pruned}

    def check_facts(self, facts: Any) -> None:
        """Refuse an order or a least count that the settings would refuse."""
        told = ("min_count",) if isinstance(facts, dict) and "min_count" in facts else ()
        own = checks.table("memories.ngram", facts, ("order", *told))
        checks.whole("memories.ngram.order", own["order"], 2, 8)
        checks.whole("memories.ngram.min_count", own.get("min_count", 1), 1, 1_000_000)

    def bounds(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], *, words: int, size: int
    ) -> dict[str, Bounds]:
        """Return what the arrays of all orders must be."""
        histories = words + 1
        bounds = {"ngram.unigram": Bounds("float32", (histories,), 0, UNIT)}
        for k in range(2, facts["order"] + 1):
            (grams,) = checks.sizes_of(arrays, f"ngram.{k}.keys", 1, least=0)
            bounds |= {
                f"ngram.{k}.keys": Bounds("int64", (grams,), 0, histories * (words + 1) - 1),
                f"ngram.{k}.weights": Bounds("float32", (grams,), 0, UNIT),
                f"ngram.{k}.offsets": Bounds("int64", (histories + 1,), 0, grams),
                f"ngram.{k}.backoff": Bounds("float32", (histories,), 0, UNIT),
            }
            histories = grams
        return bounds

    def check(self, held: KneserNey, *, vocabulary_size: int) -> None:
        """Refuse n-grams that are out of order, and a model in which no word may come."""
        for k, level in enumerate(held.levels, 2):
            _check_level(f"ngram.{k}", level, base=len(held.unigram))
        if not held.unigram[:-1].sum() > 0:
            raise ArtifactDamaged("array ngram.unigram: expected a word that may come, got none")

    def read(
        self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], text: Ids
    ) -> KneserNey:
        """Check the arrays of all orders."""
        order = int(check_number("ngram.order", facts.get("order"), least=2))
        if missing := ngram_names(order) - set(arrays):
            raise ArtifactDamaged(f"array {min(missing)}: expected one, got nothing")
        least = int(check_number("ngram.min_count", facts.get("min_count", 1), least=1))
        return replace(read_ngram(arrays, order), min_count=least)


def _check_level(name: str, level: Level, *, base: int) -> None:
    """Refuse k-grams that are not sorted, or do not lie where their history's offsets say."""
    import numpy as np

    keys, offsets = level.keys, level.offsets
    if not checks.rises(keys, strictly=True):
        raise ArtifactDamaged(f"array {name}.keys: expected to rise, got otherwise")
    if offsets[0] != 0 or offsets[-1] != len(keys) or not checks.rises(offsets, strictly=False):
        raise ArtifactDamaged(
            f"array {name}.offsets: expected to rise from 0 to {len(keys):,}, got otherwise"
        )
    for first in range(0, len(offsets) - 1, _HISTORIES):
        own = offsets[first : first + _HISTORIES + 1]
        starts, stops = own[:-1], own[1:]
        followed = np.flatnonzero(stops > starts)
        histories = first + followed
        least, most = keys[starts[followed]], keys[stops[followed] - 1]
        if (least < histories * base).any() or (most >= (histories + 1) * base).any():
            raise ArtifactDamaged(
                f"array {name}.keys: expected them below their history, got others"
            )
