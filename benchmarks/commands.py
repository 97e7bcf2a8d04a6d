"""Whole commands, cold: `run-all` with nothing to do, and `generate` until its first word."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.compare import Bar, Comparison, Meter, Size, compare
from benchmarks.made_up import SEED, made_up_memories, made_up_network
from pipeline.catalog import STAGES
from pipeline.commands.progress import LogReporter
from pipeline.engine.bundle.model import Card, Cutting, NovelModel, pack_words, save_model
from pipeline.models.shelf import put, shelf_of
from pipeline.project import ROOT, open_project, publish_model
from pipeline.runner.execute import execute

ROUNDS = {"tiny": 1, "quick": 3, "full": 15}
TINY = ROOT / "configs" / "tiny.toml"
NOVELLA = ROOT / "data" / "novella.txt"
# What takes seconds to do once and changes nothing of how long it takes to find it done.
SETTINGS = (
    "segment.user_dictionary=",
    "segment.holdout_every=20",
    "train.epochs=1",
    "train.epoch_batches=1",
)
NOTHING_TO_DO = "everything is up to date"


def measure(size: Size) -> list[Comparison]:
    """Train a tiny project, then time commands that find it trained."""
    with tempfile.TemporaryDirectory() as name:
        artifacts = Path(name)
        options = ["--config", str(TINY), "--artifacts", str(artifacts)]
        settings = (*SETTINGS, *(shorter(artifacts) if size == "tiny" else ()))
        options += [word for setting in settings for word in ("--set", setting)]
        project = open_project(artifacts, config_path=TINY, overrides=settings)
        targets = [stage.name for stage in STAGES]
        reporter = LogReporter(io.StringIO())
        done = execute(STAGES, project.settings, project.store, targets=targets, reporter=reporter)
        publish_model(project, done)
        idle = compare(
            "run-all, all cached",
            ours=lambda: run_seconds([sys.executable, "cli.py", "run-all", *options]),
            other=bare("typer, pydantic"),
            rounds=ROUNDS[size],
            against="bare import typer, pydantic",
            unit="s",
            note="a whole process; the novella's project, with a tiny model",
        )
        words = put_large_model(artifacts)
        first_word = compare(
            "generate, first word",
            ours=lambda: first_word_seconds(
                ["generate", SEED, "--words", "1", "--artifacts", name]
            ),
            other=bare("typer, pydantic, numpy"),
            rounds=ROUNDS[size],
            against="bare import typer, pydantic, numpy",
            unit="s",
            bar=Bar("ours", "≤", 0.6),
            note=f"from the start of the process; default memories, {words:,} words",
        )
    return [idle, first_word]


def shorter(folder: Path) -> tuple[str, ...]:
    """Return the settings for the first sixth of the novella, which is written to a folder."""
    text = NOVELLA.read_text(encoding="utf-8")
    path = folder / NOVELLA.name
    path.write_text(text[: len(text) // 6], encoding="utf-8")
    return (f"fetch.source={path}", "window.steps=5", "evaluate.continuations=1")


def put_large_model(artifacts: Path) -> int:
    """Put a newer model of 7,000 words beside the tiny one; return how many words it has."""
    model = NovelModel(
        network=made_up_network(),
        memories=made_up_memories(),
        cutting=Cutting(),
        card=Card(title="", source_digest="", seed_phrase=SEED),
        rare_text=pack_words([]),
    )
    put(shelf_of(artifacts), "large", lambda path: save_model(model, path))
    return len(model.network.words)


def bare(modules: str) -> Meter:
    """Return a meter of the seconds of a process that does nothing but import."""
    return lambda: run_seconds([sys.executable, "-c", f"import {modules}"], expected="")


def run_seconds(command: list[str], expected: str = NOTHING_TO_DO) -> float:
    """Return the wall seconds of a process, from its start to its end.

    Raises
    ------
    RuntimeError
        It failed, or did not say what was expected: then something else was measured.
    """
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", env=environment()
    )
    seconds = time.perf_counter() - began
    if done.returncode or not done.stdout.startswith(expected):
        raise RuntimeError(f"expected {expected!r}, got {done.stdout[-200:]}{done.stderr[-200:]}")
    return seconds


def first_word_seconds(arguments: list[str]) -> float:
    """Return the wall seconds from the start of cli.py until a word after the seed phrase is out.

    Raises
    ------
    RuntimeError
        It ended before that.
    """
    command = [sys.executable, "cli.py", *arguments]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment()) as process:
        output = process.stdout
        if output is None or len(output.read(len((SEED + "一").encode()))) <= len(SEED.encode()):
            raise RuntimeError(f"expected a word after {SEED}, got none; run cli.py generate")
        seconds = time.perf_counter() - began
        output.read()
    return seconds


def environment() -> dict[str, str]:
    """Return a user's environment: in UTF-8, and with Python keeping what it has compiled."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTHONUTF8": "1"}
