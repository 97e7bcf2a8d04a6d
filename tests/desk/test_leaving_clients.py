"""Clients of every API that leave, come too many, or find no model."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import FREE, PROMPT, served, shelve

from pipeline.desk.desk import Desk, open_desk
from pipeline.desk.loaded import Models
from pipeline.desk.scheduler import Scheduler

# Address, field of the length, whether it streams.
ASKS = [
    ("/v1/completions", "max_tokens", False),
    ("/v1/completions", "max_tokens", True),
    ("/completion", "n_predict", False),
    ("/completion", "n_predict", True),
    ("/api/v1/generate", "max_length", False),
    ("/api/extra/generate/stream", "max_length", True),
]


def body(length: str, streamed: bool, pieces: int = 8192) -> dict[str, Any]:
    return {"prompt": PROMPT, length: pieces, "stream": streamed, "best_of": 1, **FREE}


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.005)


@pytest.mark.parametrize(("path", "length", "streamed"), ASKS)
def test_who_leaves_is_written_for_no_more(
    running: tuple[str, Desk], path: str, length: str, streamed: bool
) -> None:
    address, desk = running
    asked = body(length, streamed)
    with httpx.Client(base_url=address, trust_env=False) as client:
        if streamed:
            with client.stream("POST", path, json=asked) as answer:
                next(answer.iter_lines())
        else:
            with pytest.raises(httpx.ReadTimeout):
                client.post(path, json=asked, timeout=0.5)
    until(lambda: desk.scheduler.count == 0, seconds=3)
    until(lambda: not desk.scheduler._going, seconds=3)


def test_who_comes_too_many_is_told_to_come_again(tmp_path: Path) -> None:
    shelve(tmp_path)
    desk = Desk(tmp_path, Models(tmp_path), Scheduler(1))
    with served(desk) as address, httpx.Client(base_url=address, trust_env=False) as client:
        with client.stream("POST", "/completion", json=body("n_predict", True)) as answer:
            lines = answer.iter_lines()  # kept: httpx hangs up where nobody holds it
            assert next(lines)
            for path, length, streamed in ASKS:
                busy = client.post(path, json=body(length, streamed))
                assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
                assert "try again in a moment" in busy.text
        until(lambda: desk.scheduler.count == 0)
        several = client.post(
            "/v1/completions", json={**body("max_tokens", False, 3), "n": 3}, timeout=60
        )
        assert len(several.json()["choices"]) == 3  # one after the other


def test_without_a_model_it_is_said_what_to_do(tmp_path: Path) -> None:
    with (
        served(open_desk(tmp_path)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        for path, length, streamed in ASKS:
            none = client.post(path, json=body(length, streamed, 3))
            assert none.status_code == 404
            assert "run-all" in none.text
        assert client.get("/v1/models").json()["data"] == []
        assert client.get("/health").status_code == 200
        assert client.get("/api/v1/model").status_code == 404
