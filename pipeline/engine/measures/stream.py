"""Scoring a text of any length: an iterator of words in, an iterator of scored words out.

Every word is scored given the up to T words before it, as `score_windows` does; near the beginning
of the text the window is shorter. The very first word has no scores: the network's prediction ê is
what it makes of the words it has read, and was never trained on none. Projected from the zero state
it would be the bias of the projection, which means nothing.

Only one batch of words and the T before it are in memory at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.network import Network
from pipeline.artifacts.tokens import token_id
from pipeline.artifacts.windows import window_view
from pipeline.engine.measures.metrics import TOP, Sums, add_sums, metrics
from pipeline.engine.measures.score import Scores, join_scores, score_batch
from pipeline.engine.network.predict import BATCH


@dataclass(frozen=True)
class ScoredWord:
    """A word of a text and how well the writer predicted it.

    Attributes
    ----------
    word : str
    context : int
        How many words the prediction was made from, at most T.
    known : bool
        Whether the word is in the vocabulary.
    rank : int or None
        1 is the best; None, like the next two, for an unknown word and for the text's first.
    log_probability : float or None
        Natural logarithm.
    cosine : float or None
        cos(ê, e_word).
    """

    word: str
    context: int
    known: bool
    rank: int | None = None
    log_probability: float | None = None
    cosine: float | None = None


def score_words(
    words: Iterable[str], network: Network, *, batch: int = BATCH
) -> Iterator[ScoredWord]:
    """Yield every word with its scores, in order, reading `batch` words ahead."""
    ids = {word: number for number, word in enumerate(network.words)}
    source = iter(words)
    context = np.empty(0, dtype=np.int32)  # (up to T,): the words read last
    while block := list(islice(source, batch)):
        numbers = [token_id(word, ids, suffixes=network.suffixes) for word in block]
        fresh = np.array(numbers, dtype=np.int32)  # (B,)
        stream = np.concatenate([context, fresh])  # (up to T + B,)
        if not len(context):
            yield ScoredWord(block[0], context=0, known=block[0] in ids)
            block = block[1:]
        if block:
            scores = _score_last(stream, len(block), network)
            yield from _name_scores(block, len(stream) - len(block), scores, network.steps)
        context = stream[-network.steps :]


def _score_last(stream: NDArray[np.int32], count: int, network: Network) -> Scores:
    """Score the last `count` words of ids (n,), each given the up to T words before it.

    At least one word and at most T may stand before them.
    """
    short = range(len(stream) - count, min(network.steps, len(stream)))
    parts = [score_batch(stream[None, : position + 1], network) for position in short]
    if len(stream) > network.steps:
        parts.append(score_batch(window_view(stream, steps=network.steps), network))
    return join_scores(parts)


def _name_scores(
    words: Sequence[str], before: int, scores: Scores, steps: int
) -> Iterator[ScoredWord]:
    """Put scores beside their words, `before` words having been read before the first."""
    closeness = scores.known.astype(np.float32) if scores.cosines is None else scores.cosines
    rows = zip(
        words,
        scores.known.tolist(),
        scores.ranks.tolist(),
        scores.log_probs.tolist(),
        closeness.tolist(),
        strict=True,
    )
    for number, (word, known, rank, log_probability, cosine) in enumerate(rows, before):
        context = min(number, steps)
        if known:
            yield ScoredWord(word, context, True, rank, log_probability, cosine)
        else:
            yield ScoredWord(word, context, False)


@dataclass
class Tally:
    """Running sums over scored words.

    A text's first word is one of `words`, but no target: nothing could predict it.
    """

    words: int = 0
    sums: Sums = field(default_factory=Sums)

    def add(self, scored: ScoredWord) -> None:
        """Count one more word."""
        self.words += 1
        self.sums = add_sums(self.sums, _word_sums(scored))

    def summary(self) -> dict[str, int | float | None]:
        """Return the figures; a mean over nothing is None."""
        sums, figures = self.sums, metrics(self.sums)
        counted = dict.fromkeys(figures, sums.targets)
        counted |= {"cosine": sums.known, "perplexity": sums.known}
        means = {name: float(own) if counted[name] else None for name, own in figures.items()}
        coverage = means.pop("coverage")
        return {
            "words": self.words,
            "targets": sums.targets,
            "known": sums.known,
            "coverage": coverage,
            **means,
        }


def _word_sums(scored: ScoredWord) -> Sums:
    """Return what one word adds to the sums."""
    targets = int(scored.context > 0)
    if scored.rank is None or scored.log_probability is None or scored.cosine is None:
        return Sums(targets=targets)
    return Sums(
        targets=targets,
        known=1,
        within={k: int(scored.rank <= k) for k in TOP},
        reciprocal_ranks=1 / scored.rank,
        log_probs=scored.log_probability,
        cosines=scored.cosine,
    )
