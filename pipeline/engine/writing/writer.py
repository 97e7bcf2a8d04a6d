"""A trained writer for people, in the voice of one novel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from pipeline.arrays import Ids
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network
from pipeline.engine.memories.next_word import Model
from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.components import choose_components, component_names
from pipeline.engine.writing.generate import TOGETHER, begin_at
from pipeline.engine.writing.options import BARE, WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.side_by_side import write_side_by_side
from pipeline.engine.writing.text_writer import TextWriter
from pipeline.errors import SettingsError
from pipeline.stage import Advance


def write_ids(
    model: Voice,
    seeds: Sequence[Ids],
    *,
    words: int,
    sampling: Sampling,
    generator: np.random.Generator,
    writing: WritingOptions = BARE,
    progress: Advance | None = None,
) -> list[Ids]:
    """Write exactly `words` words on from each of N seeds; return their ids and the breaks'.

    `progress` is called with words done and words in all.
    """
    constraints = constraints_for(model, replace(writing, words=words, finish=False))
    generators = generator.spawn(len(seeds))
    found: list[Ids] = []
    for first in range(0, len(seeds), TOGETHER):
        own = slice(first, first + TOGETHER)
        streams = write_side_by_side(
            model,
            [begin_at(model, seed.tolist(), constraints) for seed in seeds[own]],
            sampling=sampling,
            generators=generators[own],
        )
        texts: list[list[int]] = [[] for _ in streams]
        for number, choices in enumerate(zip_longest(*streams)):
            for text, choice in zip(texts, choices, strict=True):
                if choice is not None:
                    text.append(choice.word_id)
            if progress is not None:
                done = first * words + len(texts) * min(number, words)
                progress(done, len(seeds) * words)
        found += [np.array(text, dtype=np.int32) for text in texts]
    return found


class Writer(TextWriter):
    """Writes on from a seed phrase in the voice of the novel it was trained on.

    It holds the network and the memories, if any, beside what cuts text into pieces.
    """

    def __init__(self, network: Network, memories: Memories | None = None) -> None:
        self.network = network
        self.memories = memories
        self._model = Model(network, memories)  # one for all texts: they are written side by side
        super().__init__(self._model.tokenizer)

    def remembering(self, names: str) -> Writer:
        """Return the writer with only these components, as `cache,ngram`, or with `none`.

        Raises
        ------
        SettingsError
            There is no such component, or this writer was made without it or without any.
        """
        if self.memories is None:
            raise SettingsError(
                "--memory: expected a writer with memories, got the network alone",
                option="--memory",
            )
        return Writer(self.network, choose_components(self.memories, component_names(names)))

    def model(self, prior_weight: float | None = None) -> Model:
        """Return what tells the next word; see `TextWriter.model`."""
        if prior_weight is None:
            return self._model
        if not math.isfinite(prior_weight):
            raise SettingsError(
                f"--prior-weight: expected a number, got {prior_weight}",
                option="--prior-weight",
            )
        return Model(replace(self.network, prior_weight=prior_weight), self.memories)
