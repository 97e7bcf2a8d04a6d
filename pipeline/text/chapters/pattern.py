"""A book's own form of headings, given as a regular expression: `fetch.headings`.

A pattern is tried on lines of at most 60 characters. Python's matcher may still need time that
grows as a power of the line's length, or exponentially where a repeated group can match in two
ways. So a repeated group that holds a choice or a repeat is refused, and so are more than five
repeats; and all matching together is stopped after some seconds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from pipeline.errors import SettingsError
from pipeline.text.chapters.forms import Heading, Level
from pipeline.text.chapters.headings import MOST_CHARACTERS, read_heading

_MOST_REPEATS = 5
_MOST_SECONDS = 20.0
_QUANTIFIER = re.compile(r"[*+?]|\{\d*(?:,\d*)?\}")
_UNIT = "own"


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern, "" not allowed.

    Raises
    ------
    ValueError
        It is no regular expression, matches the empty line, or could take too long.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"expected a regular expression, got {pattern!r}: {error}") from error
    if compiled.match(""):
        raise ValueError(
            f"expected a pattern of headings, got {pattern!r}, which matches an empty line; "
            "let it ask for a character at least"
        )
    _check_repeats(pattern)
    return compiled


def _check_repeats(pattern: str) -> None:
    """Refuse what could take time beyond a small power of the line's length."""
    repeats = 0
    groups: list[bool] = []  # whether each open group holds a choice or a repeat
    closed = False  # whether a group with a choice or a repeat ends right here
    for token in _tokens(pattern):
        if _QUANTIFIER.fullmatch(token):
            if closed and token != "?":
                raise ValueError(
                    f"expected a pattern that is quick to match, got {pattern!r}, which repeats a "
                    "group that holds a repeat or a choice; use [...] for a choice of characters"
                )
            repeats += token != "?"
            groups[:] = [True] * len(groups)
            continue
        closed = False
        if token == "(":
            groups.append(False)
        elif token == "|":
            groups[:] = [True] * len(groups)
        elif token == ")" and groups:
            closed = groups.pop()
    if repeats > _MOST_REPEATS:
        raise ValueError(
            f"expected at most {_MOST_REPEATS} repeats in a pattern, got {repeats} in {pattern!r}"
        )


def _tokens(pattern: str) -> list[str]:
    """Cut a pattern into escapes, classes, group openings, quantifiers and single characters."""
    token = re.compile(
        r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:P<\w+>|P=\w+|<?[=!]|[:>]|\w+:?))?"
        r"|\{\d*(?:,\d*)?\}|.",
        re.DOTALL,
    )
    return ["(" if found.group()[0] == "(" else found.group() for found in token.finditer(pattern)]


def read_own(paragraphs: Sequence[str], pattern: re.Pattern[str]) -> dict[int, Heading]:
    """Return the lines that begin as the pattern says, by index.

    Raises
    ------
    SettingsError
        Matching takes more than some seconds.
    """
    until = time.monotonic() + _MOST_SECONDS
    found: dict[int, Heading] = {}
    for index, line in enumerate(paragraphs):
        if len(line) <= MOST_CHARACTERS and pattern.match(line):
            found[index] = _own_heading(line)
        if time.monotonic() > until:
            raise SettingsError(
                f"expected a pattern that is quick to match, got {pattern.pattern!r}, which took "
                f"more than {_MOST_SECONDS:.0f} seconds; make it plainer",
                setting="fetch.headings",
            )
    return found if any(h.level == "chapter" for h in found.values()) else _as_chapters(found)


def _as_chapters(volumes: dict[int, Heading]) -> dict[int, Heading]:
    """Return volumes as the chapters of a book that has no other headings."""
    return {index: replace(heading, level="chapter") for index, heading in volumes.items()}


def _own_heading(line: str) -> Heading:
    """Return the heading that a matched line is, with its number where a known form tells it."""
    known = read_heading(line)
    if known is None:
        return Heading(line, line, _UNIT, "chapter")
    level: Level = "volume" if known.level == "volume" else "chapter"
    return Heading(line, known.name, known.unit, level, known.first, known.last, known.outer)
