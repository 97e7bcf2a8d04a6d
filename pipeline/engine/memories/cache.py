"""The neural cache: words of the last pages are likely where the network's state is like theirs.

    p(w) ∝ Σ_i exp(θ·cos(ê, ê_i)) · [w_i = w]        over the last M words (Grave et al. 2017)

ê_i is the network's prediction for the place where w_i stood. Grave et al. compare hidden states by
their dot product; ê is shorter, is kept for the neighbours too, and its cosine has one θ for all
novels. A word outside the vocabulary takes its place among the M and gives no evidence.

There are two forms of the same numbers: for consecutive words of a text that is there, and for one
place at a time while writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.engine.memories.sparse import SparseProbs, in_rows, sum_rows

_FIRST_ROWS = 64


@dataclass
class Log:
    """Rows that only ever grow: unit ê (C, E), ids (C,), and how many of the C are taken."""

    vectors: Floats
    ids: NDArray[np.int64]
    taken: int = 0


@dataclass(frozen=True)
class Recent:
    """The words read last: the rows [start, stop) of a log that several readings may share.

    A reading that goes on where the log ends writes the next row, which no older reading looks at.
    One that goes on from further back, after an undo, copies its rows first. So a `Recent` never
    changes, and a word costs one row.
    """

    log: Log = field(repr=False)
    start: int
    stop: int


def empty_recent(width: int) -> Recent:
    """Return no words, for ê of so many dimensions E."""
    return Recent(log=_new_log(_FIRST_ROWS, width), start=0, stop=0)


def _new_log(rows: int, width: int) -> Log:
    """Return an empty log."""
    return Log(np.empty((rows, width), dtype=np.float32), np.empty(rows, dtype=np.int64))


def remember(recent: Recent, unit: Floats, word_id: int, *, words: int) -> Recent:
    """Return the last `words` words after one more, whose place had the unit ê (E,)."""
    log, start, stop = recent.log, recent.start, recent.stop
    if stop < log.taken or stop == len(log.ids):
        log = _new_log(2 * (stop - start) + _FIRST_ROWS, log.vectors.shape[1])
        log.vectors[: stop - start] = recent.log.vectors[start:stop]
        log.ids[: stop - start] = recent.log.ids[start:stop]
        start, stop = 0, stop - start
    log.vectors[stop], log.ids[stop] = unit, word_id
    log.taken = stop + 1
    return Recent(log=log, start=max(start, stop + 1 - words), stop=stop + 1)


def newest(recent: Recent, words: int) -> Recent:
    """Return the last `words` words; other memories may look back farther."""
    return Recent(recent.log, max(recent.start, recent.stop - words), recent.stop)


def recall(
    recents: Sequence[Recent], units: Floats, *, sharpness: float, vocabulary_size: int
) -> SparseProbs:
    """Return p(w) of N places, given what was read before each and their unit ê (N, E)."""
    spans = [slice(own.start, own.stop) for own in recents]
    rows, ids = in_rows([own.log.ids[span] for own, span in zip(recents, spans, strict=True)])
    cosine = np.concatenate(
        [own.log.vectors[n] @ unit for own, n, unit in zip(recents, spans, units, strict=True)]
    )  # (n,): all that is remembered, one text after the other
    known = np.flatnonzero(ids < vocabulary_size)
    rows, ids, weights = rows[known], ids[known], _closeness(cosine[known], sharpness)
    totals = sum_rows(rows, weights, len(recents))  # (N,)
    values = weights / totals.astype(np.float32)[rows]
    return SparseProbs(totals > 0, rows, ids, values)


def recall_text(
    units: Floats,
    ids: NDArray[np.int32],
    *,
    before: int,
    words: int,
    sharpness: float,
    vocabulary_size: int,
) -> Floats:
    """Return p(w) for consecutive places of one text.

    Parameters
    ----------
    units : float32 (P + B, E)
        Unit ê of consecutive places; a distribution is wanted for the last B.
    ids : int32 (P + B,)
        The words that really stood there; V for an unknown one.
    before : int
        P, the places before: all there are, or at least `words`.
    words : int
        M, how many of the last words are remembered.
    sharpness : float
        θ.
    vocabulary_size : int
        V.

    Returns
    -------
    float32 (B, V)
        A row sums to one, or is zero where there is nothing to recall.
    """
    weights = _closeness(units[before:] @ units.T, sharpness)  # (B, P + B)
    own = np.arange(before, len(ids))[:, None]  # (B, 1)
    other = np.arange(len(ids))  # (P + B,)
    weights *= (other < own) & (other >= own - words) & (ids < vocabulary_size)
    order = np.argsort(ids, kind="stable")
    found, first = np.unique(ids[order], return_index=True)  # (U,) different words
    sums = np.add.reduceat(weights[:, order], first, axis=1)  # (B, U)
    known = found < vocabulary_size
    probs = np.zeros((len(own), vocabulary_size), dtype=np.float32)
    probs[:, found[known]] = sums[:, known]
    totals = probs.sum(axis=1, keepdims=True)  # (B, 1)
    probs /= np.where(totals > 0, totals, np.float32(1))
    return probs


def _closeness(cosine: Floats, sharpness: float) -> Floats:
    """exp(θ·(cos − 1)): at most one, and in float32 above zero for θ up to 40."""
    result: Floats = np.exp(np.float32(sharpness) * (cosine - np.float32(1)))
    return result
