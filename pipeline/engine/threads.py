"""One thread for writing: the products for a single word are too small to share out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any


def one_thread() -> AbstractContextManager[object]:
    """Let numpy's matrix products use one thread, from now on or as a context.

    A word takes half a millisecond of arithmetic on vectors. More threads gain nothing on an idle
    machine, and on a busy one wait for each other twenty times as long. Sums are then also made in
    the same order whatever the number of cores.
    """
    from threadpoolctl import threadpool_limits

    limit: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limit


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


@cache
def _blas_libraries() -> tuple[Any, ...]:
    """Return what sets the threads of the libraries that numpy's products use."""
    from threadpoolctl import ThreadpoolController

    return tuple(ThreadpoolController().select(user_api="blas").lib_controllers)
