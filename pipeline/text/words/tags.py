"""What kind of word a word is, by the tags of jieba's dictionary; no tagger is loaded."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.chinese import is_all_chinese
from pipeline.text.words.dictionary import dictionary_path

# First letters of the tags: n noun, v verb, a adjective, i idiom, l phrase, z state, s place.
_CONTENT = frozenset("nvailzs")
_SHORT_CONTENT = frozenset(
    "nas"
)  # most verbs of one character, such as 是 and 有, carry no content


def dictionary_tags(words: Collection[str]) -> dict[str, str]:
    """Return word → tag for those of the words that jieba's dictionary holds."""
    wanted = frozenset(words)
    tags: dict[str, str] = {}
    for line in dictionary_path().read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word in wanted:
            tags[word] = rest.rpartition(" ")[2]
    return tags


def is_content_word(word: str, tag: str | None) -> bool:
    """Return whether a word names something; one that no dictionary holds is mostly a name."""
    if not is_all_chinese(word):
        return False
    if len(word) == 1:
        return tag is not None and tag[0] in _SHORT_CONTENT
    return tag is None or tag[0] in _CONTENT
