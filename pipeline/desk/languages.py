"""Which of the report's languages a browser's user reads, by what the browser says of it."""

from __future__ import annotations

from pipeline.artifacts.report import LANGUAGES, Language

_MOST = 20  # languages that are looked at; browsers send a handful


def liked(accepted: str) -> Language | None:
    """Return the report's language that stands first in an `Accept-Language`; None: neither.

    >>> liked("fr, en-GB;q=0.8, zh-CN;q=0.9")
    'zh'
    """
    weighed = [_weighed(part) for part in accepted.split(",")[:_MOST]]
    for weight, tag in sorted(weighed, key=lambda own: -own[0]):
        for language in LANGUAGES:
            if weight > 0 and tag.partition("-")[0] == language:
                return language
    return None


def _weighed(part: str) -> tuple[float, str]:
    """Return a language's weight, 0 where it is no number, and its tag."""
    tag, _, rest = part.partition(";")
    name, _, number = rest.partition("=")
    if name.strip().lower() != "q":
        return 1.0, tag.strip().lower()
    try:
        return float(number), tag.strip().lower()
    except ValueError:
        return 0.0, tag.strip().lower()
