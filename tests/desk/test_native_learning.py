"""Trainings: one at a time, followed from the beginning by whoever asks, ended as by Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from native import V1, Asked, events_of, run
from pipelines import TINY, write_small_novel

from pipeline.desk import trainings
from pipeline.program import command_line
from pipeline.runner.lock import hold
from pipeline.runner.store import open_store

# A stand-in for `run-all --progress json`: what it tells is what is told there (`JsonReporter`).
_RUN = """
import json, os, signal, sys, time

def tell(**values):
    print(json.dumps(values), file=sys.stderr, flush=True)

def stop(*_):
    os.write(2, b"xuxie: interrupted\\n")  # print may be at work where the signal comes
    os._exit(130)

how = {how!r}
signal.signal(signal.SIGINT, signal.SIG_IGN if how == "deaf" else stop)
tell(event="started", stage="fetch", why="fetch: first run", arguments=sys.argv[1:])
for done in range(1, 4):
    tell(event="progress", stage="fetch", done=done, total=3, note="", seconds_left=None)
print("x" * 200_000, file=sys.stderr, flush=True)
tell(event="said", stage="fetch", text="第一回")
if how == "fails":
    print("fetch: expected a novel, got none", file=sys.stderr)
    sys.exit(3)
if how != "ends":
    time.sleep(60)
tell(event="model", name="澄秋阁")
"""


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    path = folder / "run.py"
    path.write_text(textwrap.dedent(_RUN.format(how=how)), encoding="utf-8")
    monkeypatch.setattr(trainings, "command_line", lambda: [sys.executable, str(path)])


async def begin(asked: Asked, name: str = "小说.txt", data: bytes = b"x" * 1_000) -> str:
    response = await asked.client.post(
        f"{V1}/trainings?name={quote(name, safe='')}&quick=true", content=data
    )
    assert response.status_code == 200, response.text
    own: str = response.json()["id"]
    return own


async def followed(asked: Asked, own: str) -> list[tuple[str, dict[str, Any]]]:
    return events_of((await asked.client.get(f"{V1}/trainings/{own}/events")).text)


async def running(asked: Asked, own: str) -> None:
    """Wait until a training has told something."""
    training = asked.desk.trainings.find(own)
    assert training is not None
    async for kind, _ in training.events():
        if kind == "line":
            return


def test_a_training_is_followed_to_its_end_and_can_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "ends")

    async def work(asked: Asked) -> None:
        own = await begin(asked, "../我的/小说.TXT")
        first, again = await asyncio.gather(followed(asked, own), followed(asked, own))
        kinds = [kind for kind, _ in first]
        assert kinds[0] == "started"
        assert "progress" in kinds
        assert kinds[-3:] == ["line", "model", "end"], "a line that is too long is passed over"
        assert ("line", {"text": "fetch: 第一回"}) in first
        assert first[-1][1] == {"ok": True, "state": "done", "model": "澄秋阁", "message": ""}
        assert first[-1] == again[-1]
        later = await followed(asked, own)
        (progress,) = [values for kind, values in later if kind == "progress"]
        assert progress["done"] == 3, "of a stage's progress the latest"
        arguments = first[0][1]["arguments"]
        assert arguments[:2] == ["run-all", "--source"]
        source = Path(arguments[2])
        assert source.parent.parent == tmp_path / "desk" / "uploads"
        assert (source.name, source.read_bytes()) == ("小说.txt", b"x" * 1_000)
        assert "--quick" in arguments
        (row,) = (await asked.get("/trainings"))["trainings"]
        assert (row["id"], row["state"], row["name"]) == (own, "done", "../我的/小说.TXT")
        other = (await asked.post("/trainings/novella"))["id"]
        told = await followed(asked, other)
        assert "--source" not in told[0][1]["arguments"]

    run(tmp_path, work)


def test_one_at_a_time_and_none_beside_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "waits")

    async def work(asked: Asked) -> None:
        with hold(open_store(tmp_path), "run-all"):
            found = await asked.post("/trainings/novella", 503)
            assert "held by run-all" in found["error"]["message"]
        own = await begin(asked)
        await running(asked, own)
        for path in ("/trainings/novella", "/trainings?name=a.txt"):
            found = await asked.post(path, 503)
            assert "expected no training under way" in found["error"]["message"]
        assert len(list((tmp_path / "desk" / "uploads").iterdir())) == 1
        row = (await asked.client.delete(f"{V1}/trainings/{own}")).json()
        assert (row["state"], row["message"]) == ("stopped", "interrupted")
        assert (await followed(asked, own))[-1][1]["ok"] is False
        again = await begin(asked)
        await running(asked, again)

    run(tmp_path, work)


def test_a_training_that_does_not_heed_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "deaf")
    monkeypatch.setattr(trainings, "_PATIENCE", 0.3)

    async def work(asked: Asked) -> None:
        own = await begin(asked)
        await running(asked, own)
        assert (await asked.client.delete(f"{V1}/trainings/{own}")).json()["state"] == "stopped"

    run(tmp_path, work)


def test_a_training_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "fails")

    async def work(asked: Asked) -> None:
        end = (await followed(asked, await begin(asked)))[-1][1]
        assert end["state"] == "failed"
        assert end["message"] == "fetch: expected a novel, got none"

    run(tmp_path, work)


def test_what_ends_with_the_desk_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "waits")
    found: list[trainings.Training] = []

    async def work(asked: Asked) -> None:
        own = await begin(asked)
        await running(asked, own)
        found.extend(asked.desk.trainings.all())

    run(tmp_path, work)
    assert [training.state for training in found] == ["stopped"]


@pytest.mark.parametrize("own", ["..%2Fx", "0" * 16, "novella"])
def test_what_is_no_training_is_not_found(tmp_path: Path, own: str) -> None:
    async def work(asked: Asked) -> None:
        await asked.get(f"/trainings/{own}/events", 404)
        gone = await asked.client.delete(f"{V1}/trainings/{own}")
        assert gone.status_code in (404, 405)

    run(tmp_path, work)


@pytest.mark.slow
def test_a_dropped_novel_becomes_a_model_that_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_arguments = trainings._arguments
    quick = ["--config", str(TINY), "--set", "train.epochs=1"]
    monkeypatch.setattr(trainings, "_arguments", lambda *given: [*own_arguments(*given), *quick])
    assert command_line()[0] == sys.executable

    async def work(asked: Asked) -> None:
        own = await begin(asked, "甲.txt", write_small_novel(tmp_path).read_bytes())
        events = await followed(asked, own)
        stages = [values["stage"] for kind, values in events if kind == "finished"]
        assert stages[0] == "fetch"
        assert stages[-1] == "model"
        assert events[-1][1]["ok"], events[-1]
        model = events[-1][1]["model"]
        assert model in {row["name"] for row in (await asked.get("/models"))["models"]}
        words = await asked.events("/write", text="青棠听了，", way="word", model=model)
        assert words[-1][0] == "end"

    run(tmp_path / "a", work)
