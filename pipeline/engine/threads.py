"""One thread for writing: the products for a single word are too small to share out."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Let numpy's matrix products use one thread, from now on or as a context.

    A word takes half a millisecond of arithmetic on vectors. More threads gain nothing on an idle
    machine, and on a busy one wait for each other twenty times as long. Sums are then also made in
    the same order whatever the number of cores.
    """
    from threadpoolctl import threadpool_limits

    limit: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limit
