"""The bar on a terminal: percentage, time left and note fit the columns; Ctrl-C is noticed."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from made_up import context_in
from rich.cells import cell_len

from pipeline import interrupts
from pipeline.commands.progress import (
    JsonReporter,
    LogReporter,
    TerminalReporter,
    fit_note,
    open_reporter,
)
from pipeline.runner.execute import Outcome
from pipeline.runner.plan import Step
from pipeline.runner.reasons import Forced
from pipeline.stage import Stage, StageConfig
from pipeline.stages.regress import RegressConfig, regress
from pipeline.stages.train import train
from pipeline.stages.train_settings import TrainConfig

NOTE = "epoch 3/10  loss 4.123  37,000 words/s  validation perplexity 1,234.5"


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def step_named(name: str, whose: str = "") -> Step:
    stage = cast("Stage", SimpleNamespace(name=name))
    return Step(stage, "stale", (Forced(),), None, None, {}, whose=whose)


def frame(reporter: TerminalReporter) -> str:
    """What the bar draws now, without colours."""
    bar: Any = reporter.bar
    bar.stop()  # lest the terminal's own drawing comes in between
    with bar.console.capture() as capture:
        bar.console.print(bar.get_renderable())
    return re.sub(r"\x1b\[[0-9;?]*[a-z]", "", capture.get()).rstrip("\n")


@pytest.mark.parametrize("columns", [60, 80, 100, 160])
def test_a_bar_has_percentage_time_left_and_note_in_one_line(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    reporter, step = TerminalReporter(Terminal()), step_named("evaluate")
    reporter.started(step)
    try:
        reporter.progress(step, 0, 10, "loading TensorFlow")
        assert "loading Tens" in frame(reporter)
        reporter.progress(step, 3, 10, NOTE)
        drawn = frame(reporter)
    finally:
        reporter.close()
    assert "\n" not in drawn
    assert cell_len(drawn) <= columns
    assert "━" in drawn
    assert " 30% " in drawn
    assert ":" in drawn.partition("%")[2].partition("epoch")[0], "the time left"
    assert ("validation perplexity 1,234.5" in drawn) == (columns >= 120)
    assert "epoch" in drawn


def test_a_note_is_cut_by_the_columns_it_takes() -> None:
    assert fit_note("loss 1", 6) == "loss 1"
    assert fit_note("第一回 loss", 8) == "第一回…"
    assert fit_note("loss", 1) == fit_note("loss", -3) == ""
    assert fit_note("a\x1b[31m", 20) == r"a\x1b[31m"


def test_programs_get_an_object_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 10.1, 12.0, 20.0])
    monkeypatch.setattr("pipeline.commands.progress.time.monotonic", lambda: next(clock))
    stream = Terminal()
    reporter, step = open_reporter(stream, "json"), step_named("train")
    assert isinstance(reporter, JsonReporter)
    reporter.started(step)
    reporter.progress(step, 0, 10, "loading")
    reporter.progress(step, 1, 10, "loading\x1b[31m")
    reporter.progress(step, 1, 10)
    reporter.progress(step, 5, 10, "epoch 1")  # in ten seconds half as much again
    reporter.said(step, "第一回\n")
    record = SimpleNamespace(stage="train", seconds=1.5, facts={"epochs": 3, "at": Path("a")})
    reporter.finished(cast("Outcome", SimpleNamespace(record=record, step=step)))
    reporter.close()
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert stream.getvalue().isascii()
    assert [own["event"] for own in events] == [
        *("started", "progress", "progress", "progress", "said", "finished")
    ]
    assert [own["done"] for own in events[1:4]] == [0.0, 1.0, 5.0], "the quick one is left out"
    assert [own["seconds_left"] for own in events[1:4]] == [None, None, 10.0]
    assert "\x1b" not in events[2]["note"]
    assert events[4]["text"] == r"第一回\n"
    assert events[5]["facts"] == {"epochs": 3, "at": "a"}


def test_of_several_settings_lines_and_objects_tell_whose_a_stage_is() -> None:
    stream, step = io.StringIO(), step_named("train", "hidden=400")
    for form in ("auto", "json"):
        reporter = open_reporter(stream, form)
        reporter.started(step)
        reporter.said(step, "a line")
    *lines, first, second = stream.getvalue().splitlines()
    assert lines == ["train (hidden=400): forced", "train (hidden=400): a line"]
    told = [json.loads(line) for line in (first, second)]
    assert [(own["stage"], own["whose"]) for own in told] == [("train", "hidden=400")] * 2


def test_an_interrupt_that_a_library_swallowed_is_raised_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reporter, step = LogReporter(io.StringIO()), step_named("train")
    reporter.progress(step, 1, 2)
    monkeypatch.setattr(interrupts._state, "came", 1.0)
    with pytest.raises(KeyboardInterrupt):
        reporter.progress(step, 1, 2)


@pytest.mark.parametrize(
    ("stage", "config", "more"),
    [(train, TrainConfig(), {"base": None}), (regress, RegressConfig(), {})],
    ids=["train", "mse"],
)
def test_a_stage_says_that_it_loads_tensorflow_first(
    tmp_path: Path, stage: Any, config: StageConfig, more: dict[str, Any]
) -> None:
    class Heard(Exception):
        """Progress was told."""

    def hear(done: float, total: float, note: str = "") -> None:
        raise Heard(note)

    context = context_in(tmp_path, progress=hear)
    with pytest.raises(Heard, match=r"^loading TensorFlow$"):
        stage(config, embed=None, window=None, context=context, **more)
