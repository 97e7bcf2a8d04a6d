"""Where slow work is done: a few threads, and no longer a queue than can be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from pipeline.errors import Busy

_Value = TypeVar("_Value")


class Bench:
    """So many threads, and how many may wait for them."""

    def __init__(self, threads: int, most: int = 32) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="bench")
        self._most = most
        self._count = 0

    async def work(self, function: Callable[..., _Value], *args: Any, **named: Any) -> _Value:
        """Return what a function does in one of the threads.

        Whoever leaves meanwhile keeps its place there until the function ends.

        Raises
        ------
        Busy
            So many wait that another would only wait longer.
        Exception
            Whatever the function raises.
        """
        if self._count >= self._most:
            raise Busy(f"expected fewer than {self._most} requests at once; try again in a moment")
        self._count += 1
        future = self._pool.submit(partial(function, *args, **named))
        future.add_done_callback(self._one_less)
        return await asyncio.wrap_future(future)

    def _one_less(self, _done: object) -> None:
        self._count -= 1

    def close(self) -> None:
        """Give up what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
