"""A seed phrase made ready: what writes, the constraints, and texts that go on from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.constraints.constraint import Given
from pipeline.engine.writing.constraints.marks import find_marks
from pipeline.engine.writing.constraints.order import Constraints, fork, make_constraints
from pipeline.engine.writing.generate import TOGETHER, Choice, Position, begin_at
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling, check_rng_seed
from pipeline.engine.writing.side_by_side import write, write_side_by_side


def constraints_for(
    model: Voice, writing: WritingOptions, learnt: dict[str, Any] | None = None
) -> Constraints:
    """Make options ready for a voice, by the habits of its novel's punctuation.

    `learnt` keeps those habits from call to call: one for each voice.

    Raises
    ------
    SettingsError
        See `make_constraints`.
    """
    learnt = {} if learnt is None else learnt
    novels = model.novels
    text_ids = novels[0].text_ids if novels else None
    if "marks" not in learnt:
        learnt["marks"] = find_marks(model.words, text_ids)
    return make_constraints(
        Given(
            options=writing,
            words=model.words,
            marks=learnt["marks"],
            text_ids=text_ids,
            log_priors=model.tokenizer.log_priors,
            chapters=novels[0].chapters if novels else (),
            steps=model.steps,
            foreign_names=model.foreign_names,
            others=novels[1:],
            learnt=learnt,
        )
    )


@dataclass(frozen=True)
class Prompt:
    """A seed phrase with all that is made once for it: what writes, its ids and the constraints."""

    model: Voice
    seed_ids: tuple[int, ...]
    constraints: Constraints
    learnt: tuple[int, ...] = ()  # read before the seed phrase

    def begin(self) -> Position:
        """Return where a text stands that holds just the seed phrase."""
        return begin_at(self.model, self.seed_ids, self.constraints, self.learnt)

    def stream(
        self,
        *,
        sampling: Sampling | None = None,
        rng_seed: int | None = None,
        candidates: int = 0,
    ) -> Iterator[Choice]:
        """Yield words one by one as they are chosen; see `TextWriter.stream`."""
        check_rng_seed(rng_seed)
        return write(
            self.model,
            self.seed_ids,
            constraints=self.constraints,
            sampling=sampling or Sampling(),
            generator=np.random.default_rng(rng_seed),
            candidates=candidates,
            learnt=self.learnt,
        )

    def streams(
        self,
        *,
        sampling: Sampling | None = None,
        rng_seeds: Sequence[int],
        candidates: int = 0,
    ) -> Iterator[Iterator[Choice]]:
        """Yield a stream for each of N texts, written side by side; see `TextWriter.stream`.

        Each is that of its seed alone, but for rounding. A stream is to be taken to its end before
        the one after it: no more than `TOGETHER` are in the making at a time.
        """
        for rng_seed in rng_seeds:
            check_rng_seed(rng_seed)
        begun: Position | None = None
        for first in range(0, len(rng_seeds), TOGETHER):
            own = rng_seeds[first : first + TOGETHER]
            begun = begun or self.begin()
            yield from write_side_by_side(
                self.model,
                [Position(fork(begun.state), begun.reading) for _ in own],
                sampling=sampling or Sampling(),
                generators=[np.random.default_rng(seed) for seed in own],
                candidates=candidates,
            )
