"""Looking at a place: what may come there, what speaks for a word, how well a text is foretold."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk import bodies
from pipeline.desk.api.asked import (
    MOST_CANDIDATES,
    desk_of,
    job_from,
    model_of,
    opened,
    voice_of,
    word_json,
)
from pipeline.desk.job import Job, Opened
from pipeline.desk.leaving import unless_gone
from pipeline.desk.loaded import Loaded
from pipeline.desk.mixes import Mixture
from pipeline.desk.scoring import COPIED, Part, Whole, score_parts
from pipeline.desk.sse import begun, event, stream
from pipeline.engine.memories.voice import Upcoming
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.evidence import Evidence, find_evidence
from pipeline.engine.writing.generate import Choice, choice_of, look
from pipeline.engine.writing.mixed_evidence import find_mixed_evidence
from pipeline.engine.writing.sampling import shortlist
from pipeline.engine.writing.values import passage_json
from pipeline.text.reading import require_chinese

_MOST_SCORED = 100_000  # characters
_LONGEST_WORD = 64  # characters


async def candidates(request: Request) -> Response:
    """Tell what may come next at the end of a text."""
    body = await bodies.read_json(request)
    count = bodies.whole(body, "count", 10, least=1, most=MOST_CANDIDATES)
    loaded, job = await voice_of(request, body), job_from(body)
    work = desk_of(request).looks.work(_candidates, loaded, job, count)
    return JSONResponse({"candidates": await unless_gone(request, work)})


async def evidence(request: Request) -> Response:
    """Tell which passages of the novel write a word in a state like that at the end of a text."""
    body = await bodies.read_json(request)
    word = bodies.text(body, "word", "", most=_LONGEST_WORD)
    loaded, job = await voice_of(request, body), job_from(body)
    work = desk_of(request).looks.work(_evidence, loaded, job, word)
    return JSONResponse({"passages": await unless_gone(request, work)})


async def score(request: Request) -> Response:
    """Tell how well each piece of a text is foretold, and what of it the novel has.

    As one answer, or as events with what is known so far.
    """
    body = await bodies.read_json(request)
    text = bodies.text(body, "text", "", most=_MOST_SCORED)
    copied = bodies.whole(body, "copied", COPIED, least=3, most=100)
    begin = bodies.whole(body, "begin", 0, least=0)
    streamed = bodies.flag(body, "stream", False)
    "".join(require_chinese([text], name="text"))
    parts = score_parts(await model_of(request, body), text, begin=begin, copied=copied)

    async def events() -> AsyncGenerator[bytes]:
        async with aclosing(desk_of(request).reads.each(parts)) as found:
            async for part in found:
                yield event(asdict(part), "part" if isinstance(part, Part) else "end")

    if streamed:
        return stream(await begun(request, events()))
    found = await unless_gone(request, _collected(desk_of(request).reads.each(parts)))
    return JSONResponse(found)


async def _collected(parts: AsyncGenerator[Part | Whole]) -> dict[str, Any]:
    """Return the scores of all parts, and what is known of the whole."""
    pieces: list[dict[str, Any]] = []
    whole: dict[str, Any] = {}
    async with aclosing(parts) as found:
        async for part in found:
            if isinstance(part, Part):
                pieces += part.pieces
            else:
                whole = asdict(part)
    return {"pieces": pieces, **whole}


def _candidates(loaded: Loaded | Mixture, job: Job, count: int) -> list[dict[str, Any]]:
    """Return the best words that may stand at the end of a text, best first."""
    text, next_word, weights = _look(loaded, job)
    previous, model = text.seed.words[-1], text.model
    best = (int(i) for i in shortlist(weights, top_k=count) if weights[i] > 0)
    rows = [word_json(choice_of(i, next_word, model, 0), previous) for i in best]
    return [{name: value for name, value in row.items() if name != "candidates"} for row in rows]


def _evidence(loaded: Loaded | Mixture, job: Job, word: str) -> list[dict[str, Any]]:
    """Return the passages that speak for a word; none for what is no piece of the vocabulary."""
    pieces = loaded.writer.tokenizer.ids
    word_id = pieces.get(PARAGRAPH_BREAK if word == "\n" else word.strip())
    if word_id is None:
        return []
    text, next_word, _ = _look(loaded, job)
    choice = choice_of(word_id, next_word, loaded.writer.model(), 0)
    with one_thread_a_word():
        found = _passages(loaded, choice, text.seed_ids)
        return [passage_json(*own) for _, passages in found for own in passages]


def _passages(
    loaded: Loaded | Mixture, choice: Choice, seed_ids: Sequence[int]
) -> Iterator[tuple[Choice, Evidence]]:
    """Return the passages of the novel, or of that which says most for the word."""
    if isinstance(loaded, Mixture):
        mixture = loaded.writer.model()
        return find_mixed_evidence([choice], seed_ids, mixture=mixture, rare_words=loaded.rare)
    model = loaded.writer.model()
    return find_evidence([choice], seed_ids, model=model, rare_words=loaded.rare)


def _look(loaded: Loaded | Mixture, job: Job) -> tuple[Opened, Upcoming, Any]:
    """Return a text ready to be gone on from, what comes next, and the weights (V,) left to it."""
    endless = replace(job.writing, words=None, sentences=None, paragraphs=None, until="")
    text = opened(loaded, replace(job, writing=replace(endless, finish=False)))
    with one_thread_a_word():
        return text, *look(text.position(), text.model, job.sampling)


ROUTES: Sequence[Route] = [
    Route("/xuxie/v1/candidates", candidates, methods=["POST"]),
    Route("/xuxie/v1/evidence", evidence, methods=["POST"]),
    Route("/xuxie/v1/score", score, methods=["POST"]),
]
