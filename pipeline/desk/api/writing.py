"""Texts for a request: written on from its prompts, several at once, each piece as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from threading import Lock

import numpy as np

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.api.parameters import MOST_TEXTS, Wanted
from pipeline.desk.api.pieces import Piece, piece_of
from pipeline.desk.api.stops import Stops
from pipeline.desk.desk import Desk
from pipeline.desk.job import Job, understand
from pipeline.desk.loaded import Loaded
from pipeline.desk.refusals import BadRequest
from pipeline.engine.writing.constraints.order import fork
from pipeline.engine.writing.generate import Choice, Position
from pipeline.engine.writing.making import Text
from pipeline.engine.writing.seed import Seed
from pipeline.errors import Busy, DataError

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


class Prompt:
    """A prompt: what was read of it, once for all texts that go on from it.

    Attributes
    ----------
    text : str
    seed : Seed
    """

    def __init__(self, loaded: Loaded, job: Job) -> None:
        self._loaded, self._job = loaded, job
        self.text = job.text
        self.seed: Seed = understand(loaded.writer, job)
        self._prompt = loaded.writer.prompt(
            self.seed, writing=job.writing, learn_from=job.learn_from
        )
        self._begun: Position | None = None
        self._lock = Lock()

    def begin(self, number: int) -> Text:
        """Return the text of the seed and so many more, in the making."""
        with self._lock:
            self._begun = self._begun or self._prompt.begin()
        return Text(
            self._prompt.model,
            Position(fork(self._begun.state), self._begun.reading),
            sampling=self._job.sampling,
            generator=np.random.default_rng(self._job.rng_seed + number),
            candidates=self._job.candidates,
            chances=self._job.chances,
        )


async def read_prompts(loaded: Loaded, texts: Sequence[str], wanted: Wanted) -> list[Prompt]:
    """Return prompts as they are understood.

    Raises
    ------
    BadRequest
        One is empty, or in other characters than the novel's; see `Writer.understand`.
    SettingsError
        See `Writer.prompt`.
    """
    try:
        return await asyncio.to_thread(lambda: [Prompt(loaded, wanted.on(own)) for own in texts])
    except DataError as error:
        problem = str(error).removeprefix("seed phrase").lstrip(": ")
        raise BadRequest(f"prompt: {problem}", option="prompt") from None


async def write_all(
    desk: Desk, loaded: Loaded, prompts: Sequence[Prompt], wanted: Wanted
) -> AsyncGenerator[tuple[int, Piece | End]]:
    """Yield (number of the text, its next piece or its end); those of the first prompt come first.

    No more than `MOST_TEXTS` are written at a time. The first is refused where the desk is busy;
    the others wait for room.
    """
    if wanted.pieces:
        desk.scheduler.check_room()
    found: asyncio.Queue[tuple[int, Piece | End] | Exception] = asyncio.Queue(MOST_TEXTS)
    few = asyncio.Semaphore(MOST_TEXTS)

    async def write(number: int) -> None:
        prompt, own = prompts[number // wanted.texts], number % wanted.texts
        try:
            async with few, aclosing(_one(desk, loaded, prompt, own, wanted)) as text:
                async for item in text:
                    await found.put((number, item))
        except Exception as error:
            await found.put(error)

    tasks = [asyncio.create_task(write(n)) for n in range(len(prompts) * wanted.texts)]
    left = len(tasks)
    try:
        while left:
            item = await found.get()
            if isinstance(item, Exception):
                raise item
            left -= isinstance(item[1], End)
            yield item
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _one(
    desk: Desk, loaded: Loaded, prompt: Prompt, number: int, wanted: Wanted
) -> AsyncGenerator[Piece | End]:
    """Yield the pieces of one text, and at last its end."""
    stops, count, words = Stops(wanted.stops, keep=wanted.keep_stop), 0, 0
    if not wanted.pieces:
        yield End("length", 0)
        return
    await _room(desk)
    previous = prompt.seed.words[-1]
    async with aclosing(desk.scheduler.write(lambda: prompt.begin(number))) as written:
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
