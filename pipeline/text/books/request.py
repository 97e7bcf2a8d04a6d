"""A GET request that trusts neither the address nor the answer."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from pipeline.errors import DownloadRefused
from pipeline.shown import shown
from pipeline.text.books.address import public_address
from pipeline.text.books.unpack import is_html, unpack

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

_USER_AGENT = "xuxie/0.1 (+one request per novel)"
_MAX_REDIRECTS = 5
_CHUNK = 16 * 1024  # bytes read at a time
_REASON = 80  # characters of an HTTP reason
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class DownloadPolicy:
    """What a download may cost and where it may go."""

    max_bytes: int = 64 * 2**20  # after unpacking
    timeout_seconds: float = 60.0  # for everything together, redirects included
    allow_private: bool = False  # loopback and private networks; for tests


def get(url: str, *, policy: DownloadPolicy) -> bytes:
    """Return the body of a page, following at most five redirects.

    Raises
    ------
    DownloadRefused
        An address that is not public http(s), an HTTP error, an HTML page, more bytes or more
        seconds than `policy` allows.
    """
    answers: queue.Queue[bytes | Exception] = queue.Queue()
    deadline = time.monotonic() + policy.timeout_seconds

    def work() -> None:
        try:
            answers.put(_follow(url, policy, deadline))
        except ValueError as error:  # of a library; nothing that the caller may take for its own
            answers.put(DownloadRefused(f"{public_address(url)}: got {_reason(error)}"))
        except Exception as error:  # handed to the caller, who raises it
            answers.put(error)

    # A thread, because neither name look-up nor a header sent byte by byte obeys a total deadline.
    threading.Thread(target=work, daemon=True, name="download").start()
    try:
        answer = answers.get(timeout=policy.timeout_seconds)
    except queue.Empty:
        raise _too_slow(url, policy) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _follow(url: str, policy: DownloadPolicy, deadline: float) -> bytes:
    """Request `url` and what it redirects to."""
    address = url
    for _ in range(_MAX_REDIRECTS + 1):
        response = _request(address, policy, deadline)
        try:
            if response.status not in _REDIRECTS:
                _check_response(address, response)
                return _read(address, response, policy, deadline)
            address = _next_address(address, response)
        finally:
            response.close()
    raise DownloadRefused(
        f"{public_address(url)}: expected at most {_MAX_REDIRECTS} redirects, got more"
    )


def _next_address(address: str, response: BaseHTTPResponse) -> str:
    """Return where a redirect leads to."""
    location = response.headers.get("Location", "")
    try:
        following = urljoin(address, location)
    except ValueError:
        following = ""
    if not location or not following:
        raise DownloadRefused(
            f"{public_address(address)}: expected a redirect to another address, got HTTP "
            f"{response.status} to {public_address(location) or 'none'}; give the address of the "
            "text itself"
        )
    return following


def check_url(url: str) -> SplitResult:
    """Return the parts of an acceptable address: http or https, a host, no user name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DownloadRefused(
            f"{public_address(url)}: expected an http(s) address, got {shown(str(error))}"
        ) from error
    if parts.scheme not in _PORTS or not host or port == 0:
        raise DownloadRefused(
            f"{public_address(url)}: expected an address with http:// or https:// and a host"
        )
    if parts.username is not None or parts.password is not None:
        raise DownloadRefused(f"{shown(host)}: expected an address without user name and password")
    return parts


