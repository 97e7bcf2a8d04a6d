"""What the page asks of the writer: the words of `generate`, looks at a place, errors in a line."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest
from commands import invoke
from models import WORDS, small_model
from native import MODEL, TEXT, V1, Asked, put_model, run
from starlette.types import Message

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.job import Job, understand
from pipeline.engine.bundle.model import save_model
from pipeline.engine.writing.generate import spell
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.errors import Busy

PLAIN = {"best_of": 1, "temperature": 1.0}


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    put_model(folder)
    return folder


def written(events: list[tuple[str, dict[str, Any]]]) -> str:
    return "".join(values["text"] for kind, values in events if kind == "word")


@pytest.mark.parametrize("best_of", [1, 3])
def test_the_same_seed_gives_the_text_of_python_and_of_the_command(
    artifacts: Path, best_of: int
) -> None:
    async def work(asked: Asked) -> None:
        events = await asked.events(
            "/write", text=TEXT, words=25, rng_seed=7, sampling={"best_of": best_of}
        )
        writer = asked.desk.models.load(None).writer
        seed = writer.understand(TEXT)
        choices = list(
            writer.stream(
                seed,
                writing=WritingOptions(words=25),
                sampling=Sampling(best_of=best_of),
                rng_seed=7,
            )
        )
        text = spell([choice.word for choice in choices], previous=seed.words[-1])
        assert written(events) == text
        options = ["--rng-seed", "7", "--words", "25", "--best-of", str(best_of)]
        code, output, _ = invoke("generate", TEXT, *options, "--artifacts", str(artifacts))
        assert code == 0
        assert output.strip("\n") == (TEXT + text).strip("\n")
        assert events[0] == ("begin", {"rng_seed": 7, "model": MODEL, "unknown": []})
        assert events[-1][0] == "end"

    run(artifacts, work)


def test_a_candidate_is_spelt_as_it_would_stand_in_the_text(artifacts: Path) -> None:
    """A paragraph's end is the end of a line, not what the model calls it."""

    async def work(asked: Asked) -> None:
        _, (_, word), *_ = await asked.events(
            "/write", text=TEXT, way="word", candidates=len(WORDS), sampling=PLAIN
        )
        found = {one["word"]: one["text"] for one in word["candidates"]}
        assert PARAGRAPH_BREAK in found
        assert found == {one: one for one in found} | {PARAGRAPH_BREAK: "\n"}

    run(artifacts, work)


