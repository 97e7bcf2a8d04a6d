"""Writing on: from the caret, as events, once or several times side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk import bodies
from pipeline.desk.api.asked import desk_of, job_from, opened, voice_of, word_json
from pipeline.desk.desk import Desk
from pipeline.desk.gathering import gather_items
from pipeline.desk.job import Opened
from pipeline.desk.leaving import unless_gone
from pipeline.desk.loaded import Loaded
from pipeline.desk.mixes import Mixture
from pipeline.desk.sse import begun, event, stream

_MOST_ALTERNATIVES = 8
_Event = tuple[str, dict[str, Any]]
_BREAK: dict[str, Any] = {  # as the page itself would have typed it
    "word": PARAGRAPH_BREAK,
    "text": "\n",
    "cosine": None,
    "probability": None,
    "shares": {},
    "candidates": [],
}


async def write(request: Request) -> Response:
    """Write on from a text; see `_paragraph_of`."""
    body = await bodies.read_json(request)
    loaded, job = await voice_of(request, body), job_from(body)
    text = await unless_gone(request, asyncio.to_thread(opened, loaded, job))
    begin = {
        "rng_seed": job.rng_seed,
        "model": loaded.name,
        "unknown": list(dict.fromkeys(text.seed.unknown)),
    }

    async def events() -> AsyncGenerator[bytes]:
        first = event(begin, "begin")
        async with aclosing(_paragraph_of(desk_of(request), loaded, text)) as found:
            async for kind, values in found:
                yield first + event(values, kind)
                first = b""

    return stream(await begun(request, events()))


async def alternatives(request: Request) -> Response:
    """Write on from a text several times, each with a seed of its own."""
    body = await bodies.read_json(request)
    count = bodies.whole(body, "count", 3, least=1, most=_MOST_ALTERNATIVES)
    loaded, job = await voice_of(request, body), job_from(body, way="sentence")
    text = await unless_gone(request, asyncio.to_thread(opened, loaded, job))

    async def events() -> AsyncGenerator[bytes]:
        async with aclosing(_side_by_side(desk_of(request), text, count)) as found:
            async for kind, values in found:
                yield event(values, kind)
        yield event({}, "done")

    return stream(await begun(request, events()))


async def _paragraph_of(
    desk: Desk, loaded: Loaded | Mixture, text: Opened
) -> AsyncGenerator[_Event]:
    """Yield what `_words_of` does; a paragraph that is over already is followed by another.

    Where the text stands at a paragraph's end, the model ends it instead of writing a word.
    """
    job = text.job
    async with aclosing(_words_of(desk, text)) as found:
        async for kind, values in found:
            if kind == "word" or values["words"] or not job.writing.paragraphs:
                yield kind, values
                continue
            following = replace(job, text=f"{job.text}\n")
            after = await asyncio.to_thread(opened, loaded, following)
            yield "word", _BREAK
            async with aclosing(_words_of(desk, after)) as more:
                async for event_after in more:
                    yield event_after


async def _words_of(desk: Desk, text: Opened, number: int = 0) -> AsyncGenerator[_Event]:
    """Yield the words of a text as they come, and its end.

    It ends by `length` where as many words were written as were asked for; else it came to the end
    that was asked for, or to one of its own.
    """
    previous, count = text.seed.words[-1], 0
    async with aclosing(desk.scheduler.write(partial(text.begin, number))) as found:
        async for choices in found:
            for choice in choices:
                yield "word", word_json(choice, previous)
                previous = choice.word
                count += choice.word != PARAGRAPH_BREAK
    asked = text.job.writing.words
    reason = "length" if asked is not None and count >= asked else "end"
    yield "end", {"reason": reason, "words": count}


async def _side_by_side(desk: Desk, text: Opened, count: int) -> AsyncGenerator[_Event]:
    """Yield the events of several texts as they come, each with its number."""
    sources = [partial(_words_of, desk, text, number) for number in range(count)]
    async with aclosing(gather_items(sources, count)) as found:
        async for number, (kind, values) in found:
            seed = {"rng_seed": text.job.rng_seed + number} if kind == "end" else {}
            yield kind, {"number": number, **values, **seed}


ROUTES = [
    Route("/xuxie/v1/write", write, methods=["POST"]),
    Route("/xuxie/v1/alternatives", alternatives, methods=["POST"]),
]
