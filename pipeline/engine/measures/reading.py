"""What a reader feels in a text, as figures: stock words, slips of grammar, speech, sentences.

They are proxies, found by reading beside measuring: a text that reads badly shows it here, and one
that shows nothing may still read badly. Each is read beside the same figure of the novel, of
stretches as long as the written texts, so that being cut off tells on both sides alike. Quotations
stand in “ and ”: see `pipeline.engine.measures.quotes`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise

from pipeline.chinese import CHINESE, SENTENCE_ENDS

Cut = Callable[[str], Sequence[str]]
Figures = dict[str, float | None]

_COMMON = 100
_RUNNING = 300  # words in which the different ones are counted
_SHORT_SENTENCE = 3  # characters
_SHORT_QUOTE = 2

_HAN = CHINESE.pattern
_ENDS = f"{SENTENCE_ENDS}!?…"  # … as a sentence may break off: all texts alike
_SENTENCE_END = re.compile(rf"[{_ENDS}]+[”’」』]*\n*|\n+")
_QUOTE = re.compile("“([^“”]*)”")
_SPEAKS = "[笑说]?[道说]"

# Slips: figure → pattern; they are told per 10,000 characters.
_SLIPS = {
    "doubled_words": re.compile(r"([我你他她的了是不也又都就那这没便])\1"),
    "threefold": re.compile(rf"({_HAN})\1\1"),
    "stranded_ba": re.compile(rf"把{_HAN}{{1,3}}[，。！？；”]"),
    "stranded_de": re.compile(rf"的[，{SENTENCE_ENDS}]"),
    # The second speech is only looked at: it may be the first of the next two.
    "same_speaker": re.compile(rf"({_HAN}{{2,3}}){_SPEAKS}：“[^”]{{1,60}}”(?=\s*\1{_SPEAKS})"),
    "nested_speech": re.compile(r"：“[^”]{0,8}[道说]："),
}


def commonest_words(texts: Iterable[str], cut: Cut) -> frozenset[str]:
    """Return the 100 commonest words of texts; `cut` cuts a text into its words."""
    counts = Counter(word for text in texts for word in _words(text, cut))
    return frozenset(word for word, _ in counts.most_common(_COMMON))


def stretches(text: str, *, size: int, apart: int) -> list[str]:
    """Cut a text into stretches of `size` characters, the rest left over; a shorter one is whole.

    Neighbours in what is returned stand `apart` stretches apart in the text, as written texts go
    on from places far from each other.
    """
    cut = [text[start : start + size] for start in range(0, len(text) - size + 1, size)]
    return [stretch for first in range(apart) for stretch in cut[first::apart]] or [text]


def compare_reading(
    novel: str, written: Sequence[str], common: Collection[str], cut: Cut
) -> dict[str, Figures]:
    """Return the figures of the `novel` and of the `writer`, both of equally long texts.

    Parameters
    ----------
    novel : str
        Paragraphs, a line each.
    written : sequence of str
        At least one text that is not empty; each may begin and break off anywhere.
    common : collection of str
        The novel's commonest words.
    cut : text → words
    """
    size = max(1, round(sum(map(len, written)) / len(written)))
    apart = max(1, len(novel) // size // len(written))
    bodies = {"novel": stretches(novel, size=size, apart=apart), "writer": written}
    return {name: reading_figures(texts, common, cut) for name, texts in bodies.items()}


def reading_figures(texts: Sequence[str], common: Collection[str], cut: Cut) -> Figures:
    """Return the figures of texts; None where there is nothing to count.

    The names and what they mean are in `pipeline.artifacts.evaluation.READING`.
    """
    characters = sum(len("".join(text.split())) for text in texts)
    known: dict[str, str] = {}  # or each word would be there as often as it is used
    words = [known.setdefault(word, word) for text in texts for word in _words(text, cut)]
    return {
        "common_words": _ratio(sum(word in common for word in words), len(words)),
        "different_words": _different(words),
        "pronouns": _ratio(100 * _count(texts, "我你他她"), characters),
        **{
            name: _ratio(10_000 * sum(len(slip.findall(text)) for text in texts), characters)
            for name, slip in _SLIPS.items()
        },
        "dao": _ratio(100 * _count(texts, "道"), characters),
        "short_quotes": _short_quotes(texts),
        **_sentence_figures(texts),
        "paragraph_characters": _ratio(characters, _count(texts, "\n")),
        "bare_quotes": _bare_quotes(texts),
    }


def _words(text: str, cut: Cut) -> list[str]:
    """Return a text's words without its marks; no word reaches over a line end."""
    return [w for line in text.split("\n") for w in cut(line) if any(map(str.isalnum, w))]


def _ratio(count: float, total: int) -> float | None:
    return count / total if total else None


def _count(texts: Sequence[str], characters: str) -> int:
    """Return how often any of these characters stands in the texts."""
    return sum(text.count(character) for text in texts for character in characters)


def _different(words: Sequence[str]) -> float | None:
    """Return the mean share of different words in 300, the texts one after the other."""
    bounds = pairwise(range(0, len(words) + 1, _RUNNING))
    shares = [len(set(words[start:stop])) / _RUNNING for start, stop in bounds]
    return _ratio(sum(shares), len(shares))


def _length(text: str) -> int:
    """Return a text's Chinese characters."""
    return len(CHINESE.findall(text))


def _short_quotes(texts: Sequence[str]) -> float | None:
    """Return the share of quotations of at most two characters."""
    lengths = [_length(quote) for text in texts for quote in _QUOTE.findall(text)]
    return _ratio(sum(length <= _SHORT_QUOTE for length in lengths), len(lengths))


def _sentence_figures(texts: Sequence[str]) -> Figures:
    """Return characters by sentence ends, and the share of short ones among whole sentences."""
    parted = [_SENTENCE_END.split(text) for text in texts]
    ends = sum(len(parts) - 1 for parts in parted)
    whole = [n for parts in parted for n in map(_length, parts[1:-1]) if n]
    return {
        "sentence_characters": _ratio(sum(map(_length, texts)), ends),
        "short_sentences": _ratio(sum(n <= _SHORT_SENTENCE for n in whole), len(whole)),
    }


def _bare_quotes(texts: Sequence[str]) -> float | None:
    """Return the share of whole paragraphs that are one quotation and nothing else."""
    whole = [paragraph.strip() for text in texts for paragraph in text.split("\n")[1:-1]]
    return _ratio(sum(bool(_QUOTE.fullmatch(paragraph)) for paragraph in whole), len(whole))
