"""Models times texts: bits per character of each text under each model, and what follows of them.

All models foretell the same characters of a text, whatever pieces they part them into, so that
their bits per character can be compared. A character that a model's novel never used costs what
`allow_unseen` says. Intervals are bootstraps over a text's chapters; in one draw all models have
the same chapters, so that differences between models vary less than their scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Doubles
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.chinese import has_chinese
from pipeline.engine.measures.bootstrap import Interval, draw_chapters
from pipeline.engine.measures.metrics import piece_length
from pipeline.engine.measures.stream import ScoredWord, score_words
from pipeline.engine.memories.next_word import Model

_PERCENTILES = (2.5, 97.5)  # of a 95 % interval
STRANGE = 0.05  # share of unknown characters from which a score tells of script, not of style


@dataclass(frozen=True)
class Scored:
    """A chapter under a model: `bits` is None where a word has no probability."""

    bits: float | None
    characters: int
    strange: int  # characters that the model's novel never used


def score_chapter(words: Iterable[str], model: Model, *, marks: bool = True) -> Scored:
    """Score a chapter by itself: nothing is read before it, as in `score`.

    Without `marks` what stands between marks counts where it holds a Chinese character: the marks,
    line ends, and numbers or Latin letters by themselves are read, but neither their bits nor their
    characters are added up.
    """
    bits: float | None = 0.0
    characters = strange = 0
    scored = score_words(words, model)
    for word in scored if marks else _between_marks(scored):
        for piece in word.pieces:
            length, told = piece_length(piece.piece), piece.log_probability
            characters += length
            strange += 0 if piece.known else length
            bits = None if bits is None or told is None else bits - told / log(2)
    return Scored(bits, characters, strange)


def _between_marks(scored: Iterable[ScoredWord]) -> Iterator[ScoredWord]:
    """Yield the words between two marks, if one of them holds a Chinese character.

    Models cut unlike words, 2049 and 年 or 2049年, but all of them cut at marks, if no user
    dictionary has a word with one: so all count the same characters.
    """
    waiting: list[ScoredWord] = []
    chinese = False
    for word in scored:
        if word.word == PARAGRAPH_BREAK or not any(map(str.isalnum, word.word)):
            waiting, chinese = [], False
            continue
        chinese = chinese or has_chinese(word.word)
        waiting.append(word)
        if chinese:
            yield from waiting
            waiting = []


@dataclass(frozen=True)
class Cell:
    """A text under a model.

    Attributes
    ----------
    chapters : tuple of Scored
        The text's compared chapters, in order.
    share : float
        How much of them stands in what the model was trained on.
    learnt : bool
        Whether that is so much that the score says nothing: it is shown, and nothing is made of it.
    reads : bool
        Whether the model was trained on the rest of the text.
    """

    chapters: tuple[Scored, ...]
    share: float
    learnt: bool
    reads: bool = False

    @property
    def bits(self) -> Doubles:
        """Return the bits of each chapter, float64 (C,); NaN where a word has no probability."""
        told = (np.nan if own.bits is None else own.bits for own in self.chapters)
        return np.array(list(told), dtype=np.float64)

    @property
    def strange_share(self) -> float:
        """Return the share of characters that the model's novel never used."""
        return float(sum(own.strange for own in self.chapters) / max(1.0, self.characters.sum()))

    @property
    def characters(self) -> Doubles:
        """Return the characters of each chapter, float64 (C,)."""
        return np.array([own.characters for own in self.chapters], dtype=np.float64)


@dataclass(frozen=True)
class Cross:
    """Bits per character of T texts under M models; NaN where there are none to be had.

    Attributes
    ----------
    bits : float64 (T, M)
    drawn : float64 (T, M, draws) or (T, M, 0)
        The same of chapters drawn with replacement; NaN for a text of too few.
    counts : bool (T, M)
        Whether a score is one to draw conclusions from: it is a number, and the text not learnt.
    reads : bool (T, M)
        Whether a model was trained on the rest of the text.
    own : tuple of int or None, length M
        The text that each model is of.
    """

    bits: Doubles
    drawn: Doubles
    counts: NDArray[np.bool_]
    reads: NDArray[np.bool_]
    own: tuple[int | None, ...]


@dataclass(frozen=True)
class Near:
    """A model that foretells a text, and by how much better than the next one it does."""

    model: int
    bits: float
    lead: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True)
class Apart:
    """How far two models' novels lie apart, in bits per character."""

    models: tuple[int, int]
    bits: float
    interval: Interval | None


