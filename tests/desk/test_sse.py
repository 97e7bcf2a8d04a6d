"""Streams: events of ASCII lines, errors before and amid them, generators closed at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from starlette.requests import Request
from starlette.types import Message

from pipeline.desk.leaving import ClientGone, unless_gone
from pipeline.desk.refusals import Refusal
from pipeline.desk.sse import DONE, begun, event, stream
from pipeline.errors import DataError

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": [], "asgi": {}}


class Client:
    """Who reads an answer until it leaves."""

    def __init__(self, reads: int | None = None) -> None:
        self.reads = reads  # parts until it leaves
        self.got: list[Message] = []
        self.left = asyncio.Event()

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.got.append(message)
        if self.reads is not None and len(self.got) > self.reads:
            self.left.set()
            await asyncio.sleep(60)  # a socket that nobody empties

    @property
    def request(self) -> Request:
        return Request(SCOPE, self.receive)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)


class Words:
    """A generator of events that knows whether it was closed."""

    def __init__(self, error: Exception | None = None, after: int = 0, wait: float = 0) -> None:
        self.error, self.after, self.wait = error, after, wait
        self.closed = False

    async def events(self) -> AsyncGenerator[bytes]:
        try:
            for number in range(1_000):
                if self.error is not None and number == self.after:
                    raise self.error
                await asyncio.sleep(self.wait)
                yield event({"number": number})
                if self.error is None and self.after and number == self.after:
                    return
        finally:
            self.closed = True


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 10))


def test_an_event_is_ascii_in_lines_that_all_split_alike() -> None:
    data = {"word": "宝\u2028\u0085玉\r\n", "probability": 0.5}
    made = event(data, "word")
    assert made.startswith(b"event: word\ndata: {")
    assert made.isascii()
    assert made.count(b"\n") == 3
    assert len(made.decode().splitlines()) == 3
    assert json.loads(made.split(b"data: ")[1]) == data
    assert event([1]) == b"data: [1]\n\n"
    assert DONE == b"data: [DONE]\n\n"
    with pytest.raises(ValueError, match="JSON"):
        event({"logprob": float("-inf")})


def test_a_stream_is_sent_as_it_comes_and_kept_by_nobody() -> None:
    async def work() -> None:
        client, words = Client(), Words(after=2)
        await stream(words.events())(SCOPE, client.receive, client.send)
        headers = dict(client.got[0]["headers"])
        assert headers[b"content-type"] == b"text/event-stream; charset=utf-8"
        assert headers[b"cache-control"] == b"no-store"
        assert len(client.got) == 1 + 3 + 1
        assert words.closed

    run(work)


def test_an_error_amid_a_stream_is_its_last_event() -> None:
    def _as_openai(refusal: Refusal) -> bytes:
        return event({"error": {"message": refusal.message}})

    async def work() -> None:
        client, words = Client(), Words(DataError("no more"), after=2)
        await stream(words.events())(SCOPE, client.receive, client.send)
        assert client.body.endswith(b'event: error\ndata: {"message":"no more"}\n\n')
        other = Client()
        failing = Words(KeyError("secret"), after=1).events()
        await stream(failing, _as_openai)(SCOPE, other.receive, other.send)
        assert b"secret" not in other.body
        assert b'data: {"error":{"message":"expected to answer, got KeyError' in other.body
        assert other.got[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    run(work)


@pytest.mark.parametrize("wait", [0.0, 0.01], ids=["sending", "waiting for a word"])
def test_a_client_that_leaves_closes_the_generator_at_once(wait: float) -> None:
    async def work() -> None:
        client, words = Client(reads=3), Words(wait=wait)
        await stream(words.events())(SCOPE, client.receive, client.send)
        assert words.closed
        assert len(client.got) < 10

    run(work)


def test_an_error_before_the_first_event_is_raised_where_it_can_be_a_status() -> None:
    async def work() -> None:
        words = Words(DataError("unreadable"))
        with pytest.raises(DataError, match="unreadable"):
            await begun(Client().request, words.events())
        assert words.closed

    run(work)


def test_what_has_begun_has_all_its_items_and_is_closed_with_the_rest() -> None:
    async def work() -> None:
        words = Words(after=2)
        items = [item async for item in await begun(Client().request, words.events())]
        assert items == [event({"number": number}) for number in range(3)]

        async def nothing() -> AsyncGenerator[bytes]:
            for item in list[bytes]():
                yield item

        assert [item async for item in await begun(Client().request, nothing())] == []
        endless = Words()
        rest = await begun(Client().request, endless.events())
        await anext(rest)
        await rest.aclose()
        assert endless.closed

    run(work)


def test_who_leaves_before_the_first_event_is_waited_for_no_more() -> None:
    async def work() -> None:
        client, words = Client(), Words(wait=60)
        asyncio.get_running_loop().call_later(0.05, client.left.set)
        with pytest.raises(ClientGone):
            await begun(client.request, words.events())
        assert words.closed

    run(work)


def test_work_is_finished_for_who_stays_and_cancelled_for_who_leaves() -> None:
    cancelled = []

    async def answer() -> int:
        return 42

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def wrong() -> None:
        raise DataError("wrong")

    async def work() -> None:
        assert await unless_gone(Client().request, answer()) == 42
        with pytest.raises(DataError, match="wrong"):
            await unless_gone(Client().request, wrong())
        client = Client()
        asyncio.get_running_loop().call_later(0.05, client.left.set)
        with pytest.raises(ClientGone):
            await unless_gone(client.request, long())
        assert cancelled == [True]

    run(work)
