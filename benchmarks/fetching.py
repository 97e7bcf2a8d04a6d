"""Reading a long novel in GBK, against a bare decoding into lines: seconds and memory.

A bare reader takes the encoding as told and every line as a paragraph: no looking for adverts,
chapters, hard line ends, damage or other encodings.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.compare import Comparison, Size, compare
from benchmarks.novel import novel_path, read_novel
from benchmarks.process import MEGABYTE, fresh, peak_megabytes

BYTES = {"tiny": 50_000, "quick": 2_000_000, "full": 20_000_000}
ROUNDS = {"tiny": 1, "quick": 3, "full": 3}
ROW = "fetching"


def measure(size: Size) -> list[Comparison]:
    """Read the same file by both, each time in a process of its own."""
    novel = novel_path(long=size != "tiny")
    with tempfile.TemporaryDirectory() as folder:
        path = write_gbk(Path(folder), read_novel(novel).paragraphs, BYTES[size])
        note = f"{path.stat().st_size / MEGABYTE:.1f} MB in GBK, of {novel.name}"
        return [
            compare(
                ROW,
                ours=fresh(partial(meter, path)),
                other=fresh(partial(meter, path, bare=True)),
                rounds=ROUNDS[size],
                against="bytes.decode and splitlines",
                unit=unit,
                note=note,
            )
            for meter, unit in ((seconds, "s"), (memory, "MB"))
        ]


def write_gbk(folder: Path, paragraphs: tuple[str, ...], size: int) -> Path:
    """Write a novel of so many bytes: its paragraphs over and over, chapters counted on."""
    path = folder / "novel.txt"
    written = chapters = 0
    with path.open("wb") as file:
        while written < size:
            for paragraph in paragraphs:
                if paragraph.startswith("第") and len(paragraph) < 40:
                    chapters += 1
                    title = paragraph.split("\u3000", 1)[-1]
                    paragraph = f"第{chapters}章\u3000{title}"
                written += file.write(f"\u3000\u3000{paragraph}\r\n".encode("gb18030"))
                if written >= size:
                    break
    return path


def seconds(path: Path, *, bare: bool = False) -> float:
    """Return how long it takes to read a file, all modules being there."""
    read_text(path, bare=bare)
    began = time.perf_counter()
    read_text(path, bare=bare)
    return time.perf_counter() - began


def memory(path: Path, *, bare: bool = False) -> float:
    """Return the megabytes by which reading a file raises the peak over the modules'."""
    before = peak_megabytes()
    read_text(path, bare=bare)
    return peak_megabytes() - before


def read_text(path: Path, *, bare: bool) -> int:
    """Read a file, and return how many paragraphs it has."""
    if not bare:
        return len(read_novel(path).paragraphs)
    lines = path.read_bytes().decode("gb18030").splitlines()
    return sum(1 for line in lines if line.strip())
