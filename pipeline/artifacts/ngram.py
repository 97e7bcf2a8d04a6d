"""What an n-gram model is made of, and its arrays in a file; `engine.memories.ngram` counts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.checks import rises
from pipeline.artifacts.codec import check_array
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEVEL_ARRAYS = ("keys", "weights", "offsets", "backoff")


@dataclass(frozen=True)
class Level:
    """The k-grams of one order: G of them, over the H numbered (k − 1)-grams.

    Attributes
    ----------
    keys : int64 (G,), ascending
    weights : float32 (G,)
        Discounted relative frequency of the last word after the others.
    offsets : int64 (H + 1,)
        Where each history's continuations start in `keys`.
    backoff : float32 (H,)
        γ, the weight of the lower order; 1 for a history that nothing follows.
    """

    keys: NDArray[np.int64]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]
    backoff: NDArray[np.float32]


@dataclass(frozen=True)
class KneserNey:
    """A model of order `len(levels) + 1`; `unigram` is float32 (V + 1,), the last for unknown.

    N-grams of three words and more are there that occur `min_count` times or more often.
    """

    unigram: NDArray[np.float32]
    levels: tuple[Level, ...]
    min_count: int = 1


def ngram_arrays(model: KneserNey) -> dict[str, NDArray[Any]]:
    """Return all arrays of a model by name."""
    arrays: dict[str, NDArray[Any]] = {"ngram.unigram": model.unigram}
    for k, level in enumerate(model.levels, 2):
        arrays |= {f"ngram.{k}.{name}": getattr(level, name) for name in _LEVEL_ARRAYS}
    return arrays


def ngram_names(order: int) -> set[str]:
    """Return the names of a model's arrays."""
    orders = range(2, order + 1)
    return {"ngram.unigram", *(f"ngram.{k}.{name}" for k in orders for name in _LEVEL_ARRAYS)}


def read_ngram(arrays: Mapping[str, NDArray[Any]], order: int) -> KneserNey:
    """Check a model's arrays, which are all there, and put them together.

    Raises
    ------
    ArtifactDamaged
        An array has another shape or dtype, is not finite, or leads out of another.
    """
    import numpy as np

    unigram = arrays["ngram.unigram"]
    check_array("ngram.unigram", unigram, shape=(unigram.size,), dtype=np.float32)
    levels: list[Level] = []
    histories = len(unigram)
    for k in range(2, order + 1):
        own = {name: arrays[f"ngram.{k}.{name}"] for name in _LEVEL_ARRAYS}
        grams = own["keys"].size
        for name, length, dtype in (
            ("keys", grams, np.int64),
            ("weights", grams, np.float32),
            ("offsets", histories + 1, np.int64),
            ("backoff", histories, np.float32),
        ):
            check_array(f"ngram.{k}.{name}", own[name], shape=(length,), dtype=dtype)
        offsets = own["offsets"]
        if offsets[0] != 0 or offsets[-1] != grams or not rises(offsets, strictly=False):
            raise ArtifactDamaged(
                f"array ngram.{k}.offsets: expected to rise from 0 to {grams}, got otherwise"
            )
        levels.append(Level(**own))
        histories = grams
    return KneserNey(unigram=unigram, levels=tuple(levels))
