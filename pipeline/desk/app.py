"""The web application: all routes, and what stands before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from pipeline.desk.desk import Desk


def build_app(desk: Desk) -> Starlette:
    """Return the application of a desk; its thread runs as long as the application does."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        desk.scheduler.start()
        try:
            yield
        finally:
            desk.scheduler.stop()

    app = Starlette(routes=[], lifespan=lifespan)
    app.state.desk = desk
    return app
