"""The server: where it listens, how it is called, and how it ends within two seconds."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

import uvicorn
from starlette.types import ASGIApp

from pipeline import interrupts
from pipeline.desk.guard import Gate, check_origin, check_token
from pipeline.engine.threads import one_thread_for_good
from pipeline.errors import SettingsError
from pipeline.shown import shown

_GRACE = 1  # seconds that open streams are given at the end
_LATEST = 1.8  # seconds after Ctrl-C when the process ends, whatever is under way
_CONNECTIONS = 500  # fewer than the files that a process may open
_LONGEST = 2_000  # characters of a line of the log


@dataclass(frozen=True)
class Place:
    """Where the desk listens, and who gets in there.

    Attributes
    ----------
    socket : socket
    address : str
        As a browser opens it: without the token.
    gate : Gate
    """

    socket: socket.socket
    address: str
    gate: Gate

    @property
    def link(self) -> str:
        """The address with the token, if there is one."""
        token = self.gate.token
        return f"{self.address}?token={token}" if token else self.address


def take_place(
    host: str, port: int, *, token: str | None = None, origins: Sequence[str] = ()
) -> Place:
    """Listen where it is wanted; where others than this machine get, a token is asked for.

    Parameters
    ----------
    host, port
        0 takes any port that is free.
    token : str, optional
        Made where one is needed and none is given.
    origins : sequence of str
        Other sites whose pages may use the desk.

    Raises
    ------
    SettingsError
        The port is in use or not allowed, the host is none of this machine's; see `check_token`
        and `check_origin`.
    """
    token = None if token is None else check_token(token)
    allowed = frozenset(map(check_origin, origins))
    bound = _bind(host, port)
    number, port = bound.getsockname()[:2]
    local = ipaddress.ip_address(number.partition("%")[0]).is_loopback
    if not local and token is None:
        token = secrets.token_urlsafe(24)
    name = socket.gethostname().lower()
    names = {host.lower()} if local else {host.lower(), name, f"{name}.local"}
    gate = Gate(frozenset(names), not local, allowed, token, f"xuxie-{port}")
    called = host if local else _called(host, number)
    shown_host = f"[{called}]" if ":" in called else called
    return Place(bound, f"http://{shown_host}:{port}/", gate)


def serve(app: ASGIApp, place: Place, began: Callable[[], None], *, debug: bool = False) -> None:
    """Answer until the process is told to end; an interrupt is raised again at the end.

    Parameters
    ----------
    app : ASGI application
    place : Place
    began : callable
        Is called as soon as requests are answered.
    debug : bool
        Whether the log has tracebacks, and what the server itself says.
    """
    _log_to_stderr(debug)
    one_thread_for_good()
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # or any client could say that it is another
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE,
    )
    _Server(config, began).run(sockets=[place.socket])


class _Server(uvicorn.Server):
    """Tells when it has begun, and ends in time."""

    def __init__(self, config: uvicorn.Config, began: Callable[[], None]) -> None:
        super().__init__(config)
        self._began = began

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin."""
        await super().startup(sockets)
        self._began()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Answer signals meanwhile, but not those that the process was told to ignore."""
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with super().capture_signals():
            if ignored:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            yield

    def handle_exit(self, sig: int, frame: object) -> None:
        """End: first in good order, then, as threads may read long texts, in any case."""
        late = Timer(_LATEST, interrupts.leave)
        late.daemon = True
        late.start()
        super().handle_exit(sig, frame)  # type: ignore[arg-type]


def _bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    SettingsError
        See `take_place`.
    """
    try:
        family, where = _resolve(host, port)
        bound = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SettingsError(
            f"--host: expected an address of this machine, got {shown(host)}; 127.0.0.1 is for "
            "this machine alone, 0.0.0.0 for all that reach it",
            option="--host",
        ) from None
    if os.name != "nt":  # or a desk that has just ended would be in the way
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(where)
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise _not_bound(error, host, port) from error
    bound.set_inheritable(False)
    return bound


def _resolve(host: str, port: int) -> tuple[int, tuple[object, ...]]:
    """Return family and address of a socket; of several an IPv4 one."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, where = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, where


def _not_bound(error: OSError, host: str, port: int) -> SettingsError:
    """Return why a port cannot be had, and what to do."""
    if error.errno == errno.EADDRINUSE:
        problem = f"--port: expected a free port, got {port}, which is in use"
        return SettingsError(f"{problem}; give another, or 0 for any", option="--port")
    if error.errno == errno.EACCES:
        problem = f"--port: expected a port that may be used, got {port}"
        return SettingsError(f"{problem}; give one of at least 1024", option="--port")
    why = error.strerror or str(error)
    return SettingsError(
        f"--host: expected an address of this machine, got {shown(host)}: {why}", option="--host"
    )


def _called(host: str, number: str) -> str:
    """Return how others call this machine where it listens everywhere."""
    if not ipaddress.ip_address(number.partition("%")[0]).is_unspecified:
        return host
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    nowhere = "2001:db8::1" if ":" in number else "192.0.2.1"  # reserved for examples
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((nowhere, 9))  # sends nothing, but chooses where it would be sent from
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()


class _Line(logging.Formatter):
    """One line a message; with its traceback only where that was asked for."""

    def __init__(self, debug: bool) -> None:
        super().__init__()
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as it is printed."""
        line = f"xuxie: {shown(record.getMessage().strip(), _LONGEST)}"
        if self._debug and record.exc_info:
            return f"{line}\n{shown(self.formatException(record.exc_info), None, lines=True)}"
        return line


def _log_to_stderr(debug: bool) -> None:
    """Print what is logged; of the server's own messages none, unless they were asked for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(debug))
    levels = {"xuxie": logging.INFO, "uvicorn": logging.CRITICAL, "asyncio": logging.ERROR}
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if debug else level)
