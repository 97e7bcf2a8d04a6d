"""Markup as tags and the text between them, in time that grows with its length alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pipeline.errors import DataError

_SHORT = 512  # characters of what looked like a tag and is none: text, and looked at once only
# Possessive: what has been matched is never tried again in another way.
_START = re.compile(r"""<(/?)([A-Za-z_][^\s/<>"'=]{0,100}+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)""")
_DOCTYPE = re.compile(r"""(?:[^\[\]<>"']++|"[^"]*+"|'[^']*+')*+""")
_FREE_TAGS = 200_000  # tags that a page may have whatever its text
_DEFINITIONS = re.compile(r"""\[(?:[^\]"']++|"[^"]*+"|'[^']*+')*+\]""")


def bounded_tokens(
    text: str, raw: frozenset[str] = frozenset(), *, tags_a_character: int, name: str
) -> Iterator[tuple[str, str, str]]:
    """Yield what `_tokens` does, as long as there is text for the tags.

    Parameters
    ----------
    text : str
    raw : frozenset of str
    tags_a_character : int
        More than so many for each character of text, beyond `_FREE_TAGS`, no book has.
    name : str
        What messages call the page.

    Raises
    ------
    DataError
        There are more tags.
    """
    tags, most = 0, _FREE_TAGS
    for token in _tokens(text, raw):
        if token[0] == "text":
            most += tags_a_character * len(token[1].strip())
        else:
            tags += 1
            if tags > most:
                raise DataError(
                    f"{name}: expected a text with its tags, got more than {most:,} tags with "
                    "hardly any text; convert it to .txt first"
                )
        yield token


def _tokens(text: str, raw: frozenset[str] = frozenset()) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, text or name, inside of the tag): text, open, close.

    Parameters
    ----------
    text : str
    raw : frozenset of str
        The elements in which no tag begins but their own end.
    """
    place = 0
    never: set[str] = set()  # endings that do not come any more
    while True:
        start = text.find("<", place)
        if start < 0:
            yield "text", _unescaped(text[place:]), ""
            return
        if start > place:
            yield "text", _unescaped(text[place:start]), ""
        if text.startswith(("<!", "<?"), start):
            inner, place = _declaration(text, start, never)
            yield "text", inner, ""
            continue
        found = _START.match(text, start)
        stop = found.end() if found else start + 1
        if found is None or not text.startswith(">", stop):
            stop = stop if stop - start > _SHORT else start + 1
            yield "text", _unescaped(text[start:stop]), ""
            place = stop
            continue
        place = stop + 1
        name = found[2].lower()
        yield "close" if found[1] else "open", name, found[3]
        if name in raw and not found[1] and not found[3].endswith("/"):
            stop = _find(text, f"</{name}", place, never)
            if stop >= 0:
                yield "text", text[place:stop], ""
                place = stop


def _declaration(text: str, start: int, never: set[str]) -> tuple[str, int]:
    """Return the text of a CDATA section, "" of a comment and the like, and where it ends.

    One that does not end is taken for its mark alone: what follows is not lost.
    """
    for mark, ending in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", ">"), ("<![", ">")):
        if text.startswith(mark, start):
            stop = _find(text, ending, start + len(mark), never)
            if stop < 0:
                return "", start + len(mark)
            inner = text[start + len(mark) : stop] if mark == "<![CDATA[" else ""
            return inner, stop + len(ending)
    found = _DOCTYPE.match(text, start + 2)
    stop = found.end() if found else start + 2
    if "definitions" not in never:  # of entities, and none is looked at; a page has them once
        found = _DEFINITIONS.match(text, stop)
        stop = found.end() if found else stop
        never.add("definitions")
    stop = _find(text, ">", stop, never)
    return "", stop + 1 if stop >= 0 else start + 2


def _find(text: str, ending: str, place: int, never: set[str]) -> int:
    """Return where an ending stands, -1 for nowhere, which is not looked for twice."""
    if ending in never:
        return -1
    if ending.startswith("</"):
        found = re.compile(re.escape(ending), re.IGNORECASE).search(text, place)
        stop = found.start() if found else -1
    else:
        stop = text.find(ending, place)
    if stop < 0:
        never.add(ending)
    return stop


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&" in text else text
