"""The process that speaks with Ray: `python -m pipeline.cluster.driver`, as `opening.py` starts it.

Ray ends its driver where the cluster is lost, writes to its terminal and takes its signals. So that
is a process of its own: whatever becomes of it, the command is told, or hears the pipe end.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from pipeline.cluster.messages import (
    MOST_RETRIES,
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
from pipeline.processes import cores

REACH_SECONDS = 7.0  # for a cluster to answer: with what goes before, ten from the command line
_NODE_SECONDS = 60.0  # for a node's first worker, which imports Python's own and ours
_LAST_SECONDS = 1.0  # for the last message to be read
_COUNT_SECONDS = 1.0  # between two looks for nodes that came or went


def _main() -> None:
    """Serve one command, until its end of the pipe is closed."""
    channel: Connection = Connection(int(sys.argv[1]))
    with suppress(EOFError, BrokenPipeError):
        _Driver(channel, channel.recv()).serve()
    os._exit(0)  # past the threads and the exit handlers of Ray, which is shut down


class _Driver:
    """The connection to the cluster, and the items that are under way there."""

    def __init__(self, channel: Connection, start: Start) -> None:
        self.channel, self.start = channel, start
        self.ray: Any = None  # the module, once it is imported
        self.outbox: SimpleQueue[Report | None] = SimpleQueue()
        self.lock = threading.Lock()
        self.under_way: dict[int, Any] = {}  # number → Ray's reference to the answer

    def serve(self) -> None:
        """Connect, and do what comes until the command goes."""
        sender = threading.Thread(target=self._send_all, daemon=True)
        sender.start()
        try:
            if reason := self._begin():
                return self._send(Refused(reason))
            threading.Thread(target=self._tell_count, daemon=True).start()
            while True:
                self._obey(self.channel.recv())
        finally:
            self.outbox.put(None)
            with suppress(Exception):
                self.ray.shutdown()
            sender.join(_LAST_SECONDS)

    def _begin(self) -> str:
        """Import Ray, connect and ask the nodes; return why that failed, or nothing."""
        try:
            import ray
        except Exception as error:
            return f"a Ray that cannot be imported, {_first_line(error)}"
        self.ray = ray
        self._send(Loaded())
        if reason := self._connect():
            return reason
        self._send(Reached())
        self.remote = ray.remote(
            num_cpus=1, max_retries=MOST_RETRIES, scheduling_strategy="SPREAD"
        )(_answer)
        return self._check_nodes()

    def _obey(self, order: Order) -> None:
        """Do what the command asks for."""
        if isinstance(order, Work):
            self._submit(order)
        elif isinstance(order, Drop):
            self._drop(order)

    def _connect(self) -> str:
        """Connect; return why that failed, or nothing."""
        own = {}  # what is another cluster's own affair
        if self.start.address == "local":
            own = {"num_cpus": cores(), "_temp_dir": self.start.folder, "include_dashboard": False}
        elif why := _unreachable(self.start.address):
            return why
        quiet = {"log_to_driver": False, "logging_level": "CRITICAL"}
        try:
            self.ray.init(address=self.start.address, **quiet, **own)
        except Exception as error:
            if self.start.address == "auto" and isinstance(error, ConnectionError):
                return "no node of one on this machine"  # Ray's own line tells of its own options
            return _first_line(error)
        return ""

    def _check_nodes(self) -> str:
        """Return which node cannot take part, and why; nothing where all can.

        One that ended just now is counted among the living for some seconds; it is passed over.
        """
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        asked = {}
        for identity, name in self._living().items():
            only = NodeAffinitySchedulingStrategy(identity, soft=False)
            remote = self.remote.options(num_cpus=0, scheduling_strategy=only)
            asked[identity, name] = remote.remote(self.start.versions, b"")
        for (identity, name), reference in asked.items():
            try:
                answered = Answer(*self.ray.get(reference, timeout=_NODE_SECONDS))
            except Exception as error:
                if identity not in self._living():
                    continue
                return f"node {name}: expected an answer, got {_first_line(error)}"
            if answered.kind == "differs":
                return _differs(name, answered)
        return ""

    def _living(self) -> dict[str, str]:
        """Return the nodes that Ray holds to be alive: identity → name."""
        nodes = self.ray.nodes()
        return {node["NodeID"]: node["NodeManagerAddress"] for node in nodes if node["Alive"]}

    def _submit(self, order: Work) -> None:
        """Have an item done."""
        reference = self.remote.remote(self.start.versions, order.payload)
        with self.lock:
            self.under_way[order.number] = reference
        reference.future().add_done_callback(partial(self._finish, order.number))

    def _finish(self, number: int, future: Any) -> None:
        """Send what became of an item; called on a thread of Ray's."""
        with self.lock:
            if self.under_way.pop(number, None) is None:
                return None  # nobody waits for it
        try:
            answered = Answer(*future.result())
        except BaseException as error:
            return self._send(Refused(_first_line(error), number))
        if answered.kind == "differs":
            return self._send(Refused(_differs(answered.note, answered), number))
        return self._send(Done(number, answered))

    def _drop(self, order: Drop) -> None:
        """Have items not done that have not begun, and forget of the others what comes."""
        with self.lock:
            references = [self.under_way.pop(number, None) for number in order.numbers]
        for reference in references:
            if reference is not None:
                with suppress(Exception):
                    self.ray.cancel(reference)

    def _tell_count(self) -> None:
        """Tell how many cores there are, whenever that has changed."""
        told = 0
        while True:
            with suppress(Exception):
                count = int(self.ray.cluster_resources().get("CPU", 0))
                if count != told:
                    self._send(Count(count))
                    told = count
            time.sleep(_COUNT_SECONDS)

    def _send(self, report: Report) -> None:
        """Have a message sent to the command."""
        self.outbox.put(report)

    def _send_all(self) -> None:
        """Send what is in the outbox, until it is closed; where the command has gone, nothing.

        This thread alone may have to wait for the command to read. Were it the one that reads, or
        one of Ray's, then each side could wait for the other.
        """
        while (report := self.outbox.get()) is not None:
            with suppress(OSError):
                self.channel.send(report)


def _answer(versions: Mapping[str, str], payload: bytes) -> tuple[str, bytes, str]:
    """Answer on a worker. Ray ships this one by value, so that it can say what is not there."""
    try:
        from pipeline.cluster.task import answer
    except ImportError as error:
        import socket

        return "differs", f"no such xuxie: {error}".encode(), socket.gethostname()
    return tuple(answer(versions, payload))  # type: ignore[return-value]


def _differs(node: str, answered: Answer) -> str:
    """Return the line on a node that is not as the command."""
    what = answered.data.decode(errors="replace")
    return f"node {node}: expected the same xuxie, Python and libraries as here, got {what}"


def _unreachable(address: str) -> str:
    """Return why nobody listens at an address, nothing if somebody does; for `auto` nothing."""
    if address == "auto":
        return ""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_SECONDS - 1).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _first_line(error: BaseException) -> str:
    """Return what an error says first, as Ray's go on for pages."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


if __name__ == "__main__":
    _main()
