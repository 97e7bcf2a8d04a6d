"""OpenAI's completions, as its own client and many others speak them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.desk import bodies, sse
from pipeline.desk.api.answering import json_answer, named_model
from pipeline.desk.api.echo import echoes
from pipeline.desk.api.logprobs import logprobs
from pipeline.desk.api.parameters import (
    MOST_PIECES,
    Wanted,
    prompts_from,
    stops_from,
    wanted_from,
)
from pipeline.desk.api.pieces import Piece, text_of
from pipeline.desk.api.writing import End, read_prompts, write_all
from pipeline.desk.desk import Desk
from pipeline.desk.job import Opened
from pipeline.desk.leaving import unless_gone
from pipeline.desk.loaded import Loaded
from pipeline.desk.refusals import BadRequest, Refusal
from pipeline.models import shelf

_LIKELY = 20  # for a place, as many as in OpenAI's chats
_PIECES = 16  # where a client does not say: that is what the API promises
_Items = AsyncGenerator[tuple[int, Piece | End]]


def _as_openai(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as OpenAI's clients understand it."""
    code = "model_not_found" if refusal.status == 404 and refusal.option == "model" else None
    kind = "invalid_request_error" if refusal.status < 500 else "server_error"
    error = {"message": refusal.message, "type": kind, "param": refusal.option, "code": code}
    return {"error": error}


def refuse(refusal: Refusal) -> Response:
    """Return the answer that says no."""
    return json_answer(_as_openai(refusal), refusal.status, refusal.headers)


@dataclass(frozen=True)
class _Request:
    """A completion that is asked for: the prompts, how they are written on, what is told."""

    texts: list[str]
    wanted: Wanted
    echo: bool
    logprobs: bool
    stream: bool
    usage: bool  # at the end of a stream


async def completions(request: Request) -> Response:
    """Write on from prompts."""
    desk: Desk = request.app.state.desk
    body = await bodies.read_json(request)
    asked = _read(body)
    loaded = await named_model(desk, bodies.text(body, "model", None))
    prompts = await read_prompts(loaded, asked.texts, asked.wanted)
    answer = _Answer(asked, loaded.name, prompts)
    items = _items(desk, loaded, prompts, asked)
    if asked.stream:
        begun = await sse.begun(request, items)
        return sse.stream(answer.events(begun), lambda refusal: sse.event(_as_openai(refusal)))
    return json_answer(await unless_gone(request, answer.whole(items)))


async def models(request: Request) -> Response:
    """List the models."""
    desk: Desk = request.app.state.desk
    found = await asyncio.to_thread(desk.models.entries)
    rows = [_model_row(entry) for entry in found if not entry.fault]
    return json_answer({"object": "list", "data": rows})


async def model(request: Request) -> Response:
    """Tell of one model."""
    desk: Desk = request.app.state.desk
    name = request.path_params["name"]
    for entry in await asyncio.to_thread(desk.models.entries):
        if entry.name == name and not entry.fault:
            return json_answer(_model_row(entry))
    message = "model: expected one that GET /v1/models lists, got another name"
    raise BadRequest(message, option="model", status=404)


def _model_row(entry: shelf.Entry) -> dict[str, Any]:
    made = entry.made // 10**9
    return {"id": entry.name, "object": "model", "created": made, "owned_by": "xuxie"}


def _read(body: Mapping[str, Any]) -> _Request:
    """Return what a body asks for."""
    texts = prompts_from(body)
    likely = _likely(body)
    wanted = wanted_from(
        body,
        pieces=bodies.whole(body, "max_tokens", _PIECES, least=0, most=MOST_PIECES),
        stops=stops_from(body, "stop"),
        likely=likely or 0,
    )
    wanted.check(len(texts))
    return _Request(
        texts,
        wanted,
        echo=bodies.flag(body, "echo", False),
        logprobs=likely is not None,
        stream=bodies.flag(body, "stream", False),
        usage=bodies.flag(bodies.mapping(body, "stream_options"), "include_usage", False),
    )


