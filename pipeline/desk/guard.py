"""Who gets in: what stands before every request, and what goes with every answer.

Browsers let any page send requests to this machine. Three things tell that one comes from
elsewhere: `Host`, where a name of others leads here (DNS rebinding), `Origin`, and
`Sec-Fetch-Site`. Programs send neither of the latter two; what keeps strangers' programs out is the
token.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.desk.refusals import Refusal
from pipeline.errors import SettingsError
from pipeline.shown import shown

Refuse = Callable[[str, Refusal], Response]  # of a path

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PAGES = re.compile(r"/(docs)?|/page/.*")  # where a link on another site may lead
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s*]+")
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,200}")  # as an address and a header can hold it
_HEADER_NAMES = re.compile(r"[A-Za-z0-9, _-]{0,1000}")
_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True)
class Gate:
    """Who gets in.

    Attributes
    ----------
    names : frozenset of str
        By which the desk is called beside this machine's loopback addresses; lower-case.
    any_address : bool
        Whether it may be called by any address in numbers, to which no name of others leads.
    origins : frozenset of str
        Other sites whose pages may use the desk.
    token : str or None
        What everybody has to show; None where only this machine gets here.
    cookie : str
        What a browser keeps the token as; cookies of all ports of a machine lie together.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False
    origins: frozenset[str] = frozenset()
    token: str | None = None
    cookie: str = "xuxie"

    def knows_host(self, host: str) -> bool:
        """Return whether a `Host` header names this desk."""
        name = _name_of(host)
        if name in self.names or name == "localhost":
            return True
        try:
            return ipaddress.ip_address(name).is_loopback or self.any_address
        except ValueError:
            return False

    def knows_token(self, given: str | None) -> bool:
        """Return whether somebody has the token; how long it takes tells nothing of it."""
        if self.token is None:
            return True
        return hmac.compare_digest((given or "").encode(), self.token.encode())


def check_token(token: str) -> str:
    """Return a token that can be used.

    Raises
    ------
    SettingsError
        It is too short to be a secret, or has characters that no address can hold.
    """
    if not _TOKEN.fullmatch(token):
        raise SettingsError(  # which does not repeat it: it may be meant seriously
            f"--token: expected 16 to 200 of A-Z, a-z, 0-9 and ._~-, got {len(token)} characters",
            option="--token",
        )
    return token


def check_origin(origin: str) -> str:
    """Return an origin as browsers write it.

    Raises
    ------
    SettingsError
        It is none, or stands for all.
    """
    given = origin.lower().removesuffix("/")
    if not _ORIGIN.fullmatch(given):
        raise SettingsError(
            "--allow-origin: expected a site as https://example.org or http://localhost:3000, "
            f"got {shown(origin)}",
            option="--allow-origin",
        )
    return _without_port(given)


class Guard:
    """Refuses who may not come in, and adds to every answer what browsers are to keep to."""

    def __init__(self, app: ASGIApp, gate: Gate, refuse: Refuse) -> None:
        self.app = app
        self.gate = gate
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        foreign = origin is not None and not _is_own(origin, headers)
        allowed = origin if foreign and _without_port(origin or "") in self.gate.origins else None

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), allowed)
            await send(message)

        answer = self._answer(scope, headers, allowed, foreign) or self.app
        await answer(scope, receive, guarded)

    def _answer(
        self, scope: Scope, headers: Headers, allowed: str | None, foreign: bool
    ) -> Response | None:
        """Return what is answered here, None for what is passed on."""
        path = scope["path"]
        if not self.gate.knows_host(headers.get("host", "")):
            return self._no(path, 403, "the Host this desk was started for", headers.get("host"))
        if foreign and not allowed:
            message = "a page of the desk's own, or of a site named with --allow-origin"
            return self._no(path, 403, message, headers.get("origin"))
        if not foreign and _comes_from_elsewhere(scope, headers):
            return self._no(path, 403, "a request of the desk's own page", "another site's")
        if allowed and scope["method"] == "OPTIONS":
            return _preflight(headers)
        return self._ask_token(scope, headers)

    def _ask_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Let in who has the token; who brings it in the address gets a cookie instead."""
        if self.gate.token is None:
            return None
        path = scope["path"]
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        brought = query.pop("token", None)
        if brought and scope["method"] == "GET" and _PAGES.fullmatch(path):
            if self.gate.knows_token(brought[0]):
                rest = urlencode(query, doseq=True)
                answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
                answer.set_cookie(
                    self.gate.cookie, self.gate.token, httponly=True, samesite="lax", path="/"
                )
                return answer
        elif any(map(self.gate.knows_token, _tokens(headers, self.gate.cookie))):
            return None
        refusal = Refusal(
            401,
            "expected the token: open the address that desk printed, or send it as Authorization: "
            "Bearer (an API key)",
            None,
            {"WWW-Authenticate": "Bearer"},
        )
        return self.refuse(path, refusal)

    def _no(self, path: str, status: int, expected: str, got: str | None) -> Response:
        message = f"expected {expected}, got {shown(got or 'none', 100)}"
        return self.refuse(path, Refusal(status, message))


def _tokens(headers: Headers, cookie: str) -> list[str]:
    """Return what a request shows as a token."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    found = [given.strip()] if kind.lower() == "bearer" else []
    # Not with http.cookies: one cookie of another port that it cannot read costs it all others.
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == cookie:
            found.append(value)
    return found


def _comes_from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Return whether another site's page sends this without saying which; links to pages may."""
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return False
    is_link = headers.get("sec-fetch-mode") == "navigate"
    top = headers.get("sec-fetch-dest", "document") == "document"
    reads = scope["method"] in ("GET", "HEAD")
    return not (is_link and top and reads and _PAGES.fullmatch(scope["path"]))


def _is_own(origin: str, headers: Headers) -> bool:
    """Return whether an origin is that of the desk's own pages, as they were called."""
    if origin == "null":  # as beacons of pages say that send no referrer
        return headers.get("sec-fetch-site") == "same-origin"
    parts = urlsplit(_without_port(origin.lower()))
    host = _without_port(f"{parts.scheme}://{headers.get('host', '').lower()}")
    return parts.scheme in _PORTS and f"{parts.scheme}://{parts.netloc}" == host


def _without_port(origin: str) -> str:
    """Return an origin without the port that goes without saying."""
    return origin.removesuffix(_PORTS.get(origin.partition(":")[0], " "))


def _name_of(host: str) -> str:
    """Return a `Host` header's name, lower-case, without port and brackets."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]/@\s]+))(?::\d{1,5})?", host)
    return (found[1] or found[2]).lower().removesuffix(".") if found else ""


def _preflight(headers: Mapping[str, str]) -> Response:
    """Return what a browser asks before it lets another site's page send anything."""
    asked = headers.get("access-control-request-headers", "")
    answer = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
        "Access-Control-Allow-Headers": asked if _HEADER_NAMES.fullmatch(asked) else "",
        "Access-Control-Max-Age": "600",
    }
    if headers.get("access-control-request-private-network") == "true":
        answer["Access-Control-Allow-Private-Network"] = "true"
    return Response(status_code=204, headers=answer)


def _add_headers(headers: MutableHeaders, allowed: str | None) -> None:
    """Add what browsers are to keep to; an answer's own headers go before."""
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.add_vary_header("Origin")
    if allowed:
        headers["Access-Control-Allow-Origin"] = allowed
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
