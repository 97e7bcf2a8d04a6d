"""Texts as they come to be: one, or several side by side, in one matrix product for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.constraints.order import Constraints
from pipeline.engine.writing.generate import Choice, Position, begin_at
from pipeline.engine.writing.making import Text, advance
from pipeline.engine.writing.sampling import Sampling


def write(
    model: Voice,
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
    model : Voice
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
    model: Voice,
    positions: Sequence[Position],
    *,
    sampling: Sampling,
    generators: Sequence[np.random.Generator],
    candidates: int = 0,
) -> list[Iterator[Choice]]:
    """Return a stream of choices for each of N texts: what `write` yields, but for rounding.

    Whichever stream is asked takes all texts on, each by a word or by the candidates for one. What
    nobody asked for yet is kept.

    Parameters
    ----------
    model : Voice
    positions : where each text stands; none shares a state with another
    sampling : Sampling
    generators : one for each text
    candidates : int
        How many candidates to report for each word.
    """
    texts = [
        Text(model, position, sampling=sampling, generator=generator, candidates=candidates)
        for position, generator in zip(positions, generators, strict=True)
    ]
    return [_stream(text, texts) for text in texts]


def _stream(text: Text, texts: Sequence[Text]) -> Iterator[Choice]:
    """Yield what is written of one of some texts; all are taken on where it has nothing ready."""
    while text.written or text.asks:
        if text.written:
            yield text.written.popleft()
        else:
            advance(texts)
