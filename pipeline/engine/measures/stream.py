"""Scoring a text of any length: an iterator of words in, an iterator of scored words out.

Every piece is scored given what the network has read before it, as `evaluate` does, and what the
memories keep of the text so far. The very first piece has nothing before it: its probability is its
frequency in the novel.

Only one batch of words, and what is remembered before it, are in memory at any time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf, log

import numpy as np

from pipeline.arrays import Ids
from pipeline.artifacts.network import tokenizer_of
from pipeline.artifacts.tokens import HAN, Tokenizer
from pipeline.engine.measures.metrics import TOP, Sums, add_sums, metrics, piece_length
from pipeline.engine.measures.mixtures import score_batch_of
from pipeline.engine.measures.score import Scores, allow_unseen
from pipeline.engine.memories.batches import BATCH, TextReader
from pipeline.engine.memories.next_word import Model


@dataclass(frozen=True)
class ScoredPiece:
    """A piece of a word and how well the writer predicted it.

    Attributes
    ----------
    piece : str
    context : int
        How many pieces the prediction was made from; at most T, unless the state is carried on.
    known : bool
        Whether the piece is in the vocabulary.
    rank : int or None
        1 is the best; None, like the cosine, for an unknown piece and for the text's first.
    log_probability : float or None
        Natural logarithm; None for an unknown word of a closed vocabulary.
    cosine : float or None
        cos(ê, e_piece).
    """

    piece: str
    context: int
    known: bool
    rank: int | None = None
    log_probability: float | None = None
    cosine: float | None = None


@dataclass(frozen=True)
class ScoredWord:
    """A word of a text with its pieces: mostly one, itself."""

    word: str
    pieces: tuple[ScoredPiece, ...]

    @property
    def known(self) -> bool:
        """Whether all of its pieces are in the vocabulary."""
        return all(piece.known for piece in self.pieces)

    @property
    def log_probability(self) -> float | None:
        """The sum over its pieces; None if one has none."""
        found = [piece.log_probability for piece in self.pieces]
        return None if None in found else sum(own for own in found if own is not None)

    @property
    def rank(self) -> int | None:
        """The rank of a word that is a piece; None for one that is parted."""
        return self.pieces[0].rank if len(self.pieces) == 1 else None

    @property
    def cosine(self) -> float | None:
        """The cosine of a word that is a piece; None for one that is parted."""
        return self.pieces[0].cosine if len(self.pieces) == 1 else None


def score_words(
    words: Iterable[str], model: Model, *, learnt: Iterable[str] = (), batch: int = BATCH
) -> Iterator[ScoredWord]:
    """Yield every word with its scores, in order, reading `batch` words ahead.

    `learnt` are words that are read before, and not scored; only the last of them are kept.
    """
    tokenizer = tokenizer_of(model.network)
    reach = inf if model.network.carry_state else model.network.steps
    last = deque((p for word in learnt for p in tokenizer.pieces(word)), maxlen=model.lookback)
    reader, before, source = TextReader(model), len(last), iter(words)
    reader.learn(_ids_of(last, tokenizer))
    while block := list(islice(source, batch)):
        cuts = [tokenizer.pieces(word) for word in block]
        pieces = [piece for cut in cuts for piece in cut]
        ids = _ids_of(pieces, tokenizer)
        scored = iter(list(_score_block(pieces, ids, before, reader, reach)))
        for word, cut in zip(block, cuts, strict=True):
            yield ScoredWord(word, tuple(islice(scored, len(cut))))
        before += len(pieces)


def _ids_of(pieces: Iterable[str], tokenizer: Tokenizer) -> Ids:
    """Return the ids of pieces, int32 (n,); V for what the vocabulary lacks."""
    unknown = len(tokenizer.ids)
    return np.array([tokenizer.ids.get(piece, unknown) for piece in pieces], dtype=np.int32)


def _score_block(
    pieces: Sequence[str], ids: Ids, before: int, reader: TextReader, reach: float
) -> Iterator[ScoredPiece]:
    """Yield the pieces (n,) of a text with their scores, `before` having been read already."""
    network, weights, position = reader.model.network, reader.model.weights, 0
    if not before:
        yield _first(pieces[0], int(ids[0]), reader.model)
        reader.begin(ids[:1])
        position = 1
    for found in reader.read(ids[position:]):
        scores = allow_unseen(score_batch_of(found, network, weights), network.unseen)
        count = len(found.targets)
        del found  # or it would stay in memory until the next one is made
        yield from _named(pieces[position : position + count], before + position, scores, reach)
        position += count


def _first(piece: str, token_id: int, model: Model) -> ScoredPiece:
    """Return the text's first piece: as probable as it is frequent."""
    network = model.network
    known = token_id < len(network.words)
    probability = None
    if known:
        probability = float(network.log_prior[token_id]) + log(1 - network.unseen)
    elif network.unseen:
        probability = log(network.unseen / HAN)
    return ScoredPiece(piece, 0, known, log_probability=probability)


