"""Texts in the making: each asks for its next words, and all that are wanted are written at once.

A text knows nothing of the others. So texts may come and go between two words, and each may be
written in its own way (Yu et al. 2022, "Orca", schedule transformers like that: iteration by
iteration).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from pipeline.engine.memories.voice import Voice
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.order import may_end
from pipeline.engine.writing.generate import Answer, Ask, Choice, Position, answer_all
from pipeline.engine.writing.sampling import Sampling, best_of
from pipeline.engine.writing.sentences import write_sentence

_Wants = Generator[list[Ask], list[Answer | None], None]


class Text:
    """A text in the making.

    Attributes
    ----------
    model : Voice
    asks : list of Ask
        The words that it wants; none where it has ended.
    written : deque of Choice
        What has been written and nobody has taken yet.

    What it is made with, `Ask` tells.
    """

    def __init__(
        self,
        model: Voice,
        position: Position,
        *,
        sampling: Sampling,
        generator: np.random.Generator,
        candidates: int = 0,
        chances: bool = False,
    ) -> None:
        self.model = model
        self.written: deque[Choice] = deque()
        self.asks: list[Ask] = []
        self._chances = chances
        drawn = best_of(sampling)
        if drawn > 1:
            self._wants = self._by_sentence(position, sampling, generator.spawn(drawn), candidates)
        else:
            self._wants = self._by_word(position, sampling, generator, candidates)
        self.take(None)

    def take(self, answers: list[Answer | None] | None) -> None:
        """Take what was asked for, in order; None at the beginning."""
        try:
            # A generator that has just been made takes nothing but None.
            self.asks = next(self._wants) if answers is None else self._wants.send(answers)
        except StopIteration:
            self.asks = []
        if self._chances:
            self.asks = [replace(ask, chances=True) for ask in self.asks]

    def _by_word(
        self,
        position: Position,
        sampling: Sampling,
        generator: np.random.Generator,
        candidates: int,
    ) -> _Wants:
        """Write word by word until the text ends."""
        while not may_end(position.state):
            (answer,) = yield [Ask(position, generator, sampling, candidates)]
            if answer is None:
                return
            self.written.append(answer.choice)
            position = answer.position

    def _by_sentence(
        self,
        position: Position,
        sampling: Sampling,
        generators: Sequence[np.random.Generator],
        candidates: int,
    ) -> _Wants:
        """Write sentence by sentence, each the best of several, until the text ends."""
        while not may_end(position.state):
            choices, after = yield from write_sentence(
                position,
                self.model,
                sampling=sampling,
                generators=generators,
                candidates=candidates,
            )
            self.written.extend(choices)
            if after is None:
                return
            position = after


def advance(texts: Sequence[Text]) -> None:
    """Take texts of one model on by the words that they ask for."""
    going = [text for text in texts if text.asks]
    if not going:
        return
    with one_thread_a_word():
        answers = answer_all([ask for text in going for ask in text.asks], going[0].model)
    place = 0
    for text in going:
        count = len(text.asks)
        text.take(answers[place : place + count])
        place += count
