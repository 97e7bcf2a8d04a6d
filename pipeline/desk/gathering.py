"""Several texts that are written at once, as one stream: what comes first is told first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

_Item = TypeVar("_Item")


async def gather_items(
    sources: Sequence[Callable[[], AsyncGenerator[_Item]]], most: int
) -> AsyncGenerator[tuple[int, _Item]]:
    """Yield what N generators yield, each item with the number of its own, as they come.

    Parameters
    ----------
    sources : sequence of functions
        Each makes a generator, when its turn has come.
    most : int
        How many are under way at a time, and how many items wait.

    Raises
    ------
    Exception
        The first that one of them raises; the others are closed.
    """
    if len(sources) == 1:  # the most usual case, in which nothing has to wait for its turn
        async with aclosing(sources[0]()) as only:
            async for own in only:
                yield 0, own
        return
    found: asyncio.Queue[tuple[int, _Item] | Exception | None] = asyncio.Queue(most)
    few = asyncio.Semaphore(most)

    async def take(number: int) -> None:
        try:
            async with few, aclosing(sources[number]()) as items:
                async for item in items:
                    await found.put((number, item))
        except Exception as error:
            await found.put(error)
        else:
            await found.put(None)

    tasks = [asyncio.create_task(take(number)) for number in range(len(sources))]
    going = len(tasks)
    try:
        while going:
            item = await found.get()
            if isinstance(item, Exception):
                raise item
            if item is None:
                going -= 1
            else:
                yield item
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
