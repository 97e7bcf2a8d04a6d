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

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.constraints.marks import Role
from pipeline.engine.writing.constraints.order import fork, may_end
from pipeline.engine.writing.generate import Answer, Ask, Choice, Position, answer_all
from pipeline.engine.writing.sampling import Sampling

_SHORTEST, _LONGEST = 12, 70  # words of a candidate
_ALPHA = 0.3
_COMMON, _MOST = 3.0, 6.0  # −log u₀; the greatest weight of a word


@dataclass
class _Candidate:
    """A sentence in the making, and whether the text ended instead of a further word."""

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
Wanted = Generator[list[Ask], list[Answer | None], Written]


def write_sentence(
    position: Position,
    model: Voice,
    *,
    sampling: Sampling,
    generators: Sequence[np.random.Generator],
    candidates: int = 0,
    shortest: int = _SHORTEST,
) -> Wanted:
    """Ask for words until a sentence is written; return it and where the text stands then.

    That is None where the text ends instead of a further word; the sentence may then be empty.

    Parameters
    ----------
    position : where the text stands; it stays as it is
    model : what will answer; see `generate.answer_all`
    sampling, candidates : see `Ask`
    generators : as many as sentences are to be drawn
    shortest : int
        Words of a sentence at least; a shorter one is drawn with the next.
    """
    drawn = [
        _Candidate(own, Position(fork(position.state), position.reading)) for own in generators
    ]
    going = drawn
    while going:
        answers = yield [
            Ask(own.position, own.generator, sampling, candidates, judged=True) for own in going
        ]
        for own, answer in zip(going, answers, strict=True):
            _take(own, answer, model)
        going = [own for own in going if not own.ended and not _is_over(own, shortest)]
    best = max(drawn, key=lambda own: own.score)  # the first of equal ones
    return best.choices, None if best.ended else best.position


def finish_sentence(sentence: Wanted, model: Voice) -> Written:
    """Write a sentence by itself to its end."""
    try:
        asks = next(sentence)
        while True:
            asks = sentence.send(answer_all(asks, model))
    except StopIteration as done:
        written: Written = done.value
        return written


def _take(own: _Candidate, answer: Answer | None, model: Voice) -> None:
    """Take a candidate on by a word, or note that its text ends."""
    if answer is None:
        own.ended = True
        return
    own.choices.append(answer.choice)
    own.position = answer.position
    _weigh(own, answer, model)


def _is_over(own: _Candidate, shortest: int) -> bool:
    """Return whether a candidate has come to its end.

    A sentence inside a quotation ends with the mark that closes it, where one follows.
    """
    if may_end(own.position.state) or len(own.choices) >= _LONGEST:
        return True
    draft = own.position.state.draft
    whole = draft.role is Role.BREAK or (draft.ended and not draft.opened)
    return whole and len(own.choices) >= shortest


def _weigh(own: _Candidate, answer: Answer, model: Voice) -> None:
    """Add a word to what speaks for a candidate."""
    word_id = answer.choice.word_id
    log_frequency = float(model.log_prior[word_id])
    weight = min(max(-log_frequency - _COMMON, 0.0), _MOST)
    if not weight or own.position.state.draft.marks.roles[word_id] is not Role.WORD:
        return
    own.weight += weight
    own.fit += weight * (answer.log_chance - _ALPHA * log_frequency)
