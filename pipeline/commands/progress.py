"""The progress of a run on a terminal, in a log or for programs: which stage, why, how far."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

from pipeline.interrupts import check
from pipeline.runner.execute import Outcome
from pipeline.runner.explain import sentence
from pipeline.runner.plan import Step
from pipeline.shown import shown

if TYPE_CHECKING:
    from rich.progress import Progress

_LOG_SECONDS = 10.0  # a log gets a line of progress no more often
_JSON_SECONDS = 0.25  # nor do programs
_LONGEST = 500  # characters of a line
_BAR = 20  # columns
_BESIDE = 17  # columns of percentage, time left and the spaces between all parts


class LogReporter:
    """Writes plain lines, for logs and pipes; the base of the terminal's reporter."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.last_line = 0.0

    def write(self, text: str) -> None:
        """Write one line."""
        self.stream.write(shown(text, longest=_LONGEST) + "\n")
        self.stream.flush()

    def started(self, step: Step) -> None:
        """Say which stage begins, and why."""
        check()
        self.last_line = time.monotonic()
        self.write(sentence(step))

    def progress(self, step: Step, done: float, total: float, note: str = "") -> None:
        """Say how far the stage is, now and then."""
        check()
        if time.monotonic() - self.last_line >= _LOG_SECONDS:
            self.last_line = time.monotonic()
            self.write(f"{step.title}: {done / max(total, 1e-9):.0%}  {note}")

    def finished(self, outcome: Outcome) -> None:
        """Say how long the stage took and what came of it."""
        record, title = outcome.record, outcome.step.title
        self.write(f"{title}: done in {record.seconds:.1f} s  {_fact_line(record.facts)}")

    def skipped(self, step: Step) -> None:
        """Say nothing about a stage that is fresh."""

    def said(self, step: Step, text: str) -> None:
        """Pass on a stage's line."""
        self.write(f"{step.title}: {text}")

    def close(self) -> None:
        """Leave the stream as it was found."""


class TerminalReporter(LogReporter):
    """Draws a bar for the running stage, with its live figures and the time left."""

    bar: Progress | None = None

    def started(self, step: Step) -> None:
        """Open the stage's bar under the line that says why it runs."""
        super().started(step)
        self.bar = open_bar(self.stream)
        self.bar.add_task(step.stage.name, total=None, note="")
        self.bar.start()

    def progress(self, step: Step, done: float, total: float, note: str = "") -> None:
        """Move the bar; before anything is done it only swings to and fro."""
        check()
        if self.bar is not None:
            taken = len(step.stage.name) + _BAR + _BESIDE
            self.bar.update(
                self.bar.task_ids[0],
                completed=done,
                total=total if done else None,
                note=fit_note(note, self.bar.console.width - taken),
            )

    def finished(self, outcome: Outcome) -> None:
        """Put the summary line in the bar's place."""
        self.close()
        super().finished(outcome)

    def close(self) -> None:
        """Remove the bar."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


class JsonReporter(LogReporter):
    """Writes an object of JSON a line, for programs: `event` says what happened.

    Of several settings at once each has `whose`, the ones that the stage runs for.

    - started: `stage`, and `why` it runs
    - progress: `stage`, `done` of `total`, `note`, `seconds_left` or null
    - said: `stage`, `text`
    - finished: `stage`, `seconds`, `facts`
    """

    first: tuple[float, float] | None = None  # when something was done, and how much

    def put(self, event: str, step: Step, **values: Any) -> None:
        """Write an event of a stage."""
        own = {"stage": step.stage.name} | ({"whose": step.whose} if step.whose else {})
        self.stream.write(json.dumps({"event": event, **own, **values}) + "\n")
        self.stream.flush()

    def started(self, step: Step) -> None:
        """Say which stage begins, and why."""
        check()
        self.first, self.last_line = None, 0.0
        self.put("started", step, why=shown(sentence(step), _LONGEST))

    def progress(self, step: Step, done: float, total: float, note: str = "") -> None:
        """Say how far the stage is, a few times a second at most."""
        check()
        now = time.monotonic()
        if now - self.last_line >= _JSON_SECONDS or done >= total:
            self.last_line = now
            self.put(
                "progress",
                step,
                done=float(done),
                total=float(total),
                note=shown(note, _LONGEST),
                seconds_left=self._seconds_left(now, done, total),
            )

    def _seconds_left(self, now: float, done: float, total: float) -> float | None:
        """Return how long the stage takes yet, as quick as it was since something was done."""
        if self.first is None and done > 0:
            self.first = (now, done)
        began, before = self.first or (now, done)
        if done <= before:
            return None
        return round(max((now - began) * (total - done) / (done - before), 0.0), 1)

    def finished(self, outcome: Outcome) -> None:
        """Say how long the stage took and what came of it."""
        record = outcome.record
        facts = json.loads(json.dumps(dict(record.facts), default=str))
        self.put("finished", outcome.step, seconds=record.seconds, facts=facts)

    def said(self, step: Step, text: str) -> None:
        """Pass on a stage's line."""
        self.put("said", step, text=shown(text, _LONGEST))


def open_bar(stream: TextIO) -> Progress:
    """Return a bar: name, bar, percentage, time left, note; the note alone gives way."""
    # rich takes a tenth of a second to load: only when something runs.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    return Progress(
        TextColumn("  {task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=_BAR),
        TextColumn("{task.percentage:>3.0f}%", table_column=Column(width=4)),
        TimeRemainingColumn(compact=True, table_column=Column(width=7, no_wrap=True)),
        TextColumn("{task.fields[note]}", markup=False, table_column=Column(no_wrap=True)),
        console=Console(file=stream),
        transient=True,
    )


def fit_note(note: str, columns: int) -> str:
    """Cut a note to so many columns; a Chinese character takes two."""
    from rich.cells import cell_len, set_cell_size

    note = shown(note, None)
    if cell_len(note) <= columns:
        return note
    return set_cell_size(note, columns - 1).rstrip() + "…" if columns > 1 else ""


def open_reporter(stream: TextIO, form: str = "auto") -> LogReporter:
    """Return the reporter that suits a stream, or the one for programs where `form` is json."""
    if form == "json":
        return JsonReporter(stream)
    return TerminalReporter(stream) if stream.isatty() else LogReporter(stream)


def _fact_line(facts: Mapping[str, Any]) -> str:
    """Return facts of an artifact in one line; those that are zero or empty are left out."""
    told = {name: value for name, value in facts.items() if value not in (0, "", None)}
    return " · ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}"
        for name, value in told.items()
    )
