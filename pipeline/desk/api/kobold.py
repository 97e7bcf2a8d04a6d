"""KoboldAI's API with KoboldCpp's additions, as Kobold's clients and SillyTavern speak it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.desk import bodies, sse
from pipeline.desk.api.answering import Handler, any_model, json_answer
from pipeline.desk.api.cutting import ids_of
from pipeline.desk.api.generations import Generation, Generations
from pipeline.desk.api.logprobs import logprobs
from pipeline.desk.api.parameters import MOST_PIECES, MOST_TEXTS, Wanted, stops_from, wanted_from
from pipeline.desk.api.pieces import Piece, text_of
from pipeline.desk.api.writing import End, read_prompts, write_all
from pipeline.desk.desk import Desk
from pipeline.desk.job import CONTEXT, Opened
from pipeline.desk.leaving import unless_gone
from pipeline.desk.refusals import BadRequest, Refusal
from pipeline.engine.writing.options import WORDS

_API = "1.2.5"  # of KoboldAI, whose fields these are
# Clients ask for nothing more unless the answer is KoboldCpp's; they stream from 1.40 on, and ask
# for log probabilities later.
_SELF = {"result": "KoboldCpp", "version": "1.80"}
_LIKELY = 5  # pieces that log probabilities are told of
_KEY = 256  # characters
_KINDS = {503: "service_unavailable", 500: "server_error", 404: "not_found"}
_Items = AsyncGenerator[tuple[int, Piece | End]]


def _as_kobold(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as Kobold's clients understand it."""
    kind = _KINDS.get(refusal.status, "bad_input")
    return {"detail": {"msg": refusal.message, "type": kind}}


def refuse(refusal: Refusal) -> Response:
    """Return the answer that says no."""
    return json_answer(_as_kobold(refusal), refusal.status, refusal.headers)


@dataclass(frozen=True)
class _Request:
    """A text that is asked for."""

    text: str
    wanted: Wanted
    key: str
    logprobs: bool


async def generate(request: Request) -> Response:
    """Write on, and answer with the whole."""
    asked, prompt, items = await _begin(request)
    written = await unless_gone(request, _collect(items, asked.wanted.texts))
    read = len(prompt.seed.words)
    results = [
        {
            "text": text_of(pieces),
            "finish_reason": end.reason,
            "logprobs": logprobs(pieces) if asked.logprobs else None,
            "prompt_tokens": read,
            "completion_tokens": end.count,
        }
        for pieces, end in written
    ]
    return json_answer({"results": results})


async def stream(request: Request) -> Response:
    """Write on, and answer with each piece as it comes."""
    _, _, items = await _begin(request, texts=1)
    events = _events(await sse.begun(request, items))
    return sse.stream(events, lambda refusal: sse.event(_as_kobold(refusal), "error"))


async def check(request: Request) -> Response:
    """Tell what has been written so far."""
    own = _generations(request).of(await _key(request))
    return json_answer({"results": [{"text": own.text if own and own.going else ""}]})


async def abort(request: Request) -> Response:
    """End what is being written."""
    ended = _generations(request).end(await _key(request))
    return json_answer({"success": "true" if ended else "false", "done": "true"})


async def last_logprobs(request: Request) -> Response:
    """Tell the log probabilities of what was written last, if they were asked for."""
    own = _generations(request).of(await _key(request))
    told = own is not None and own.logprobs and not own.going
    return json_answer({"logprobs": logprobs(own.pieces) if own and told else None})


async def tokencount(request: Request) -> Response:
    """Count a text's pieces."""
    body = await bodies.read_json(request)
    ids = await ids_of(
        await any_model(request.app.state.desk, None), bodies.text(body, "prompt", "")
    )
    return json_answer({"value": len(ids), "ids": ids})


async def model(request: Request) -> Response:
    """Tell the model's name."""
    loaded = await any_model(request.app.state.desk, None)
    return json_answer({"result": f"xuxie/{loaded.name}"})


def _fixed(value: Mapping[str, Any]) -> Handler:
    """Return what answers always alike."""

    async def answer(request: Request) -> Response:
        return json_answer(value)

    return answer


