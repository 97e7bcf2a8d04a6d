"""What people write with: text in, text out, whatever tells the next word."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

from pipeline.artifacts.tokens import Tokenizer
from pipeline.chinese import has_chinese
from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.generate import Choice, spell
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import Prompt, constraints_for
from pipeline.engine.writing.sampling import Sampling, check_rng_seed
from pipeline.engine.writing.seed import Seed, Unknown, cut_seed, learnt_ids
from pipeline.errors import DataError


class TextWriter(ABC):
    """Writes on from a seed phrase: a `Writer` of one novel, or a `MixedWriter` of several.

    Attributes
    ----------
    tokenizer : Tokenizer
        What cuts text into pieces.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._habits: dict[str, Any] = {}  # habits of the novel, for all that it writes

    @abstractmethod
    def model(self, prior_weight: float | None = None) -> Voice:
        """Return what tells the next word; a number takes the place of β.

        Raises
        ------
        SettingsError
            It is no finite number.
        """

    @abstractmethod
    def remembering(self, names: str) -> Self:
        """Return the writer with only these components, as `cache,ngram`, or with `none`.

        Raises
        ------
        SettingsError
            There is no such component, or this writer was made without it or without any.
        """

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
        return "  ".join(f"“{phrase}”" for phrase in self.model().examples[:3])

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
