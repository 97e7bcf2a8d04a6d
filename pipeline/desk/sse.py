r"""Server-sent events: words as they come, in lines that every client splits alike.

JSON is ASCII, its other characters escaped: some clients split lines at U+2028 and U+0085 too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Send

from pipeline.desk.leaving import unless_gone
from pipeline.desk.refusals import Refusal, refusal_of

_Item = TypeVar("_Item")

DONE = b"data: [DONE]\n\n"  # how OpenAI's streams end


def event(data: Any, name: str | None = None) -> bytes:
    r"""Return an event: its name, if it has one, and its data as JSON.

    >>> event({"word": "宝玉"}, "word")
    b'event: word\ndata: {"word":"\\u5b9d\\u7389"}\n\n'

    Raises
    ------
    ValueError
        A number is infinite or none, which JSON does not have.
    """
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {text}\n\n".encode("ascii")


def error_event(refusal: Refusal) -> bytes:
    """Return the event by which the page is told that a stream has broken off."""
    return event({"message": refusal.message}, "error")


def stream(
    events: AsyncGenerator[bytes], told: Callable[[Refusal], bytes] = error_event
) -> StreamingResponse:
    """Return the answer that sends events as they come.

    A client that leaves closes the generator at once; what that in turn reads from, it closes
    itself, with `contextlib.aclosing`.

    Parameters
    ----------
    events : async generator of bytes
        Of `event` and the like. What it raises before its first event should be found before, by
        `begun`: here it is too late for a status.
    told : callable
        Makes the last event where the generator raises.
    """
    return _Stream(events, told)


async def begun(request: Request, items: AsyncGenerator[_Item]) -> AsyncGenerator[_Item]:
    """Return a generator of the same items that has its first one.

    An error that comes before is raised here, where it can still be a status.

    Raises
    ------
    ClientGone
        The client has left meanwhile; the generator is closed.
    Exception
        Whatever the generator raises.
    """
    try:
        first = [await unless_gone(request, anext(items))]
    except StopAsyncIteration:
        first = []
    except BaseException:
        await _close(items)
        raise
    return _with_first(first, items)


async def _with_first(first: list[_Item], rest: AsyncGenerator[_Item]) -> AsyncGenerator[_Item]:
    try:
        for item in first:
            yield item
        async for item in rest:
            yield item
    finally:
        await _close(rest)


class _Stream(StreamingResponse):
    """An answer whose generator is closed as soon as nobody reads it, wherever it stands."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], told: Callable[[Refusal], bytes]) -> None:
        self._events = events
        self._told = told
        kept = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, headers=kept)

    async def stream_response(self, send: Send) -> None:
        """Send all there is; then close the generator, also where sending is broken off."""
        try:
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            try:
                async for chunk in self._events:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except Exception as error:  # the status is gone: what is left is to say so
                last = self._told(refusal_of(error))
                await send({"type": "http.response.body", "body": last, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await _close(self._events)


async def _close(items: AsyncGenerator[_Item]) -> None:
    """Close a generator, also where this task is being cancelled."""
    with anyio.CancelScope(shield=True):
        await items.aclose()
