"""Jobs side by side: what each returns, and how all end when one fails or all are interrupted."""

from __future__ import annotations

import threading
import time

import pytest

from pipeline.engine.threads import run_at_once
from pipeline.stage import Advance

_PATIENCE = 20.0  # seconds after which a job that nobody stops gives up


def silent(done: float, total: float) -> None:
    """Hear of the progress, and say nothing."""


def endless(advance: Advance) -> str:
    """Go on until stopped."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        advance(1, 2)
        time.sleep(0.001)
    return "nobody stopped it"


def test_each_result_stands_where_its_job_stood() -> None:
    def waiting(seconds: float) -> float:
        time.sleep(seconds)
        return seconds

    times = (0.05, 0.0, 0.02)
    jobs = [lambda advance, own=own: waiting(own) for own in times]
    assert run_at_once(jobs, silent) == list(times)


def test_a_failure_is_raised_and_stops_the_others() -> None:
    def failing(advance: Advance) -> None:
        raise KeyError("甲")

    begun = time.monotonic()
    for jobs in ([failing, endless], [endless, failing]):
        with pytest.raises(KeyError, match="甲"):
            run_at_once(jobs, silent)
    assert time.monotonic() - begun < _PATIENCE


def test_what_the_caller_raises_while_it_looks_on_stops_all() -> None:
    ended = []

    def watched(advance: Advance) -> None:
        try:
            endless(advance)
        finally:
            ended.append(1)

    def interrupted(done: float, total: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        assert total == 2
        if done >= 0.5:
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_at_once([watched, watched], interrupted)
    assert len(ended) == 2
    assert time.monotonic() - begun < _PATIENCE
