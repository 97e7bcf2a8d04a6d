"""A count with its noun, as messages say it: 1 book, 2 books."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, which takes an s where it is not one.

    >>> counted(1, "book"), counted(1_200, "book"), counted(0, "more file")
    ('1 book', '1,200 books', '0 more files')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