def cross(
    cells: Sequence[Sequence[Cell]],
    own: Sequence[int | None],
    generators: Sequence[np.random.Generator],
) -> Cross:
    """Put the cells of T texts under M models together, and draw each one's chapters (T,)."""
    bits, drawn = [], []
    for row, generator in zip(cells, generators, strict=True):
        count = len(row[0].chapters)
        taken = draw_chapters(np.arange(count), generator)
        each = [(cell.bits, cell.characters) for cell in row]
        bits.append([float(one.sum() / sizes.sum()) for one, sizes in each])
        if taken is None:
            taken = np.full((1, count), np.nan)
        scores = [(taken @ one) / (taken @ sizes) for one, sizes in each]  # (draws,) each
        drawn.append(np.stack(scores))
    most = max(own_draws.shape[1] for own_draws in drawn)
    figures = np.array(bits)
    learnt = np.array([[cell.learnt for cell in row] for row in cells])
    return Cross(
        bits=figures,
        drawn=np.stack([np.broadcast_to(one, (one.shape[0], most)) for one in drawn]),
        counts=np.isfinite(figures) & ~learnt,
        reads=np.array([[cell.reads for cell in row] for row in cells]),
        own=tuple(own),
    )


def interval_of(values: Doubles) -> Interval | None:
    """Return the 95 % interval of drawn values (draws,), None where there are none."""
    if not np.isfinite(values).all():
        return None
    low, high = np.percentile(values, _PERCENTILES)
    return [float(low), float(high)]


def nearest(found: Cross, text: int) -> list[Near]:
    """Return the models of other texts, the one that foretells a text best first.

    Each has its lead on the next, with an interval: where that holds 0, chapters like these do not
    tell which of the two is nearer.
    """
    models = np.flatnonzero(found.counts[text] & ~found.reads[text]).tolist()
    others = sorted(models, key=lambda model: found.bits[text, model])
    rows = []
    for model, after in pairwise(others):
        bits = float(found.bits[text, model])
        lead = found.drawn[text, after] - found.drawn[text, model]
        rows.append(Near(model, bits, float(found.bits[text, after] - bits), interval_of(lead)))
    return [*rows, *(Near(model, float(found.bits[text, model])) for model in others[-1:])]


def distances(found: Cross) -> list[Apart]:
    """Return how far each two models' novels lie apart, as far as that can be said.

    A model foretells the other's novel by so many bits worse than the other model does; the mean
    of that and of its counterpart. What makes one model better at any text, or one text harder for
    any model, is in both terms with opposite signs, and drops out. Negative by chance alone.
    Of several models of one novel the one that foretells it best stands for it.
    """
    return [
        apart
        for pair in combinations(_best_of_each(found), 2)
        if (apart := _apart(found, *pair)) is not None
    ]


def _best_of_each(found: Cross) -> list[int]:
    """Return the models that foretell their own text best, one a text, in their order."""
    best: dict[int, int] = {}
    for model, text in enumerate(found.own):
        if text is not None and found.counts[text, model]:
            other = best.get(text, model)
            best[text] = min(other, model, key=lambda own: (found.bits[text, own], own))
    return sorted(best.values())


def _apart(found: Cross, one: int, other: int) -> Apart | None:
    """Return how far two models' novels lie apart, None where a score is missing."""
    first, second = found.own[one], found.own[other]
    if first is None or second is None:
        return None
    needed = [(first, one), (first, other), (second, one), (second, other)]
    if not all(found.counts[place] for place in needed):
        return None
    signs = (-0.5, 0.5, 0.5, -0.5)
    terms = zip(signs, needed, strict=True)
    bits = sum(sign * float(found.bits[place]) for sign, place in terms)
    drawn = sum(s * found.drawn[place] for s, place in zip(signs, needed, strict=True))
    return Apart((one, other), bits, interval_of(np.asarray(drawn)))


@dataclass(frozen=True)
class Merge:
    """Two groups that a tree joins at a height."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    height: float


def tree_of(names: Sequence[int], far: Doubles) -> list[Merge]:
    """Return the tree of things with symmetric distances (n, n), the nearest joined first.

    Groups lie as far apart as their members do on average (UPGMA). `names` stand for the things in
    the groups. Fewer than two make no tree.
    """
    if len(names) < 2:
        return []
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    groups: list[tuple[int, ...]] = [(name,) for name in names]
    merges = []
    even = np.maximum((far + far.T) / 2, 0.0)
    np.fill_diagonal(even, 0.0)
    for left, right, height, _ in linkage(squareform(even, checks=False), method="average"):
        merges.append(Merge(groups[int(left)], groups[int(right)], float(height)))
        groups.append(merges[-1].left + merges[-1].right)
    return merges


def cross_tree(apart: Sequence[Apart]) -> list[Merge]:
    """Return the tree of the models between each two of which a distance is known.

    A model that lacks one, having learnt another's text, is left out: the one with most lacking
    first.
    """
    known = {own.models: own.bits for own in apart}
    models = sorted({model for pair in known for model in pair})

    def lacking(model: int) -> int:
        return sum(tuple(sorted((model, o))) not in known for o in models if o != model)

    while models and lacking(worst := max(models, key=lacking)):
        models.remove(worst)
    far = np.zeros((len(models), len(models)))
    for (i, one), (j, other) in combinations(enumerate(models), 2):
        far[i, j] = far[j, i] = known[one, other]
    return tree_of(models, far)
