"""Where the words of a text stand in it as it was sent: cleaning may have changed characters.

A browser counts a text in units of UTF-16, in which a character beyond U+FFFF is two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.text.cleaning.clean import LINE_END
from pipeline.text.reading import read_words

_AHEAD = 16  # characters in which a character is looked for: as long as an entity is


@dataclass(frozen=True)
class Placed:
    """A word, and the characters of the text that its own stand for: (start, stop) of each."""

    word: str
    places: tuple[tuple[int, int], ...]


def placed_words(
    text: str, cut: Callable[[str], list[str]], convert: Callable[[str], str] | None = None
) -> Iterator[Placed]:
    """Yield the words of a text, as `read_words` reads it, and where they stand.

    The break that ends a paragraph stands for its line end; at the text's end for nothing.
    """
    turned = _turned(text, convert) if convert else {}
    for start, stop, end in _lines(text):
        line = text[start:stop]
        place = 0
        for word in read_words([line], cut, convert=convert):
            if word == PARAGRAPH_BREAK:
                yield Placed(word, ((stop, end),))
                continue
            found = []
            for number, character in enumerate(word):
                after = word[number + 1 : number + 2]
                place = _find(line, place, character, after, turned)
                found.append((start + place, start + min(place + 1, len(line))))
                place += 1
            yield Placed(word, tuple(found))


def units_of(text: str) -> Sequence[int]:
    """Return offset in characters → offset in units of UTF-16, the end's too."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return range(len(text) + 1)
    return [0, *accumulate(1 + (character > "\uffff") for character in text)]


def _lines(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each line begins, where it ends, and where the next one begins."""
    start = 0
    for found in LINE_END.finditer(text):
        yield start, found.start(), found.end()
        start = found.end()
    yield start, len(text), len(text)


def _turned(text: str, convert: Callable[[str], str]) -> dict[str, str]:
    """Return each character of a text in the other script; all at once, as each call takes long."""
    characters = [character for character in set(text) if not character.isspace()]
    found = convert("\n".join(characters)).split("\n")
    return dict(zip(characters, found, strict=True)) if len(found) == len(characters) else {}


def _find(line: str, place: int, character: str, after: str, turned: Mapping[str, str]) -> int:
    """Return where in a line, from a place on, a character stands that was read there.

    `after` is the one that was read after it, "" for none. What cannot be found took the place of
    the character that stands there: cleaning seldom does more than that. `turned` has characters'
    forms in the novel's script.
    """
    while place < len(line) and line[place].isspace() and line[place] != character:
        place += 1
    own = line[place : place + 1]
    if own == character or not own or turned.get(own) == character:
        return min(place, len(line))
    if after and line[place + 1 : place + 2] == after:
        return place
    ahead = line.find(character, place, place + _AHEAD)
    return place if ahead < 0 else ahead
