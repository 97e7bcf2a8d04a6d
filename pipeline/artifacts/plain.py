"""Text that may be shown: no character that a terminal obeys, or that hides or turns what is there.

Models come from strangers. An escape sequence in a title could clear the screen, a direction mark
show a word as another one; in text that was written for readers neither has a place.
"""

from __future__ import annotations

import re

HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters, the line end and ESC among them
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f"  # invisible letters, direction marks
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ufffe\uffff"  # line ends, turns
    "\ud800-\udfff"  # halves of characters, which no file can hold
    "\U000e0000-\U000e0fff"  # tags
    "]"
)


def is_plain(text: str) -> bool:
    """Return whether a text holds no hidden character."""
    return HIDDEN.search(text) is None


def visible(text: str) -> str:
    r"""Return a text with its hidden characters spelled out.

    >>> visible("青棠\x1b[2J")
    '青棠‹U+001B›[2J'
    """
    return HIDDEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)
