"""Bodies are bounded before and while they are read, and their fields checked one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from pipeline.desk import bodies
from pipeline.desk.bodies import read_bytes, read_json
from pipeline.desk.leaving import ClientGone
from pipeline.desk.refusals import BadRequest


def request(*parts: bytes, headers: dict[str, str] | None = None, leaves: bool = False) -> Request:
    """A request whose body comes in parts; after the last one the client may leave."""
    left: list[Message] = [
        {"type": "http.request", "body": part, "more_body": leaves or n < len(parts) - 1}
        for n, part in enumerate(parts)
    ]

    async def receive() -> Message:
        return left.pop(0) if left else {"type": "http.disconnect"}

    named = [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": named}, receive)


def body_of(data: bytes, **headers: str) -> dict[str, Any]:
    return asyncio.run(read_json(request(data, headers=headers)))


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_json_is_read_whatever_its_type_is_said_to_be(kind: str) -> None:
    told = {"content-type": kind} if kind else {}
    assert body_of('{"提示": "宝玉"}'.encode(), **told) == {"提示": "宝玉"}


def test_an_empty_body_is_an_empty_object_and_parts_are_one_body() -> None:
    assert body_of(b" \n") == {}
    assert asyncio.run(read_json(request(b'{"a"', b": 1", b"}"))) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "got"),
    [
        (b"not json", "got not json"),
        (b"\xff\xfe\xfd", "got "),
        (b"[1]", r"expected an object of JSON, got \[1\]"),
        (b'{"a": NaN}', "got {"),
        (b'{"a": ' + b"[" * 100_000, "got {"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "got {"),
        (b"\x1b[2J", r"got \\x1b\[2J"),
    ],
)
def test_what_is_no_object_is_refused_in_one_line(data: bytes, got: str) -> None:
    with pytest.raises(BadRequest, match=got) as refused:
        body_of(data)
    assert refused.value.status == 400
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    async def receive() -> Message:
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/"}
    told: Sequence[bytes] = (b"11", b"9" * 30, b"-1", b"x")
    for length in told:
        large = Request({**scope, "headers": [(b"content-length", length)]}, receive)
        with pytest.raises(BadRequest, match="at most 10 bytes") as refused:
            asyncio.run(read_bytes(large, 10))
        assert refused.value.status == 413


def test_a_body_that_does_not_say_so_is_read_up_to_the_bound() -> None:
    assert asyncio.run(read_bytes(request(b"12345", b"67890"), 10)) == b"1234567890"
    with pytest.raises(BadRequest, match="at most 10 bytes"):
        asyncio.run(read_bytes(request(b"12345", b"67890", b"1", b"never read"), 10))


def test_a_client_that_stops_sending_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(bodies, "_PATIENCE", 0.05)
    slow = Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)
    with pytest.raises(BadRequest, match="expected the rest of the body") as refused:
        asyncio.run(read_json(slow))
    assert refused.value.status == 408


def test_a_client_that_leaves_amid_its_body_is_gone() -> None:
    with pytest.raises(ClientGone):
        asyncio.run(read_json(request(b'{"a"', leaves=True)))


def test_fields_are_read_and_null_is_none() -> None:
    body = {"n": 3.0, "x": 1, "yes": True, "words": "宝玉", "list": ["黛玉"], "none": None}
    assert bodies.whole(body, "n", 1) == 3
    assert isinstance(bodies.whole(body, "n", 1), int)
    assert bodies.number(body, "x", 0.5) == 1.0
    assert bodies.flag(body, "yes", False) is True
    assert bodies.text(body, "words", "") == "宝玉"
    assert bodies.texts(body, "list", []) == ["黛玉"]
    assert bodies.texts(body, "words", []) == ["宝玉"]
    assert bodies.one_of(body, "words", None, ["宝玉", "黛玉"]) == "宝玉"
    assert bodies.mapping({"a": body}, "a") == body
    for name in ("none", "absent"):
        assert bodies.whole(body, name, 7) == 7
        assert bodies.number(body, name, None) is None
        assert bodies.flag(body, name, True) is True
        assert bodies.text(body, name, "x") == "x"
        assert bodies.texts(body, name, None) is None
        assert bodies.items(body, name, []) == []
        assert bodies.mapping(body, name) == {}
        assert bodies.one_of(body, name, "keep", ["keep"]) == "keep"


Wrong = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("value", "read", "told"),
    [
        (10**9, lambda b: bodies.whole(b, "f", 1, least=1, most=4096), "from 1 to 4,096, got 10"),
        (10**400, lambda b: bodies.whole(b, "f", 1, least=1), "of at least 1"),
        (10**400, lambda b: bodies.number(b, "f", 1), "f: expected a number"),
        (float("inf"), lambda b: bodies.number(b, "f", 1), "f: expected a number"),
        (-0.1, lambda b: bodies.number(b, "f", 1, least=0), "expected a number of at least 0"),
        (True, lambda b: bodies.whole(b, "f", 1), "expected a whole number, got true"),
        (1.5, lambda b: bodies.whole(b, "f", 1), "expected a whole number, got 1.5"),
        ("5", lambda b: bodies.number(b, "f", 1), 'expected a number, got "5"'),
        (1, lambda b: bodies.flag(b, "f", False), "expected true or false, got 1"),
        (["x"], lambda b: bodies.text(b, "f", ""), r'expected a text, got \["x"\]'),
        ("xxxx", lambda b: bodies.text(b, "f", "", most=3), "at most 3 characters, got 4"),
        ([1], lambda b: bodies.texts(b, "f", []), "expected a text, got 1"),
        ([1, 2], lambda b: bodies.items(b, "f", [], most=1), "at most 1 parts, got 2"),
        ("x", lambda b: bodies.items(b, "f", []), "expected a list"),
        ([], lambda b: bodies.mapping(b, "f"), "expected an object"),
        ("y", lambda b: bodies.one_of(b, "f", "x", ["x"]), "expected one of x"),
    ],
)
def test_a_wrong_field_is_named_in_one_short_line(value: Any, read: Wrong, told: str) -> None:
    with pytest.raises(BadRequest, match=told) as refused:
        read({"f": value})
    assert (refused.value.option, refused.value.status) == ("f", 400)
    assert len(str(refused.value)) < 200


def test_half_a_character_becomes_a_mark_of_its_length_and_a_whole_one_stays() -> None:
    body = json.loads(r'{"t": "a\ud83db\ud83d\ude00"}')
    assert bodies.text(body, "t", "") == "a\ufffdb😀"
