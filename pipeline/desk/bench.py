"""Where slow work is done: a few threads, and no longer a queue than can be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
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
        self._check_room()
        self._count += 1
        future = self._pool.submit(partial(function, *args, **named))
        future.add_done_callback(self._one_less)
        return await asyncio.wrap_future(future)

    async def each(self, items: Iterator[_Value]) -> AsyncGenerator[_Value]:
        """Yield what an iterator yields, each item made in one of the threads.

        Between two of them others have their turn. Whoever leaves closes this generator: no item is
        made from then on.

        Raises
        ------
        Busy, Exception
            See `work`.
        """
        self._check_room()
        self._count += 1
        try:
            while (
                item := await asyncio.wrap_future(self._pool.submit(next, items, None))
            ) is not None:
                yield item
        finally:
            self._count -= 1

    def _check_room(self) -> None:
        """Refuse where so many wait that another would only wait longer."""
        if self._count >= self._most:
            raise Busy(f"expected fewer than {self._most} requests at once; try again in a moment")

    def _one_less(self, _done: object) -> None:
        self._count -= 1

    def close(self) -> None:
        """Give up what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