def _resolve(parts: SplitResult, *, allow_private: bool) -> str:
    """Return one IP address of the host after checking all of them."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(
            host, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:
        raise DownloadRefused(
            f"{shown(host)}: expected a host that can be found, got {shown(str(error))}; check "
            "name and connection"
        ) from error
    addresses = [str(entry[4][0]) for entry in found]
    private = [address for address in addresses if not is_public(address)]
    if private and not allow_private:
        raise DownloadRefused(
            f"{shown(host)}: expected a public host, got the private or local address {private[0]}"
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether an IP address is globally reachable, looking into addresses that wrap IPv4."""
    parsed = ipaddress.ip_address(address.split("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast


def _request(url: str, policy: DownloadPolicy, deadline: float) -> BaseHTTPResponse:
    """Send one request to the checked IP address of one checked host."""
    import urllib3

    parts = check_url(url)
    address = _resolve(parts, allow_private=policy.allow_private)
    wait = max(0.1, min(20.0, deadline - time.monotonic()))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        response = _pool(parts, address).urlopen(
            "GET",
            quote(target, safe="/?&=%:+,;@!$'()*~"),  # a Chinese file name becomes %E7…
            headers={
                "Host": parts.netloc,
                "User-Agent": _USER_AGENT,
                "Accept": "text/plain, */*;q=0.5",
                "Accept-Encoding": "identity",
            },
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=wait, read=wait),
        )
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise DownloadRefused(
            f"{public_address(url)}: expected an answer, got {_reason(error)}"
        ) from error
    return response


def _pool(parts: SplitResult, address: str) -> HTTPConnectionPool:
    """Return a connection to `address`; over TLS the certificate must still be the host's."""
    import urllib3

    port = parts.port or _PORTS[parts.scheme]
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port)
    import certifi

    return urllib3.HTTPSConnectionPool(
        address,
        port,
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
    )


def _check_response(url: str, response: BaseHTTPResponse) -> None:
    """Refuse HTTP errors and HTML pages."""
    if response.status != 200:
        reason = shown(str(response.reason or ""), _REASON)
        raise DownloadRefused(
            f"{public_address(url)}: expected HTTP 200, got {response.status} {reason}".rstrip()
        )
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise _refuse_html(url)


def _refuse_html(url: str) -> DownloadRefused:
    return DownloadRefused(
        f"{public_address(url)}: expected a plain text, got an HTML page; give the address of the "
        ".txt file itself"
    )


def _read(url: str, response: BaseHTTPResponse, policy: DownloadPolicy, deadline: float) -> bytes:
    """Read the body, watching its size and the clock."""
    import urllib3

    name = public_address(url)
    pieces: list[bytes] = []
    size = 0
    packed = iter(lambda: response.read1(_CHUNK, decode_content=False), b"")
    try:
        for piece in unpack(packed, response.headers.get("Content-Encoding", ""), name=name):
            pieces.append(piece)
            size += len(piece)
            if size > policy.max_bytes:
                raise DownloadRefused(
                    f"{name}: expected at most {policy.max_bytes} bytes, got more; if it is a "
                    "novel, raise fetch.max_bytes"
                )
            if time.monotonic() > deadline:
                raise _too_slow(url, policy)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise DownloadRefused(
            f"{name}: expected the whole text, got {_part(error)}; try again"
        ) from error
    data = b"".join(pieces)
    if not data.strip():
        raise DownloadRefused(f"{name}: expected a text, got an empty answer; try again later")
    if is_html(data):
        raise _refuse_html(url)
    return data


def _too_slow(url: str, policy: DownloadPolicy) -> DownloadRefused:
    return DownloadRefused(
        f"{public_address(url)}: expected the text within {policy.timeout_seconds:g} seconds, got "
        "only a part; try again, or raise fetch.timeout_seconds"
    )


def _part(error: Exception) -> str:
    """Return how much came before a connection broke, or why it did where nobody counted."""
    cause = error.args[-1] if error.args else None
    came, missing = getattr(cause, "partial", None), getattr(cause, "expected", None)
    if isinstance(came, int) and isinstance(missing, int):
        return f"{came:,} of {came + missing:,} bytes"
    return _reason(error)


def _reason(error: Exception) -> str:
    """Return an error's text on one line, without the object addresses urllib3 puts before it."""
    text = str(error)
    if len(error.args) == 2 and isinstance(error.args[0], str):  # what broke, and an error: why
        text = f"{error.args[0].rstrip('.')}: {error.args[1]}"
    return shown(" ".join(text.split()).rpartition(">: ")[2] or type(error).__name__)