def _likely(body: Mapping[str, Any]) -> int | None:
    """Return how many of the best pieces are asked for; None where no log probabilities are.

    Some clients ask as they do of chats: `logprobs` true, and `top_logprobs`.
    """
    if isinstance(body.get("logprobs"), bool):
        tops = bodies.whole(body, "top_logprobs", 0, least=0, most=_LIKELY)
        return tops if body["logprobs"] else None
    return bodies.whole(body, "logprobs", None, least=0, most=_LIKELY)


async def _items(desk: Desk, loaded: Loaded, prompts: list[Opened], asked: _Request) -> _Items:
    """Yield what is sent of each text: the prompt's own pieces if they are wanted, and the rest."""
    if asked.echo:
        likely = asked.wanted.job.candidates if asked.logprobs else None
        for number, prompt in enumerate(prompts):
            for piece in await asyncio.to_thread(echoes, loaded, prompt.job.text, likely):
                for text in range(asked.wanted.texts):
                    yield number * asked.wanted.texts + text, piece
    async with aclosing(write_all(desk, loaded, prompts, asked.wanted)) as written:
        async for item in written:
            yield item


class _Answer:
    """The answer in the making: what is told of it as a whole, and with each of its pieces."""

    def __init__(self, asked: _Request, name: str, prompts: list[Opened]) -> None:
        self._asked = asked
        self._head = {
            "id": f"cmpl-{secrets.token_hex(12)}",
            "object": "text_completion",
            "created": int(time.time()),
            "model": name,
        }
        self._read = sum(len(prompt.seed.words) for prompt in prompts)
        self._written = 0

    async def whole(self, items: _Items) -> dict[str, Any]:
        """Return the answer in one piece."""
        pieces: dict[int, list[Piece]] = {}
        reasons: dict[int, str] = {}
        async with aclosing(items):
            async for number, item in items:
                if isinstance(item, End):
                    self._written += item.count
                    reasons[number] = item.reason
                else:
                    pieces.setdefault(number, []).append(item)
        texts = [(n, pieces.get(n, []), reasons[n]) for n in sorted(reasons)]
        choices = [self._choice(n, own, 0, reason) for n, own, reason in texts]
        return {**self._head, "choices": choices, "usage": self._usage()}

    async def events(self, items: _Items) -> AsyncGenerator[bytes]:
        """Yield the answer as events: a piece each, how each text ended, and the end."""
        usage = {"usage": None} if self._asked.usage else {}
        offsets: dict[int, int] = {}
        async with aclosing(items):
            async for number, item in items:
                if isinstance(item, End):
                    self._written += item.count
                    choice = self._choice(number, [], 0, item.reason)
                else:
                    offset = offsets.get(number, 0)
                    offsets[number] = offset + len(item.text)
                    choice = self._choice(number, [item], offset, None)
                yield sse.event({**self._head, "choices": [choice], **usage})
        if self._asked.usage:
            yield sse.event({**self._head, "choices": [], "usage": self._usage()})
        yield sse.DONE

    def _choice(
        self, number: int, pieces: list[Piece], offset: int, reason: str | None
    ) -> dict[str, Any]:
        """Return some pieces of a text, all or one, as a choice."""
        told = self._asked.logprobs and (pieces or not self._asked.stream)
        return {
            "text": text_of(pieces),
            "index": number,
            "logprobs": logprobs(pieces, offset) if told else None,
            "finish_reason": reason,
        }

    def _usage(self) -> dict[str, int]:
        return {
            "prompt_tokens": self._read,
            "completion_tokens": self._written,
            "total_tokens": self._read + self._written,
        }


PATHS = ("/v1/",)

ROUTES = [
    Route("/v1/completions", completions, methods=["POST"]),
    Route("/v1/models", models, methods=["GET"]),
    Route("/v1/models/{name:path}", model, methods=["GET"]),
]
