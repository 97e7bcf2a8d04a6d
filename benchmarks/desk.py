"""A desk with many clients at once, against the same requests one after the other.

The desk is a process of its own, its clients are one, and speak OpenAI's API. So what is measured
is what a client has: words that arrive, the first of them after how long, and to each alike.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.compare import Bar, Comparison, Size, compare
from benchmarks.made_up import SEED, VOCABULARY, made_up_memories, made_up_network
from benchmarks.process import MEGABYTE
from pipeline.engine.bundle.model import Card, Cutting, NovelModel, pack_words, save_model

CLIENTS = {"tiny": 2, "quick": 8, "full": 32}
WORDS = {"tiny": 4, "quick": 40, "full": 100}  # of each text
ROUNDS = {"tiny": 1, "quick": 2, "full": 3}
LOAD = {"tiny": 4, "quick": 200, "full": 10_000}  # requests
_LOAD_WORDS = 4
_TOGETHER = Bar("ratio", "≥", 8)
_FIRST = Bar("ours", "≤", 1)
_FLAT = Bar("ratio", "≤", 1.1)


def measure(size: Size) -> list[Comparison]:
    """Ask a desk whose model has random weights."""
    with TemporaryDirectory() as folder, _desk(Path(folder)) as desk:
        return list(_rows(desk, size))


@dataclass(frozen=True)
class Asked:
    """What a client saw: its words, and seconds until the first and the last of them."""

    words: int
    first: float
    last: float


@dataclass(frozen=True)
class _Desk:
    """A desk that runs: where it is, and its process."""

    host: str
    port: int
    process: subprocess.Popen[str]

    def peak(self) -> float:
        """Return the memory that its process holds, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024 / MEGABYTE


def _rows(desk: _Desk, size: Size) -> Iterator[Comparison]:
    """Yield the rows of the table."""
    clients, words = CLIENTS[size], WORDS[size]
    note = f"{clients} texts of {words} words; V = {VOCABULARY:,}; all memories and constraints"
    seen: list[Asked] = []
    for way, best_of in (("word by word", 1), ("by sentences", 4)):

        def together(best_of: int = best_of) -> float:
            seen[:] = asyncio.run(_ask_together(desk, clients, words, best_of))
            return _rate(seen)

        def singly(best_of: int = best_of) -> float:
            return asyncio.run(_ask_singly(desk, clients, words, best_of))

        yield compare(
            f"desk, {clients} clients, {way}",
            ours=together,
            other=singly,
            rounds=ROUNDS[size],
            against="one client after the other",
            unit="words/s",
            bar=_TOGETHER,
            note=note,
        )
        slowest, fairest = max(own.first for own in seen), min(own.last for own in seen)
        latest = max(own.last for own in seen)
        yield _as_row(f"desk, first word, {way}", slowest, 1.0, "s", _FIRST, "one second", note)
        yield _as_row(
            f"desk, last end, {way}", latest, fairest, "s", None, "the first client's end", note
        )
    before = desk.peak()
    asyncio.run(_load(desk, LOAD[size], clients))
    told = f"after {LOAD[size]:,} requests by {clients} clients"
    yield _as_row("desk, memory", desk.peak(), before, "MB", _FLAT, "before them", told)


def _as_row(
    row: str, ours: float, other: float, unit: str, bar: Bar | None, against: str, note: str
) -> Comparison:
    """Return two figures that were measured once as a row."""
    return compare(
        row,
        ours=lambda: ours,
        other=lambda: other,
        rounds=1,
        against=against,
        unit=unit,
        bar=bar,
        note=note,
    )


def _rate(seen: Sequence[Asked]) -> float:
    return sum(own.words for own in seen) / max(own.last for own in seen)


async def _ask_together(desk: _Desk, clients: int, words: int, best_of: int) -> list[Asked]:
    return await asyncio.gather(*(_ask(desk, words, best_of, seed) for seed in range(clients)))


async def _ask_singly(desk: _Desk, clients: int, words: int, best_of: int) -> float:
    """Ask one after the other; return the words a second."""
    began, total = time.perf_counter(), 0
    for seed in range(clients):
        total += (await _ask(desk, words, best_of, seed)).words
    return total / (time.perf_counter() - began)


async def _load(desk: _Desk, requests: int, clients: int) -> None:
    """Ask for short texts, so many in all, by so many clients."""
    numbers = iter(range(requests))

    async def client() -> None:
        for number in numbers:
            await _ask(desk, _LOAD_WORDS, 1, number)

    await asyncio.gather(*(client() for _ in range(clients)))


async def _ask(desk: _Desk, words: int, best_of: int, seed: int) -> Asked:
    """Ask for a text as a stream; return what was seen."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(desk.host, desk.port)
    body = json.dumps(
        {"prompt": SEED, "max_tokens": words, "stream": True, "seed": seed, "best_of": best_of}
    ).encode()
    head = f"POST /v1/completions HTTP/1.1\r\nHost: {desk.host}:{desk.port}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    count, first = 0, 0.0
    async for line in reader:
        if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["text"]:
            count += 1
            first = first or time.perf_counter() - began
    writer.close()
    await writer.wait_closed()
    if not count:
        raise RuntimeError("expected words of the desk, got none")
    return Asked(count, first, time.perf_counter() - began)


@contextmanager
def _desk(folder: Path) -> Iterator[_Desk]:
    """Run a desk with a model that knows nothing."""
    shelf = folder / "models"
    shelf.mkdir()
    save_model(_model(), shelf / "made-up.safetensors")
    command = [sys.executable, "-m", "pipeline", "desk", "--port", "0", "--json", "--no-open"]
    process = subprocess.Popen(
        [*command, "--artifacts", str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        where = urlsplit(json.loads(process.stdout.readline())["address"])
        yield _Desk(where.hostname or "", where.port or 0, process)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _model() -> NovelModel:
    """Return a model of random weights."""
    network, memories = made_up_network(), made_up_memories()
    card = Card(title="made up", source_digest="0" * 64, seed_phrase=SEED)
    return NovelModel(network, memories, Cutting(), card, pack_words([]))
