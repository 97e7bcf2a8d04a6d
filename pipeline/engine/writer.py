"""A trained writer for people: text in, text out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.artifacts.bundle import WriterBundle
from pipeline.engine.foretell import Model
from pipeline.engine.generate import Choice, spell, write
from pipeline.engine.sampling import Sampling
from pipeline.engine.seed import Seed, cut_seed
from pipeline.errors import DataError, SettingsError


def write_ids(
    bundle: WriterBundle,
    seed_ids: NDArray[np.int32],
    *,
    words: int,
    sampling: Sampling,
    generator: np.random.Generator,
) -> NDArray[np.int32]:
    """Write on from ids (T,) and return the ids of the words and breaks written."""
    ids = {word: number for number, word in enumerate(bundle.words)}
    choices = write(
        Model(bundle), seed_ids.tolist(), words=words, sampling=sampling, generator=generator
    )
    return np.array([ids[choice.word] for choice in choices], dtype=np.int32)


class Writer:
    """Writes on from a seed phrase in the voice of the novel it was trained on.

    It holds the bundle beside the two look-ups that every call needs: word → id and
    word → log frequency.
    """

    def __init__(self, bundle: WriterBundle) -> None:
        self.bundle = bundle
        self.ids = {word: number for number, word in enumerate(bundle.words)}
        self.log_priors = dict(zip(bundle.words, bundle.log_prior.tolist(), strict=True))

    def understand(self, seed_phrase: str) -> Seed:
        """Cut a seed phrase into known words.

        Raises
        ------
        DataError
            The phrase is empty, or holds no word that the novel knows.
        """
        if not seed_phrase.strip():
            raise DataError(f"seed phrase: expected a few words, got none; try {self.advice()}")
        seed = cut_seed(seed_phrase, self.log_priors)
        if not any(any("\u3400" <= c <= "\u9fff" for c in word) for word in seed.words):
            raise DataError(
                f"seed phrase {seed_phrase.strip()[:40]!r}: expected Chinese words that the novel "
                f"knows, found none; try {self.advice()}"
            )
        return seed

    def advice(self) -> str:
        """Return three phrases of the novel to try."""
        return "  ".join(f"“{phrase}”" for phrase in self.bundle.examples[:3])

    def stream(
        self,
        seed: Seed,
        *,
        words: int = 200,
        sampling: Sampling | None = None,
        rng_seed: int | None = None,
        prior_weight: float | None = None,
        candidates: int = 0,
    ) -> Iterator[Choice]:
        """Yield words one by one as they are chosen.

        Parameters
        ----------
        seed : Seed
            From `understand`.
        words : int
            How many words to write, at least 1.
        sampling : Sampling, optional
        rng_seed : int, optional
            Equal seeds give equal texts; None draws a fresh one.
        prior_weight : float, optional
            β in place of the fitted one; 0 decodes by nearest cosine alone.
        candidates : int
            How many candidates to report for each word.

        Raises
        ------
        SettingsError
            A number is out of bounds.
        """
        for name, value, least in (("words", words, 1), ("rng-seed", rng_seed or 0, 0)):
            if value < least:
                raise SettingsError(f"--{name}: expected at least {least}, got {value}")
        bundle = self.bundle
        if prior_weight is not None:
            if not math.isfinite(prior_weight):
                raise SettingsError(f"--prior-weight: expected a number, got {prior_weight}")
            bundle = replace(bundle, prior_weight=prior_weight)
        return write(
            Model(bundle),
            [self.ids[word] for word in seed.words],
            words=words,
            sampling=sampling or Sampling(),
            generator=np.random.default_rng(rng_seed),
            candidates=candidates,
        )

    def continue_text(
        self,
        seed_phrase: str,
        *,
        words: int = 200,
        sampling: Sampling | None = None,
        rng_seed: int | None = None,
    ) -> str:
        """Return what follows `seed_phrase`; see `stream` for the parameters and errors."""
        seed = self.understand(seed_phrase)
        choices = self.stream(seed, words=words, sampling=sampling, rng_seed=rng_seed)
        return spell([choice.word for choice in choices], previous=seed.words[-1])
