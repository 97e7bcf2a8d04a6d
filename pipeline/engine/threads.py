"""Threads: one for the products of a single word, which are too small; several for whole jobs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from threading import Event
from typing import Any

from pipeline.stage import Advance

_LOOK = 0.2  # seconds between two looks at how far the jobs are
_TURN = 0.0005  # seconds a job may keep the interpreter: others wait for it after each operation


def one_thread() -> AbstractContextManager[object]:
    """Let numpy's matrix products use one thread, from now on or as a context.

    A word takes half a millisecond of arithmetic on vectors. More threads gain nothing on an idle
    machine, and on a busy one wait for each other twenty times as long. Sums are then also made in
    the same order whatever the number of cores.
    """
    from threadpoolctl import threadpool_limits

    limit: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limit


def one_thread_for_good() -> None:
    """Let numpy's matrix products use one thread in all of Python's threads, from now on.

    Call it in a thread that lives as long as they do: threadpoolctl (3.8) lets one thread set the
    number, and for all others does nothing, in silence.
    """
    import numpy  # noqa: F401 - or its library would not be there yet to be limited

    one_thread()


@contextmanager
def one_thread_a_word() -> Iterator[None]:
    """Do as `one_thread` within a context that is entered for each word: in 20 µs, not in 2 ms.

    Between two words the caller has all threads.
    """
    limited = []
    for library in _blas_libraries():
        threads = library.get_num_threads()
        if threads > 1:
            library.set_num_threads(1)
            limited.append((library, threads))
    try:
        yield
    finally:
        for library, threads in limited:
            library.set_num_threads(threads)
            if hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread()  # or in any other thread it would do nothing


@cache
def _blas_libraries() -> tuple[Any, ...]:
    """Return what sets the threads of the libraries that numpy's products use."""
    from threadpoolctl import ThreadpoolController

    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)


class _Stopped(Exception):
    """A job is given up, because another one failed or all are interrupted."""


def run_at_once(jobs: Sequence[Callable[[Advance], Any]], progress: Advance) -> list[Any]:
    """Run jobs side by side, a thread each and no more than there are cores; return what they do.

    numpy lets go of the interpreter in its long operations, and its products get one thread each,
    so that the numbers are the same whatever the cores. A job is given an `Advance`, to call often:
    through it all jobs end soon after one failed, or after an interrupt.

    Parameters
    ----------
    jobs : sequence of functions
        None may write to what another one reads.
    progress : called with the jobs done, in parts, and how many there are; in this thread alone
    """
    stop = Event()
    shares = [0.0] * len(jobs)

    def advance(number: int, done: float, total: float) -> None:
        if stop.is_set():
            raise _Stopped
        shares[number] = done / total

    before = sys.getswitchinterval()
    with one_thread(), ThreadPoolExecutor(min(len(jobs), os.cpu_count() or 1)) as pool:
        try:
            sys.setswitchinterval(_TURN)
            waiting = [pool.submit(job, partial(advance, n)) for n, job in enumerate(jobs)]
            while True:
                ended, going = wait(waiting, timeout=_LOOK, return_when=FIRST_EXCEPTION)
                if not going or any(own.exception() for own in ended):
                    break
                progress(sum(shares), len(jobs))
        finally:
            stop.set()
            sys.setswitchinterval(before)
    failed = [own.exception() for own in waiting]
    for error in failed:
        if error is not None and not isinstance(error, _Stopped):
            raise error
    return [own.result() for own in waiting]
