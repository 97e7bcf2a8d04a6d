"""What comes in with a request: bounded before and while it is read, and checked field by field.

JSON is read whatever the Content-Type says; null is as good as absent; fields that nobody asks for
are ignored. That is how the clients are used to being treated.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from pipeline.desk.leaving import ClientGone
from pipeline.desk.refusals import BadRequest
from pipeline.shown import shown

_Default = TypeVar("_Default")
_Body = Mapping[str, Any]

MOST = 16 << 20  # bytes of JSON: a manuscript as long as any, each character escaped
MOST_CHARACTERS = 4_000_000  # of a text
_MOST_ITEMS = 1_000  # of a list
_PATIENCE = 30.0  # seconds until the next part of a body
_SHOWN = 60  # characters of a refused value that are repeated
_LONE = re.compile("[\ud800-\udfff]")  # half a character, which no file can hold
_WHOLE = 2**63


async def chunks(request: Request, most: int) -> AsyncGenerator[bytes]:
    """Yield a request's body as it comes; of one that is too long, nothing is read if it says so.

    Raises
    ------
    BadRequest
        413 where it is longer than `most` bytes, 408 where the client stops sending.
    ClientGone
        The client has left.
    """
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or len(announced) > 15 or int(announced) > most:
        raise _too_long(most)
    length = 0
    async with aclosing(request.stream()) as parts:
        while True:
            try:
                part = await asyncio.wait_for(anext(parts), _PATIENCE)
            except StopAsyncIteration:
                return
            except TimeoutError:
                problem = f"expected the rest of the body, got nothing for {_PATIENCE:.0f} s"
                raise BadRequest(problem, status=408) from None
            except ClientDisconnect:
                raise ClientGone from None
            length += len(part)
            if length > most:
                raise _too_long(most)
            yield part


async def read_bytes(request: Request, most: int) -> bytes:
    """Return a request's body; see `chunks`."""
    async with aclosing(chunks(request, most)) as parts:
        return b"".join([part async for part in parts])


async def read_json(request: Request, most: int = MOST) -> dict[str, Any]:
    """Return the object that a request brings as JSON; an empty body is an empty one.

    Raises
    ------
    BadRequest
        It is too long, no JSON, or no object.
    """
    data = await read_bytes(request, most)
    if not data.strip():
        return {}
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        found = shown(data[:_SHOWN].decode("utf-8", "replace"), _SHOWN)
        raise BadRequest(f"expected a body of JSON, got {found}") from None
    if not isinstance(value, dict):
        raise BadRequest(f"expected an object of JSON, got {_got(value)}")
    return value


def number(
    body: _Body,
    name: str,
    default: _Default,
    *,
    least: float = -math.inf,
    most: float = math.inf,
) -> float | _Default:
    """Return a field's number, the default where there is none.

    Raises
    ------
    BadRequest
        It is no finite number, or out of bounds.
    """
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise _wrong(name, "a number", value)
    if not least <= value <= most:
        raise _wrong(name, f"a number{_bounds(least, most)}", value)
    return float(value)


def whole(
    body: _Body,
    name: str,
    default: _Default,
    *,
    least: int = -_WHOLE,
    most: int = _WHOLE - 1,
) -> int | _Default:
    """Return a field's whole number, also of one written as 5.0; see `number`."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(name, "a whole number", value)
    if not least <= value <= most:
        low, high = (-math.inf if least == -_WHOLE else least), most
        raise _wrong(name, f"a whole number{_bounds(low, high)}", value)
    return value


def flag(body: _Body, name: str, default: _Default) -> bool | _Default:
    """Return a field's true or false; see `number`."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _wrong(name, "true or false", value)
    return value


def text(
    body: _Body, name: str, default: _Default, *, most: int = MOST_CHARACTERS
) -> str | _Default:
    """Return a field's text, halves of characters as U+FFFD; see `number`.

    Halves come of browsers, in whose texts a character may be cut in two. A mark of their length
    takes their place, so that offsets stay what they were.
    """
    value = body.get(name)
    if value is None:
        return default
    return _text(name, value, most)


def texts(
    body: _Body,
    name: str,
    default: _Default,
    *,
    most: int = _MOST_ITEMS,
    longest: int = MOST_CHARACTERS,
) -> list[str] | _Default:
    """Return a field's list of texts, or its one text as a list; see `text`."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, str):
        value = [value]
    found = items({name: value}, name, [], most=most)
    return [_text(name, part, longest) for part in found]


def items(
    body: _Body, name: str, default: _Default, *, most: int = _MOST_ITEMS
) -> list[Any] | _Default:
    """Return a field's list, its parts unchecked; see `number`."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, list):
        raise _wrong(name, "a list", value)
    if len(value) > most:
        raise BadRequest(
            f"{name}: expected at most {most:,} parts, got {len(value):,}", option=name
        )
    return value


def mapping(body: _Body, name: str, *, most: int = _MOST_ITEMS) -> dict[str, Any]:
    """Return a field's object, an empty one where there is none; see `number`."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(name, "an object", value)
    if len(value) > most:
        raise BadRequest(
            f"{name}: expected at most {most:,} parts, got {len(value):,}", option=name
        )
    return value


def one_of(body: _Body, name: str, default: _Default, choices: Sequence[str]) -> str | _Default:
    """Return a field's word, which is one of some; see `number`."""
    value = body.get(name)
    if value is None:
        return default
    if value not in choices:
        raise _wrong(name, f"one of {', '.join(choices)}", value)
    return str(value)


def _text(name: str, value: Any, most: int) -> str:
    """Return a text that a file can hold."""
    if not isinstance(value, str):
        raise _wrong(name, "a text", value)
    if len(value) > most:
        problem = f"{name}: expected at most {most:,} characters, got {len(value):,}"
        raise BadRequest(problem, option=name)
    return _LONE.sub("\ufffd", value)


def _is_finite(value: float) -> bool:
    """Return whether a number is one that a float can be."""
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _bounds(least: float, most: float) -> str:
    """Return in words between what a number has to be."""
    if least == -math.inf:
        return "" if most == math.inf else f" of at most {most:,}"
    if most >= _WHOLE - 1:
        return f" of at least {least:,}"
    return f" from {least:,} to {most:,}"


def _no_number(_name: str) -> float:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError


def _got(value: Any) -> str:
    """Return a refused value as JSON, short."""
    try:
        return shown(json.dumps(value, ensure_ascii=False), _SHOWN)
    except (ValueError, RecursionError):
        return "a value that cannot be shown"


def _wrong(name: str, expected: str, value: Any) -> BadRequest:
    return BadRequest(f"{name}: expected {expected}, got {_got(value)}", option=name)


def _too_long(most: int) -> BadRequest:
    return BadRequest(f"expected a body of at most {most:,} bytes, got a longer one", status=413)
