"""The web application: all routes, what stands before them, and how each API says no."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import escape

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.desk import files
from pipeline.desk.api import kobold, llama, native, openai
from pipeline.desk.desk import Desk
from pipeline.desk.guard import Gate, Guard, Refuse
from pipeline.desk.leaving import ClientGone
from pipeline.desk.refusals import Refusal, as_native, refusal_of
from pipeline.errors import XuxieError

_GONE = 499  # of a client that has left, which nobody reads


@dataclass(frozen=True)
class Api:
    """What one kind of client speaks.

    Attributes
    ----------
    routes : sequence of Route
    paths : tuple of str
        How the paths begin for which `refuse` answers, also where no route is.
    refuse : callable
        Puts a refusal into the client's form.
    """

    routes: Sequence[BaseRoute]
    paths: tuple[str, ...]
    refuse: Callable[[Refusal], Response]


APIS: tuple[Api, ...] = (
    Api(files.ROUTES, ("/page/",), lambda refusal: _as_page(refusal)),
    Api(openai.ROUTES, openai.PATHS, openai.refuse),
    Api(llama.ROUTES, llama.PATHS, llama.refuse),
    Api(kobold.ROUTES, kobold.PATHS, kobold.refuse),
    Api(native.ROUTES, ("/xuxie/",), as_native),
)


def build_app(desk: Desk, gate: Gate | None = None, apis: Sequence[Api] = APIS) -> Starlette:
    """Return the application of a desk; its thread runs as long as the application does.

    Parameters
    ----------
    desk : Desk
    gate : Gate, optional
        Who gets in; by default who calls it by this machine's own names.
    apis : sequence of Api
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        desk.scheduler.start()
        try:
            yield
        finally:
            await desk.close()
            desk.scheduler.stop()

    def refuse(path: str, refusal: Refusal) -> Response:
        for api in apis:
            if path.startswith(api.paths):
                return api.refuse(refusal)
        return _as_page(refusal) if path == "/" else as_native(refusal)

    async def failed(request: Request, error: Exception) -> Response:
        return refuse(request.url.path, refusal_of(error))

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=_GONE)

    app = Starlette(
        routes=[route for api in apis for route in api.routes],
        lifespan=lifespan,
        middleware=[
            Middleware(Guard, gate or Gate(), refuse),
            Middleware(_Unforeseen, refuse),
        ],
        exception_handlers={XuxieError: failed, HTTPException: failed, ClientGone: gone},
    )
    app.state.desk = desk
    return app


class _Unforeseen:
    """Answers what nobody foresaw in one line, and keeps its traceback from the server's log."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            if scope["type"] != "http":
                raise
            refusal = refusal_of(error)  # which is logged
            if not begun:  # else the server closes the connection: the answer is incomplete
                await self.refuse(scope["path"], refusal)(scope, receive, send)


def _as_page(refusal: Refusal) -> Response:
    """Return a refusal as a page to be read."""
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>xuxie 续写</title>'
        f"<h1>{refusal.status}</h1><p>{escape(refusal.message)}</p>"
    )
    return HTMLResponse(page, refusal.status, dict(refusal.headers))
