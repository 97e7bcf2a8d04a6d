"""One text as it came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """One text as it came: the name it goes by, its bytes, and their encoding if it is known."""

    name: str
    data: bytes
    encoding: str | None = None
