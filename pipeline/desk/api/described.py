"""What the page's API offers, as an OpenAPI document and as a page to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

_TITLE = "xuxie 续写: the desk's API"
_JSON, _EVENTS, _BYTES, _HTML = (
    "application/json",
    "text/event-stream",
    "application/octet-stream",
    "text/html",
)
_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE: dict[str, Any] = {"type": "integer"}
_NUMBER: dict[str, Any] = {"type": "number"}
_FLAG: dict[str, Any] = {"type": "boolean"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_ROWS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_ANY: dict[str, Any] = {}

_SAMPLING = {
    "type": "object",
    "description": "as to `generate`: temperature, top_k, top_p, repetition_penalty, best_of …",
}
_WRITING = {
    "type": "object",
    "description": "as to `generate`: no_repeat, max_copy, must_include, ban, until, finish …",
}
_MIX = {"type": "object", "description": "in the place of a model: 2 to 4 names with weights"}
_PLACE: dict[str, Any] = {"text": _TEXT, "model": _TEXT, "mix": _MIX}
_ASKED: dict[str, Any] = {
    **_PLACE,
    "way": {"type": "string", "enum": ["word", "sentence", "paragraph", "words"]},
    "words": _WHOLE,
    "sampling": _SAMPLING,
    "writing": _WRITING,
    "learn_from": _TEXT,
    "rng_seed": _WHOLE,
    "candidates": _WHOLE,
}
_MANUSCRIPT: dict[str, Any] = {"name": _TEXT, "text": _TEXT, "marks": _ROWS, "tree": _ANY}
_KEPT: dict[str, Any] = {"id": _TEXT, "version": _WHOLE}


@dataclass(frozen=True)
class Offer:
    """One thing that can be asked.

    Attributes
    ----------
    method, path, summary : str
    body : field → schema, or None where nothing is sent
        An empty one is a file's bytes.
    answer : field → schema
    kind : str
        The media type of the answer.
    query : field → schema
    """

    method: str
    path: str
    summary: str
    body: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    kind: str = _JSON
    query: Mapping[str, Any] = field(default_factory=dict)


OFFERS: Sequence[Offer] = (
    Offer("GET", "/models", "The models there are.", None, {"models": _ROWS, "default": _TEXT}),
    Offer("POST", "/models/{name}/reload", "Open the model that is on the disk now."),
    Offer("GET", "/models/{name}/cast", "The novel's main characters.", None, {"cast": _ROWS}),
    Offer("GET", "/models/{name}/report", "The report on a model.", kind=_HTML),
    Offer(
        "POST",
        "/write",
        "Write on from a text. Events: begin {rng_seed, model, unknown}; word {word, text, "
        "probability, cosine, shares, candidates}; end {reason, words}; error {message}.",
        _ASKED,
        kind=_EVENTS,
    ),
    Offer(
        "POST",
        "/alternatives",
        "Write on several times, with rng_seed, rng_seed + 1 and so on. Events: word and end, each "
        "with its number; done; error.",
        {**_ASKED, "count": _WHOLE},
        kind=_EVENTS,
    ),
    Offer(
        "POST",
        "/candidates",
        "What may come next at the end of a text, best first.",
        {**_PLACE, "count": _WHOLE, "sampling": _SAMPLING, "writing": _WRITING},
        {"candidates": _ROWS},
    ),
    Offer(
        "POST",
        "/evidence",
        "Passages of the novel that write this word in a state like that at the text's end.",
        {**_PLACE, "word": _TEXT},
        {"passages": _ROWS},
    ),
    Offer(
        "POST",
        "/score",
        "How well each piece of a text is foretold, and what of it stands in the novel for at "
        "least `copied` words; offsets in units of UTF-16. From the line on in which `begin` lies: "
        "what stands before is read alone. As a `stream` in events `part` and `end`.",
        {"text": _TEXT, "model": _TEXT, "copied": _WHOLE, "begin": _WHOLE, "stream": _FLAG},
        {"pieces": _ROWS, "bits_per_character": _NUMBER, "copies": _ROWS},
    ),
    Offer("GET", "/manuscripts", "The manuscripts there are.", None, {"manuscripts": _ROWS}),
    Offer("POST", "/manuscripts", "Keep a new manuscript.", _MANUSCRIPT, _KEPT),
    Offer(
        "GET",
        "/manuscripts/{id}",
        "A manuscript; `note` tells where an older version stands for a damaged one.",
        None,
        {**_KEPT, **_MANUSCRIPT, "note": _TEXT},
        query={"version": _WHOLE},
    ),
    Offer(
        "PUT",
        "/manuscripts/{id}",
        "Keep a new version; 409 with `current` where another than the named one is there.",
        {**_MANUSCRIPT, "version": _WHOLE},
        _KEPT,
    ),
    Offer("DELETE", "/manuscripts/{id}", "Move a manuscript to the bin."),
    Offer("GET", "/manuscripts/{id}/history", "Its last 50 versions.", None, {"versions": _ROWS}),
    Offer(
        "POST",
        "/manuscripts/import",
        "Keep a book in any form as a manuscript.",
        {},
        {**_KEPT, "name": _TEXT, "note": _TEXT},
        query={"name": _TEXT},
    ),
    Offer(
        "GET",
        "/manuscripts/{id}/export",
        "A manuscript as a book.",
        kind=_BYTES,
        query={"form": {"type": "string", "enum": ["txt", "epub", "md"]}},
    ),
    Offer("GET", "/trainings", "The trainings.", None, {"trainings": _ROWS}),
    Offer(
        "POST",
        "/trainings",
        "Train a model with a novel in any form; one at a time.",
        {},
        {"id": _TEXT},
        query={"name": _TEXT, "quick": _FLAG},
    ),
    Offer(
        "POST",
        "/trainings/novella",
        "Train one with the novella that comes with the program.",
        None,
        {"id": _TEXT},
        query={"quick": _FLAG},
    ),
    Offer(
        "GET",
        "/trainings/{id}/events",
        "What a training tells, from its beginning. Events: started, progress {stage, done, total, "
        "note, seconds_left}, finished, line {text}, model {name}, end {ok, model}.",
        kind=_EVENTS,
    ),
    Offer("DELETE", "/trainings/{id}", "Interrupt a training as by Ctrl-C."),
    Offer("GET", "/openapi.json", "This, for programs."),
    Offer("GET", "/docs", "This, for people.", kind=_HTML),
)


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for offer in OFFERS:
        paths.setdefault(f"/xuxie/v1{offer.path}", {})[offer.method.lower()] = _operation(offer)
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {"Error": _object({"error": _object({"message": _TEXT, "option": _TEXT})})}
        },
    }


def _operation(offer: Offer) -> dict[str, Any]:
    """Return what OpenAPI calls an operation."""
    names = [part[1:-1] for part in offer.path.split("/") if part.startswith("{")]
    inside = [{"name": own, "in": "path", "required": True, "schema": _TEXT} for own in names]
    asked = [{"name": own, "in": "query", "schema": schema} for own, schema in offer.query.items()]
    schema = _object(offer.answer) if offer.answer else {}
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    made: dict[str, Any] = {
        "summary": offer.summary,
        "parameters": [*inside, *asked],
        "responses": {
            "200": {"description": "The answer.", "content": {offer.kind: {"schema": schema}}},
            "default": {"description": "Why there is none.", "content": {_JSON: error}},
        },
    }
    if offer.body is not None:
        kind = _JSON if offer.body else _BYTES
        made["requestBody"] = {"content": {kind: {"schema": _object(offer.body)}}}
    return made


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields)}


def _page() -> str:
    """Return the page: a heading and a list for each thing that can be asked."""
    return "".join(
        [
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{_TITLE}</title>\n',
            f"<h1>{_TITLE}</h1>\n<p>All answers but streams and files are JSON; an error is ",
            "<code>{&quot;error&quot;: {&quot;message&quot;, &quot;option&quot;}}</code>. ",
            'For programs: <a href="/xuxie/v1/openapi.json">openapi.json</a>.</p>\n',
            *(part for offer in OFFERS for part in _described(offer)),
            "</html>\n",
        ]
    )


def _described(offer: Offer) -> Iterator[str]:
    """Yield a heading, what it is, and what is sent and answered."""
    yield f"<h2><code>{offer.method} /xuxie/v1{escape(offer.path)}</code></h2>\n"
    yield f"<p>{escape(offer.summary)}</p>\n<ul>\n"
    for what, fields in (("in the address", offer.query), ("sent", offer.body or {})):
        if fields:
            yield f"<li>{what}: {_names(fields)}</li>\n"
    if offer.body is not None and not offer.body:
        yield "<li>sent: the bytes of a file</li>\n"
    answer = f": {_names(offer.answer)}" if offer.answer else ""
    yield f"<li>answer: {escape(offer.kind)}{answer}</li>\n</ul>\n"


def _names(fields: Mapping[str, Any]) -> str:
    """Return fields with their kinds."""
    return ", ".join(
        f"<code>{escape(name)}</code> {escape(str(schema.get('type', 'any')))}"
        for name, schema in fields.items()
    )


async def _openapi(request: Request) -> Response:
    return JSONResponse(document())


async def _docs(request: Request) -> Response:
    return HTMLResponse(_page())


ROUTES = [
    Route(f"{prefix}/{name}", endpoint)
    for prefix in ("/xuxie/v1", "")
    for name, endpoint in (("openapi.json", _openapi), ("docs", _docs))
]
