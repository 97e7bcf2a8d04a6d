"""The real pipeline on a small text, in processes of its own."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"  # not part of the project; tests skip without
TINY = ROOT / "configs" / "tiny.toml"
NOVELLA = ROOT / "data" / "novella.txt"
MAIN_CAST = ("青棠", "何姑姑", "来喜", "明漪", "贺贵妃", "宁王", "孟司正", "孙嬷嬷", "太后")
STAGES = (
    "fetch",
    "segment",
    "embed",
    "window",
    "base",
    "train",
    "decode",
    "remember",
    "model",
    "regress",
    "evaluate",
    "report",
)
FIRST_LEFT_OUT = "第七章"  # the small novel ends before it: six chapters
NOVEL, OUTPUT = "small_novel.txt", "output.txt"
SECONDS = 120  # for one process; none should need a quarter of it


@dataclass(frozen=True)
class Trained:
    """A folder of artifacts that `run-all` has filled, the novel it read, and what it printed."""

    artifacts: Path
    novel: Path
    output: str


def write_small_novel(folder: Path, encoding: str = "gb18030") -> Path:
    """Write the novella's first six chapters to `folder`, encoded as web novels are."""
    text = NOVELLA.read_text(encoding="utf-8")
    path = folder / NOVEL
    path.write_bytes(text[: text.index(FIRST_LEFT_OUT)].encode(encoding))
    return path


def arguments_for(artifacts: Path, novel: Path) -> list[str]:
    """Return the options that make a run small."""
    return ["--config", str(TINY), "--source", str(novel), "--artifacts", str(artifacts)]


def start(
    arguments: Sequence[str], cwd: Path | None = None, *, talk: bool = False
) -> subprocess.Popen[str]:
    """Start `python cli.py` with the arguments; stdout and stderr are pipes, stdin to talk."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        cwd=cwd,
        env=environment(),
        # Under a shell's `&`, Ctrl-C is ignored and children inherit that; these shall hear it.
        preexec_fn=None if os.name == "nt" else heed_interrupts,
        stdin=subprocess.PIPE if talk else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def call(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `python cli.py` with the arguments to its end."""
    process = start(arguments, cwd)
    try:
        output, errors = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def heed_interrupts() -> None:
    """Let SIGINT do what it does by default."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment() -> dict[str, str]:
    """Return this process's environment with UTF-8 pipes."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8"}


@functools.cache
def trained(base: Path) -> Trained:
    """Run the whole pipeline once a session, below pytest's base folder; to be read only.

    Workers of pytest-xdist share the run but not its folder: runs that find all fresh lock it.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return train_in(base / "trained")
    shared = base.parent / "trained"
    with FileLock(base.parent / "trained.lock"):
        if not (shared / OUTPUT).exists():
            train_in(shared)
    own = base / "trained"
    shutil.copytree(shared, own)
    output = (own / OUTPUT).read_text(encoding="utf-8").replace(str(shared), str(own))
    return Trained(own / "artifacts", own / NOVEL, output)


def train_in(folder: Path) -> Trained:
    """Run the whole pipeline in a folder, and keep there what it printed once it has ended."""
    folder.mkdir(exist_ok=True)
    novel = write_small_novel(folder)
    artifacts = folder / "artifacts"
    done = call("run-all", *arguments_for(artifacts, novel))
    assert done.returncode == 0, done.stderr
    (folder / OUTPUT).write_text(done.stdout, encoding="utf-8")
    return Trained(artifacts, novel, done.stdout)


def artifact_files(artifacts: Path) -> dict[str, bytes]:
    """Return stage/file → bytes of all artifacts that runs make alike.

    Manifests tell times, and so does the report, from which nothing is made: both are left out.
    """
    return {
        f"{stage}/{path.name}": path.read_bytes()
        for stage in STAGES
        if stage != "report"
        for path in sorted((artifacts / stage).glob("*/*"))
        if path.name != "manifest.json"
    }
