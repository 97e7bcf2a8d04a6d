"""What all clients' answers have in common: JSON that each reads, and the model that writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pipeline.desk.desk import Desk
from pipeline.desk.loaded import Loaded
from pipeline.desk.refusals import BadRequest
from pipeline.errors import DataError, NotReady, SettingsError
from pipeline.shown import shown

Handler = Callable[[Request], Awaitable[Response]]


def json_answer(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a value as JSON in ASCII."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Response(text, status, headers, "application/json")


async def named_model(desk: Desk, name: str | None) -> Loaded:
    """Return the model that a client names, the desk's own where it names none.

    Raises
    ------
    BadRequest
        404 where there is none of that name.
    NotReady, DataError
        There is none at all, or it cannot be used.
    """
    try:
        return await asyncio.to_thread(desk.models.load, name or desk.default_model)
    except NotReady:
        raise
    except SettingsError:
        message = f"model: expected one that GET /v1/models lists, got {shown(str(name))}"
        raise BadRequest(message, option="model", status=404) from None


async def any_model(desk: Desk, name: str | None) -> Loaded:
    """Return the model that a client names, the desk's own where there is none of that name.

    It is for clients that may name anything, as their own servers have one model and no other.

    Raises
    ------
    NotReady, DataError
        See `named_model`.
    """
    try:
        return await named_model(desk, name)
    except (BadRequest, DataError):
        return await named_model(desk, None)
