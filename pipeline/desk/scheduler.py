"""One thread writes for everybody: texts that are under way are taken on together, word by word.

A text joins between two words and leaves between two words, so that nobody waits for another's
end, and one that nobody reads any more costs nothing from its next word on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread

from pipeline.engine.writing.generate import Choice
from pipeline.engine.writing.making import Text, advance
from pipeline.errors import Busy

MOST = 64  # texts under way
_WORDS = 64  # of a text that may wait to be taken; a client that does not read is waited for


_Told = list[Choice] | Exception | None  # words, an error, or None at the end


@dataclass
class _Task:
    """A text under way, and the queue of its reader."""

    text: Text
    loop: asyncio.AbstractEventLoop
    words: asyncio.Queue[_Told] = field(default_factory=asyncio.Queue)
    left: bool = False  # its reader has gone

    @property
    def waited_for(self) -> bool:
        """Whether its reader has not taken what there is."""
        return self.words.qsize() >= _WORDS


class Scheduler:
    """The thread, and who waits for it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._joining: SimpleQueue[_Task | None] = SimpleQueue()
        self._going: list[_Task] = []
        self._count = 0  # texts that are written or wait to be
        self._thread: Thread | None = None

    @property
    def count(self) -> int:
        """How many texts are under way."""
        return self._count

    def start(self) -> None:
        """Start the thread."""
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the word that it is at."""
        self._joining.put(None)
        if self._thread is not None:
            self._thread.join()

    def check_room(self) -> None:
        """Refuse where no further text can be taken.

        Raises
        ------
        Busy
            So many texts are under way that another would only wait.
        """
        if self._count >= self._most:
            raise Busy(f"expected fewer than {self._most} texts under way; try again in a moment")

    async def write(self, begin: Callable[[], Text]) -> AsyncGenerator[list[Choice]]:
        """Yield the words of a text as they come, at least one at a time.

        The caller who leaves closes this generator: its text is given up within a word.

        Parameters
        ----------
        begin : callable
            Reads what is to be continued; in another thread, as that takes a while.

        Raises
        ------
        Busy
            See `check_room`.
        Exception
            Whatever `begin` or the writing raises.
        """
        self.check_room()
        self._count += 1
        task: _Task | None = None
        try:
            task = _Task(await asyncio.to_thread(begin), asyncio.get_running_loop())
            self._joining.put(task)
            while (found := await task.words.get()) is not None:
                if isinstance(found, Exception):
                    raise found
                yield found
        finally:
            self._count -= 1
            if task is not None:
                task.left = True

    def _run(self) -> None:
        """Write until it is stopped."""
        while self._join():
            self._going = [task for task in self._going if not task.left]
            ready = [task for task in self._going if not task.waited_for]
            for model in {id(task.text.model): task.text.model for task in ready}.values():
                self._advance([task for task in ready if task.text.model is model])
            self._going = [task for task in self._going if task.text.asks]

    def _join(self) -> bool:
        """Let texts join; wait for one where none is under way. Return False at the end."""
        idle = not self._going or all(task.waited_for for task in self._going)
        try:
            while True:
                task = self._joining.get(timeout=(0.05 if self._going else None) if idle else 0)
                if task is None:
                    return False
                self._going.append(task)
                idle = False
                if not task.text.asks:
                    _send([(task, None)])
        except Empty:
            return True

    def _advance(self, tasks: list[_Task]) -> None:
        """Take texts of one model on, and send what was written."""
        try:
            advance([task.text for task in tasks])
        except Exception as error:  # whatever it is, the readers are told and the thread goes on
            for task in tasks:
                task.text.asks = []
            _send([(task, error) for task in tasks])
            return
        told: list[tuple[_Task, _Told]] = []
        for task in tasks:
            if task.text.written:
                told.append((task, list(task.text.written)))
                task.text.written.clear()
            if not task.text.asks:
                told.append((task, None))
        _send(told)


def _send(told: list[tuple[_Task, _Told]]) -> None:
    """Give readers something, if their loops still run: one call for all, since a call costs."""
    for loop in {id(task.loop): task.loop for task, _ in told}.values():
        if not loop.is_closed():
            own = [(task, what) for task, what in told if task.loop is loop]
            loop.call_soon_threadsafe(_hand_out, own)


def _hand_out(told: list[tuple[_Task, _Told]]) -> None:
    """Put what there is into the readers' queues."""
    for task, what in told:
        task.words.put_nowait(what)
