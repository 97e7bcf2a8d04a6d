"""A stretch of a file that is in one encoding, and neighbours joined."""

from __future__ import annotations

Stretch = tuple[int, int, str]
"""First byte, the byte after the last, encoding."""

LINE_ENDS = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}


class NoEncoding(ValueError):
    """The bytes make no sense in any encoding."""


def joined_stretches(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbours of one encoding, but in UTF-16 those alone whose bytes stay in step."""
    joined: list[Stretch] = []
    for start, stop, own in stretches:
        step = joined and own in LINE_ENDS and (start - joined[-1][0]) % 2
        if joined and joined[-1][2] == own and not step:
            joined[-1] = (joined[-1][0], stop, own)
        else:
            joined.append((start, stop, own))
    return joined


def line_end(data: bytes, start: int, stop: int) -> bytes:
    r"""Return what ends the lines of a part: b"\n", or b"\r" where there is none."""
    return b"\n" if data.find(b"\n", start, stop) >= 0 else b"\r"
