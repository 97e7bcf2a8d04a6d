"""The title page of a book: its title and who wrote it, before the first chapter; no part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from pipeline.text.books.prose import Line
from pipeline.text.chapters.headings import is_heading
from pipeline.text.cleaning.front_page import TITLE_PAGE
from pipeline.text.cuts import Cut

_MOST_LINES = 4
_LONGEST = 200  # characters of a page that is nothing but titles
_SENTENCE = re.compile("[。！？；…”」』]")
_BEFORE_AUTHOR = re.compile(r"^(?:作者|著者|文|by)\W+", re.IGNORECASE)
_AUTHORED = re.compile(
    r"(?:作者|著者|by)\W{1,3}\S{1,20}|\S{1,15}\s+(?:编著|[著撰编譯译])", re.IGNORECASE
)
_AFTER_AUTHOR = re.compile(r"(?:编著|[著作撰编譯译])$")


def title_lines(lines: Sequence[str], *, title: str, authors: Set[str]) -> int:
    """Return how many of a book's first lines are its title page.

    Two things speak for a line: where it stands, and that the book says elsewhere that its title or
    its author is called so; below the title, that it names an author by its form. One that is a
    chapter's heading by its form is none.

    >>> title_lines(["夜雨集", "纸上人　著", "她走了。"], title="夜雨集", authors={"纸上人"})
    2
    """
    known = {letters_of(title), *map(letters_of, authors)} - {""}
    count = 0
    for line in lines[:_MOST_LINES]:
        told = bool({letters_of(line), _author(line)} & known)
        if is_heading(line) or not (told or (count and _AUTHORED.fullmatch(line.strip()))):
            break
        count += 1
    named = any(letters_of(line) == letters_of(title) for line in lines[:count])
    return count if named and count < len(lines) else 0


def without_title_page(
    lines: Sequence[Line], *, title: str, authors: Set[str], name: str
) -> tuple[list[Line], list[Cut]]:
    """Return a book's lines without its title page, and what was cut.

    It stays where no heading follows: it may be that of the only chapter.
    """
    count = title_lines([line.text for line in lines], title=title, authors=authors)
    if not any(line.level or is_heading(line.text) for line in lines[count:]):
        return list(lines), []
    return list(lines[count:]), [
        Cut(TITLE_PAGE, name, number, line.text) for number, line in enumerate(lines[:count], 1)
    ]


def is_title_page(lines: Sequence[Line], title: str) -> bool:
    """Return whether a page of a book has its title and no sentence.

    Where it stands is for the caller to see: before the text.
    """
    texts = [line.text for line in lines]
    if sum(map(len, texts)) > _LONGEST or any(map(_SENTENCE.search, texts)):
        return False
    return letters_of(title) != "" and any(
        letters_of(text) == letters_of(title) and not is_heading(text) for text in texts
    )


def letters_of(text: str) -> str:
    """Return what of a title counts when two are compared."""
    return re.sub(r"[\W_]", "", text).lower()


def _author(line: str) -> str:
    """Return the name in a line such as 作者：纸上人 or 纸上人　著."""
    return letters_of(_AFTER_AUTHOR.sub("", _BEFORE_AUTHOR.sub("", line.strip()).strip()))
