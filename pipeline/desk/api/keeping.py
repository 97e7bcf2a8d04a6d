"""Manuscripts over HTTP: kept with their versions, brought in from books and taken out as books."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.desk import bodies
from pipeline.desk.api.asked import desk_of
from pipeline.desk.importing import read_manuscript
from pipeline.desk.manuscripts import (
    MOST_CHARACTERS,
    MOST_MARKS,
    MOST_TREE,
    Content,
    Head,
    Manuscript,
    Stale,
    clean_name,
)
from pipeline.desk.refusals import BadRequest, Refusal
from pipeline.desk.uploads import MOST_BYTES, drop_upload, keep_upload
from pipeline.models.names import safe_name
from pipeline.text.books.binding import bind_epub, bind_text, parts_of

_MOST = 6 * MOST_CHARACTERS + (MOST_TREE << 2)  # bytes of a body: each character may be escaped
_FORMS = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "epub": "application/epub+zip",
}
_LONE = re.compile("[\ud800-\udfff]")  # half a character, which no file can hold
_LONGEST_NAME = 1_000  # characters, before it is made short


async def manuscripts(request: Request) -> Response:
    """List the manuscripts, or keep a new one."""
    own = desk_of(request).manuscripts
    if request.method == "POST":
        content = _content(await bodies.read_json(request, _MOST))
        head = await asyncio.to_thread(own.create, content)
        return JSONResponse({"id": head.id, "version": head.version})
    heads = await asyncio.to_thread(own.heads)
    return JSONResponse({"manuscripts": list(map(asdict, heads))})


async def manuscript(request: Request) -> Response:
    """Send a manuscript, keep a new version of it, or throw it away."""
    own, name = desk_of(request).manuscripts, request.path_params["id"]
    if request.method == "DELETE":
        await asyncio.to_thread(own.throw_away, name)
        return Response(status_code=204)
    if request.method == "PUT":
        return await _save(request)
    version = _version(request.query_params.get("version"))
    return JSONResponse(_json(await asyncio.to_thread(own.read, name, version)))


async def history(request: Request) -> Response:
    """List the versions of a manuscript."""
    own = desk_of(request).manuscripts
    heads = await asyncio.to_thread(own.history, request.path_params["id"])
    rows = [_without(head, "id", "name") for head in heads]
    return JSONResponse({"versions": rows})


async def bring(request: Request) -> Response:
    """Keep a book in any form as a new manuscript."""
    desk, name = desk_of(request), name_in(request)
    path = await keep_upload(desk.folder, name, bodies.chunks(request, MOST_BYTES))
    try:
        content, note = await desk.reads.work(read_manuscript, path, name)
    finally:
        await asyncio.to_thread(drop_upload, path)
    head = await asyncio.to_thread(desk.manuscripts.create, content)
    return JSONResponse({**_without(head, "changed"), "note": note})


async def export(request: Request) -> Response:
    """Send a manuscript as a book."""
    form = request.query_params.get("form", "txt")
    if form not in _FORMS:
        raise BadRequest(f"form: expected one of {', '.join(_FORMS)}", option="form")
    desk = desk_of(request)
    found = await asyncio.to_thread(desk.manuscripts.read, request.path_params["id"])
    data = await desk.looks.work(_bind, found.content, form)
    name = quote(f"{safe_name(found.content.name)}.{form}", safe="")
    told = f"attachment; filename=\"manuscript.{form}\"; filename*=UTF-8''{name}"
    return Response(data, headers={"Content-Disposition": told}, media_type=_FORMS[form])


async def _save(request: Request) -> Response:
    """Keep a new version, or send the one that has come in between."""
    body = await bodies.read_json(request, _MOST)
    version = bodies.whole(body, "version", None, least=0)
    if version is None:
        raise BadRequest("version: expected the one that was read, got none", option="version")
    own, name = desk_of(request).manuscripts, request.path_params["id"]
    try:
        head = await asyncio.to_thread(own.save, name, _content(body), version)
    except Stale as stale:
        there = stale.current.head.version
        message = (
            f"version: expected {there}, which is there now, got {version}; nothing was saved: "
            "choose between them"
        )
        refusal = Refusal(409, message, "version")
        told = {"message": refusal.message, "option": refusal.option}
        return JSONResponse({"error": told, "current": _json(stale.current)}, refusal.status)
    return JSONResponse({"id": head.id, "version": head.version, "changed": head.changed})


def _content(body: dict[str, Any]) -> Content:
    """Return the manuscript that a body brings.

    Raises
    ------
    BadRequest
        A field is of another kind, or too long.
    """
    return Content(
        clean_name(bodies.text(body, "name", "", most=_LONGEST_NAME)),
        bodies.text(body, "text", "", most=MOST_CHARACTERS),
        [_mark(own) for own in bodies.items(body, "marks", [], most=MOST_MARKS)],
        _tree(body.get("tree")),
    )


def _tree(value: Any) -> Any:
    """Return the page's own notes, halves of characters as U+FFFD."""
    text = _LONE.sub("\ufffd", json.dumps(value, ensure_ascii=False))
    size = len(text.encode("utf-8"))
    if size > MOST_TREE:
        problem = f"tree: expected at most {MOST_TREE:,} bytes, got {size:,}"
        raise BadRequest(problem, option="tree")
    return json.loads(text)


def _mark(own: Any) -> list[int]:
    """Return a stretch that the writer wrote: start, stop, and the seed if it is known."""
    if (
        not isinstance(own, list)
        or not 2 <= len(own) <= 3
        or any(isinstance(part, bool) or not isinstance(part, int) for part in own)
        or not 0 <= own[0] <= own[1] <= 2 * MOST_CHARACTERS
    ):
        raise BadRequest("marks: expected stretches as [start, stop, seed]", option="marks")
    return own


def _json(found: Manuscript) -> dict[str, Any]:
    """Return a manuscript as JSON values."""
    note = {"note": found.note} if found.note else {}
    return {**asdict(found.head), **asdict(found.content), **note}


def _without(head: Head, *names: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(head).items() if name not in names}


def _version(text: str | None) -> int | None:
    """Return the version that an address names."""
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadRequest("version: expected a whole number", option="version")
    return int(text)


def name_in(request: Request) -> str:
    """Return the name of a file that is sent.

    Raises
    ------
    BadRequest
        There is none, or it is too long.
    """
    name = request.query_params.get("name", "")
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise BadRequest("name: expected the name of the file, as ?name=novel.txt", option="name")
    return name


def _bind(content: Content, form: str) -> bytes:
    """Return a manuscript as a book."""
    parts = parts_of([content.text])
    if form == "epub":
        return bind_epub(content.name, parts)
    if form == "txt":
        return bind_text(content.name, parts)
    lines = [f"# {content.name}"]
    for part in parts:
        lines += [f"## {part.title}"] if part.title else []
        lines += map(_as_markdown, part.paragraphs)
    return ("\n\n".join(lines) + "\n").encode("utf-8", errors="replace")


def _as_markdown(paragraph: str) -> str:
    """Return a paragraph in which nothing means anything to Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#+-.!|~&" else c for c in paragraph)


ROUTES = [
    Route("/xuxie/v1/manuscripts", manuscripts, methods=["GET", "POST"]),
    Route("/xuxie/v1/manuscripts/import", bring, methods=["POST"]),
    Route("/xuxie/v1/manuscripts/{id}", manuscript, methods=["GET", "PUT", "DELETE"]),
    Route("/xuxie/v1/manuscripts/{id}/history", history),
    Route("/xuxie/v1/manuscripts/{id}/export", export),
]
