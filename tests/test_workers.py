from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from jobs import die, fail, refuse, slower_if_early, square

from pipeline.errors import DataError, StageFailed
from pipeline.processes import Processes, cores
from pipeline.workers import HERE, Workers

TWO = Processes(2)
SECONDS = 30.0


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition: Callable[[], bool]) -> bool:
    """Return whether it comes true in good time."""
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("workers", [HERE, TWO])
def test_results_come_in_order_whoever_works(workers: Workers) -> None:
    assert list(workers.map(slower_if_early, range(7))) == list(range(7))
    assert list(workers.map(slower_if_early, iter(()))) == []


def test_processes_do_the_work_and_end_with_it() -> None:
    found = list(TWO.map(square, range(20)))

    assert [value for value, _ in found] == [number**2 for number in range(20)]
    ids = {process_id for _, process_id in found}
    assert 1 <= len(ids) <= 2
    assert os.getpid() not in ids
    assert not any(map(is_running, ids))


@pytest.mark.parametrize(
    ("workers", "items", "most"), [(TWO, 1, 0), (TWO, 5, 1), (Processes(1), 5, 0)]
)
def test_no_process_is_started_for_what_one_does(workers: Workers, items: int, most: int) -> None:
    found = list(workers.map(square, range(items), most=most))

    assert {process_id for _, process_id in found} == {os.getpid()}


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    results = TWO.map(square, items())
    first = [next(results) for _ in range(3)]

    assert [value for value, _ in first] == [0, 1, 4]
    assert len(taken) <= 3 + 2 * 2 + 1  # two a worker wait or are done, one is the next
    results.close()
    assert not any(is_running(process_id) for _, process_id in first)


def test_an_error_of_ours_comes_through_whole() -> None:
    refusing = partial(refuse, path=Path("novel.txt"))

    with pytest.raises(DataError) as caught:
        list(TWO.map(refusing, range(9)))

    assert str(caught.value) == "expected no 3, got it; take another"
    assert (caught.value.path, caught.value.stage) == (Path("novel.txt"), "segment")
    assert "in refuse" in caught.value.__notes__[0]  # where it was raised, for --debug


def test_an_error_that_cannot_be_packed_is_told_by_its_name() -> None:
    with pytest.raises(RuntimeError) as caught:
        list(TWO.map(fail, range(3)))

    assert str(caught.value) == "Spiky: bad 0"
    assert "in fail" in caught.value.__notes__[0]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_a_killed_worker_is_one_line_and_no_hang() -> None:
    with pytest.raises(StageFailed, match=r"one was killed by signal 9"):
        list(TWO.map(die, range(50)))


MAIN = """
import sys
from functools import partial
from pathlib import Path
from jobs import note_and_sleep
from pipeline.processes import Processes
if __name__ == "__main__":
    try:
        Path(sys.argv[2]).touch()
        list(Processes(2).map(partial(note_and_sleep, folder=Path(sys.argv[1])), range(9)))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("delay", [0.0, 0.04, 0.15, 0.3, None])
def test_an_interrupt_ends_all_at_once_and_in_silence(tmp_path: Path, delay: float | None) -> None:
    """As a terminal sends it, to every process: as they start, or when both are at work."""
    notes = tmp_path / "notes"
    notes.mkdir()
    main = tmp_path / "main.py"
    main.write_text(MAIN, "utf-8")
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    process = subprocess.Popen(
        [sys.executable, str(main), str(notes), str(tmp_path / "begun")],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Whoever started the tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert wait_for((tmp_path / "begun").exists)
        if delay is None:
            assert wait_for(lambda: len(list(notes.iterdir())) == 2)
        time.sleep(delay or 0.0)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
    finally:
        process.kill()

    assert (process.returncode, errors) == (130, b"")
    assert not any(is_running(int(note.name)) for note in notes.iterdir())


def test_there_is_a_core_to_work_on() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
