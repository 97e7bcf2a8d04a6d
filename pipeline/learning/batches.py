"""Training batches: short sequences of the token stream, with a target at every word.

One pass over the stream gives a target for every word at the price of one LSTM step each. (One
window a target, the article's way, costs T steps for each.) A new random phase every epoch lets
each word be seen at every distance from the start of its sequence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.windows import Windows


@dataclass(frozen=True)
class Batch:
    """B sequences of T words, and the K candidates their targets compete with.

    Attributes
    ----------
    inputs : int32 (B, T)
        Words as they are read, an unknown one by its ending; V for one without a known ending, and
        for one that word dropout hides.
    fresh : float32 (B, 1)
        0 where a sequence follows on that of the same row in the batch before, else 1.
    targets : int32 (B · T,)
        Positions in `candidates`; 0 where the target is unknown.
    weights : float32 (B · T,)
        1 for a known target, 0 for an unknown one.
    candidates : int32 (K,)
        Word ids, ascending, every known target among them.
    log_inclusion : float32 (K,)
        Log of the probability that a word is among the candidates.
    input_mask, output_masks : float32 (B, 1, E), (B, L, H)
        Dropout: one mask a sequence (Gal & Ghahramani 2016), and one for each of the L layers'
        outputs, already divided by the share kept.
    recurrent_masks : float32 (L, H, 4H), or (L, 1, 1) where nothing is dropped
        Dropped weights of the recurrent kernels, one mask a batch (DropConnect, as in Merity et al.
        2018, "Regularizing and Optimizing LSTM Language Models").
    """

    inputs: NDArray[np.int32]
    fresh: Floats
    targets: NDArray[np.int32]
    weights: Floats
    candidates: NDArray[np.int32]
    log_inclusion: Floats
    input_mask: Floats
    output_masks: Floats
    recurrent_masks: Floats


class Dropout(NamedTuple):
    """Which share is dropped in training of input units, LSTM outputs, words, recurrent weights."""

    inputs: float = 0.0
    outputs: float = 0.0
    words: float = 0.0
    recurrent: float = 0.0


@dataclass(frozen=True)
class CandidateSampler:
    """Draws words in proportion to count^0.75 and knows how likely each is to be included.

    Attributes
    ----------
    cumulative : float64 (V,)
        Running sum of the drawing probabilities.
    log_inclusion : float32 (V,)
        log(1 − (1 − q_w)^draws · (1 − u_w)^targets), for drawing probability q and unigram
        frequency u: a word is left out only if no draw and no target of the batch is that word.
    draws : int
        0 where every word is a candidate.
    """

    cumulative: NDArray[np.float64]
    log_inclusion: Floats
    draws: int


def build_sampler(counts: NDArray[np.int64], *, draws: int, targets: int) -> CandidateSampler:
    """Prepare drawing `draws` words for batches of `targets` targets; counts are (V,)."""
    if draws >= len(counts):
        zeros = np.zeros(len(counts), dtype=np.float32)
        return CandidateSampler(cumulative=zeros.astype(np.float64), log_inclusion=zeros, draws=0)
    drawing = counts**0.75 / np.sum(counts**0.75)  # (V,)
    unigram = counts / counts.sum()  # (V,)
    log_left_out = draws * np.log1p(-drawing) + targets * np.log1p(-unigram)  # (V,)
    inclusion = np.log(-np.expm1(log_left_out)).astype(np.float32)  # (V,)
    return CandidateSampler(cumulative=np.cumsum(drawing), log_inclusion=inclusion, draws=draws)


def draw_candidates(
    sampler: CandidateSampler, target_ids: NDArray[np.int32], generator: np.random.Generator
) -> NDArray[np.int32]:
    """Return the batch's targets and the drawn words, int32 (K,), ascending and distinct."""
    if not sampler.draws:
        return np.arange(len(sampler.log_inclusion), dtype=np.int32)
    drawn = np.searchsorted(sampler.cumulative, generator.random(sampler.draws))
    drawn = np.minimum(drawn, len(sampler.cumulative) - 1)  # the sum may end just below 1
    return np.union1d(target_ids, drawn).astype(np.int32)


