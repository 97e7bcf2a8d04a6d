"""Training batches: short sequences of the token stream, with a target at every word.

One pass over the stream gives a target for every word at the price of one LSTM step each. (One
window a target, the article's way, costs T steps for each.) A new random phase every epoch lets
each word be seen at every distance from the start of its sequence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipeline.artifacts.windows import Windows

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """B sequences of T words, and the K candidates their targets compete with.

    Attributes
    ----------
    inputs : int32 (B, T)
    targets : int32 (B · T,)
        Positions in `candidates`; 0 where the target is unknown.
    weights : float32 (B · T,)
        1 for a known target, 0 for an unknown one.
    candidates : int32 (K,)
        Word ids, ascending, every known target among them.
    log_inclusion : float32 (K,)
        Log of the probability that a word is among the candidates.
    input_mask, output_mask : float32 (B, 1, E), (B, 1, H)
        Dropout: one mask a sequence (Gal & Ghahramani 2016), already divided by the share kept.
    """

    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: Floats
    candidates: NDArray[np.int32]
    log_inclusion: Floats
    input_mask: Floats
    output_mask: Floats


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


def dropout_mask(rows: int, size: int, *, dropout: float, generator: np.random.Generator) -> Floats:
    """Return float32 (rows, 1, size): 0 with probability `dropout`, else 1 / (1 − dropout)."""
    if dropout == 0:
        return np.ones((rows, 1, size), dtype=np.float32)
    kept = generator.random((rows, 1, size), dtype=np.float32) >= dropout
    return kept.astype(np.float32) / np.float32(1 - dropout)


def epoch_batches(
    windows: Windows,
    starts: NDArray[np.int64],
    sampler: CandidateSampler,
    generator: np.random.Generator,
    *,
    batch_size: int,
    input_size: int,
    hidden: int,
    input_dropout: float,
    output_dropout: float,
) -> Iterator[Batch]:
    """Yield the batches of an epoch; `starts` from `sequence_starts`, the last one is smaller."""
    view = sliding_window_view(windows.ids, windows.steps + 1)  # (tokens - T, T + 1)
    for first in range(0, len(starts), batch_size):
        rows = view[starts[first : first + batch_size]]  # (B, T + 1) int32
        targets = rows[:, 1:].reshape(-1)  # (B · T,)
        known = targets < windows.vocabulary_size  # (B · T,)
        candidates = draw_candidates(sampler, targets[known], generator)  # (K,)
        positions = np.searchsorted(candidates, targets)  # (B · T,)
        yield Batch(
            inputs=np.ascontiguousarray(rows[:, :-1]),
            targets=np.where(known, positions, 0).astype(np.int32),
            weights=known.astype(np.float32),
            candidates=candidates,
            log_inclusion=sampler.log_inclusion[candidates],
            input_mask=dropout_mask(
                len(rows), input_size, dropout=input_dropout, generator=generator
            ),
            output_mask=dropout_mask(
                len(rows), hidden, dropout=output_dropout, generator=generator
            ),
        )
