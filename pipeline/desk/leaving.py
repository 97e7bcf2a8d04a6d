"""Clients that leave: work that nobody waits for any more is given up."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import anyio
from starlette.requests import Request

_Value = TypeVar("_Value")


class ClientGone(Exception):
    """The client has left; what is answered reaches nobody."""


async def unless_gone(request: Request, work: Awaitable[_Value]) -> _Value:
    """Return what some work comes to; cancel it as soon as the client leaves.

    The request's body has to be read before. Work that is to be finished whoever leaves, such as
    saving, is not for this.

    Raises
    ------
    ClientGone
        The client has left.
    Exception
        Whatever the work raises.
    """
    values: list[_Value] = []
    errors: list[Exception] = []
    async with anyio.create_task_group() as both:

        async def listen() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            both.cancel_scope.cancel()

        both.start_soon(listen)
        try:
            values.append(await work)
        except Exception as raised:  # outside, no group wraps it
            errors.append(raised)
        both.cancel_scope.cancel()
    if errors:
        raise errors[0]
    if not values:
        raise ClientGone
    return values[0]
