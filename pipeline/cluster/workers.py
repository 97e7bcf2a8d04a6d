"""The workers of a Ray cluster, as a stage gets them: a function mapped over items, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from pipeline.calls import open_answer, pack_call
from pipeline.cluster.driver import REACH_SECONDS
from pipeline.cluster.messages import (
    Count,
    Done,
    Drop,
    Loaded,
    Order,
    Reached,
    Refused,
    Report,
    Start,
    Work,
)
from pipeline.cluster.task import Answer
from pipeline.cluster.versions import versions
from pipeline.errors import SettingsError, WorkersLost, XuxieError
from pipeline.workers import Item, Result

_AHEAD = 2  # items a core that are sent on before the first has come back
_LOAD_SECONDS = 120.0  # for Ray to be imported
_START_SECONDS = 180.0  # for a cluster of this machine's own, or for all nodes to be asked


class ClusterWorkers:
    """A function mapped over items on the cores of a cluster; see `pipeline.workers.Workers`."""

    lasting = True

    def __init__(self, channel: Connection, name: str) -> None:
        self._channel, self._name = channel, name
        self._answers: dict[int, Answer | Refused] = {}
        self._sent = 0
        self.count = 1

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        """Yield what the function makes of each item, in order; see `pipeline.workers.Workers`.

        Nodes that come meanwhile help. An item whose worker dies is done again by another.

        Raises
        ------
        WorkersLost, SettingsError
            The cluster has gone, or a node of it has another xuxie.
        Exception
            What `function` raises, in its item's place.
        """
        source = iter(items)
        open_numbers: deque[int] = deque()
        try:
            while True:
                while len(open_numbers) < (most or _AHEAD * self.count):
                    try:
                        item = next(source)
                    except StopIteration:
                        break
                    open_numbers.append(self._give(pack_call(function, item)))
                if not open_numbers:
                    return
                answered = self._wait(open_numbers[0])
                open_numbers.popleft()
                yield open_answer(answered.data)
        finally:
            self._forget(open_numbers)

    def _give(self, payload: bytes) -> int:
        """Send an item; return its number."""
        self._sent += 1
        self._send(Work(self._sent, payload))
        return self._sent

    def _wait(self, number: int) -> Answer:
        """Return the answer of an item, once it has come."""
        while number not in self._answers:
            self.hear()
        answered = self._answers.pop(number)
        if isinstance(answered, Refused):
            raise self._refused(answered.reason)
        return answered

    def hear(self, timeout: float | None = None) -> Report:
        """Take the next message in, and return it.

        Raises
        ------
        WorkersLost
            The other process has ended, or said nothing for `timeout` seconds.
        """
        try:
            if timeout is not None and not self._channel.poll(timeout):
                raise SettingsError(
                    f"--cluster {self._name}: expected an answer within {timeout:.0f} seconds, got "
                    "none; give the address of a running cluster, or local",
                    option="--cluster",
                )
            report: Report = self._channel.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(report, Count):
            self.count = max(1, report.cores)
        elif isinstance(report, Done):
            self._answers[report.number] = report.answer
        elif isinstance(report, Refused) and report.number is not None:
            self._answers[report.number] = report
        return report

    def _send(self, order: Order) -> None:
        """Send a message to the other process."""
        try:
            self._channel.send(order)
        except OSError as error:
            raise self._lost() from error

    def _forget(self, numbers: Iterable[int]) -> None:
        """Say that nobody waits for items any more, where a map ends before its end."""
        left = tuple(number for number in numbers if self._answers.pop(number, None) is None)
        if left:
            with suppress(WorkersLost):
                self._send(Drop(left))

    def _lost(self) -> WorkersLost:
        """Return the error for a cluster that has gone."""
        return WorkersLost(
            f"cluster {self._name}: expected it to stay, it is gone; what was finished "
            "is kept, the same command goes on from there"
        )

    def _refused(self, reason: str) -> XuxieError:
        """Return the error for what the other process says."""
        if reason.startswith("node "):
            return SettingsError(f"--cluster {self._name}: {reason}", option="--cluster")
        return WorkersLost(f"cluster {self._name}: expected the work to be done, got {reason}")

    def begin(self, libraries: Sequence[str], folder: str) -> None:
        """Connect to the cluster, as the option says.

        Raises
        ------
        SettingsError
            No cluster answers, or a node of it has another xuxie.
        """
        self._send(Start(self._name, dict(versions(tuple(libraries))), folder))
        self._expect(Loaded, _LOAD_SECONDS)
        self._expect(Reached, _START_SECONDS if self._name == "local" else REACH_SECONDS)
        self._expect(Count, _START_SECONDS)

    def _expect(self, kind: type[Report], seconds: float) -> None:
        """Take in a message of this kind; raise for another, and where none comes in time."""
        report = self.hear(seconds)
        if isinstance(report, Refused):
            said = report.reason
            if not said.startswith("node "):
                said = f"expected a cluster that answers, got {said}; give another, or local"
            raise SettingsError(f"--cluster {self._name}: {said}", option="--cluster")
        if not isinstance(report, kind):
            raise self._lost()
