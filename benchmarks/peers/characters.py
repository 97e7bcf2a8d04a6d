"""A novel as numbered characters, and what a model's probabilities for them come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import log, log1p

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.novel import Novel
from pipeline.arrays import Doubles, Floats, Integers
from pipeline.artifacts.embedding import log_frequencies
from pipeline.artifacts.segmentation import Part
from pipeline.artifacts.tokens import HAN


@dataclass(frozen=True)
class Characters:
    """All chapters' characters in the novel's order, numbered.

    Attributes
    ----------
    ids : int64 (N,)
        V is a character that the training chapters never use.
    log_frequencies : float32 (V,), in the training chapters
    unseen : the probability of such a character: the share of those that are used once (Good 1953)
    spans : part → int64 (S, 2), the characters [start, stop) of its chapters
    line_end : the id of a line end
    """

    ids: Integers
    log_frequencies: Floats
    unseen: float
    spans: dict[Part, NDArray[np.int64]]
    line_end: int

    @property
    def vocabulary_size(self) -> int:
        """V, the different characters of the training chapters."""
        return len(self.log_frequencies)


def number_characters(novel: Novel) -> Characters:
    """Give each character its id, 0 to the most frequent of the training chapters."""
    counts = Counter(novel.text("train"))
    numbers = {character: number for number, (character, _) in enumerate(counts.most_common())}
    text = "".join(own for _, own in novel.chapters)
    once = sum(count == 1 for count in counts.values())
    stops = list(accumulate(len(own) for _, own in novel.chapters))
    spans = [(stop - len(own), stop) for stop, (_, own) in zip(stops, novel.chapters, strict=True)]
    parts = [part for part, _ in novel.chapters]
    return Characters(
        ids=np.array([numbers.get(character, len(numbers)) for character in text], dtype=np.int64),
        log_frequencies=log_frequencies(sorted(counts.values(), reverse=True)),
        unseen=max(once, 0.5) / counts.total(),
        spans={
            part: np.array(
                [span for own, span in zip(parts, spans, strict=True) if own == part]
            ).reshape(-1, 2)
            for part in ("train", "validation", "test")
        },
        line_end=numbers["\n"],
    )


def targets_of(characters: Characters, part: Part) -> Integers:
    """Return the places of a part's characters, int64 (targets,)."""
    return _join(np.arange(start, stop) for start, stop in characters.spans[part])


def bits_per_character(characters: Characters, targets: Integers, log_probs: Doubles) -> float:
    """Return what the targets (P,) cost, given their log probabilities (P,) among the V known.

    One that the training chapters never use costs log₂(HAN / unseen), whatever was said of it.
    """
    known = characters.ids[targets] < characters.vocabulary_size  # (P,)
    strange = log(characters.unseen) - log(HAN)
    own = np.where(known, log_probs + log1p(-characters.unseen), strange)  # (P,)
    return float(-own.mean() / log(2))


def _join(arrays: Iterable[Integers]) -> Integers:
    """Concatenate arrays of integers, if there are any."""
    return np.concatenate([np.empty(0, dtype=np.int64), *arrays])
