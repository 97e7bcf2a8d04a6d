"""The words the segmenter starts from: jieba's dictionary, and the user's in the same format.

Both are read as text here; jieba itself is not imported.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DataError

LINE = re.compile(r"(?P<word>.+?)(?:\s+(?P<frequency>[^\sa-z]\S*))?(?:\s+(?P<tag>[a-z]+))?")
JIEBA_CHINESE = "\u4e00-\u9fd5"  # the Chinese characters that jieba knows as such
JOINABLE = re.compile(rf"[{JIEBA_CHINESE}a-zA-Z0-9+#&._%\-]+")  # what it ever joins to one word
MAX_FREQUENCY = 10**9  # all words of jieba's dictionary together count 6·10⁷
NAME_TAGS = frozenset({"nr", "nrfg", "ns", "nt"})
LEAST_NAME_FREQUENCY = 50
EXPECTED = "expected word [frequency] [tag]"


@dataclass(frozen=True)
class UserWord:
    """A word of the user; without a frequency, one that makes the word come out whole is found."""

    word: str
    frequency: int | None = None
    tag: str | None = None


def read_user_dictionary(path: Path) -> tuple[UserWord, ...]:
    """Read a user dictionary: UTF-8, a line each of word, frequency and tag, the last two optional.

    Empty lines and lines that begin with '# ' are skipped.

    Raises
    ------
    DataError
        Naming the file and the line, what was expected and what was found.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(
            f"{path}: expected a user dictionary, got {error.strerror}; check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: expected UTF-8, got other bytes; convert the file") from error
    words: dict[str, UserWord] = {}
    for line_number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("# "):
            entry = _read_line(line.strip(), f"{path.name} line {line_number}")
            words.pop(entry.word, None)  # the last line of a word counts, at its own place
            words[entry.word] = entry
    return tuple(words.values())


def _read_line(line: str, place: str) -> UserWord:
    """Read one line of a user dictionary."""
    found = LINE.fullmatch(line)
    if found is None:
        raise DataError(f"{place}: {EXPECTED}, got {line!r}")
    word, frequency, tag = found["word"], found["frequency"], found["tag"]
    if not JOINABLE.fullmatch(word):
        raise DataError(
            f"{place}: {EXPECTED}, the word of Chinese characters, letters, digits or + # & . _ % -"
            f" without spaces, got {word!r}"
        )
    if frequency is None:
        return UserWord(word, None, tag)
    if not re.fullmatch(r"[0-9]{1,10}", frequency) or not 1 <= int(frequency) <= MAX_FREQUENCY:
        raise DataError(
            f"{place}: {EXPECTED}, the frequency from 1 to {MAX_FREQUENCY}, got {frequency!r}"
        )
    return UserWord(word, int(frequency), tag)


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


def dictionary_frequencies() -> dict[str, int]:
    """Return word → frequency of jieba's dictionary (350,000 words)."""
    frequencies: dict[str, int] = {}
    for line in dictionary_path().read_text(encoding="utf-8").splitlines():
        word, frequency = line.split(" ")[:2]
        frequencies[word] = int(frequency)
    return frequencies


def dictionary_names() -> frozenset[str]:
    """Return the names of people, places and bodies in jieba's dictionary that are no rare words.

    Its tags for the rare ones were made by machine and are mostly wrong.
    """
    entries = (line.split(" ") for line in dictionary_path().read_text("utf-8").splitlines())
    return frozenset(
        word
        for word, frequency, tag in entries
        if tag in NAME_TAGS and len(word) > 1 and int(frequency) >= LEAST_NAME_FREQUENCY
    )


def out_of_dictionary(words: Iterable[str], user_words: Sequence[UserWord] = ()) -> list[str]:
    """Return, sorted, the words of two or more Chinese characters that no dictionary holds.

    These are the ones that the segmenter's hidden Markov model made up.
    """
    known = dictionary_frequencies().keys() | {entry.word for entry in user_words}
    made = {word for word in words if len(word) > 1 and re.fullmatch(f"[{JIEBA_CHINESE}]+", word)}
    return sorted(made - known)
