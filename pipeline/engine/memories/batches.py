"""What each component of the mixture says of held-out chapters, batch by batch.

The same numbers as `next_word_distribution` gives word by word, at the price of matrix products.
The cache starts empty with each chapter, though the network's context reaches back into the one
before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles, Floats
from pipeline.artifacts.memories import NETWORK
from pipeline.artifacts.windows import window_view
from pipeline.engine.memories.memory import Places
from pipeline.engine.memories.next_word import Model
from pipeline.engine.network.decode import network_scores, softmax, unit_rows
from pipeline.engine.network.predict import predict_vectors

if TYPE_CHECKING:
    from pipeline.stage import Advance

BATCH = 256  # words at once: four components of (256, 7000) float32 take 29 MB


@dataclass(frozen=True)
class Batch:
    """Consecutive targets of one chapter.

    Attributes
    ----------
    targets : int32 (B,)
        V for an unknown word.
    cosine : float32 (B, V)
    probs : component → float32 (B, V)
        Rows sum to one.
    """

    targets: NDArray[np.int32]
    cosine: Floats
    probs: dict[str, Floats]


def chapter_runs(starts: NDArray[np.int64], chapters: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the stretches [first, last) of window starts (N,) that are one chapter's, end to end.

    `chapters` int64 (N,) holds the chapter of each target.
    """
    cuts = np.flatnonzero((np.diff(starts) != 1) | (np.diff(chapters) != 0)) + 1
    bounds = [0, *cuts.tolist(), len(starts)]
    return [(first, last) for first, last in pairwise(bounds) if first < last]


def component_batches(
    ids: NDArray[np.int32],
    starts: NDArray[np.int64],
    chapters: NDArray[np.int64],
    model: Model,
    *,
    progress: Advance | None = None,
) -> Iterator[Batch]:
    """Yield what the model's components say of every target, in order.

    Parameters
    ----------
    ids : int32 (tokens,)
    starts : int64 (N,)
        Window starts, ascending: the target of `s` is `ids[s + steps]`.
    chapters : int64 (N,)
        The chapter of each target.
    model : Model
    progress : called with targets done and targets in all
    """
    view = window_view(ids, steps=model.network.steps)  # (tokens - steps, steps + 1)
    for first, last in chapter_runs(starts, chapters):
        units = np.empty((0, len(model.network.projection_bias)), dtype=np.float32)  # (P, E)
        words = np.empty(0, dtype=np.int32)  # (P,)
        for start in range(first, last, BATCH):
            windows = view[starts[start : min(start + BATCH, last)]]  # (B, steps + 1)
            before = len(words)
            fresh = unit_rows(predict_vectors(windows[:, :-1], model.network))  # (B, E)
            units, words = np.concatenate([units, fresh]), np.concatenate([words, windows[:, -1]])
            yield _ask(windows, units, words, before, model)
            kept = max(len(units) - model.reach, 0)
            units, words = units[kept:], words[kept:]
            if progress is not None:
                progress(min(start + BATCH, last), len(starts))


def _ask(
    windows: NDArray[np.int32],
    units: Floats,
    words: NDArray[np.int32],
    before: int,
    model: Model,
) -> Batch:
    """Return what each component says: windows (B, steps + 1), the rest as in `Places`."""
    network = model.network
    cosine = units[before:] @ network.output_vectors.T  # (B, V)
    own = softmax(network_scores(cosine, network))  # (B, V)
    places = Places(windows[:, :-1], units, words, before, len(network.words))
    probs = {NETWORK: own}
    for name, (memory, held) in model.active.items():
        found = memory.batch_probs(held, places)  # (B, V)
        silent = ~found.any(axis=1)  # (B,)
        found[silent] = own[silent]  # the network speaks for it
        probs[name] = found
    return Batch(targets=windows[:, -1], cosine=cosine, probs=probs)


def true_probs(batches: Iterator[Batch]) -> dict[str, Doubles]:
    """Return component → what it gave the true words, float64 (known targets,)."""
    found: dict[str, list[Doubles]] = {}
    for batch in batches:
        rows = np.flatnonzero(batch.targets < batch.cosine.shape[1])
        for name, probs in batch.probs.items():
            own = probs[rows, batch.targets[rows]].astype(np.float64)
            found.setdefault(name, []).append(own)
    return {name: np.concatenate(parts) for name, parts in found.items()}
