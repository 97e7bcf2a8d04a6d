"""Opening a cluster: is Ray there, the process that speaks with it, and how that one ends."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from pipeline.cluster.workers import ClusterWorkers
from pipeline.errors import SettingsError, WorkersLost

_END_SECONDS = 5.0  # for the process to shut Ray down
_QUIET = {  # for Ray, which reads them when it is imported; nothing is told to anybody
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "10",
    "RAY_task_oom_retries": "3",  # else an item that never fits is begun for ever
}
_TOKEN_PATH = Path("~/.ray/auth_token")  # of Ray, for all clusters of a user


@contextmanager
def open_cluster(name: str, libraries: Sequence[str]) -> Iterator[ClusterWorkers]:
    """Connect to a cluster as long as the context is open.

    Parameters
    ----------
    name : `local` for one of this machine's own cores, `auto` for the one that this machine belongs
        to, or HOST:PORT of its head
    libraries : distributions whose versions decide results, and which all nodes have alike

    Raises
    ------
    SettingsError
        Ray is not installed, no cluster answers, or a node has another xuxie.
    """
    _check_name(name)
    if find_spec("ray") is None:
        raise SettingsError(
            "--cluster: expected Ray to be installed, it is not; install xuxie with its extra: "
            "pip install 'xuxie[cluster]'",
            option="--cluster",
        )
    # Sockets lie in the folder, and their paths may have 107 characters.
    with (
        tempfile.TemporaryFile() as notes,
        tempfile.TemporaryDirectory(prefix="xuxie-", ignore_cleanup_errors=True) as folder,
    ):
        process, channel = _start_driver(name, folder, notes)
        patience = 0.0
        try:
            workers = ClusterWorkers(channel, name)
            workers.begin(libraries, folder)
            patience = _END_SECONDS
            yield workers
        except WorkersLost as error:
            error.add_note(_end_of(notes))  # seen with --debug
            raise
        finally:
            _end(process, channel, patience)


def _check_name(name: str) -> None:
    """Refuse what is no cluster's name."""
    host, _, port = name.rpartition(":")
    if name in ("local", "auto"):
        return
    if host and "/" not in name and port.isdecimal() and 0 < int(port[:6]) < 2**16:
        return  # of a larger number the system would take what is left of it
    raise SettingsError(
        f"--cluster: expected local, auto or HOST:PORT, got {name[:60] or 'nothing'}; a machine "
        "outside the cluster joins it first: ray start --address=HOST:PORT",
        option="--cluster",
    )


def _start_driver(
    name: str, folder: str, notes: IO[bytes]
) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start the process that speaks with Ray, in a session of its own: Ctrl-C is ours to hear."""
    ours, theirs = socket.socketpair()
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **_QUIET, **_token(name), "PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cluster.driver", str(theirs.fileno())],
        env=environment,
        cwd=folder,  # Ray puts this on the workers' path, where another xuxie might lie in it
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=notes,
        stderr=notes,
        start_new_session=True,
    )
    theirs.close()
    return process, Connection(ours.detach())


def _token(name: str) -> dict[str, str]:
    """Return what tells Ray of the token without which a cluster lets nobody in.

    A cluster of our own gets one that nobody else learns; Ray would write one into the home
    folder, where every later cluster of the user would find it and ask for it. With other clusters
    Ray shows no token unless it is told to; one that asks for none does not mind.
    """
    if name == "local":
        return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    known = {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & os.environ.keys()
    if "RAY_AUTH_MODE" in os.environ or not (known or _TOKEN_PATH.expanduser().exists()):
        return {}
    return {"RAY_AUTH_MODE": "token"}


def _end(process: subprocess.Popen[bytes], channel: Connection, patience: float) -> None:
    """Close the pipe, which ends the process; and end it if it does not."""
    channel.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with all that it has started
        process.wait()


def _end_of(notes: IO[bytes]) -> str:
    """Return the last that the other process has written, for those who look for its error."""
    notes.seek(0, os.SEEK_END)
    notes.seek(max(0, notes.tell() - 4000))
    return notes.read().decode(errors="replace")
