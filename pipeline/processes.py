"""Workers that are processes of this machine: started when there is work, ended with it."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pipeline.calls import answer_call, open_answer, pack_call
from pipeline.errors import StageFailed
from pipeline.workers import Item, Result

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_AHEAD = 2  # items a worker: while it does one, its next one waits ready
_LAST_BREATH = 5.0  # seconds that a lost worker is given to say how it ended


def cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Processes:
    """So many processes, new ones for each `map`: between two, none holds memory."""

    count: int
    lasting: ClassVar[bool] = False

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        """Yield what the function makes of each item, in order; see `pipeline.workers.Workers`.

        A single item, or all where one process is asked for, is done in this process.
        """
        coming = iter(items)
        first = list(islice(coming, min(self.count, most or self.count)))
        if len(first) < 2:
            yield from map(function, chain(first, coming))
            return
        with _crew(len(first)) as begin:
            waiting: deque[Callable[[], Any]] = deque()
            for item in chain(first, coming):
                waiting.append(begin(pack_call(function, item)))
                if len(waiting) > _AHEAD * len(first):
                    yield waiting.popleft()()
            while waiting:
                yield waiting.popleft()()


class _Worker(NamedTuple):
    """A process, and this process's end of the pipe to it."""

    process: BaseProcess
    pipe: Connection


@contextmanager
def _crew(count: int) -> Iterator[Callable[[bytes], Callable[[], Any]]]:
    """Start processes; lend a function that gives them a call and returns one that awaits it.

    A thread a process passes calls on and waits, so that the next call goes out when the last one
    comes in, whatever the caller does meanwhile. However the context is left, the processes end
    at once, and with them the threads.
    """
    from concurrent.futures import ThreadPoolExecutor

    workers: list[_Worker] = []
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def begin(call: bytes) -> Callable[[], Any]:
        answer = threads.submit(_ask, idle, call)
        return lambda: open_answer(answer.result())

    threads = ThreadPoolExecutor(count)
    try:
        for _ in range(count):
            workers.append(_start())
            idle.put(workers[-1])
        yield begin
    finally:
        for worker in workers:
            worker.process.terminate()
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.process.join()
            worker.pipe.close()


def _start() -> _Worker:
    """Start a process that interrupts do not reach: this process tells it when to end."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")  # forking beside threads can lock up
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with _interrupts_held():  # a process inherits what its parent blocks
        process.start()
    theirs.close()  # or its end would not be noticed here
    return _Worker(process, ours)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let interrupts wait meanwhile, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started within, it would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ask(idle: SimpleQueue[_Worker], call: bytes) -> bytes:
    """Give a call to an idle worker, and return its answer as it came."""
    worker = idle.get()
    try:
        worker.pipe.send_bytes(call)
        return worker.pipe.recv_bytes()
    except (EOFError, OSError) as error:
        raise _lost(worker.process) from error
    finally:
        idle.put(worker)


def _lost(process: BaseProcess) -> StageFailed:
    """Return what to say of a worker that has ended by itself."""
    process.join(_LAST_BREATH)
    code = process.exitcode or 0
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return StageFailed(
        f"expected the worker processes to finish, one {how}, as where memory runs out; run again, "
        "or where there is more"
    )


def _serve(pipe: Connection) -> None:
    """Make calls in a worker's process until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(answer_call(pipe.recv_bytes()))
