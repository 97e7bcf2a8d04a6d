r"""Foreign text made fit to be shown: what a terminal obeys, hides or turns around is spelled out.

Names of files, addresses, answers of servers, words of a model come from others. Printed as they
are they could move the cursor, colour the terminal or turn the order of the letters around.
"""

from __future__ import annotations

import re

LONGEST = 200  # characters of a name or an answer in a message

# C0 and C1 controls, line and paragraph separators, marks and controls of writing direction, the
# byte-order mark, and lone surrogates, which no stream can encode.
_OBEYED = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
UNSAFE = re.compile(f"[{_OBEYED}]")
_UNSAFE_BUT_LINES = re.compile("[" + _OBEYED.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f") + "]")
# Those, and what takes no room at all: invisible letters, joiners, tags.
HIDDEN = re.compile(
    f"[{_OBEYED}\u00ad\u034f\u115f\u1160\u180e\u200b-\u200d\u2060-\u206f\u3164"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


def shown(text: str, longest: int | None = LONGEST, *, lines: bool = False) -> str:
    r"""Return text as a terminal may show it.

    >>> shown("红\x1b[31m\u202e楼\udcd6")
    '红\\x1b[31m\\u202e楼\\xd6'

    Parameters
    ----------
    text : str
    longest : int or None
        Characters after which the rest is an ellipsis; None for all.
    lines : bool
        Line ends and tabs may stay as they are.
    """
    if longest is not None and len(text) > longest:
        text = text[:longest] + "…"
    return (_UNSAFE_BUT_LINES if lines else UNSAFE).sub(_spell_out, text)


def shown_json(text: str) -> str:
    r"""Return a JSON document as a terminal may show it, and as it means the same: \u202e."""
    return _UNSAFE_BUT_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_plain(text: str) -> bool:
    """Return whether a text holds nothing hidden: text that was written for readers does not."""
    return HIDDEN.search(text) is None


def visible(text: str) -> str:
    r"""Return a text of any length with all that is hidden spelled out.

    >>> visible("青\u200b棠\x1b[2J")
    '青\\u200b棠\\x1b[2J'
    """
    return HIDDEN.sub(_spell_out, text)


def _spell_out(found: re.Match[str]) -> str:
    """Return a character's escape; U+DC80 to U+DCFF stand for the bytes of undecodable names."""
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    short = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    if short:
        return short
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
