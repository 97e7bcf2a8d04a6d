"""A desk in this process with small made-up models, and a client of its own API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from models import WORDS, bytes_of, small_model

from pipeline.desk.app import build_app
from pipeline.desk.desk import Desk, open_desk

V1 = "/xuxie/v1"
HERE = "http://127.0.0.1:8765"
TEXT = "".join(WORDS[5:9]) + "，"  # what the made-up novel's writer understands
MODEL = "澄秋阁"


@dataclass(frozen=True)
class Asked:
    """A desk, its application and a client."""

    desk: Desk
    app: Any
    client: httpx.AsyncClient

    async def get(self, path: str, status: int = 200) -> Any:
        return _json(await self.client.get(V1 + path), status)

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return _json(await self.client.post(V1 + path, json=body), status)

    async def put(self, path: str, status: int = 200, **body: Any) -> Any:
        return _json(await self.client.put(V1 + path, json=body), status)

    async def events(self, path: str, **body: Any) -> list[tuple[str, dict[str, Any]]]:
        """All events of a stream."""
        response = await self.client.post(V1 + path, json=body)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/event-stream")
        return events_of(response.text)


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream's text."""
    found = []
    for block in filter(None, text.split("\n\n")):
        name, _, data = block.partition("\n")
        assert name.startswith("event: ")
        assert data.startswith("data: ")
        found.append((name[7:], json.loads(data[6:])))
    return found


def _json(response: httpx.Response, status: int) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def put_model(artifacts: Path, name: str = MODEL, seed: int = 0) -> Path:
    """Put a small model on a shelf."""
    path = artifacts / "models" / f"{name}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes_of(small_model(seed, title=name)))
    return path


@asynccontextmanager
async def served(artifacts: Path) -> AsyncIterator[Asked]:
    """A desk that runs."""
    desk = open_desk(artifacts)
    app = build_app(desk)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=HERE, timeout=60) as client,
    ):
        yield Asked(desk, app, client)


def run(artifacts: Path, work: Callable[[Asked], Awaitable[None]]) -> None:
    """Do some work at a desk."""

    async def at_desk() -> None:
        async with served(artifacts) as asked:
            await asyncio.wait_for(work(asked), 120)

    asyncio.run(at_desk())
