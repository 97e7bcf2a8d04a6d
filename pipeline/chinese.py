"""Which characters are Chinese: the one definition for all that asks."""

from __future__ import annotations

import re

# Unicode's unified ideographs of all planes, and 〇, which Unicode counts as a symbol.
CHINESE = re.compile(r"[〇\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")


def is_chinese(character: str) -> bool:
    """Return whether one character is a Chinese one."""
    return CHINESE.match(character) is not None


def has_chinese(text: str) -> bool:
    """Return whether a text holds a Chinese character."""
    return CHINESE.search(text) is not None
