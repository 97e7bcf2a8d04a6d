"""Texts as they come to be: one, or several side by side, in one matrix product for all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.engine.memories.next_word import Model
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.order import Constraints, may_end
from pipeline.engine.writing.generate import Choice, Position, begin_at, step_all
from pipeline.engine.writing.sampling import Sampling, best_of
from pipeline.engine.writing.sentences import Written, write_sentences


def write(
    model: Model,
    seed_ids: Sequence[int],
    *,
    constraints: Constraints,
    sampling: Sampling,
    generator: np.random.Generator,
    candidates: int = 0,
    learnt: Sequence[int] = (),
) -> Iterator[Choice]:
    """Yield choices until the constraints let the text end; early only if every word is banned.

    Parameters
    ----------
    model : Model
    seed_ids : at least one id; V stands for an unknown word
    constraints : Constraints
        From `make_constraints`, for this model's vocabulary.
    sampling : Sampling
    generator : numpy.random.Generator
    candidates : int
        How many candidates to report for each word.
    learnt : ids that are read before the seed; see `begin_at`
    """
    (stream,) = write_side_by_side(
        model,
        [begin_at(model, seed_ids, constraints, learnt)],
        sampling=sampling,
        generators=[generator],
        candidates=candidates,
    )
    return stream


def write_side_by_side(
    model: Model,
    positions: Sequence[Position],
    *,
    sampling: Sampling,
    generators: Sequence[np.random.Generator],
    candidates: int = 0,
) -> list[Iterator[Choice]]:
    """Return a stream of choices for each of N texts: what `write` yields, but for rounding.

    Whichever stream is asked takes all texts on by a word, or a sentence where several are drawn
    for each that is written. What nobody asked for yet is kept.

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
        drawn = best_of(sampling)
        self._generators = [[own] if drawn == 1 else own.spawn(drawn) for own in generators]
        self._candidates = candidates
        self._going = {n: own for n, own in enumerate(positions) if not may_end(own.state)}
        self._waiting: list[deque[Choice]] = [deque() for _ in positions]

    def stream(self, number: int) -> Iterator[Choice]:
        """Yield what is written of one text."""
        waiting = self._waiting[number]
        while waiting or number in self._going:
            if not waiting:
                self._advance()
            else:
                yield waiting.popleft()

    def _advance(self) -> None:
        """Take each text on that has not ended."""
        numbers = list(self._going)
        with one_thread_a_word():
            written = self._write_on(numbers)
        for number, (choices, position) in zip(numbers, written, strict=True):
            self._waiting[number].extend(choices)
            if position is None or may_end(position.state):
                del self._going[number]
            else:
                self._going[number] = position

    def _write_on(self, numbers: list[int]) -> list[Written]:
        """Return what comes next in some texts, and where they stand then."""
        positions = [self._going[number] for number in numbers]
        generators = [self._generators[number] for number in numbers]
        if best_of(self._sampling) > 1:
            return write_sentences(
                positions,
                self._model,
                sampling=self._sampling,
                generators=generators,
                candidates=self._candidates,
            )
        steps = step_all(
            positions,
            self._model,
            sampling=self._sampling,
            generators=[own for (own,) in generators],
            candidates=self._candidates,
        )
        return [([], None) if own is None else ([own[0]], own[1]) for own in steps]
