"""`run-all` of a shelf of books, up to a hundred million characters: time and memory by stage.

The books are one novel's paragraphs, their words shuffled anew in each: no two share passages, and
the words come as often as they do in a novel. Trained is one epoch of few batches: what grows with
the shelf is the reading and counting of all of it. Memory is what the command and the processes
that it starts have of their own, together, looked at ten times a second; files that are mapped are
not in it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.compare import Size
from benchmarks.growth import Growth, exponent
from benchmarks.long_novel import Source, paragraph_lines, read_source, shuffled
from benchmarks.novel import novel_path
from benchmarks.process import MEGABYTE
from pipeline.project import ROOT

SIZES = {
    "tiny": (20_000,),
    "quick": (1_000_000, 3_000_000),
    "full": (1_000_000, 10_000_000, 100_000_000),
}
BOOK = 800_000  # characters: a long novel
LAST = {"tiny": "segment", "quick": "report", "full": "report"}  # the stage that it ends with
SETTINGS = (
    "fetch.books=each",
    "segment.user_dictionary=",
    "embed.epochs=1",
    "base.file=",
    "train.epochs=1",
    "train.max_batches=100",
    "regress.epochs=1",
    "regress.max_batches=100",
    "evaluate.max_targets=20000",
    "evaluate.continuations=2",
)
LOOK = 0.1  # seconds


def measure(size: Size) -> list[Growth]:
    """Run the stages on shelves of each size."""
    path = novel_path(long=size != "tiny")
    source = read_source(path)
    found = {characters: run_shelf(source, characters, LAST[size]) for characters in SIZES[size]}
    sizes = tuple(found)
    return [
        growth(stage, sizes, [found[characters][stage] for characters in sizes], path.name)
        for stage in found[sizes[0]]
    ]


def growth(
    stage: str, sizes: tuple[int, ...], costs: list[tuple[float, float]], novel: str
) -> Growth:
    """Return what a stage took at each size, as (seconds, MB)."""
    seconds, megabytes = (tuple(values) for values in zip(*costs, strict=True))
    return Growth(
        row="shelf",
        work=f"the stage {stage}" if stage != "all" else "run-all",
        axis="characters",
        sizes=sizes,
        seconds=seconds,
        megabytes=megabytes,
        time_exponent=exponent(sizes, seconds),
        memory_exponent=exponent(sizes, megabytes),
        note=f"books of {BOOK:,} characters made of {novel}; most memory of all processes together",
    )


def run_shelf(source: Source, characters: int, last: str) -> dict[str, tuple[float, float]]:
    """Return stage → (seconds, MB), and `all`, of a shelf of so many characters."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shelf(source, folder / "shelf", characters)
        command = ["run-all"] if last == "report" else ["run", last]
        options = ["--source", str(folder / "shelf"), "--artifacts", str(folder / "artifacts")]
        options += [word for setting in SETTINGS for word in ("--set", setting)]
        return watch([sys.executable, "cli.py", *command, *options, "--json"])


def write_shelf(source: Source, folder: Path, characters: int) -> None:
    """Write books of so many characters together."""
    folder.mkdir()
    lengths = np.array([len(word) for word in source.words])[source.ids]
    tokens = round(len(source.ids) * min(BOOK, characters) / lengths.sum())
    for number in range(max(1, characters // BOOK)):
        ids = shuffled(source, tokens, np.random.default_rng(number))
        lines = [line.replace(" ", "") for line in paragraph_lines(source, ids)]
        (folder / f"book{number + 1}.txt").write_text("\n".join(lines), encoding="utf-8")


def watch(command: list[str]) -> dict[str, tuple[float, float]]:
    """Run a command that tells its stages as JSON; return what each took, and all together.

    Raises
    ------
    RuntimeError
        It failed.
    """
    peaks: dict[str, float] = {}
    stage = ["start"]
    began = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        reader = threading.Thread(target=follow, args=(process, stage))
        reader.start()
        output: list[str] = []
        other = threading.Thread(target=lambda: output.append(process.stdout.read()))  # type: ignore[union-attr]
        other.start()
        while process.poll() is None:
            now = sum(map(resident, family(process.pid)))
            peaks[stage[0]] = max(now, peaks.get(stage[0], 0))
            time.sleep(LOOK)
        reader.join()
        other.join()
    if process.returncode:
        raise RuntimeError(f"expected {command} to end well, got {process.returncode}")
    seconds = {row["stage"]: row["seconds"] for row in json.loads(output[0])}
    found = {name: (seconds[name], peaks.get(name, 0.0)) for name in seconds}
    return {**found, "all": (time.perf_counter() - began, max(peaks.values()))}


def follow(process: subprocess.Popen[str], stage: list[str]) -> None:
    """Keep the name of the stage that runs; the log names it at the beginning of each line."""
    for line in process.stderr or ():
        stage[0] = line.partition(":")[0]


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that it has started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> float:
    """Return the MB that a process has of its own now, 0 where it has ended.

    Pages of files that are mapped do not count: they are the system's to drop.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    own = ("RssAnon:", "RssShmem:")
    return sum(int(line.split()[1]) for line in lines if line.startswith(own)) * 1024 / MEGABYTE
