"""A sentence at a time: several are drawn, and the one that its context speaks for most is kept.

Words that are drawn one by one cannot know where they lead to. So K sentences are drawn side by
side, and the kept one has the greatest

    Σ_i c_i·(log q_i − α·log u_i) / Σ_i c_i

q is the probability that the model gave to its i-th word, u the word's frequency in the novel: with
α = 0 the most usual sentence would win, and what could stand anywhere would be written everywhere
(Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models"). A word
counts the more the rarer it is, c = log(u₀ / u) from 0 to `_MOST`; marks do not count. Memories of
the text itself are left out of q: what was written once would be chosen again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.engine.memories.next_word import Model, NextWord
from pipeline.engine.writing.constraints.marks import Role
from pipeline.engine.writing.constraints.order import fork, may_end
from pipeline.engine.writing.generate import Choice, Position, choose_all, go_on_all
from pipeline.engine.writing.sampling import Sampling

_SHORTEST, _LONGEST = 12, 70  # words of a candidate
_ALPHA = 0.3
_COMMON, _MOST = 3.0, 6.0  # −log u₀; the greatest weight of a word


@dataclass
class _Candidate:
    """A sentence in the making, and whether the text ended instead of a further word."""

    number: int  # of the text that it goes on
    generator: np.random.Generator
    position: Position
    ended: bool = False
    choices: list[Choice] = field(default_factory=list)
    fit: float = 0.0
    weight: float = 0.0

    @property
    def score(self) -> float:
        """Return how much the context speaks for it; one that says nothing loses."""
        return self.fit / self.weight if self.weight > _MOST else -np.inf


Written = tuple[list[Choice], Position | None]


def write_sentences(
    positions: Sequence[Position],
    model: Model,
    *,
    sampling: Sampling,
    generators: Sequence[Sequence[np.random.Generator]],
    candidates: int = 0,
    shortest: int = _SHORTEST,
) -> list[Written]:
    """Return the next sentence of each of N texts, and where the text stands then.

    That is None where the text ends instead of a further word; the sentence may then be empty.

    Parameters
    ----------
    positions : where each text stands; they stay as they are
    model, sampling, candidates : see `generate.step`
    generators : for each text as many as there are to be candidates
    shortest : int
        Words of a sentence at least; a shorter one is drawn with the next.
    """
    drawn = [
        _Candidate(number, generator, Position(fork(position.state), position.reading))
        for number, (position, own) in enumerate(zip(positions, generators, strict=True))
        for generator in own
    ]
    going = drawn
    while going:
        live = _advance(going, model, sampling, candidates)
        going = [own for own in live if not _is_over(own, shortest)]
    best: list[_Candidate | None] = [None] * len(positions)
    for candidate in drawn:
        before = best[candidate.number]
        if before is None or candidate.score > before.score:
            best[candidate.number] = candidate
    return [(own.choices, None if own.ended else own.position) for own in best if own is not None]


def _advance(
    going: list[_Candidate], model: Model, sampling: Sampling, candidates: int
) -> list[_Candidate]:
    """Take each candidate on by a word; return those whose text goes on."""
    chosen = choose_all(
        [(own.position, own.generator) for own in going],
        model,
        sampling=sampling,
        candidates=candidates,
    )
    live = []
    for own, found in zip(going, chosen, strict=True):
        own.ended = found is None
        if found is not None:
            _weigh(own, *found, model)
            own.choices.append(found[0])
            live.append(own)
    positions = [own.position for own in live]
    if live:
        positions = go_on_all(positions, [own.choices[-1].word_id for own in live], model)
    for own, position in zip(live, positions, strict=True):
        own.position = position
    return live


def _is_over(own: _Candidate, shortest: int) -> bool:
    """Return whether a candidate has come to its end.

    A sentence inside a quotation ends with the mark that closes it, where one follows.
    """
    if may_end(own.position.state) or len(own.choices) >= _LONGEST:
        return True
    draft = own.position.state.draft
    whole = draft.role is Role.BREAK or (draft.ended and not draft.opened)
    return whole and len(own.choices) >= shortest


def _weigh(own: _Candidate, choice: Choice, next_word: NextWord, model: Model) -> None:
    """Add a word to what speaks for a candidate."""
    word_id = choice.word_id
    log_frequency = float(model.network.log_prior[word_id])
    weight = min(max(-log_frequency - _COMMON, 0.0), _MOST)
    if not weight or own.position.state.draft.marks.roles[word_id] is not Role.WORD:
        return
    own.weight += weight
    own.fit += weight * (model.log_chance(word_id, next_word) - _ALPHA * log_frequency)
