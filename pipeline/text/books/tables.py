"""Data that only looks like a text: JSON, and tables as CSV; told by their form, never by a comma.

They would be read as a novel, identifiers and brackets included. A novel with commas is no table: a
table's rows have the same number of fields, and its form says so a second time.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence

from pipeline.chinese import count_chinese
from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.document import Document, Limits, Reading
from pipeline.text.cleaning.encoding import decode

_HEAD = 65_536  # bytes in which a table shows itself
_DELIMITERS = ",\t;|"
_LEAST_ROWS = 8
_EVEN = 0.9  # of the rows have as many fields as most
_QUOTED = 0.5  # of the rows have a field in quotes beside a delimiter
_LONGEST_TITLE = 20  # characters of a column's name
_BOUNDS = b" \t\r\n\xef\xbb\xbf"
_TITLES = re.compile(
    r"(?:\w+[_\- ])?(?:id|no|num|index|name|title|author|chapter|content|contents|text|body|line"
    r"|paragraph|date|time|speaker|role|label|source|url)"
    r"|编号|序号|标题|书名|作者|章节|正文|内容|文本|段落|日期|时间|角色|标签|来源",
    re.IGNORECASE,
)
_SENTENCE = re.compile("[。！？…：”」]")
_FIGURES = re.compile(r"\d{1,9}")


def is_json(data: bytes) -> bool:
    r"""Return whether bytes are JSON: one value in brackets, or one a line.

    >>> is_json('{"text": "她走了。"}'.encode()), is_json("[第一章]\n她走了。".encode())
    (True, False)
    """
    if data.lstrip(_BOUNDS)[:1] not in (b"{", b"["):
        return False
    try:
        text = decode(data).text.lstrip("\ufeff")
        return _parses(text) or _parses_by_line(text)
    except DataError:
        return False


def _parses(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except (ValueError, RecursionError):
        return False


def _parses_by_line(text: str) -> bool:
    """Return whether a text is a value a line, as far as its first two tell."""
    lines = [line for line in text[:_HEAD].split("\n") if line.strip()][:2]
    return len(lines) > 1 and all(map(_parses, lines))


def is_table(data: bytes) -> bool:
    """Return whether bytes are a table with a row a line."""
    return _table(data) is not None


def refuse_table(document: Document, limits: Limits) -> Reading:
    """Refuse a table, naming the column that holds its text.

    Raises
    ------
    DataError
        In any case.
    """
    rows = _table(document.data) or [[""]]
    sizes = [
        sum(count_chinese(row[at]) for row in rows if at < len(row)) for at in range(len(rows[0]))
    ]
    longest = sizes.index(max(sizes))
    title = f"{longest + 1}"
    if _has_titles(rows):
        title += f", “{shown(rows[0][longest].strip())}”,"
    raise DataError(
        f"{shown(document.name)}: expected a plain text, got a table of {len(rows[0])} columns "
        f"(CSV): save its column {title} alone as .txt, a line a row, and give that"
    )


def _table(data: bytes) -> list[list[str]] | None:
    """Return the first rows of a table, None for what is none.

    Two things speak for one: that its rows are even, and a row of titles, quotes around its fields
    or a column of figures that rise. Where there are two fields alone, as in verse, both of the
    last two kinds.
    """
    cut_off = len(data) > _HEAD
    try:
        text = decode(data[:_HEAD]).text.lstrip("\ufeff") if data.strip() else ""
    except DataError:
        return None
    first = text.lstrip().partition("\n")[0]
    for delimiter in _DELIMITERS:
        if delimiter not in first:
            continue
        rows = _rows(text, delimiter, cut_off=cut_off)
        if not rows:
            continue
        signs = _has_titles(rows) + _is_quoted(text, delimiter) + _counts(rows)
        if signs >= (1 if len(rows[0]) > 2 else 2):
            return rows
    return None


def _rows(text: str, delimiter: str, *, cut_off: bool) -> list[list[str]]:
    """Return the rows of a text; none where they are too few, or not even."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        return []
    rows = rows[:-1] if cut_off else rows
    if len(rows) < _LEAST_ROWS:
        return []
    fields, count = Counter(map(len, rows)).most_common(1)[0]
    even = fields > 1 and len(rows[0]) == fields and count >= _EVEN * len(rows)
    return rows if even else []


def _has_titles(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns: one by a usual name, none by a sentence."""
    titles = [title.strip() for title in rows[0]]
    plain = all(0 < len(title) <= _LONGEST_TITLE for title in titles if title != titles[0])
    plain = plain and not any(map(_SENTENCE.search, titles)) and len({*titles}) == len(titles)
    return plain and any(map(_TITLES.fullmatch, titles))


def _is_quoted(text: str, delimiter: str) -> bool:
    """Return whether most rows have a field in quotes beside a delimiter, as programs write it."""
    mark = re.escape(delimiter)
    beside = re.compile(rf'^"[^"]*"{mark}|{mark}"[^"]*"(?:{mark}|$)')
    lines = [line for line in text.split("\n") if line.strip()]
    return sum(beside.search(line) is not None for line in lines) >= _QUOTED * len(lines)


def _counts(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a column numbers the rows."""
    for at in range(len(rows[0])):
        column = [row[at].strip() for row in rows[1:] if at < len(row)]
        figures = [int(own) for own in column if _FIGURES.fullmatch(own)]
        if len(figures) >= _EVEN * len(rows) and figures == sorted({*figures}):
            return True
    return False
