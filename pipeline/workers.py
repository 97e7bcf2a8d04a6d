"""Who does a stage's many like jobs: this process alone, unless the runner lends others.

A stage asks its context's workers to `map` a function over plain items and gets the results in
order, whoever works: its bytes may not hang on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers(Protocol):
    """Something that does like jobs, `count` of them at once."""

    @property
    def count(self) -> int:
        """How many work at once."""

    @property
    def lasting(self) -> bool:
        """Whether a worker, with what it has loaded, is still there at the next `map`."""

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        """Yield `function(item)` for each item, in order, as they come.

        No more than a few items a worker are taken before their results are asked for. Whoever
        stops asking before the end closes the iterator, which ends the work.

        Parameters
        ----------
        function : a function of a module, or `functools.partial` of one
            It may be called in another process.
        items : iterable of plain data: numbers, strings, bytes, arrays, tuples of them
        most : int
            At most so many work at once; 0 for all that there are.

        Raises
        ------
        StageFailed
            A worker was lost.
        """


class _Here:
    """One job after another, in the process that asks."""

    count = 1
    lasting = True

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        """Yield what the function makes of each item, when it is asked for; `most` is nothing."""
        yield from map(function, items)


HERE: Workers = _Here()


def lasting_or_here(workers: Workers) -> Workers:
    """Return the workers if they last, else this process alone.

    That is for jobs that are done sooner than a process has started and loaded what they need.
    """
    return workers if workers.lasting else HERE