def sequence_starts(windows: Windows, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return shuffled starts (S,) of sequences that lie, with their targets, in training text.

    Sequences follow each other without overlap from a random phase in every span; the words before
    the first and after the last whole sequence are left for another epoch's phase.
    """
    starts = []
    for start, stop in windows.spans["train"]:
        room = stop - start - windows.steps - 1  # a sequence needs steps words and one target more
        if room >= 0:
            phase = generator.integers(min(windows.steps, room + 1))
            starts.append(np.arange(start + phase, stop - windows.steps, windows.steps))
    return generator.permutation(np.concatenate(starts)) if starts else np.empty(0, dtype=np.int64)


def consecutive_starts(
    windows: Windows, generator: np.random.Generator, *, batch_size: int
) -> NDArray[np.int64]:
    """Return starts (S,) for a training that carries the LSTM's state from batch to batch.

    The text is parted into `batch_size` stretches; each batch takes the next sequence of every one,
    so that row r of a batch follows on row r of the batch before. What does not fill a batch is
    left for another epoch's phase.
    """
    starts = np.sort(sequence_starts(windows, generator))  # (S,)
    batch_size = max(1, min(batch_size, len(starts)))
    whole = starts[: len(starts) // batch_size * batch_size]
    return whole.reshape(batch_size, -1).T.reshape(-1)


def dropout_mask(
    shape: tuple[int, ...], *, dropout: float, generator: np.random.Generator
) -> Floats:
    """Return float32 of this shape: 0 with probability `dropout`, else 1 / (1 − dropout)."""
    if dropout == 0:
        return np.ones(shape, dtype=np.float32)
    kept = generator.random(shape, dtype=np.float32) >= dropout
    return kept.astype(np.float32) / np.float32(1 - dropout)


def drop_words(
    inputs: NDArray[np.int32], *, unknown: int, dropout: float, generator: np.random.Generator
) -> NDArray[np.int32]:
    """Put the unknown word in the place of each input (B, T) with probability `dropout`."""
    if dropout == 0:
        return np.ascontiguousarray(inputs)
    hidden = generator.random(inputs.shape, dtype=np.float32) < dropout  # (B, T)
    return np.where(hidden, np.int32(unknown), inputs)


def _starts_afresh(
    starts: NDArray[np.int64], before: NDArray[np.int64] | None, steps: int
) -> Floats:
    """Return `Batch.fresh` (B, 1) from the starts (B,) of a batch and of the one before."""
    if before is None or len(before) != len(starts):
        return np.ones((len(starts), 1), dtype=np.float32)
    fresh: Floats = (starts != before + steps).astype(np.float32)[:, None]
    return fresh


def epoch_batches(
    windows: Windows,
    starts: NDArray[np.int64],
    sampler: CandidateSampler,
    generator: np.random.Generator,
    *,
    batch_size: int,
    input_size: int,
    hidden: int,
    layers: int = 1,
    dropout: Dropout,
) -> Iterator[Batch]:
    """Yield the batches of an epoch, the last of which may be smaller.

    `starts` (S,) from `sequence_starts` or `consecutive_starts`.
    """
    view = sliding_window_view(windows.ids, windows.steps + 1)  # (tokens - T, T + 1)
    before = None
    for first in range(0, len(starts), batch_size):
        own = starts[first : first + batch_size]  # (B,)
        rows = view[own]  # (B, T + 1) int32
        targets = rows[:, 1:].reshape(-1)  # (B · T,)
        known = targets < windows.vocabulary_size  # (B · T,)
        candidates = draw_candidates(sampler, targets[known], generator)  # (K,)
        positions = np.searchsorted(candidates, targets)  # (B · T,)
        yield Batch(
            inputs=drop_words(
                rows[:, :-1],
                unknown=windows.vocabulary_size,
                dropout=dropout.words,
                generator=generator,
            ),
            fresh=_starts_afresh(own, before, windows.steps),
            targets=np.where(known, positions, 0).astype(np.int32),
            weights=known.astype(np.float32),
            candidates=candidates,
            log_inclusion=sampler.log_inclusion[candidates],
            input_mask=dropout_mask(
                (len(rows), 1, input_size), dropout=dropout.inputs, generator=generator
            ),
            output_masks=dropout_mask(
                (len(rows), layers, hidden), dropout=dropout.outputs, generator=generator
            ),
            recurrent_masks=dropout_mask(
                (layers, hidden, 4 * hidden) if dropout.recurrent else (layers, 1, 1),
                dropout=dropout.recurrent,
                generator=generator,
            ),
        )
        before = own
