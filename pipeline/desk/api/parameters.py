"""What clients call the parameters of writing, and what is made of them.

They mean what they mean to `generate`, and default to what it defaults to.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from pipeline.desk import bodies
from pipeline.desk.job import Job
from pipeline.desk.refusals import BadRequest
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.seed import read_unknown
from pipeline.errors import SettingsError
from pipeline.shown import shown

MOST_PIECES = 8_192  # of a text
MOST_TEXTS = 16  # of a prompt, and prompts of a request
MOST_LIKELY = 100  # pieces that are told for a place
_MOST_STOPS = 256
_LONGEST_STOP = 256  # characters
_MOST_IN_ALL = MOST_TEXTS * MOST_PIECES
_MOST_LIKELY_IN_ALL = 1_000_000  # a few hundred bytes each
_SEEDS = 2**64
_SHOWN = 60  # characters of a refused value that are repeated

_Names = Mapping[str, Sequence[str]]
_Made = TypeVar("_Made")

# Field of Sampling → what clients call it; the first that a body has is taken.
_SAMPLING: _Names = {
    "temperature": ("temperature",),
    "top_k": ("top_k",),
    "top_p": ("top_p",),
    "min_p": ("min_p",),
    "repetition_penalty": ("repetition_penalty", "repeat_penalty", "rep_pen"),
    "penalty_window": ("penalty_window", "repeat_last_n", "rep_pen_range"),
    "best_of": ("best_of",),
}
_WHOLE = {field.name for field in fields(Sampling) if field.type == "int"}


@dataclass(frozen=True)
class Wanted:
    """How texts are to be written on.

    Attributes
    ----------
    job : Job
        For each text; its own text and seed are put in.
    pieces : int
        How many are written at most; with 0 the prompt is only read.
    stops : tuple of str
    texts : int
        How many for each prompt: one of each of as many successive seeds.
    keep_stop : bool
        Whether a text keeps the stop string that ends it.
    """

    job: Job
    pieces: int
    stops: tuple[str, ...] = ()
    texts: int = 1
    keep_stop: bool = False

    @property
    def most(self) -> int | None:
        """How many pieces are sent at most; None where a sentence is to be finished."""
        return None if self.job.writing.finish else self.pieces

    def on(self, text: str) -> Job:
        """Return the job of writing on from a text."""
        return replace(self.job, text=text)

    def check(self, prompts: int) -> None:
        """Refuse more than a request may ask for, all its texts together.

        Raises
        ------
        BadRequest
        """
        asked = prompts * self.texts * self.pieces
        if asked > _MOST_IN_ALL:
            raise BadRequest(
                f"expected at most {_MOST_IN_ALL:,} pieces in all texts together, got {asked:,}; "
                "ask for fewer texts or shorter ones"
            )
        likely = asked * self.job.candidates
        if likely > _MOST_LIKELY_IN_ALL:
            raise BadRequest(
                f"expected at most {_MOST_LIKELY_IN_ALL:,} log probabilities in all, got "
                f"{likely:,}; ask for fewer of each place, or for fewer pieces"
            )


def wanted_from(
    body: Mapping[str, Any],
    *,
    pieces: int,
    stops: Sequence[str],
    seed: str = "seed",
    likely: int = 0,
    keep_stop: bool = False,
) -> Wanted:
    """Return what a body asks for.

    Parameters
    ----------
    body : mapping
    pieces : int
        What the client's own field says, or its default.
    stops : sequence of str
    seed : str
        What the client calls the seed; −1 draws one.
    likely : int
        How many of the best pieces to tell for each place.
    keep_stop : bool
        See `Wanted`.

    Raises
    ------
    BadRequest
        A field cannot be accepted.
    """
    rng_seed = bodies.whole(body, seed, -1, least=-1, most=_SEEDS - 1)
    job = Job(
        "",
        writing=_writing_from(body, pieces),
        sampling=_sampling_from(body),
        rng_seed=secrets.randbelow(2**31) if rng_seed == -1 else rng_seed,
        candidates=likely,
        chances=bodies.flag(body, "post_sampling_probs", False) and likely > 0,
        learn_from=bodies.text(body, "learn_from", ""),
        unknown=read_unknown(bodies.text(body, "unknown", "keep")),
    )
    texts = bodies.whole(body, "n", 1, least=1, most=MOST_TEXTS)
    return Wanted(job, pieces, tuple(stops), texts, keep_stop)


def prompts_from(body: Mapping[str, Any]) -> list[str]:
    """Return the prompts of a body: one, or a list of them.

    Raises
    ------
    BadRequest
        There is none, there are too many, or they are no texts, such as numbers of pieces.
    """
    given = body.get("prompt")
    if not isinstance(given, str) and (
        not given or not isinstance(given, list) or not isinstance(given[0], str)
    ):
        got = shown(json.dumps(given), _SHOWN)
        problem = f"prompt: expected a text or a list of texts, got {got}"
        raise BadRequest(problem, option="prompt")
    return bodies.texts(body, "prompt", [], most=MOST_TEXTS)


def stops_from(body: Mapping[str, Any], *names: str) -> list[str]:
    """Return the stop strings of all fields of these names."""
    return [
        stop
        for name in names
        for stop in bodies.texts(body, name, [], most=_MOST_STOPS, longest=_LONGEST_STOP)
    ]


def _sampling_from(body: Mapping[str, Any]) -> Sampling:
    """Return how words are chosen.

    Raises
    ------
    BadRequest
        A number is out of bounds; the client's own name for it is told.
    """
    given: dict[str, float] = {}
    named: dict[str, str] = {}
    for own, names in _SAMPLING.items():
        name = next((name for name in names if body.get(name) is not None), names[0])
        read = bodies.whole if own in _WHOLE else bodies.number
        value = read(body, name, None)
        if value is not None:
            given[own], named[own] = _usual(own, value), name
    return _renamed(lambda: Sampling(**given), named)  # type: ignore[arg-type]


def _writing_from(body: Mapping[str, Any], pieces: int) -> WritingOptions:
    """Return how much is written and what is kept to: `generate`'s options are fields too.

    Raises
    ------
    BadRequest
        See `_sampling_from`.
    """
    usual = WritingOptions()
    return _renamed(
        lambda: WritingOptions(
            words=max(pieces, 1),
            finish=bodies.flag(body, "finish", False),
            no_repeat=bodies.whole(body, "no_repeat", usual.no_repeat),
            max_copy=bodies.whole(body, "max_copy", usual.max_copy),
            must_include=tuple(bodies.texts(body, "must_include", [])),
            ban=tuple(bodies.texts(body, "ban", [])),
        ),
        {},
    )


def _usual(name: str, value: float) -> float:
    """Return a number as we write what others write otherwise."""
    if name in ("top_k", "penalty_window") and value == -1:
        return 0 if name == "top_k" else MOST_PIECES  # all of them
    if name == "top_p" and value == 0:
        return math.ulp(0)  # the best alone
    return value


def _renamed(make: Callable[[], _Made], named: Mapping[str, str]) -> _Made:
    """Return what is made; an error names the client's field."""
    try:
        return make()
    except BadRequest:
        raise
    except SettingsError as error:
        option = error.option or ""
        own = option.removeprefix("--").replace("-", "_")
        name = named.get(own, own)
        raise BadRequest(name + str(error).removeprefix(option), option=name) from None
