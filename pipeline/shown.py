"""Foreign text made fit for a message: on one line, of bounded length, without control characters.

Names of files, addresses, answers of servers and words of a dictionary come from others. Printed as
they are they could move the cursor, colour the terminal or turn the order of the letters around.
"""

from __future__ import annotations

import re

_LONGEST = 200  # characters of a name or an answer in a message

# C0 and C1 controls, line and paragraph separators, marks and controls of writing direction, and
# lone surrogates, which no stream can encode.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def shown(text: str, longest: int = _LONGEST) -> str:
    r"""Return text as a message may show it; more than `longest` characters end in ….

    >>> shown("红\x1b[31m\u202e楼\udcd6")
    '红\\x1b[31m\\u202e楼\\xd6'
    """
    cut = text[:longest] + "…" if len(text) > longest else text
    return _UNSAFE.sub(lambda found: _escape(ord(found.group())), cut)


def _escape(code: int) -> str:
    """Return a character's escape; U+DC80 to U+DCFF stand for the bytes of undecodable names."""
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
