"""Three small hand-written stages: read a file, spell its words, count them."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field

from pipeline.artifacts.codec import Codec, read_json, write_json
from pipeline.config import Settings, load_settings
from pipeline.errors import DataError
from pipeline.runner.execute import Outcome, execute
from pipeline.runner.mirror import Mirror
from pipeline.runner.plan import Step
from pipeline.runner.store import Store
from pipeline.stage import Context, Stage, StageConfig


class ReadConfig(StageConfig):
    """Settings of the fake stage `read`."""

    source: str = Field(
        "novel.txt", description="the file to read", json_schema_extra={"path": True}
    )

    def files(self) -> dict[str, Path]:
        return {"source": Path(self.source)}


class SpellConfig(StageConfig):
    """Settings of the fake stage `spell`."""

    length: int = Field(2, ge=1, le=9, description="characters in a word")
    seed: int = Field(0, ge=0, description="seeds the generator")


class CountConfig(StageConfig):
    """Settings of the fake stage `count`."""

    rate: float = Field(0.002, gt=0, description="a number")
    mode: str = Field("plain", description="a word; some make the stage misbehave")


def read(config: ReadConfig, *, context: Context) -> str:
    if os.environ.get("FAKE_EDIT_SOURCE"):
        Path(config.source).write_text("改了。\n", encoding="utf-8")
    return Path(config.source).read_text(encoding="utf-8").strip()


def spell(config: SpellConfig, *, read: str, context: Context) -> list[str]:
    context.progress(1, 1, "spelt")
    step = config.length
    return [read[start : start + step] for start in range(0, len(read), step)]


def count(config: CountConfig, *, read: str, spell: list[str], context: Context) -> dict[str, Any]:
    (context.scratch_path / "half").write_text("half", encoding="utf-8")
    if config.mode == "bug":
        raise ZeroDivisionError("division\nby zero")
    if config.mode == "bad data":
        raise DataError("count: expected words, got none; give a novel")
    if config.mode == "interrupt":
        raise KeyboardInterrupt
    if config.mode == "full" and os.environ.get("FAKE_DISK_FULL"):
        raise OSError(errno.ENOSPC, "No space left on device")
    if config.mode == "kill" and os.environ.get("FAKE_KILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    return {
        "words": len(spell),
        "characters": len(read),
        "drawn": int(context.generator.integers(99)),
    }


def save_json(value: Any, folder: Path) -> None:
    write_json(folder / "first.json", value)
    if os.environ.get("FAKE_DISK_FULL"):
        raise OSError(errno.ENOSPC, "No space left on device")
    write_json(folder / "second.json", value)


def load_json(folder: Path) -> Any:
    return read_json(folder / "second.json")


VALUE = Codec(save=save_json, load=load_json, describe=lambda value: {"length": len(value)})
READ = Stage("read", (), ReadConfig, read, VALUE)
SPELL = Stage("spell", ("read",), SpellConfig, spell, VALUE, ("numpy",))
COUNT = Stage("count", ("read", "spell"), CountConfig, count, VALUE)
STAGES = (COUNT, SPELL, READ)  # not in running order: finding it is the runner's work
SECTIONS: dict[str, type[StageConfig]] = {stage.name: stage.config for stage in STAGES}


@dataclass
class Recorder:
    """A reporter that remembers what it was told."""

    ran: list[str] = field(default_factory=list)
    skipped_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def started(self, step: Step) -> None:
        self.ran.append(step.title)

    def progress(self, step: Step, done: float, total: float, note: str = "") -> None:
        self.notes.append(f"{step.title} {done}/{total} {note}")

    def finished(self, outcome: Outcome) -> None:
        self.notes.append(f"{outcome.step.title} finished")

    def skipped(self, step: Step) -> None:
        self.skipped_names.append(step.stage.name)

    def said(self, step: Step, text: str) -> None:
        self.notes.append(f"{step.title}: {text}")


def settings_of(root: Path, *overrides: str) -> Settings:
    """Settings of the fake stages in a project folder."""
    return load_settings(
        SECTIONS, default_path=root / "default.toml", overrides=overrides, root=root, cwd=root
    )


def run_all(store: Store, *overrides: str, force: str = "") -> list[str]:
    """Run all fake stages; return the names of those that did run."""
    return record_all(store, *overrides, force=force).ran


def record_all(
    store: Store, *overrides: str, force: str = "", mirror: Mirror | None = None
) -> Recorder:
    """Run all fake stages; return what was told."""
    recorder = Recorder()
    execute(
        STAGES,
        settings_of(store.root, *overrides),
        store,
        targets=["count"],
        force={force} if force else frozenset(),
        reporter=recorder,
        mirror=mirror,
    )
    return recorder
