"""llama.cpp's own server, as its clients speak with it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.desk import bodies, sse
from pipeline.desk.api.answering import any_model, json_answer
from pipeline.desk.api.cutting import ids_of, texts_of
from pipeline.desk.api.logprobs import with_chances, with_ids
from pipeline.desk.api.parameters import (
    MOST_LIKELY,
    MOST_PIECES,
    MOST_TEXTS,
    Wanted,
    prompts_from,
    stops_from,
    wanted_from,
)
from pipeline.desk.api.pieces import Piece, text_of
from pipeline.desk.api.writing import End, read_prompts, write_all
from pipeline.desk.desk import Desk
from pipeline.desk.job import CONTEXT, Opened
from pipeline.desk.leaving import unless_gone
from pipeline.desk.loaded import Loaded
from pipeline.desk.refusals import Refusal
from pipeline.desk.scheduler import MOST
from pipeline.engine.writing.options import WORDS
from pipeline.engine.writing.sampling import Sampling

_KINDS = {404: "not_found_error", 500: "server_error", 503: "unavailable_error"}
_Items = AsyncGenerator[tuple[int, Piece | End]]


def _as_llama(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as llama.cpp's clients understand it."""
    kind = _KINDS.get(refusal.status, "invalid_request_error")
    return {"error": {"code": refusal.status, "message": refusal.message, "type": kind}}


def refuse(refusal: Refusal) -> Response:
    """Return the answer that says no."""
    return json_answer(_as_llama(refusal), refusal.status, refusal.headers)


@dataclass(frozen=True)
class _Request:
    """A completion that is asked for."""

    texts: list[str]
    many: bool  # whether a list was sent, so that one is sent back
    wanted: Wanted
    stream: bool


async def completion(request: Request) -> Response:
    """Write on from a prompt, or from each of several."""
    desk: Desk = request.app.state.desk
    body = await bodies.read_json(request)
    asked = _read(body)
    loaded = await any_model(desk, bodies.text(body, "model", None))
    prompts = await read_prompts(loaded, asked.texts, asked.wanted)
    answer = _Answer(asked, loaded, prompts)
    items = write_all(desk, loaded, prompts, asked.wanted)
    if asked.stream:
        begun = await sse.begun(request, items)
        return sse.stream(answer.events(begun), lambda refusal: sse.event(_as_llama(refusal)))
    found = await unless_gone(request, answer.whole(items))
    return json_answer(found if asked.many or asked.wanted.texts > 1 else found[0])


async def tokenize(request: Request) -> Response:
    """Cut a text into pieces."""
    body = await bodies.read_json(request)
    loaded = await any_model(request.app.state.desk, bodies.text(body, "model", None))
    ids = await ids_of(loaded, bodies.text(body, "content", ""))
    if not bodies.flag(body, "with_pieces", False):
        return json_answer({"tokens": ids})
    rows = [
        {"id": own, "piece": text} for own, text in zip(ids, texts_of(loaded, ids), strict=True)
    ]
    return json_answer({"tokens": rows})


async def detokenize(request: Request) -> Response:
    """Put pieces together."""
    body = await bodies.read_json(request)
    loaded = await any_model(request.app.state.desk, bodies.text(body, "model", None))
    tokens = bodies.items(body, "tokens", [], most=CONTEXT * MOST_TEXTS)
    ids = [bodies.whole({"tokens": own}, "tokens", -1) for own in tokens]
    return json_answer({"content": "".join(texts_of(loaded, ids))})


async def props(request: Request) -> Response:
    """Tell of the server and its model."""
    desk: Desk = request.app.state.desk
    loaded = await any_model(desk, None)
    params = {**_settings(Sampling()), "n_predict": WORDS, "stream": True, "n_probs": 0}
    return json_answer(
        {
            "default_generation_settings": {"n_ctx": CONTEXT, "params": params},
            "total_slots": MOST,
            "model_alias": loaded.name,
            "model_path": loaded.name,
            "chat_template": "",
            "modalities": {"vision": False, "audio": False},
            "bos_token": "",
            "eos_token": "",
            "build_info": "xuxie",
            "is_sleeping": False,
        }
    )


async def health(request: Request) -> Response:
    """Tell that the server is there."""
    return json_answer({"status": "ok"})


def _read(body: Mapping[str, Any]) -> _Request:
    """Return what a body asks for."""
    texts = prompts_from(body)
    name = next(
        (own for own in ("n_predict", "max_tokens") if body.get(own) is not None), "n_predict"
    )
    pieces = bodies.whole(body, name, WORDS, least=-1, most=MOST_PIECES)
    wanted = wanted_from(
        body,
        pieces=MOST_PIECES if pieces == -1 else pieces,
        stops=stops_from(body, "stop"),
        likely=bodies.whole(body, "n_probs", 0, least=0, most=MOST_LIKELY),
    )
    wanted.check(len(texts))
    stream = bodies.flag(body, "stream", False)
    return _Request(texts, isinstance(body["prompt"], list), wanted, stream)


