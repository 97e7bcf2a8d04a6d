"""Who the main characters are: the words that speak most often.

No list of names is asked. In a novel a character is what stands before 道, 说 or 曰 where speech
begins; that holds for any novel with dialogue, and for names that no dictionary knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.chinese import is_all_chinese
from pipeline.text.words.tags import dictionary_tags

_NAME_LENGTHS = range(2, 5)  # characters
_SPEAKING = "道曰说问答叫笑喊"  # what a word of speaking ends with
# What the segmenter leaves hanging on a name that it does not know: 黛玉道, 贾母笑, 平儿忙.
_HANGING = _SPEAKING + "忙便又因也都"
_NOT_AT_END = _HANGING + "着了得声"
_COLLECTIVE = frozenset(("众人", "大家", "诸人", "旁人", "别人", "有人"))
_NAME_TAGS = frozenset("nq")  # nouns; q holds names such as 平儿 by a fault of the dictionary
_COLONS, _CLOSING_QUOTES = frozenset("：:"), frozenset("”」』")
_REACH = 4  # words, at most, from a speech to its speaker: 宝玉 / 忙 / 笑道 ：
_LEAST_FIRST_SHARE = 0.1  # a name begins clauses; 闻言 of 行者闻言道 does not


def main_characters(
    lines: Sequence[str], count: int, known: Collection[str]
) -> list[tuple[str, int]]:
    """Return the words that speak most often, with all their occurrences.

    Parameters
    ----------
    lines : paragraphs of space-separated words; read twice
    count : int
        How many, at most. Where fewer speak, words that no dictionary holds or that it tags as a
        person's name follow, those that begin most clauses first.
    known : the words to choose from
    """
    occurrences: Counter[str] = Counter()
    for line in lines:
        occurrences.update(line.split(" "))
    tags = dictionary_tags(occurrences)
    names = {word for word in occurrences if word in known and could_be_name(word, tags)}
    first: Counter[str] = Counter()
    speeches: Counter[str] = Counter()
    for line in lines:  # cut again: the words of a large shelf would take gigabytes
        words = line.split(" ")
        first.update(word for word in _clause_beginnings(words) if word in names)
        speeches.update(speakers(words, names))
    kept = [
        word
        for word in names
        if first[word] >= _LEAST_FIRST_SHARE * occurrences[word]
        and (speeches[word] or tags.get(word, "nr").startswith("nr"))
    ]
    kept.sort(key=lambda word: (-speeches[word], -first[word], word))
    return [(word, occurrences[word]) for word in kept[:count]]


def could_be_name(word: str, tags: Mapping[str, str]) -> bool:
    """Return whether a word can be a name by its form and its dictionary tag."""
    return (
        len(word) in _NAME_LENGTHS
        and is_all_chinese(word)
        and word[-1] not in _NOT_AT_END
        and word not in _COLLECTIVE
        and tags.get(word, "n")[0] in _NAME_TAGS
    )


def _clause_beginnings(words: Sequence[str]) -> Iterable[str]:
    """Yield the words that stand first in a paragraph or right after punctuation."""
    return (
        word for before, word in zip(("。", *words), words, strict=False) if not before.isalnum()
    )


def speakers(words: Sequence[str], names: Collection[str]) -> Iterable[str]:
    """Yield who speaks, once a speech, as in 宝玉忙笑道：“……” and in “……”宝玉道."""
    for place, word in enumerate(words):
        if word in _COLONS and place and _says(words[place - 1]):
            for before in reversed(words[max(0, place - _REACH) : place]):
                if (name := before.rstrip(_HANGING)) in names:
                    yield name
                if name in names or not before.isalnum():
                    break
        elif word in _CLOSING_QUOTES:
            name, *after = (*words[place + 1 : place + _REACH + 1], "")
            # What runs up to a colon speaks what follows, not what went before.
            if name in names and any(map(_says, after[:2])) and _COLONS.isdisjoint(after):
                yield name


def _says(word: str) -> bool:
    """Return whether a word is one of speaking: 道, 笑道, 答曰."""
    return word.endswith(tuple(_SPEAKING))
