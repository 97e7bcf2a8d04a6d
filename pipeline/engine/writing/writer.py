"""A trained writer for people: text in, text out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import numpy as np

from pipeline.arrays import Ids
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network, tokenizer_of
from pipeline.chinese import has_chinese
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.components import choose_components, component_names
from pipeline.engine.writing.constraints.constraint import Given
from pipeline.engine.writing.constraints.marks import find_marks
from pipeline.engine.writing.constraints.order import Constraints, fork, make_constraints
from pipeline.engine.writing.generate import Choice, Position, begin_at, spell
from pipeline.engine.writing.options import BARE, WritingOptions
from pipeline.engine.writing.sampling import Sampling, check_rng_seed
from pipeline.engine.writing.seed import Seed, Unknown, cut_seed, learnt_ids
from pipeline.engine.writing.side_by_side import write, write_side_by_side
from pipeline.errors import DataError, SettingsError
from pipeline.stage import Advance

TOGETHER = 16  # texts side by side: more gain little in time


def constraints_for(
    model: Model, writing: WritingOptions, learnt: dict[str, Any] | None = None
) -> Constraints:
    """Make options ready for a model, by the habits of its novel's punctuation.

    `learnt` keeps those habits from call to call: one for each model.

    Raises
    ------
    SettingsError
        See `make_constraints`.
    """
    network, learnt = model.network, {} if learnt is None else learnt
    text_ids = model.memories.text_ids if model.memories else None
    if "marks" not in learnt:
        learnt["marks"] = find_marks(network.words, text_ids)
    return make_constraints(
        Given(
            options=writing,
            network=network,
            marks=learnt["marks"],
            text_ids=text_ids,
            log_priors=tokenizer_of(network).log_priors,
            chapters=model.memories.chapters if model.memories else (),
            learnt=learnt,
        )
    )


def write_ids(
    model: Model,
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


@dataclass(frozen=True)
class Prompt:
    """A seed phrase with all that is made once for it: the model, its ids and the constraints."""

    model: Model
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
        """Yield words one by one as they are chosen; see `Writer.stream`."""
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
        """Yield a stream for each of N texts, written side by side; see `Writer.stream`.

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


class Writer:
    """Writes on from a seed phrase in the voice of the novel it was trained on.

    It holds the network and the memories, if any, beside what cuts text into pieces.
    """

    def __init__(self, network: Network, memories: Memories | None = None) -> None:
        self.network = network
        self.memories = memories
        self.tokenizer = tokenizer_of(network)
        self._habits: dict[str, Any] = {}  # habits of the novel, for all that it writes

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

    def understand(self, seed_phrase: str, *, unknown: Unknown = "keep") -> Seed:
        """Cut a seed phrase into pieces; what becomes of unknown characters, `cut_seed` tells.

        Raises
        ------
        DataError
            The phrase is empty, or holds no Chinese that the novel uses; or a character is unknown,
            and `unknown` is "error".
        """
        if not seed_phrase.strip():
            raise DataError(f"seed phrase: expected a few words, got none; try {self.advice()}")
        seed = cut_seed(seed_phrase, self.tokenizer, unknown=unknown)
        if not any(has_chinese(word) and word in self.tokenizer.ids for word in seed.words):
            raise DataError(
                f"seed phrase {seed_phrase.strip()[:40]!r}: expected Chinese words that the novel "
                f"knows, found none; try {self.advice()}"
            )
        return seed

    def advice(self) -> str:
        """Return three phrases of the novel to try."""
        return "  ".join(f"“{phrase}”" for phrase in self.network.examples[:3])

    def stream(
        self,
        seed: Seed,
        *,
        writing: WritingOptions | None = None,
        words: int | None = None,
        sampling: Sampling | None = None,
        rng_seed: int | None = None,
        prior_weight: float | None = None,
        candidates: int = 0,
        learn_from: str = "",
    ) -> Iterator[Choice]:
        """Yield words one by one as they are chosen.

        Parameters
        ----------
        seed : Seed
            From `understand`.
        writing : WritingOptions, optional
            How much to write and what to keep to.
        words : int, optional
            After how many words to end, at least 1; in place of the options'.
        sampling : Sampling, optional
        rng_seed : int, optional
            Equal seeds give equal texts; None draws a fresh one.
        prior_weight : float, optional
            β in place of the fitted one; 0 lets the network decode by nearest cosine alone.
        candidates : int
            How many candidates to report for each word.
        learn_from : str
            A text of one's own that is read before the seed phrase: the memories of what is read
            know its last words, the constraints do not.

        Raises
        ------
        SettingsError
            A number is out of bounds, or the options ask for words that the novel does not know.
        """
        check_rng_seed(rng_seed)
        prompt = self.prompt(
            seed, writing=writing, words=words, prior_weight=prior_weight, learn_from=learn_from
        )
        return prompt.stream(sampling=sampling, rng_seed=rng_seed, candidates=candidates)

    def prompt(
        self,
        seed: Seed,
        *,
        writing: WritingOptions | None = None,
        words: int | None = None,
        prior_weight: float | None = None,
        learn_from: str = "",
    ) -> Prompt:
        """Return a seed phrase made ready, to write on from as often as is wanted; see `stream`."""
        model = self.model(prior_weight)
        constraints = constraints_for(model, _with_words(writing, words), self._habits)
        learnt = learnt_ids(learn_from, model, self.tokenizer)
        return Prompt(model, tuple(self.seed_ids(seed)), constraints, learnt)

    def seed_ids(self, seed: Seed) -> list[int]:
        """Return the ids of a seed's words; V stands for an unknown character."""
        ids = self.tokenizer.ids
        return [ids.get(word, len(ids)) for word in seed.words]

    def model(self, prior_weight: float | None = None) -> Model:
        """Return what tells the next word; a number takes the place of β."""
        network = self.network
        if prior_weight is not None:
            if not math.isfinite(prior_weight):
                raise SettingsError(
                    f"--prior-weight: expected a number, got {prior_weight}",
                    option="--prior-weight",
                )
            network = replace(network, prior_weight=prior_weight)
        return Model(network, self.memories)

    def continue_text(
        self,
        seed_phrase: str,
        *,
        writing: WritingOptions | None = None,
        words: int | None = None,
        sampling: Sampling | None = None,
        rng_seed: int | None = None,
        unknown: Unknown = "keep",
        learn_from: str = "",
    ) -> str:
        """Return what follows `seed_phrase`; see `understand` and `stream`."""
        seed = self.understand(seed_phrase, unknown=unknown)
        choices = self.stream(
            seed,
            writing=writing,
            words=words,
            sampling=sampling,
            rng_seed=rng_seed,
            learn_from=learn_from,
        )
        return spell([choice.word for choice in choices], previous=seed.words[-1])


def _with_words(writing: WritingOptions | None, words: int | None) -> WritingOptions:
    """Return the writing, or the default one, with another number of words if one is given."""
    writing = writing or WritingOptions()
    return writing if words is None else replace(writing, words=words)