def _named(
    pieces: Sequence[str], before: int, scores: Scores, reach: float
) -> Iterator[ScoredPiece]:
    """Put scores beside their pieces, `before` pieces having been read before the first."""
    closeness = scores.known.astype(np.float32) if scores.cosines is None else scores.cosines
    rows = zip(
        pieces,
        scores.known.tolist(),
        scores.scored.tolist(),
        scores.ranks.tolist(),
        scores.log_probs.tolist(),
        closeness.tolist(),
        strict=True,
    )
    for number, (piece, known, scored, rank, log_probability, cosine) in enumerate(rows, before):
        yield ScoredPiece(
            piece,
            int(min(number, reach)),
            known,
            rank if known else None,
            log_probability if scored else None,
            cosine if known else None,
        )


@dataclass
class Tally:
    """Running sums over scored words.

    The figures over pieces leave out a text's first, which nothing could predict; bits per
    character are over all of them.
    """

    words: int = 0
    characters: int = 0
    log_probability: float = 0.0
    without: int = 0  # pieces that have no probability
    sums: Sums = field(default_factory=Sums)

    def add(self, scored: ScoredWord) -> None:
        """Count one more word."""
        self.words += 1
        for piece in scored.pieces:
            length = piece_length(piece.piece)
            self.characters += length
            self.log_probability += piece.log_probability or 0.0
            self.without += piece.log_probability is None
            if piece.context:
                self.sums = add_sums(self.sums, _piece_sums(piece, length))

    def summary(self) -> dict[str, int | float | None]:
        """Return the figures; a mean over nothing is None."""
        sums, figures = self.sums, metrics(self.sums)
        counted = dict.fromkeys(figures, sums.targets)
        counted |= {"cosine": sums.known, "perplexity": sums.scored}
        means = {name: float(own) if counted[name] else None for name, own in figures.items()}
        coverage = means.pop("coverage")
        whole = self.characters and not self.without
        means["bits_per_character"] = (
            -self.log_probability / log(2) / self.characters if whole else None
        )
        return {
            "words": self.words,
            "characters": self.characters,
            "targets": sums.targets,
            "known": sums.known,
            "coverage": coverage,
            **means,
        }


def _piece_sums(scored: ScoredPiece, length: int) -> Sums:
    """Return what one piece adds to the sums."""
    has_probability = scored.log_probability is not None
    common = Sums(
        targets=1,
        characters=length,
        scored=int(has_probability),
        log_probs=scored.log_probability or 0.0,
    )
    if scored.rank is None or scored.cosine is None:
        return common
    ranked = Sums(
        known=1,
        within={k: int(scored.rank <= k) for k in TOP},
        reciprocal_ranks=1 / scored.rank,
        cosines=scored.cosine,
    )
    return add_sums(common, ranked)
