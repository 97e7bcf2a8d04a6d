"""Cutting a seed phrase into words that the writer knows.

The novel's own vocabulary is the dictionary and its word frequencies are the weights: the best cut
is the one of greatest unigram probability, found by dynamic programming. A word that the novel
does not know thus falls into known parts by itself, and no segmenter has to be loaded to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK

# An unknown character must cost more than any way around it through known words.
UNKNOWN_COST = -1e6

# What people type on a Latin keyboard → what novels print.
FULL_WIDTH = str.maketrans({",": "，", ".": "。", "!": "！", "?": "？", ":": "：", ";": "；"})


@dataclass(frozen=True)
class Seed:
    """A seed phrase as known words, and the characters that had to be dropped."""

    words: tuple[str, ...]
    dropped: tuple[str, ...]


def cut_seed(text: str, log_priors: Mapping[str, float]) -> Seed:
    """Cut `text` into words of `log_priors` (word → log frequency); line ends break paragraphs."""
    words: list[str] = []
    dropped: list[str] = []
    lines = [line for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if number and PARAGRAPH_BREAK in log_priors:
            words.append(PARAGRAPH_BREAK)
        for piece in line.split():
            for word in best_cut(known_forms(piece, log_priors), log_priors):
                (words if word in log_priors else dropped).append(word)
    return Seed(words=tuple(words), dropped=tuple(dropped))


def known_forms(text: str, log_priors: Mapping[str, float]) -> str:
    """Replace half-width punctuation that the novel does not use by its full-width form."""
    return "".join(c if c in log_priors else c.translate(FULL_WIDTH) for c in text)


def best_cut(text: str, log_priors: Mapping[str, float]) -> list[str]:
    """Return the most probable cut of `text` (Viterbi); unknown characters stand alone."""
    longest = max(map(len, log_priors), default=1)
    best = [0.0] + [float("-inf")] * len(text)
    back = [0] * (len(text) + 1)
    for stop in range(1, len(text) + 1):
        for start in range(max(0, stop - longest), stop):
            word = text[start:stop]
            cost = log_priors.get(word, UNKNOWN_COST if len(word) == 1 else float("-inf"))
            if best[start] + cost > best[stop]:
                best[stop], back[stop] = best[start] + cost, start
    words: list[str] = []
    stop = len(text)
    while stop:
        words.append(text[back[stop] : stop])
        stop = back[stop]
    return words[::-1]
