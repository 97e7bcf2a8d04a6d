"""Asking a desk in this process: without a socket, and without its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from pipeline.desk.app import APIS, Api, build_app
from pipeline.desk.desk import open_desk
from pipeline.desk.guard import Gate

HERE = "http://127.0.0.1:8765"


def app_in(folder: Path, gate: Gate | None = None, apis: Sequence[Api] = ()) -> ASGIApp:
    """The application of a desk in a folder, with further APIs."""
    return build_app(open_desk(folder), gate, [*apis, *APIS])


def ask(
    app: ASGIApp,
    path: str = "/",
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> httpx.Response:
    """What is answered to one request."""

    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(asking())
