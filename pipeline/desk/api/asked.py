"""What the page asks for, and the words of an answer as JSON values."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from starlette.requests import Request

from pipeline.desk import bodies
from pipeline.desk.desk import Desk
from pipeline.desk.job import Job, Opened
from pipeline.desk.loaded import Loaded
from pipeline.desk.mixes import Mixture
from pipeline.desk.refusals import BadRequest
from pipeline.engine.writing.generate import Choice, spell
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.values import choice_json, shares_json
from pipeline.errors import DataError

_MOST_WORDS = 20_000  # of a text
MOST_CANDIDATES = 50
_WAYS = ("word", "sentence", "paragraph", "words")
_WORDS = 200
_LONGEST = 1_000  # characters of a word to include or ban, or to write until
_SEEDS = 2**63 - 2**10  # further seeds follow one
_OWN = ("words", "sentences", "paragraphs")  # what the way of writing says

_Body = Mapping[str, Any]
_Made = TypeVar("_Made", Sampling, WritingOptions)


def desk_of(request: Request) -> Desk:
    """Return the desk that a request has come to."""
    desk: Desk = request.app.state.desk
    return desk


async def voice_of(request: Request, body: _Body) -> Loaded | Mixture:
    """Return what a body lets write: a model, or several that it mixes.

    Raises
    ------
    BadRequest, NotReady, SettingsError, DataError
        See `model_of` and `Mixes.open`.
    """
    mix = bodies.mapping(body, "mix")
    if not mix:
        return await model_of(request, body)
    weights = {name: bodies.number(mix, name, 0.0) for name in mix}
    return await asyncio.to_thread(desk_of(request).mixes.open, weights)


async def model_of(request: Request, body: _Body) -> Loaded:
    """Return the model that a body names, the desk's own where it names none.

    Raises
    ------
    BadRequest
        Several are mixed: this takes one.
    NotReady, SettingsError, DataError
        See `Models.load`.
    """
    if bodies.mapping(body, "mix"):
        raise BadRequest("mix: expected none here, got one; name one model", option="mix")
    desk = desk_of(request)
    name = bodies.text(body, "model", None, most=_LONGEST) or desk.default_model
    return await asyncio.to_thread(desk.models.load, name)


def job_from(body: _Body, way: str = "words") -> Job:
    """Return what a body asks to have written.

    Parameters
    ----------
    body : mapping
    way : str
        How, where the body does not say.

    Raises
    ------
    BadRequest, SettingsError
        A field cannot be accepted.
    """
    way = bodies.one_of(body, "way", way, _WAYS)
    words = bodies.whole(body, "words", _WORDS, least=1, most=_MOST_WORDS)
    writing = _read_options(WritingOptions(), bodies.mapping(body, "writing"))
    seed = bodies.whole(body, "rng_seed", None, least=0, most=_SEEDS)
    return Job(
        bodies.text(body, "text", ""),
        _as_way(writing, way, words),
        _read_options(Sampling(), bodies.mapping(body, "sampling")),
        rng_seed=secrets.randbelow(2**31) if seed is None else seed,
        candidates=bodies.whole(body, "candidates", 0, least=0, most=MOST_CANDIDATES),
        learn_from=bodies.text(body, "learn_from", ""),
        at_break=True,
    )


def opened(loaded: Loaded | Mixture, job: Job, field: str = "text") -> Opened:
    """Return a text ready to be written on from; `field` is what the client calls it.

    Raises
    ------
    BadRequest
        It is empty, or holds nothing that the novel knows.
    SettingsError
        See `Writer.prompt`.
    """
    try:
        return Opened(loaded.writer, job, loaded.ready)
    except DataError as error:
        problem = str(error).removeprefix("seed phrase").lstrip(": ")
        raise BadRequest(f"{field}: {problem}", option=field) from None


def _as_way(writing: WritingOptions, way: str, words: int) -> WritingOptions:
    """Return how much is written."""
    if way == "word":
        return replace(writing, words=1, finish=False)
    if way == "words":
        return replace(writing, words=words)
    return replace(writing, sentences=1) if way == "sentence" else replace(writing, paragraphs=1)


def _read_options(usual: _Made, given: _Body) -> _Made:
    """Return options with the fields of an object in the place of the usual ones.

    Raises
    ------
    BadRequest, SettingsError
        A field is of another kind, or out of bounds.
    """
    values: dict[str, Any] = {}
    for own in fields(usual):
        old = getattr(usual, own.name)
        if own.name in _OWN:
            continue
        if isinstance(old, bool):
            values[own.name] = bodies.flag(given, own.name, old)
        elif isinstance(old, int):
            values[own.name] = bodies.whole(given, own.name, old)
        elif isinstance(old, float):
            values[own.name] = bodies.number(given, own.name, old)
        elif isinstance(old, str):
            values[own.name] = bodies.text(given, own.name, old, most=_LONGEST)
        else:
            found = bodies.texts(given, own.name, list(old), most=100, longest=_LONGEST)
            values[own.name] = tuple(filter(None, map(str.strip, found)))
    return replace(usual, **values)


def word_json(choice: Choice, previous: str) -> dict[str, Any]:
    """Return a written word as JSON values, it and its candidates spelt as they stand there."""
    row = choice_json(choice)
    candidates = [_spelt(one, previous) for one in row.get("candidates", [])]
    return {**_spelt(row, previous), "shares": shares_json(choice.shares), "candidates": candidates}


def _spelt(row: dict[str, Any], previous: str) -> dict[str, Any]:
    """Return a row with its word as it stands behind another: a paragraph's end is a line's."""
    return {**row, "text": spell([row["word"]], previous=previous)}