async def _begin(request: Request, texts: int = MOST_TEXTS) -> tuple[_Request, Opened, _Items]:
    """Return what a request for so many texts asks for, and its pieces as they come."""
    desk: Desk = request.app.state.desk
    body = await bodies.read_json(request)
    asked = _read(body)
    if asked.wanted.texts > texts:
        raise BadRequest("n: expected 1 for a stream, got more", option="n")
    loaded = await any_model(desk, bodies.text(body, "model", None))
    (prompt,) = await read_prompts(loaded, [asked.text], asked.wanted)
    desk.scheduler.check_room()
    generation = _generations(request).begin(asked.key, logprobs=asked.logprobs)
    items = _noted(write_all(desk, loaded, [prompt], asked.wanted), generation)
    return asked, prompt, items


def _read(body: Mapping[str, Any]) -> _Request:
    """Return what a body asks for."""
    told = bodies.flag(body, "logprobs", False)
    wanted = wanted_from(
        body,
        pieces=bodies.whole(body, "max_length", WORDS, least=1, most=MOST_PIECES),
        stops=stops_from(body, "stop_sequence", "stop"),
        seed="sampler_seed",
        likely=_LIKELY if told else 0,
        keep_stop=not bodies.flag(body, "trim_stop", True),
    )
    wanted.check(1)
    text = bodies.text(body, "memory", "") + bodies.text(body, "prompt", "")
    return _Request(text, wanted, bodies.text(body, "genkey", "", most=_KEY), told)


async def _noted(items: _Items, generation: Generation) -> _Items:
    """Yield pieces on and note the first text's; end all when that is asked for."""
    count = 0
    try:
        async with aclosing(items):
            async for number, item in items:
                if number == 0 and isinstance(item, Piece):
                    generation.pieces.append(item)
                    count += 1
                yield number, item
                if generation.ended:
                    yield 0, End("stop", count)
                    return
    finally:
        generation.going = False


async def _collect(items: _Items, texts: int) -> list[tuple[list[Piece], End]]:
    """Return the texts, whole or as far as they came until they were ended."""
    pieces: list[list[Piece]] = [[] for _ in range(texts)]
    ends = [End("stop", 0) for _ in range(texts)]
    async with aclosing(items):
        async for number, item in items:
            if isinstance(item, End):
                ends[number] = item
            else:
                pieces[number].append(item)
    return list(zip(pieces, ends, strict=True))


async def _events(items: _Items) -> AsyncGenerator[bytes]:
    """Yield a piece each, and how the text ended."""
    async with aclosing(items):
        async for _, item in items:
            token, reason = ("", item.reason) if isinstance(item, End) else (item.text, None)
            yield sse.event({"token": token, "finish_reason": reason}, "message")


async def _key(request: Request) -> str:
    """Return the key of a request, which may have none."""
    body = await bodies.read_json(request) if request.method == "POST" else {}
    return bodies.text(body, "genkey", "", most=_KEY)


def _generations(request: Request) -> Generations:
    """Return what is written for all clients."""
    state = request.app.state
    if not hasattr(state, "generations"):
        state.generations = Generations()
    found: Generations = state.generations
    return found


def _both(path: str, answer: Handler, *methods: str) -> list[Route]:
    """Return the routes of an address that clients call by the API's number, or by its latest."""
    return [Route(f"/api/{name}{path}", answer, methods=methods) for name in ("v1", "latest")]


PATHS = ("/api/",)

ROUTES = [
    *_both("/model", model, "GET"),
    *_both("/info/version", _fixed({"result": _API}), "GET"),
    *_both("/config/max_context_length", _fixed({"value": CONTEXT}), "GET"),
    *_both("/config/max_length", _fixed({"value": MOST_PIECES}), "GET"),
    *_both("/config/soft_prompt", _fixed({"value": ""}), "GET"),
    *_both("/config/soft_prompts_list", _fixed({"values": []}), "GET"),
    *_both("/generate", generate, "POST"),
    Route("/api/extra/version", _fixed(_SELF), methods=["GET"]),
    Route("/api/extra/true_max_context_length", _fixed({"value": CONTEXT}), methods=["GET"]),
    Route("/api/extra/generate/stream", stream, methods=["POST"]),
    Route("/api/extra/generate/check", check, methods=["GET", "POST"]),
    Route("/api/extra/abort", abort, methods=["POST"]),
    Route("/api/extra/tokencount", tokencount, methods=["POST"]),
    Route("/api/extra/last_logprobs", last_logprobs, methods=["GET", "POST"]),
]
