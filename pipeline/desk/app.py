"""The web application: all routes, and what stands before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.desk.api import native
from pipeline.desk.desk import Desk
from pipeline.desk.leaving import ClientGone
from pipeline.desk.refusals import as_native, refusal_of
from pipeline.errors import XuxieError

_GONE = 499  # of a client that has left, which nobody reads


def build_app(desk: Desk) -> Starlette:
    """Return the application of a desk; its thread runs as long as the application does."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        desk.scheduler.start()
        try:
            yield
        finally:
            await desk.close()
            desk.scheduler.stop()

    async def failed(request: Request, error: Exception) -> Response:
        return as_native(refusal_of(error))

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=_GONE)

    app = Starlette(
        routes=[*native.ROUTES],
        lifespan=lifespan,
        exception_handlers={XuxieError: failed, HTTPException: failed, ClientGone: gone},
    )
    app.state.desk = desk
    return app
