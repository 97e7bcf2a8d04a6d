"""A desk with a small model, served to real clients on a port of this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import uvicorn
from models import WORDS, bytes_of, small_model

from pipeline.desk.app import build_app
from pipeline.desk.desk import Desk, open_desk

NAME = "澄秋阁"
PROMPT = f"{WORDS[5]}{WORDS[9]}，"
FREE: dict[str, Any] = {"no_repeat": 0, "max_copy": 0}  # random weights know no novel


def shelve(artifacts: Path, name: str = NAME, seed: int = 0) -> None:
    """Put a small model on the shelf."""
    (artifacts / "models").mkdir(parents=True, exist_ok=True)
    (artifacts / "models" / f"{name}.safetensors").write_bytes(bytes_of(small_model(seed)))


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Serve a desk; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # a client that is quicker than the server waits
        port = listening.getsockname()[1]
        config = uvicorn.Config(build_app(desk), log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def small_desk(folder: Path) -> Iterator[tuple[str, Desk]]:
    """Serve a desk with the small model."""
    shelve(folder)
    desk = open_desk(folder)
    with served(desk) as address:
        yield address, desk


def events(answer: httpx.Response) -> list[Any]:
    """The data of a stream's events, each of which is one line of ASCII."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content.isascii()
    found = []
    for block in answer.text.removesuffix("\n\n").split("\n\n"):
        data = block.split("\n")[-1].removeprefix("data: ")
        found.append(data if data == "[DONE]" else json.loads(data))
    return found
