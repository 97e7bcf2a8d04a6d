"""Hints at what was perhaps meant, and text that is fit to be shown in them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

# What a terminal obeys instead of showing it, what turns the direction of writing, what ends lines
# unseen, and halves of characters: all that a text from elsewhere must not do to a message.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_CONTROL_IN_LINES = re.compile(_CONTROL.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


def nearest_name(name: str, known: Iterable[str], *, least: float = 0.0) -> str:
    """Return the known name that is most like `name`, "" where none is.

    `least` is the similarity that it must have, from 0 to 1 (difflib's ratio).
    """
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=least)), "")


def shown(text: str, *, lines: bool = False, longest: int | None = None) -> str:
    r"""Return a text as it can be shown: control characters escaped, as \x1b and \u202e.

    Parameters
    ----------
    text : str
    lines : bool
        Line ends and tabs may stay as they are.
    longest : int, optional
        Characters after which the rest is an ellipsis.
    """
    if longest is not None and len(text) > longest:
        text = text[: max(longest - 1, 0)] + "…"
    return (_CONTROL_IN_LINES if lines else _CONTROL).sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """Return a character as Python writes it; as JSON does, too, where JSON lets it stand."""
    return {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(match[0]) or (
        f"\\x{ord(match[0]):02x}" if match[0] < " " else f"\\u{ord(match[0]):04x}"
    )
