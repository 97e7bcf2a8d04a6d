"""Which lines of a book without headings look most like one: told to its reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.text.chapters.forms import Heading

_SHOWN = 3
_MOST_TITLE = 20  # characters of a line that may be a title
_PLAIN = re.compile(r"[^，。！？；：“”‘’…,!?;「」『』、]{2,20}")


def likeliest(paragraphs: Sequence[str], candidates: Iterable[Heading]) -> tuple[str, ...]:
    """Return up to three lines: the candidates of the best form, then short lines without marks."""
    ranked = sorted(candidates, key=lambda heading: -heading.form)[:_SHOWN]
    lines = [heading.title for heading in ranked]
    for paragraph in paragraphs:
        if len(lines) >= _SHOWN:
            break
        if _PLAIN.fullmatch(paragraph) and paragraph not in lines:
            lines.append(paragraph)
    return tuple(lines)
