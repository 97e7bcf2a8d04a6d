"""Texts for a request: written on from its prompts, several at once, each piece as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.api.asked import opened
from pipeline.desk.api.parameters import MOST_TEXTS, Wanted
from pipeline.desk.api.pieces import Piece, piece_of
from pipeline.desk.api.stops import Stops
from pipeline.desk.desk import Desk
from pipeline.desk.gathering import gather_items
from pipeline.desk.job import Opened
from pipeline.desk.loaded import Loaded
from pipeline.engine.writing.generate import Choice
from pipeline.errors import Busy

_ROUND = 0.05  # seconds until a text looks again whether there is room for it


@dataclass(frozen=True)
class End:
    """How a text ended.

    Attributes
    ----------
    reason : {"stop", "length"}
        By itself or a stop string, or because as much was written as was asked for.
    count : int
        How many pieces were written, those of the stop string too.
    stop : str
        The stop string that ended it, if one did.
    """

    reason: str
    count: int
    stop: str = ""


async def read_prompts(loaded: Loaded, texts: Sequence[str], wanted: Wanted) -> list[Opened]:
    """Return prompts ready to be written on from.

    Raises
    ------
    BadRequest, SettingsError
        See `opened`.
    """

    def read() -> list[Opened]:
        return [opened(loaded, wanted.on(text), "prompt") for text in texts]

    return await asyncio.to_thread(read)


async def write_all(
    desk: Desk, loaded: Loaded, prompts: Sequence[Opened], wanted: Wanted
) -> AsyncGenerator[tuple[int, Piece | End]]:
    """Yield (number of the text, its next piece or its end); those of the first prompt come first.

    No more than `MOST_TEXTS` are written at a time. The first is refused where the desk is busy;
    the others wait for room.
    """
    if wanted.pieces:
        desk.scheduler.check_room()
    sources = [
        partial(_one, desk, loaded, prompt, number, wanted)
        for prompt in prompts
        for number in range(wanted.texts)
    ]
    async with aclosing(gather_items(sources, MOST_TEXTS)) as found:
        async for item in found:
            yield item


async def _one(
    desk: Desk, loaded: Loaded, prompt: Opened, number: int, wanted: Wanted
) -> AsyncGenerator[Piece | End]:
    """Yield the pieces of one text, and at last its end."""
    stops, count, words = Stops(wanted.stops, keep=wanted.keep_stop), 0, 0
    if not wanted.pieces:
        yield End("length", 0)
        return
    await _room(desk)
    previous = prompt.seed.words[-1]
    async with aclosing(desk.scheduler.write(partial(prompt.begin, number))) as written:
        async for choice in _each(written):
            count, words = count + 1, words + (choice.word != PARAGRAPH_BREAK)
            for piece in stops.take(piece_of(choice, previous, loaded)):
                yield piece
            previous = choice.word
            if stops.found or count == wanted.most:
                break
    for piece in stops.rest():
        yield piece
    full = count == wanted.most or words >= wanted.pieces
    yield End("length" if full and not stops.found else "stop", count, stops.found)


async def _each(written: AsyncGenerator[list[Choice]]) -> AsyncGenerator[Choice]:
    async for choices in written:
        for choice in choices:
            yield choice


async def _room(desk: Desk) -> None:
    """Wait until the desk takes another text."""
    while True:
        try:
            return desk.scheduler.check_room()
        except Busy:
            await asyncio.sleep(_ROUND)
