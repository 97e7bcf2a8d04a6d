"""Nodes of a real Ray cluster on this machine, and jobs for its workers."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from pipelines import ROOT

SECONDS = 120.0  # for a node to be ready; beside other work it takes twenty
needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="Ray is not installed: scripts/cluster-tests does that"
)


class Node:
    """`ray start --block` with all that it has started, in a session of its own."""

    def __init__(self, log_path: Path, *options: str, path: Path = ROOT) -> None:
        self.log_path = log_path
        paths = [str(path), str(ROOT / "tests"), str(ROOT / "tests" / "cluster")]
        own = {
            "PYTHONPATH": os.pathsep.join(paths),
            "RAY_AUTH_MODE": "disabled",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_idle_worker_killing_time_threshold_ms": "60000",  # see docs/cluster.md
        }
        command = [str(Path(sys.executable).with_name("ray")), "start", *options]
        self.process = subprocess.Popen(
            [*command, "--block", "--num-cpus=1", "--disable-usage-stats"],
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=log_path.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Wait until it says that it has started."""
        end = time.monotonic() + SECONDS
        while "Ray runtime started" not in (said := self.log_path.read_text(errors="replace")):
            assert self.process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.1)

    def busy(self) -> list[int]:
        """Return its workers that are at an item now."""
        command = ["ps", "-s", str(self.process.pid), "-o", "pid=,args="]
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        return [int(line.split()[0]) for line in lines if line.split()[1:2] == ["ray::_answer"]]

    def kill(self) -> None:
        """End it as a power cut does: raylet, workers and all, without a word."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


class TestCluster:
    """A head with one core, and further nodes with one each."""

    __test__ = False

    def __init__(self) -> None:
        self.port = _free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="ray-"))  # sockets need a short path
        self.address = f"127.0.0.1:{self.port}"
        self.head = Node(
            self.folder / "0.log",
            "--head",
            f"--port={self.port}",
            f"--temp-dir={self.folder}",
            f"--ray-client-server-port={_free_port()}",
            "--include-dashboard=false",
        )
        self.nodes = [self.head]
        self.head.wait()

    def add(self, path: Path = ROOT) -> Node:
        """Add a node, whose xuxie lies in `path`; it joins in a while."""
        log_path = self.folder / f"{time.monotonic_ns()}.log"
        self.nodes.append(Node(log_path, f"--address={self.address}", path=path))
        return self.nodes[-1]

    def kill_busy(self, *, whole: bool) -> None:
        """End a worker that is at an item, or the node that it is of; never the head."""
        end = time.monotonic() + SECONDS
        while not (found := [(node, pid) for node in self.nodes[1:] for pid in node.busy()]):
            assert time.monotonic() < end, "no worker had anything to do"
            time.sleep(0.02)
        node, pid = found[-1]
        if whole:
            node.kill()
        else:
            os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End all nodes."""
        for node in reversed(self.nodes):
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def die_once(number: int, *, folder: Path) -> int:
    """End this process the first time that it is to do 2, as where memory runs out."""
    mark = folder / "died"
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def slowly(number: int, *, folder: Path) -> tuple[int, str]:
    """Take a fifth of a second; return which node did that, and leave a file for each begun."""
    import ray

    (folder / str(number)).touch()
    time.sleep(0.2)
    return number, ray.get_runtime_context().get_node_id()


def reversed_bytes(data: bytes) -> bytes:
    """Return bytes the other way round."""
    return data[::-1]
