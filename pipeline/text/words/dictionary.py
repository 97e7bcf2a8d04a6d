"""The words the segmenter starts from: jieba's dictionary, and the user's in the same format.

Both are read as text here; jieba itself is not imported.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DataError
from pipeline.regular import read_regular, why_unreadable
from pipeline.shown import shown

_LINE = re.compile(r"(?P<word>.+?)(?:\s+(?P<frequency>[^\sa-z]\S*))?(?:\s+(?P<tag>[a-z]+))?")
JIEBA_CHINESE = "\u4e00-\u9fd5"  # the Chinese characters that jieba knows as such
RARE_CHINESE = r"\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00010000-\U0010ffff"  # all others
JOINABLE = re.compile(rf"[{JIEBA_CHINESE}a-zA-Z0-9+#&._%\-]+")  # what it ever joins to one word
_CHINESE_WORD = re.compile(f"[{JIEBA_CHINESE}]+")
_MAX_FREQUENCY = 10**9  # all words of jieba's dictionary together count 6·10⁷
_NAME_TAGS = frozenset({"nr", "nrfg", "ns", "nt"})
_LEAST_NAME_FREQUENCY = 50
_EXPECTED = "expected word [frequency] [tag]"
_MAX_BYTES = 16 * 2**20  # of a user dictionary
_LONGEST_WORD = (
    64  # characters: jieba keeps every beginning of a word, so a long one takes gigabytes
)
_LONGEST_SHOWN = 60  # characters of a line in a message
_ASCII_WORD = re.compile(r"[a-zA-Z]+")
# The tags of jieba's dictionary and tagger; behind a Latin word anything else is one more word.
_TAG = re.compile(
    r"a[dgn]?|d[fg]?|eng|m[gq]?|n(?:g|r|rf|rfg|rj|rt|s|sf|t|z)?|r[grz]?|tg?|u[dgjlnvz]?"
    r"|v[dfginqx]?|zg?|[bcefghijklopqswxy]"
)


@dataclass(frozen=True)
class UserWord:
    """A word of the user; without a frequency, one that makes the word come out whole is found."""

    word: str
    frequency: int | None = None
    tag: str | None = None


def check_dictionary(path: Path, *, present: bool = False) -> None:
    """Refuse a user dictionary by what the disk says of it; it is not opened.

    Raises
    ------
    DataError
        It is no regular file or too large, or, where it has to be `present`, not there.
    """
    why = why_unreadable(path, _MAX_BYTES)
    if present and not why and not path.exists():
        why = "found nothing there; check the path, or set segment.user_dictionary to nothing"
    if why:
        raise DataError(f"{shown(str(path))}: expected a user dictionary, {why}")


def read_user_dictionary(path: Path) -> tuple[UserWord, ...]:
    """Read a user dictionary: UTF-8, a line each of word, frequency and tag, the last two optional.

    Empty lines and lines that begin with '# ' are skipped.

    Raises
    ------
    DataError
        Naming the file and the line, what was expected and what was found.
    """
    check_dictionary(path)
    try:
        text = read_regular(path, _MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise DataError(
            f"{shown(str(path))}: expected a user dictionary, got {error.strerror}; check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{shown(str(path))}: expected UTF-8, got other bytes; convert the file"
        ) from error
    words: dict[str, UserWord] = {}
    for line_number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("# "):
            entry = _read_line(line.strip(), f"{shown(path.name)} line {line_number}")
            words.pop(entry.word, None)  # the last line of a word counts, at its own place
            words[entry.word] = entry
    return tuple(words.values())


def _read_line(line: str, place: str) -> UserWord:
    """Read one line of a user dictionary."""
    found = _LINE.fullmatch(line) if len(line) <= 4 * _LONGEST_WORD else None
    if found is None:
        raise DataError(f"{place}: {_EXPECTED}, got {_quoted(line)}")
    word, frequency, tag = found["word"], found["frequency"], found["tag"]
    if not JOINABLE.fullmatch(word):
        raise DataError(
            f"{place}: {_EXPECTED}, the word of Chinese characters, letters, digits or + # & . _ % "
            f"- without spaces, got {_quoted(word)}"
        )
    if len(word) > _LONGEST_WORD:
        raise DataError(
            f"{place}: {_EXPECTED}, the word of at most {_LONGEST_WORD} characters, got {len(word)}"
        )
    if tag is not None and not _TAG.fullmatch(tag) and _ASCII_WORD.fullmatch(word):
        raise DataError(
            f"{place}: {_EXPECTED}, the word without spaces and the tag such as nr, ns or nz, got "
            f"{_quoted(line)}"
        )
    if frequency is None:
        return UserWord(word, None, tag)
    if not re.fullmatch(r"[0-9]{1,10}", frequency) or not 1 <= int(frequency) <= _MAX_FREQUENCY:
        raise DataError(
            f"{place}: {_EXPECTED}, the frequency from 1 to {_MAX_FREQUENCY}, got "
            f"{_quoted(frequency)}"
        )
    return UserWord(word, int(frequency), tag)


def _quoted(text: str) -> str:
    return f"'{shown(text, _LONGEST_SHOWN)}'"


def starting_words(user_dictionary: Path | None, names: Sequence[str] = ()) -> tuple[UserWord, ...]:
    """Return what is added to jieba's dictionary: the user's words, then the novel's names.

    Raises
    ------
    DataError
        See `read_user_dictionary`.
    """
    own = read_user_dictionary(user_dictionary) if user_dictionary else ()
    return (*own, *(UserWord(name) for name in names))


def dictionary_path() -> Path:
    """Return the path of jieba's own dictionary, found without importing jieba."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise DataError("jieba: expected it to be installed, found nothing; run pip install jieba")
    return Path(spec.origin).with_name("dict.txt")


def _entries() -> Iterator[list[str]]:
    """Yield the entries of jieba's dictionary (350,000 words): word, frequency, tag."""
    with dictionary_path().open(encoding="utf-8") as file:
        yield from map(str.split, file)


def dictionary_frequencies() -> dict[str, int]:
    """Return word → frequency of jieba's dictionary."""
    return {word: int(frequency) for word, frequency, _ in _entries()}


def frequencies_of(words: Set[str]) -> tuple[dict[str, int], int]:
    """Return the frequencies of the words that jieba's dictionary lists, and the sum of all."""
    listed: dict[str, int] = {}
    total = 0
    for word, frequency, _ in _entries():
        total += int(frequency)
        if word in words:
            listed[word] = int(frequency)
    return listed, total


def dictionary_names() -> frozenset[str]:
    """Return the names of people, places and bodies in jieba's dictionary that are no rare words.

    Its tags for the rare ones were made by machine and are mostly wrong.
    """
    return frozenset(
        word
        for word, frequency, tag in _entries()
        if tag in _NAME_TAGS and len(word) > 1 and int(frequency) >= _LEAST_NAME_FREQUENCY
    )


def may_be_made(word: str) -> bool:
    """Return whether the segmenter's model can have made a word: of two Chinese characters or more.

    jieba joins no others that its dictionary does not list.
    """
    return len(word) > 1 and _CHINESE_WORD.fullmatch(word) is not None
