"""A made-up novel with all kinds of marks, and writers for it that know nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from made_up import made_up_words, random_network
from numpy.typing import NDArray

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.generate import Choice
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.side_by_side import write

MARKS = (*"，。：！？“”‘’《》（）", "…", "—")
WORDS = (PARAGRAPH_BREAK, *MARKS, *made_up_words(20))
IDS = {word: number for number, word in enumerate(WORDS)}
HOT = Sampling(temperature=3.0, top_p=1.0, repetition_penalty=1.0, best_of=1)
PLAIN = Sampling(temperature=1.0, top_p=1.0, repetition_penalty=1.0, best_of=1)
GREEDY = Sampling(temperature=0.0, repetition_penalty=1.0)


def ids_of(text: str) -> list[int]:
    """The ids of a text in words of one character; a line end is the paragraph break."""
    return [IDS[PARAGRAPH_BREAK if character == "\n" else character] for character in text]


def remember(text_ids: NDArray[np.int32]) -> Memories:
    """Memories of a text that say nothing: the network alone foretells."""
    return Memories(
        weights={"network": 1.0},
        text_ids=text_ids,
        chapters=(),
    )


def model_of(
    seed: int, words: Sequence[str] = WORDS, text_ids: NDArray[np.int32] | None = None
) -> Model:
    """A model with random weights, with a text if one is given."""
    memories = None if text_ids is None else remember(text_ids)
    return Model(random_network(seed, words=words), memories)


def written(
    model: Model,
    writing: WritingOptions,
    *,
    seed_ids: Sequence[int] = (20,),
    sampling: Sampling = PLAIN,
    rng_seed: int = 0,
) -> list[Choice]:
    """What the model writes on from the seed with the writing."""
    generator = np.random.default_rng(rng_seed)
    constraints = constraints_for(model, writing)
    return list(
        write(model, seed_ids, constraints=constraints, sampling=sampling, generator=generator)
    )


def text_of(choices: Sequence[Choice]) -> str:
    """The words of choices in a row, breaks as line ends."""
    return "".join(choice.word for choice in choices).replace(PARAGRAPH_BREAK, "\n")
