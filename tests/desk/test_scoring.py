"""How well a text is foretold, in parts: from any line on, until one leaves."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from models import WORDS
from native import TEXT, V1, Asked, put_model, run
from served import served

from pipeline.desk.bench import Bench
from pipeline.desk.desk import open_desk
from pipeline.errors import Busy

LONG = "\n".join(
    "".join(WORDS[3 + (7 * n + k) % (len(WORDS) - 3)] for k in range(12)) + "。" for n in range(60)
)

ABOUT = dict.fromkeys(("bits", "probability"))  # is told beside


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    put_model(folder)
    return folder


def test_a_score_tells_every_piece_at_its_place_and_what_is_copied(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        ids = asked.desk.models.load(None).novel.memories.text_ids.tolist()
        at = next(n for n in range(len(ids)) if all(3 <= own < 30 for own in ids[n : n + 8]))
        copy = "".join(WORDS[own] for own in ids[at : at + 8])
        text = f"😀{TEXT}\r\n{copy}。"
        found = await asked.post("/score", text=text, copied=5)
        sent = text.encode("utf-16-le")
        for piece in found["pieces"]:
            own = sent[2 * piece["start"] : 2 * piece["stop"]].decode("utf-16-le")
            assert own == ("\r\n" if own == "\r\n" else piece["text"] if own else "")
            if piece["bits"] is not None:
                assert math.isclose(2 ** -piece["bits"], piece["probability"], rel_tol=1e-3)
        spelt = "".join(piece["text"] for piece in found["pieces"])
        assert spelt.strip("\n") == text.replace("\r\n", "\n")
        begins = text.index(copy) + 1  # the smiling face is two units
        (copied,) = found["copies"]
        assert copied["start"] <= begins < begins + 8 <= copied["stop"]
        assert copied["chapter"] == "第一回"
        assert found["bits_per_character"] is None, "a closed vocabulary has none for the face"

    run(artifacts, work)


def test_parts_are_together_what_one_answer_is(artifacts: Path) -> None:
    async def work(asked: Asked) -> None:
        whole = await asked.post("/score", text=LONG, copied=3)
        *parts, (kind, end) = await asked.events("/score", text=LONG, copied=3, stream=True)
        assert {kind for kind, _ in parts} == {"part"}
        assert len(parts) > 10
        assert kind == "end"
        pieces = [piece for _, part in parts for piece in part["pieces"]]
        assert {"pieces": pieces, **end} == whole

    run(artifacts, work)


def test_from_a_line_on_the_scores_are_those_of_the_whole(artifacts: Path) -> None:
    """The smiling face is two units of UTF-16, and one character."""

    async def work(asked: Asked) -> None:
        text = f"😀{LONG}"
        whole = await asked.post("/score", text=text, copied=3)
        first = text.index("\n", 300) + 2  # its line's offset in units
        for begin in (first, first + 5):
            rest = await asked.post("/score", text=text, copied=3, begin=begin)
            own = [piece for piece in whole["pieces"] if piece["start"] >= first]
            assert [{**one, **ABOUT} for one in rest["pieces"]] == [{**one, **ABOUT} for one in own]
            found, wanted = (
                [piece["bits"] or 0 for piece in some] for some in (rest["pieces"], own)
            )
            assert found == pytest.approx(wanted, rel=1e-3), "but for rounding"
            assert rest["copies"] == [own for own in whole["copies"] if own["stop"] > first]
        nothing = await asked.post("/score", text=text, begin=10**6)
        assert "".join(own["text"] for own in nothing["pieces"]).strip() == text.split("\n")[-1]

    run(artifacts, work)


def test_who_leaves_is_read_for_no_more(artifacts: Path) -> None:
    desk = open_desk(artifacts)
    made: list[int] = []
    each = desk.reads.each

    async def counted(items: Any) -> Any:
        async for item in each(items):
            made.append(1)
            yield item

    desk.reads.each = counted  # type: ignore[method-assign]
    text = "\n".join([LONG] * 30)
    with served(desk) as address, httpx.Client(base_url=address, trust_env=False) as client:
        body = {"text": text, "stream": True}
        with client.stream("POST", f"{V1}/score", json=body, timeout=60) as answer:
            next(answer.iter_lines())
        seen = -1
        while seen != len(made):
            seen = len(made)
            time.sleep(0.5)
    assert 0 < seen < text.count("\n") * 13 // 32 // 2, "less than half of the parts"


def test_what_is_made_bit_by_bit_takes_turns_and_a_full_bench_refuses() -> None:
    async def work() -> None:
        bench = Bench(threads=1, most=2)
        order: list[str] = []

        async def take(name: str) -> None:
            async for item in bench.each(iter([1, 2, 3])):
                order.append(f"{name}{item}")

        await asyncio.gather(take("a"), take("b"))
        assert order == ["a1", "b1", "a2", "b2", "a3", "b3"]
        one, two = bench.each(iter([1])), bench.each(iter([1]))
        assert [await anext(one), await anext(two)] == [1, 1]
        with pytest.raises(Busy, match="try again"):
            await anext(bench.each(iter([1])))
        await one.aclose()
        assert await anext(bench.each(iter([2]))) == 2

    asyncio.run(work())
