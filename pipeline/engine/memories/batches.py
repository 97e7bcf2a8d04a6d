"""What each component of the mixture says of held-out chapters, batch by batch.

The same numbers as `Model.next_words` gives word by word, at the price of matrix products.
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
from pipeline.engine.network.decode import network_scores, rows_at_once, softmax, unit_rows
from pipeline.engine.network.predict import predict_runs, predict_vectors
from pipeline.engine.network.reader import initial_states, predict_next, read_word
from pipeline.engine.threads import one_thread_a_word

if TYPE_CHECKING:
    from pipeline.stage import Advance

BATCH = 128  # words at once: (128, 10,000) float32 take 5 MB, which a core's cache may hold


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
    steps, done = model.network.steps, 0
    runs = [
        (int(starts[first]) + steps, int(starts[last - 1]) + steps + 1)
        for first, last in chapter_runs(starts, chapters)
    ]
    for (place, stop), predicted in zip(runs, predict_runs(ids, runs, model.network), strict=True):
        reader = TextReader(model)
        reader.begin(ids[place - steps : place])
        for batch in reader.read(ids[place:stop], predicted):
            done += len(batch.targets)
            yield batch
            del batch  # or it would stay in memory until the next one is made
            if progress is not None:
                progress(done, len(starts))


class TextReader:
    """Reads one text from its beginning on and says what the components foretold, batch by batch.

    What is kept between two calls: the last T tokens, the network's states, and the places that the
    memories look back to.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._context = np.empty(0, dtype=np.int32)  # (up to T,): the tokens read last
        self._states = initial_states(model.network)
        self._units = np.empty((0, len(model.network.projection_bias)), dtype=np.float32)  # (P, E)
        self._words = np.empty(0, dtype=np.int32)  # (P,)

    def begin(self, ids: NDArray[np.int32]) -> None:
        """Read tokens (n,) that are no targets and that the memories do not see; n > 0."""
        self._context = ids[-self.model.network.steps :]
        if self.model.network.carry_state:
            for token_id in ids:
                self._states = read_word(self._states, token_id, self.model.network)

    def read(self, ids: NDArray[np.int32], predicted: Floats | None = None) -> Iterator[Batch]:
        """Yield batches of the targets `ids` (n,); something must have been read before them.

        `predicted` is ê of them, float32 (n, E), if it is known already.
        """
        done = 0
        for windows in self._windows(ids):
            known = None if predicted is None else predicted[done : done + len(windows)]
            done += len(windows)
            before = len(self._words)
            units, words = self._keep(windows, known)
            yield _ask(windows, units, words, before, self.model)

    def learn(self, ids: NDArray[np.int32]) -> None:
        """Read tokens (n,) that are no targets and that the memories do see."""
        if len(ids) and not len(self._context):
            self.begin(ids[:1])
            ids = ids[1:]
        for windows in self._windows(ids):
            self._keep(windows, None)

    def _windows(self, ids: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
        """Yield windows (B, T + 1) of targets and what was read before them."""
        steps, done = self.model.network.steps, 0
        most = rows_at_once(len(self.model.words), BATCH)
        while done < len(ids):
            # Near the text's beginning each target has a window of its own length.
            count = most if len(self._context) == steps else 1
            targets = ids[done : done + count]  # (B,)
            stream = np.concatenate([self._context, targets])
            windows = window_view(stream, steps=len(self._context))  # (B, T + 1)
            self._context = stream[-steps:]
            done += len(targets)
            yield windows

    def _keep(
        self, windows: NDArray[np.int32], predicted: Floats | None
    ) -> tuple[Floats, NDArray[np.int32]]:
        """Read the targets of windows (B, T + 1); return `units` and `words` as in `Places`."""
        fresh = unit_rows(self._predict(windows) if predicted is None else predicted)  # (B, E)
        units = np.concatenate([self._units, fresh])
        words = np.concatenate([self._words, windows[:, -1]])
        kept = max(len(units) - self.model.reach, 0)
        self._units, self._words = units[kept:], words[kept:]
        return units, words

    def _predict(self, windows: NDArray[np.int32]) -> Floats:
        """Return ê (B, E) for the targets of consecutive windows (B, T + 1), and read those."""
        network = self.model.network
        if not network.carry_state:
            return predict_vectors(windows[:, :-1], network)
        predicted = []
        with one_thread_a_word():
            for target in windows[:, -1]:
                predicted.append(predict_next(self._states, network))
                self._states = read_word(self._states, target, network)
        return np.stack(predicted)


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
    own = network_scores(cosine, network)  # (B, V)
    softmax(own, out=own)
    places = Places(windows[:, :-1], units, words, before, own, network.log_prior)
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
        del batch, probs  # or they would stay in memory until the next ones are made
    return {name: np.concatenate(parts) for name, parts in found.items()}
