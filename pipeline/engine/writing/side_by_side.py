"""Several texts at once, word by word side by side: one matrix product for all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.engine.memories.next_word import Model
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.order import may_end
from pipeline.engine.writing.generate import Choice, Position, step_all
from pipeline.engine.writing.sampling import Sampling


def write_side_by_side(
    model: Model,
    positions: Sequence[Position],
    *,
    sampling: Sampling,
    generators: Sequence[np.random.Generator],
    candidates: int = 0,
) -> list[Iterator[Choice]]:
    """Return a stream of choices for each of N texts: what `write` yields, but for rounding.

    Whichever stream is asked takes all texts on by a word. What nobody asked for yet is kept.

    Parameters
    ----------
    model : Model
    positions : where each text stands; none shares a state with another
    sampling : Sampling
    generators : one for each text
    candidates : int
        How many candidates to report for each word.
    """
    texts = _Texts(model, positions, sampling, generators, candidates)
    return [texts.stream(number) for number in range(len(positions))]


class _Texts:
    """Texts in the making."""

    def __init__(
        self,
        model: Model,
        positions: Sequence[Position],
        sampling: Sampling,
        generators: Sequence[np.random.Generator],
        candidates: int,
    ) -> None:
        self._model = model
        self._sampling = sampling
        self._generators = generators
        self._candidates = candidates
        self._going = {n: own for n, own in enumerate(positions) if not may_end(own.state)}
        self._waiting: list[deque[Choice]] = [deque() for _ in positions]

    def stream(self, number: int) -> Iterator[Choice]:
        """Yield the words of one text."""
        waiting = self._waiting[number]
        while waiting or number in self._going:
            if not waiting:
                self._advance()
            else:
                yield waiting.popleft()

    def _advance(self) -> None:
        """Write a word of each text that has not ended."""
        numbers = list(self._going)
        with one_thread_a_word():
            written = step_all(
                list(self._going.values()),
                self._model,
                sampling=self._sampling,
                generators=[self._generators[number] for number in numbers],
                candidates=self._candidates,
            )
        for number, own in zip(numbers, written, strict=True):
            if own is None:
                del self._going[number]
                continue
            choice, self._going[number] = own
            self._waiting[number].append(choice)
            if may_end(self._going[number].state):
                del self._going[number]