def test_words_come_with_what_was_asked_and_the_way_says_how_many(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        events = await asked.events("/write", text=TEXT, way="word", candidates=4, sampling=PLAIN)
        (_, begin), *words, (_, end) = events
        assert begin["rng_seed"] >= 0
        assert words[-1][1]["word"] in WORDS
        assert end == {"reason": "length", "words": 1}
        (_, word) = words[-1]
        assert len(word["candidates"]) == 4
        assert set(word["candidates"][0]) == {"word", "text", "cosine", "probability"}
        assert math.isclose(sum(word["shares"].values()), word["probability"], rel_tol=1e-3)
        sentence = await asked.events(
            "/write", text=TEXT, way="sentence", rng_seed=3, sampling=PLAIN
        )
        assert sentence[-1][1]["reason"] == "end"
        assert sum(word["text"] == "。" for kind, word in sentence if kind == "word") == 1

    run(artifacts, work)


def test_a_line_end_before_the_caret_has_ended_the_paragraph(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        loaded = asked.desk.models.load(None)
        for text in (f"{TEXT}\n", f"{TEXT}\n　　"):
            words = understand(loaded.writer, Job(text, at_break=True)).words
            assert words[-2:] == ("，", PARAGRAPH_BREAK)
            assert understand(loaded.writer, Job(text)).words == words[:-1], "as generate reads it"
        within, after = [await asked.post("/candidates", text=text) for text in (TEXT, f"{TEXT}\n")]
        assert within != after

    run(artifacts, work)


def test_a_paragraph_that_is_over_is_followed_by_another(artifacts: Path) -> None:
    """Behind its end the model writes no word: the next one begins in a line of its own."""

    async def work(asked: Asked) -> None:
        asking = {"text": f"{TEXT}。", "way": "paragraph", "sampling": PLAIN}
        texts = [written(await asked.events("/write", rng_seed=n, **asking)) for n in range(40)]
        assert all(text.strip("\n") for text in texts)
        assert any(text.startswith("\n") for text in texts)

    run(artifacts, work)


def test_models_are_mixed_by_their_weights(artifacts: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "models"
    shelf.mkdir()
    for number, name in enumerate("甲乙"):
        save_model(small_model(number), shelf / f"{name}.safetensors")

    async def work(asked: Asked) -> None:
        asking = {"text": TEXT, "words": 12, "sampling": PLAIN, "rng_seed": 3}
        mixed = await asked.events("/write", mix={"甲": 3, "乙": 1}, **asking)
        assert mixed[0][1]["model"] == "甲 75% + 乙 25%"
        assert mixed == await asked.events("/write", mix={"乙": 0.25, "甲": 0.75}, **asking)
        texts = {written(mixed)}
        texts |= {written(await asked.events("/write", model=name, **asking)) for name in "甲乙"}
        assert len(texts) == 3
        response = await asked.client.post(
            f"{V1}/candidates", json={"text": TEXT, "mix": {"甲": 1, "乙": 1}}
        )
        rows = response.json()["candidates"]
        assert {share.partition("·")[0] for row in rows for share in row["shares"]} == {"甲", "乙"}

    run(tmp_path, work)


def test_alternatives_are_the_texts_of_successive_seeds(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        asking = {"text": TEXT, "sampling": PLAIN, "way": "sentence"}
        events = await asked.events("/alternatives", count=3, rng_seed=5, **asking)
        assert events[-1] == ("done", {})
        ends = {values["number"]: values for kind, values in events if kind == "end"}
        assert {number: end["rng_seed"] for number, end in ends.items()} == {0: 5, 1: 6, 2: 7}
        for number in range(3):
            own = [event for event in events[:-1] if event[1]["number"] == number]
            alone = await asked.events("/write", rng_seed=5 + number, **asking)
            assert written(own) == written(alone)

    run(artifacts, work)


def test_candidates_and_evidence_tell_of_the_place(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        found = (await asked.post("/candidates", text=TEXT, count=10))["candidates"]
        assert len(found) == 10
        assert set(found[0]) == {"word", "text", "probability", "cosine", "shares"}
        written_word = await asked.events(
            "/write", text=TEXT, way="word", sampling={"temperature": 0}, rng_seed=1
        )
        assert written_word[1][1]["word"] == found[0]["word"], "the best is what greedy writes"
        passages = (await asked.post("/evidence", text=TEXT, word=WORDS[7]))["passages"]
        assert 1 <= len(passages) <= 3
        assert all(own["word"] == WORDS[7] for own in passages)
        assert {own["chapter"] for own in passages} <= {"第一回", "第三回"}
        nothing = await asked.post("/evidence", text=TEXT, word="某某")
        assert nothing == {"passages": []}

    run(artifacts, work)


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("/write", {"text": ""}, 400, "text: expected a few words"),
    ("/write", {"text": "hello 😀"}, 400, "expected Chinese words that the novel"),
    ("/write", {"text": TEXT, "model": "../澄秋阁"}, 400, "expected the name of a model"),
    ("/write", {"text": TEXT, "model": "红楼梦"}, 400, "expected the name of a model"),
    ("/write", {"text": TEXT, "mix": {MODEL: 1}}, 400, "mix: expected"),
    ("/score", {"text": TEXT, "mix": {MODEL: 1}}, 400, "mix: expected none here"),
    ("/write", {"text": TEXT, "words": 10**9}, 400, "words: expected a whole number from 1"),
    ("/write", {"text": TEXT, "sampling": {"temperature": -1}}, 400, "temperature: expected"),
    ("/write", {"text": TEXT, "sampling": {"top_k": "a"}}, 400, "top_k: expected"),
    ("/write", {"text": TEXT, "writing": {"no_repeat": 1}}, 400, "no_repeat: expected"),
    ("/write", {"text": TEXT, "writing": {"must_include": ["魑魅"]}}, 400, "must_include"),
    ("/write", {"text": TEXT, "candidates": 1_000}, 400, "candidates: expected"),
    ("/write", {"text": TEXT, "rng_seed": -1}, 400, "rng_seed: expected"),
    ("/write", {"text": TEXT, "way": "chapter"}, 400, "way: expected one of word"),
    ("/write", {"text": [1]}, 400, "text: expected a text"),
    ("/write", {"text": "一" * 10_000_000}, 413, "expected a body of at most"),
    ("/alternatives", {"text": TEXT, "count": 1_000}, 400, "count: expected"),
    ("/candidates", {"text": "?"}, 400, "expected Chinese words"),
    ("/evidence", {"text": TEXT, "word": "一" * 65}, 400, "word: expected at most 64"),
    ("/score", {"text": "no Chinese"}, 400, "text: expected a Chinese text"),
    ("/score", {"text": "一" * 100_001}, 400, "text: expected at most 100,000 characters"),
]


@pytest.mark.parametrize(("path", "body", "status", "told"), BAD)
def test_bad_input_is_told_in_one_line(
    artifacts: Path, path: str, body: dict[str, Any], status: int, told: str
) -> None:
    async def work(asked: Asked) -> None:
        message = (await asked.post(path, status, **body))["error"]["message"]
        assert told in message
        assert "\n" not in message

    run(artifacts, work)


def test_what_is_no_json_and_where_there_is_no_model(artifacts: Path, tmp_path: Path) -> None:
    async def work(asked: Asked) -> None:
        response = await asked.client.post(f"{V1}/write", content=b"{no json")
        assert response.status_code == 400
        assert "expected a body of JSON" in response.json()["error"]["message"]

    run(artifacts, work)

    async def without(asked: Asked) -> None:
        assert await asked.get("/models") == {"models": [], "default": None}
        found = await asked.post("/write", 404, text=TEXT)
        assert "expected a trained model, found none; run: " in found["error"]["message"]

    run(tmp_path, without)


def test_many_write_at_once_and_each_gets_its_own_text(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        asking = {"text": TEXT, "words": 12, "sampling": PLAIN}
        together = await asyncio.gather(
            *(asked.events("/write", rng_seed=seed, **asking) for seed in range(32))
        )
        for seed in (0, 15, 31):
            alone = await asked.events("/write", rng_seed=seed, **asking)
            assert written(together[seed]) == written(alone)
        assert asked.desk.scheduler.count == 0

    run(artifacts, work)


def test_where_too_many_write_the_next_is_told_to_come_back(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(asked: Asked) -> None:
        def full() -> None:
            raise Busy("expected room")

        monkeypatch.setattr(asked.desk.scheduler, "check_room", full)
        for path in ("/write", "/alternatives"):
            response = await asked.client.post(V1 + path, json={"text": TEXT})
            assert response.status_code == 503
            assert response.headers["retry-after"] == "1"

    run(artifacts, work)


@pytest.mark.parametrize("path", ["/write", "/alternatives"])
def test_a_client_that_leaves_stops_its_work(artifacts: Path, path: str) -> None:
    body = b'{"text": "%s", "words": 20000, "way": "words", "sampling": {"best_of": 1}}'
    asked_for = body % TEXT.encode()

    async def work(asked: Asked) -> None:
        got: list[Message] = []
        left = asyncio.Event()
        sent = [{"type": "http.request", "body": asked_for, "more_body": False}]

        async def receive() -> Message:
            if sent:
                return sent.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            got.append(message)
            if len(got) > 5:
                left.set()
                await asyncio.sleep(60)  # a socket that nobody empties

        scope = {
            **{"type": "http", "method": "POST", "path": V1 + path, "raw_path": b""},
            **{"headers": [], "query_string": b"", "root_path": "", "scheme": "http"},
            **{"server": ("127.0.0.1", 8765), "asgi": {"version": "3.0", "spec_version": "2.3"}},
        }
        await asyncio.wait_for(asked.app(scope, receive, send), 20)
        assert asked.desk.scheduler.count == 0

    run(artifacts, work)
