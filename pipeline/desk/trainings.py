"""Trainings: `run-all` in a process of its own, one at a time, and what it tells of its progress.

It is the same command as on the command line, with its lock, and is interrupted as by Ctrl-C: what
was done stays, and the same file goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import Busy
from pipeline.interrupts import INTERRUPTED
from pipeline.program import command_line
from pipeline.runner.disk import usable
from pipeline.runner.lock import hold
from pipeline.runner.store import open_store
from pipeline.shipped import CHECKOUT, project_folder
from pipeline.shown import shown

_EVENTS = 1_000  # of a training that are kept
_PATIENCE = 20.0  # seconds from Ctrl-C to the end
_LINE = 1 << 16  # bytes of a line
_LONGEST = 500  # characters of one
_KEPT = 20  # trainings that are over
_SPEAKER = "xuxie: "  # what a command's own lines begin with


@dataclass
class Training:
    """A training, under way or over.

    Attributes
    ----------
    id : str
    name : str
        Of the file, as the browser called it; "" for the bundled novella.
    began : float
        Seconds since 1970.
    state : {"running", "done", "failed", "stopped"}
    model : str
        The model that came of it, "" while there is none.
    message : str
        The last line of one that failed.
    """

    id: str
    name: str
    began: float
    state: str = "running"
    model: str = ""
    message: str = ""
    _events: deque[tuple[int, str, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=_EVENTS), repr=False
    )
    _count: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition, repr=False)

    async def events(self) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
        """Yield (kind, values) of all that happened, from the beginning, and what happens yet.

        Of a stage's progress only the latest is told again.
        """
        seen = 0
        while True:
            new = [event for event in self._events if event[0] > seen]
            for number, kind, values in new:
                seen = number
                yield kind, values
                if kind == "end":
                    return
            async with self._news:
                while self._count <= seen:
                    await self._news.wait()

    async def tell(self, kind: str, values: dict[str, Any]) -> None:
        """Note an event, and wake who waits for it."""
        if self._events and kind == "progress":
            _, last, old = self._events[-1]
            if last == kind and old.get("stage") == values.get("stage"):
                self._events.pop()
        self._count += 1
        self._events.append((self._count, kind, values))
        async with self._news:
            self._news.notify_all()


class Trainings:
    """The trainings of a desk."""

    def __init__(self, artifacts: Path, folder: Path) -> None:
        self._artifacts = artifacts
        self._folder = folder
        self._all: dict[str, Training] = {}
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._starting = False

    def all(self) -> list[Training]:
        """Return the trainings since the desk was started, the newest first."""
        return list(reversed(self._all.values()))

    def find(self, own: str) -> Training | None:
        """Return a training, None if there is none of that id."""
        return self._all.get(own)

    async def check_free(self) -> None:
        """Refuse where something is trained already, here or by another process.

        Raises
        ------
        Busy
        XuxieError
            The artifacts folder cannot be used.
        """
        if self._starting or (self._task is not None and not self._task.done()):
            raise Busy("expected no training under way, found one; wait for its end or stop it")
        await asyncio.to_thread(_try_lock, self._artifacts)

    async def start(self, source: Path | None, name: str = "", *, quick: bool = False) -> Training:
        """Begin to train with a file, or with the bundled novella.

        Raises
        ------
        Busy, XuxieError
            See `check_free`; or no process can be started.
        """
        await self.check_free()
        self._starting = True
        try:
            with usable(self._folder, "desk folder"):
                self._process = await _run(_arguments(self._artifacts, source, quick))
        finally:
            self._starting = False
        training = Training(secrets.token_hex(8), shown(name), round(time.time(), 3))
        self._all[training.id] = training
        for old in list(self._all)[:-_KEPT]:
            del self._all[old]
        self._task = asyncio.create_task(self._follow(training, self._process))
        return training

    async def stop(self, training: Training) -> None:
        """Interrupt a training as by Ctrl-C, kill it where it does not end, and wait for that."""
        if training.state != "running" or self._task is None or self._process is None:
            return
        task, process = self._task, self._process
        _interrupt(process)
        done, _ = await asyncio.wait([task], timeout=_PATIENCE)
        if not done:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait([task])

    async def close(self) -> None:
        """Interrupt what is under way, as the desk ends."""
        for training in self._all.values():
            await self.stop(training)

    async def _follow(self, training: Training, process: Process) -> None:
        """Pass on what a process tells until it ends."""
        last = ""
        if process.stderr is not None:
            async for line in _lines(process.stderr):
                kind, values = _read(line)
                if kind == "model":
                    training.model = str(values.get("name", ""))
                elif kind == "line":
                    last = values["text"]
                await training.tell(kind, values)
        code = await process.wait()
        stopped = code in (INTERRUPTED, -signal.SIGINT, -9)
        training.state = "done" if code == 0 else "stopped" if stopped else "failed"
        training.message = "" if code == 0 else last.removeprefix(_SPEAKER)
        end = {"ok": code == 0, "state": training.state, "model": training.model or None}
        await training.tell("end", {**end, "message": training.message})


def _try_lock(artifacts: Path) -> None:
    """Refuse where another process holds the artifacts folder."""
    with hold(open_store(artifacts, root=CHECKOUT), "desk"):
        pass


def _arguments(artifacts: Path, source: Path | None, quick: bool) -> list[str]:
    """Return the command line of a training."""
    # A list of books that somebody drops would name files beside it.
    one = ["--set", "fetch.books=one"]
    named = [] if source is None else ["--source", str(source), *one]
    options = ["--progress", "json", "--json", "--artifacts", str(artifacts.absolute())]
    return [*command_line(), "run-all", *named, *(["--quick"] if quick else []), *options]


async def _run(arguments: Sequence[str]) -> Process:
    """Start a process that a Ctrl-C in the terminal does not reach: the desk passes it on."""
    return await asyncio.create_subprocess_exec(
        *arguments,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        limit=_LINE,
        cwd=project_folder(),
        start_new_session=os.name != "nt",
    )


def _interrupt(process: Process) -> None:
    """Send what Ctrl-C sends; Windows has no such thing for other processes."""
    with suppress(ProcessLookupError):
        if os.name == "nt":
            process.terminate()
        else:
            process.send_signal(signal.SIGINT)


async def _lines(stream: asyncio.StreamReader) -> AsyncGenerator[str]:
    """Yield the lines of a stream; one that is too long is passed over."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # longer than `_LINE`
            continue
        if not line:
            return
        yield line.decode("utf-8", errors="replace").strip()


def _read(line: str) -> tuple[str, dict[str, Any]]:
    """Return what a line of `--progress json` says; any other line is a line."""
    try:
        values = json.loads(line)
        kind = str(values.pop("event"))
        if kind == "said":
            return "line", {"text": f"{values['stage']}: {values['text']}"}
    except (ValueError, KeyError, TypeError, AttributeError):
        return "line", {"text": shown(line, _LONGEST)}
    return kind, values
