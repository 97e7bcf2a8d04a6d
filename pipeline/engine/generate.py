"""Writing on: from the words so far to a stream of chosen words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.bundle import WriterBundle
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.foretell import Foretold, Model, begin, foretell, read
from pipeline.engine.sampling import Sampling, choose, penalise, shortlist

RECENT_WORDS = 40  # how far back the repetition penalty looks: two windows


@dataclass(frozen=True)
class Candidate:
    """A word that could have come next, with its cosine and its probability."""

    word: str
    cosine: float
    probability: float


@dataclass(frozen=True)
class Choice:
    """A written word, and the best candidates there were for its place (best first)."""

    word: str
    cosine: float
    probability: float
    candidates: tuple[Candidate, ...]


def write(
    model: Model,
    seed_ids: Sequence[int],
    *,
    words: int,
    sampling: Sampling,
    generator: np.random.Generator,
    candidates: int = 0,
) -> Iterator[Choice]:
    """Yield choices until `words` words are written; paragraph breaks come on top of them.

    Parameters
    ----------
    model : Model
    seed_ids : at least one id
    words : int
    sampling : Sampling
    generator : numpy.random.Generator
    candidates : int
        How many candidates to report for each word.
    """
    bundle = model.bundle
    reading = begin(model, seed_ids)
    # The unknown word, id V, may stand in a seed but is never written.
    penalised = [any(map(str.isalnum, word)) for word in bundle.words] + [False]  # V + 1
    break_id = break_position(bundle)
    history = list(seed_ids)
    while words > 0:
        foretold = foretell(reading, model)
        log_chances = foretold.log_chances
        if history[-1] == break_id:
            log_chances[break_id] = -np.inf  # no empty paragraph
        recent = np.array([i for i in history[-RECENT_WORDS:] if penalised[i]], dtype=np.int64)
        weighed = penalise(log_chances, recent, penalty=sampling.repetition_penalty)
        word_id = choose(weighed, sampling, generator)
        yield report(word_id, foretold, bundle, candidates)
        words -= word_id != break_id
        history.append(word_id)
        reading = read(reading, word_id, model)


def break_position(bundle: WriterBundle) -> int:
    """Return the id of the paragraph break, −1 where the vocabulary has none."""
    return bundle.words.index(PARAGRAPH_BREAK) if PARAGRAPH_BREAK in bundle.words else -1


def report(word_id: int, foretold: Foretold, bundle: WriterBundle, candidates: int) -> Choice:
    """Put a choice into words."""
    cosine, log_chances = foretold.cosine, foretold.log_chances  # (V,)
    best: NDArray[np.int64] = (
        shortlist(log_chances, top_k=candidates) if candidates else np.empty(0, dtype=np.int64)
    )
    return Choice(
        word=bundle.words[word_id],
        cosine=float(cosine[word_id]),
        probability=float(np.exp(log_chances[word_id])),
        candidates=tuple(
            Candidate(bundle.words[i], float(cosine[i]), float(np.exp(log_chances[i])))
            for i in best
        ),
    )


def spell(words: Sequence[str], previous: str = "") -> str:
    """Join words into text: breaks become line ends, two Latin words get a space between."""
    text = ""
    for word in words:
        if word == PARAGRAPH_BREAK:
            text += "\n"
        else:
            spaced = is_latin(previous[-1:]) and is_latin(word[:1])
            text += " " + word if spaced else word
        previous = word
    return text


def is_latin(character: str) -> bool:
    """Return whether this is an ASCII letter or digit."""
    return character.isascii() and character.isalnum()
