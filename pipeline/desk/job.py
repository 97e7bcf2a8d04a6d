"""What somebody wants to have written, whichever client asks for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import numpy as np

from pipeline.engine.writing.making import Text
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling, check_rng_seed
from pipeline.engine.writing.seed import Seed, Unknown
from pipeline.engine.writing.writer import Writer

CONTEXT = 2_048  # pieces of the text that are read; no memory looks back farther
_CHARACTERS = 4  # of a piece, at most on average: so many are cut into pieces


@dataclass(frozen=True)
class Job:
    """A continuation that is wanted; its parts mean what they mean to `generate`.

    Attributes
    ----------
    text : str
        What is to be continued; of a long one the last `CONTEXT` pieces are read.
    writing : WritingOptions
    sampling : Sampling
    rng_seed : int
        Equal seeds give equal texts.
    candidates : int
        How many to report for each word.
    chances : bool
        Whether to tell how likely words were to be drawn; see `Choice`.
    learn_from : str
        A text that is read before.
    unknown : {"keep", "drop", "error"}
        What becomes of characters that the novel never uses.
    """

    text: str
    writing: WritingOptions = field(default_factory=WritingOptions)
    sampling: Sampling = field(default_factory=Sampling)
    rng_seed: int = field(default_factory=lambda: secrets.randbelow(2**31))
    candidates: int = 0
    chances: bool = False
    learn_from: str = ""
    unknown: Unknown = "keep"


def understand(writer: Writer, job: Job) -> Seed:
    """Return the end of a job's text as the writer reads it.

    Raises
    ------
    DataError
        See `Writer.understand`.
    """
    seed = writer.understand(job.text[-_CHARACTERS * CONTEXT :], unknown=job.unknown)
    return Seed(seed.words[-CONTEXT:], seed.unknown, seed.dropped)


def begin(writer: Writer, job: Job) -> Text:
    """Return a text in the making: read, and not yet written on.

    Raises
    ------
    DataError, SettingsError
        See `Writer.understand` and `Writer.stream`.
    """
    check_rng_seed(job.rng_seed)
    seed = understand(writer, job)
    prompt = writer.prompt(seed, writing=job.writing, learn_from=job.learn_from)
    return Text(
        prompt.model,
        prompt.begin(),
        sampling=job.sampling,
        generator=np.random.default_rng(job.rng_seed),
        candidates=job.candidates,
        chances=job.chances,
    )
