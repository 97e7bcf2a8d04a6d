"""What the text is about: the network's words, the likelier the more often the last pages had them.

    p(w) ∝ p_network(w)·(1 + n_w / (κ·u_w))^μ        n_w of the last M words are w

u is a word's frequency in the novel. This is fast marginal adaptation (Kneser, Peters & Klakow
1997, "Language Model Adaptation Using Dynamic Marginals"): the network's p is raised to the power
of μ of the ratio of a word's frequency in the text, (n_w + κ·u_w) / (M + κ), to that in the novel;
what is the same for all words falls away. So a vector is added to the network's log prior, as its
gradient would have it (Krause et al. 2018, "Dynamic Evaluation of Neural Sequence Models"), but in
closed form: nothing is kept but the words, and a reading never changes. The cache says where a word
stood in such a place; this says that it stood there at all, and leaves the place to the network.

There are two forms of the same numbers: for consecutive words of a text that is there, and for one
place at a time while writing. A word outside the vocabulary takes its place among the M.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.engine.memories.cache import Recent, newest
from pipeline.engine.memories.sparse import SparseProbs, in_rows, sum_rows

_RAREST = np.float32(-30)  # log u: below it, factors would leave float32


@dataclass(frozen=True)
class Topic:
    """How many words it looks back, M; κ, as many words as count for the novel; μ."""

    words: int
    novel_words: float
    exponent: float


def lean(topic: Topic, recents: Sequence[Recent], *, own: Floats, log_prior: Floats) -> SparseProbs:
    """Return p(w) of N places; nothing where no word of the vocabulary was read before one.

    Parameters
    ----------
    topic : Topic
    recents : sequence of Recent, length N
        The words read last: M of them or more, or all there are.
    own : float32 (N, V)
        What the network says.
    log_prior : float32 (V,)
        log u.
    """
    count, size = own.shape
    last = [newest(recent, topic.words) for recent in recents]
    rows, ids = in_rows([each.log.ids[each.start : each.stop] for each in last])
    known = np.flatnonzero(ids < size)
    # Counted in one array for all places, which takes a tenth of the time of sorting the words.
    counts = np.bincount(rows[known] * size + ids[known], minlength=count * size)  # (N · V,)
    stands = counts != 0
    seen = np.flatnonzero(stands)  # (n,)
    lengths = np.count_nonzero(stands.reshape(count, size), axis=1)  # (N,)
    rows = np.repeat(np.arange(count), lengths)  # (n,)
    ids = seen - rows * size  # (n,)
    here = own.reshape(-1)[seen]  # (n,)
    gained = here * _factors(topic, counts[seen], log_prior[ids]) - here  # (n,)
    total = 1 + sum_rows(rows, gained, count)  # (N,)
    values = gained / total.astype(np.float32)[rows]
    return SparseProbs(lengths > 0, rows, ids, values, network=1 / total)


def lean_text(
    topic: Topic, words: NDArray[np.int32], *, before: int, own: Floats, log_prior: Floats
) -> Floats:
    """Return p(w) for consecutive places of one text.

    Parameters
    ----------
    topic : Topic
    words : int32 (P + B,)
        What really stood there; V for an unknown word. A distribution is wanted for the last B.
    before : int
        P, the places before: all there are, or at least M.
    own : float32 (B, V)
        What the network says of the B.
    log_prior : float32 (V,)
        log u.

    Returns
    -------
    float32 (B, V)
        A row sums to one, or is zero where no word of the vocabulary stands behind it.
    """
    found, counts = _counts(words, before, topic.words)  # (U,), (B, U)
    known = found < own.shape[1]  # (U,)
    found, counts = found[known], counts[:, known]
    probs = _raised(own, found, _factors(topic, counts, log_prior[found]))  # (B, V)
    probs[~counts.any(axis=1)] = 0
    return probs


def _raised(own: Floats, found: NDArray[np.integer[Any]], factors: Floats) -> Floats:
    """Return p (B, V) with U words' shares raised by factors (B, U), to the sum of one again."""
    raised = own[:, found] * factors  # (B, U)
    total = 1 + (raised - own[:, found]).sum(axis=1, keepdims=True)  # (B, 1)
    probs: Floats = own / total  # (B, V)
    probs[:, found] = raised / total
    return probs


def _counts(
    words: NDArray[np.int32], before: int, reach: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the different words (U,), and how often each is among the last M of B places (B, U).

    From one place to the next a word comes in, and one goes out.
    """
    found, numbers = np.unique(words, return_inverse=True)  # (U,), (P + B,)
    counts = np.zeros((len(words) - before, len(found)), dtype=np.int64)  # (B, U)
    first = numbers[max(before - reach, 0) : before]
    counts[0] = np.bincount(first, minlength=len(found))
    rows = np.arange(1, len(counts))  # (B − 1,)
    counts[rows, numbers[before + rows - 1]] += 1
    gone = before + rows - 1 - reach  # (B − 1,): the place that is now too far back
    counts[rows[gone >= 0], numbers[gone[gone >= 0]]] -= 1
    return found, counts.cumsum(axis=0)


def _factors(topic: Topic, counts: NDArray[np.int64], log_prior: Floats) -> Floats:
    """Return (1 + n / (κ·u))^μ: counts (…, U) and log u (U,) → float32 (…, U)."""
    frequency = np.exp(np.maximum(log_prior, _RAREST))  # (U,)
    novel: Floats = np.float32(topic.novel_words) * frequency
    factors: Floats = 1 + counts.astype(np.float32) / novel
    np.log(factors, out=factors)  # a power, in two steps that take half as long
    factors *= np.float32(topic.exponent)
    np.exp(factors, out=factors)
    return factors
