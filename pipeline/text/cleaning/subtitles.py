"""Subtitles and lyrics: lines of times between what is said; read as they stand, with a word."""

from __future__ import annotations

import re

_SRT = r"\d{1,2}:\d\d:\d\d[.,]\d{1,3}[ \t]*-->"
_ASS = r"Dialogue:[ \t]*\d+,\d+:\d\d:\d\d"
_LRC = r"(?:\[\d{1,3}:\d\d(?:[.:]\d{1,3})?\])+"
_TIMED = re.compile(rf"^[ \t\ufeff]*(?:{_SRT}|{_ASS}|{_LRC})", re.MULTILINE)
_LEAST = 10
_SHARE = 0.1  # of the lines; a chat of a novel of today has a few


def note_subtitles(text: str, *, document: str) -> list[str]:
    """Return what is said of a text of which many lines begin with times, as subtitles' do."""
    if "-->" not in text and "Dialogue:" not in text and "[0" not in text:
        return []
    count = sum(1 for _ in _TIMED.finditer(text))
    if count < max(_LEAST, _SHARE * text.count("\n")):
        return []
    return [
        f"{document}: looks like subtitles: {count:,} lines begin with times; what they say is "
        "learnt as short lines, not as a novel's paragraphs"
    ]
