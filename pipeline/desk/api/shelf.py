"""The shelf: which models there are, who is in their novels, and the reports on them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.artifacts.report import FILE, Language, opens_in
from pipeline.desk.api.asked import desk_of
from pipeline.desk.desk import Desk
from pipeline.desk.languages import liked
from pipeline.desk.leaving import unless_gone
from pipeline.desk.loaded import Loaded
from pipeline.errors import NotReady
from pipeline.models.shelf import Entry
from pipeline.project import find_report

# A report has its style within and no script; it is kept from the desk's own address.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)


async def models(request: Request) -> Response:
    """List the models."""
    desk = desk_of(request)
    rows = await asyncio.to_thread(_rows, desk)
    return JSONResponse({"models": rows, "default": _default(desk, rows)})


async def reload(request: Request) -> Response:
    """Open the model that is on the disk now."""
    desk, name = desk_of(request), request.path_params["name"]
    loaded = await asyncio.to_thread(desk.models.reload, name)
    rows = await asyncio.to_thread(_rows, desk)
    return JSONResponse(next(row for row in rows if row["name"] == loaded.name))


async def cast(request: Request) -> Response:
    """List a novel's main characters."""
    loaded = await _named(request)
    found = await unless_gone(request, desk_of(request).looks.work(lambda: loaded.cast))
    return JSONResponse({"cast": [{"name": name, "count": count} for name, count in found]})


async def report(request: Request) -> Response:
    """Send the report on a model; it opens in the language that the browser says."""
    loaded = await _named(request)
    language = liked(request.headers.get("accept-language", ""))
    page = await asyncio.to_thread(_report, desk_of(request), loaded, language)
    headers = {"Content-Security-Policy": _REPORT_POLICY, "Vary": "Accept-Language"}
    return Response(page, media_type="text/html", headers=headers)


async def _named(request: Request) -> Loaded:
    """Return the model that an address names."""
    return await asyncio.to_thread(desk_of(request).models.load, request.path_params["name"])


def _rows(desk: Desk) -> list[dict[str, Any]]:
    """Return a row a model."""
    return [_row(desk, entry) for entry in desk.models.entries()]


def _row(desk: Desk, entry: Entry) -> dict[str, Any]:
    """Return a model as JSON values; `words` is the size of its vocabulary."""
    scores = (entry.card.scores if entry.card else None) or {}
    return {
        "name": entry.name,
        "title": entry.card.title if entry.card else "",
        "bits_per_character": scores.get("bits_per_character"),
        "words": entry.words,
        "bytes": entry.bytes,
        "made": round(entry.made / 1e9),
        "open": desk.models.is_open(entry.name),
        "newer_on_disk": desk.models.is_newer_on_disk(entry.name),
        "error": entry.fault,
    }


def _default(desk: Desk, rows: list[dict[str, Any]]) -> str | None:
    """Return which model writes where none is named: the desk's, or the newest."""
    names = [row["name"] for row in rows]
    wanted = desk.default_model
    return wanted if wanted in names or not names else names[0]


def _report(desk: Desk, loaded: Loaded, language: Language | None) -> str:
    """Return the report on a model, in the language where it is one that has it.

    Raises
    ------
    NotReady
        There is none.
    """
    _, record, _ = find_report(desk.artifacts, loaded.novel)
    if record is None:
        raise NotReady("expected a report on this model, found none yet", command="report")
    page = (record.path / FILE).read_text(encoding="utf-8")
    with suppress(NotReady):  # one of an earlier version is in English alone
        return opens_in(page, language) if language else page
    return page


ROUTES = [
    Route("/xuxie/v1/models", models),
    Route("/xuxie/v1/models/{name}/reload", reload, methods=["POST"]),
    Route("/xuxie/v1/models/{name}/cast", cast),
    Route("/xuxie/v1/models/{name}/report", report),
]
