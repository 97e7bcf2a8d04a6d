"""What somebody wants to have written, whichever client asks for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.ready import Ready
from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.constraints.order import fork, start
from pipeline.engine.writing.generate import Position
from pipeline.engine.writing.making import Text
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling, check_rng_seed
from pipeline.engine.writing.seed import Seed, Unknown
from pipeline.engine.writing.text_writer import TextWriter

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
    at_break : bool
        Whether a line end that the text ends with has ended its paragraph: to `generate` it is
        the end of a file, at a caret it is one's own.
    """

    text: str
    writing: WritingOptions = field(default_factory=WritingOptions)
    sampling: Sampling = field(default_factory=Sampling)
    rng_seed: int = field(default_factory=lambda: secrets.randbelow(2**31))
    candidates: int = 0
    chances: bool = False
    learn_from: str = ""
    unknown: Unknown = "keep"
    at_break: bool = False


def understand(writer: TextWriter, job: Job) -> Seed:
    """Return the end of a job's text as the writer reads it.

    Raises
    ------
    DataError
        See `TextWriter.understand`.
    """
    seed = writer.understand(job.text[-_CHARACTERS * CONTEXT :], unknown=job.unknown)
    words = seed.words[-CONTEXT:]
    ended = job.at_break and job.text.rstrip(" \u3000\t").endswith("\n")
    if ended and PARAGRAPH_BREAK in writer.tokenizer.ids:
        words = (*words, PARAGRAPH_BREAK)
    return Seed(words, seed.unknown, seed.dropped)


class Opened:
    """What is to be continued, ready to be written on from as often as is wanted.

    Attributes
    ----------
    job : Job
    seed : Seed
        The end of the job's text as the writer reads it.
    """

    def __init__(self, writer: TextWriter, job: Job, ready: Ready | None = None) -> None:
        """Cut the text and make the constraints ready; see `begin` for errors.

        `ready` is what is kept of the writer; nothing, where none is given.
        """
        check_rng_seed(job.rng_seed)
        self.job = job
        self.seed = understand(writer, job)
        self._ready = ready or Ready(writer)
        self._prompt = self._ready.prompt(self.seed, job.writing, job.learn_from)
        self._read: Position | None = None
        self._lock = Lock()

    @property
    def model(self) -> Voice:
        """What tells the next word."""
        return self._prompt.model

    @property
    def seed_ids(self) -> tuple[int, ...]:
        """The ids of the seed's words."""
        return self._prompt.seed_ids

    def position(self) -> Position:
        """Return where the text stands, to be gone on from; it is read once."""
        with self._lock:
            self._read = self._read or self._begin()
        return Position(fork(self._read.state), self._read.reading)

    def _begin(self) -> Position:
        """Return where the text stands, as `begin_at` does."""
        prompt = self._prompt
        reading = self._ready.reading((*prompt.learnt, *prompt.seed_ids))
        return Position(start(prompt.seed_ids, prompt.constraints), reading)

    def begin(self, number: int = 0) -> Text:
        """Return a text in the making: that of the job's seed, or of one so much greater."""
        return Text(
            self.model,
            self.position(),
            sampling=self.job.sampling,
            generator=np.random.default_rng(self.job.rng_seed + number),
            candidates=self.job.candidates,
            chances=self.job.chances,
        )


def begin(writer: TextWriter, job: Job, ready: Ready | None = None) -> Text:
    """Return a text in the making: read, and not yet written on.

    Raises
    ------
    DataError, SettingsError
        See `TextWriter.understand` and `TextWriter.stream`.
    """
    return Opened(writer, job, ready).begin()