def _settings(sampling: Sampling) -> dict[str, Any]:
    """Return how words are chosen, as llama.cpp calls it."""
    names = {"repetition_penalty": "repeat_penalty", "penalty_window": "repeat_last_n"}
    return {names.get(name, name): value for name, value in asdict(sampling).items()}


class _Answer:
    """The answer in the making: what is told of each text as a whole, and with its pieces."""

    def __init__(self, asked: _Request, loaded: Loaded, prompts: list[Opened]) -> None:
        self._asked, self._loaded, self._prompts = asked, loaded, prompts
        self._began = time.monotonic()

    async def whole(self, items: _Items) -> list[dict[str, Any]]:
        """Return what became of each text."""
        pieces: dict[int, list[Piece]] = {}
        ends: dict[int, End] = {}
        async with aclosing(items):
            async for number, item in items:
                if isinstance(item, End):
                    ends[number] = item
                else:
                    pieces.setdefault(number, []).append(item)
        return [self._final(n, pieces.get(n, []), ends[n]) for n in sorted(ends)]

    async def events(self, items: _Items) -> AsyncGenerator[bytes]:
        """Yield a piece each, and after a text's last what became of it."""
        written: dict[int, list[Piece]] = {}
        async with aclosing(items):
            async for number, item in items:
                own = written.setdefault(number, [])
                if isinstance(item, End):
                    told = {**self._final(number, own, item), "content": "", "tokens": []}
                    told.pop("completion_probabilities", None)
                    yield sse.event(told)
                else:
                    own.append(item)
                    yield sse.event(self._partial(number, item, len(own)))

    def _partial(self, number: int, piece: Piece, count: int) -> dict[str, Any]:
        return {
            "index": number,
            "content": piece.text,
            "tokens": [piece.id],
            "stop": False,
            "id_slot": -1,
            "tokens_predicted": count,
            "tokens_evaluated": len(self._prompt(number).seed.words),
            **self._probabilities([piece]),
        }

    def _final(self, number: int, pieces: list[Piece], end: End) -> dict[str, Any]:
        prompt, text = self._prompt(number), text_of(pieces)
        wanted = self._asked.wanted
        read = len(prompt.seed.words)
        return {
            "index": number,
            "content": text,
            "tokens": [piece.id for piece in pieces],
            "id_slot": -1,
            "stop": True,
            "model": self._loaded.name,
            "tokens_predicted": end.count,
            "tokens_evaluated": read,
            "generation_settings": {
                **_settings(wanted.job.sampling),
                "seed": wanted.job.rng_seed + number % wanted.texts,
                "n_predict": wanted.pieces,
                "n_probs": wanted.job.candidates,
                "stop": list(wanted.stops),
                "stream": self._asked.stream,
            },
            "prompt": prompt.job.text,
            "has_new_line": "\n" in text,
            "truncated": False,
            "stop_type": _stop_type(end),
            "stopping_word": end.stop,
            "tokens_cached": read + end.count,
            "timings": self._timings(read, end.count),
            **self._probabilities(pieces),
        }

    def _prompt(self, number: int) -> Opened:
        return self._prompts[number // self._asked.wanted.texts]

    def _probabilities(self, pieces: list[Piece]) -> dict[str, Any]:
        job = self._asked.wanted.job
        if not job.candidates:
            return {}
        rows = with_chances(pieces) if job.chances else with_ids(pieces)
        return {"completion_probabilities": rows}

    def _timings(self, read: int, written: int) -> dict[str, Any]:
        seconds = max(time.monotonic() - self._began, 1e-6)
        return {
            "prompt_n": read,
            "predicted_n": written,
            "predicted_ms": seconds * 1000,
            "predicted_per_token_ms": seconds * 1000 / max(written, 1),
            "predicted_per_second": written / seconds,
        }


def _stop_type(end: End) -> str:
    """Return why a text ended, as llama.cpp calls it."""
    if end.stop:
        return "word"
    return "limit" if end.reason == "length" else "eos"


PATHS = ("/completion", "/tokenize", "/detokenize", "/props", "/health")

ROUTES = [
    Route("/completion", completion, methods=["POST"]),
    Route("/completions", completion, methods=["POST"]),
    Route("/tokenize", tokenize, methods=["POST"]),
    Route("/detokenize", detokenize, methods=["POST"]),
    Route("/props", props, methods=["GET"]),
    Route("/health", health, methods=["GET"]),
    Route("/v1/health", health, methods=["GET"]),
]
