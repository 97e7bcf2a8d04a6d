"""Trainings over HTTP: begun with a file that is sent, followed as events, interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.desk import bodies
from pipeline.desk.api.asked import desk_of
from pipeline.desk.api.keeping import name_in
from pipeline.desk.refusals import BadRequest
from pipeline.desk.sse import event, stream
from pipeline.desk.trainings import Training
from pipeline.desk.uploads import MOST_BYTES, drop_upload, keep_upload


async def trainings(request: Request) -> Response:
    """List the trainings, or begin one with a file."""
    desk = desk_of(request)
    if request.method == "GET":
        return JSONResponse({"trainings": [_json(own) for own in desk.trainings.all()]})
    name, quick = name_in(request), _quick(request)
    await desk.trainings.check_free()  # before anything is sent
    path = await keep_upload(desk.folder, name, bodies.chunks(request, MOST_BYTES))
    try:
        training = await desk.trainings.start(path, name, quick=quick)
    except BaseException:
        await asyncio.to_thread(drop_upload, path)
        raise
    return JSONResponse({"id": training.id})


async def novella(request: Request) -> Response:
    """Begin a training with the novella that comes with the program."""
    training = await desk_of(request).trainings.start(None, quick=_quick(request))
    return JSONResponse({"id": training.id})


async def events(request: Request) -> Response:
    """Send what a training tells, from its beginning."""
    training = _training(request)

    async def sent() -> AsyncGenerator[bytes]:
        async with aclosing(training.events()) as found:
            async for kind, values in found:
                yield event(values, kind)

    return stream(sent())


async def interrupt(request: Request) -> Response:
    """Interrupt a training as by Ctrl-C."""
    training = _training(request)
    await asyncio.shield(asyncio.create_task(desk_of(request).trainings.stop(training)))
    return JSONResponse(_json(training))


def _training(request: Request) -> Training:
    """Return the training that an address names."""
    training = desk_of(request).trainings.find(request.path_params["id"])
    if training is None:
        raise BadRequest("expected a training, found none", status=404)
    return training


def _quick(request: Request) -> bool:
    """Return whether scores and report are to be left out."""
    return request.query_params.get("quick", "").lower() in ("1", "true", "yes")


def _json(training: Training) -> dict[str, Any]:
    """Return a training as JSON values."""
    return {
        "id": training.id,
        "name": training.name,
        "began": training.began,
        "state": training.state,
        "model": training.model or None,
        "message": training.message,
    }


ROUTES = [
    Route("/xuxie/v1/trainings", trainings, methods=["GET", "POST"]),
    Route("/xuxie/v1/trainings/novella", novella, methods=["POST"]),
    Route("/xuxie/v1/trainings/{id}/events", events),
    Route("/xuxie/v1/trainings/{id}", interrupt, methods=["DELETE"]),
]
