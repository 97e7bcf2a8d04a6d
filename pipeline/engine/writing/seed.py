"""Cutting a seed phrase into words that the writer can read.

The novel's own vocabulary is the dictionary and its word frequencies are the weights: the best cut
is the one of greatest unigram probability, found by dynamic programming. A word that the novel
does not know thus falls into known parts by itself, and no segmenter has to be loaded to write.

What the novel's words cannot cover is an unknown word. It can be dropped, refused, or read as the
mean of the known words that share its characters.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.chinese import has_chinese
from pipeline.engine.writing.spelling import as_the_novel_writes
from pipeline.errors import DataError, SettingsError
from pipeline.shown import shown

Unknown = Literal["drop", "parts", "error"]
UNKNOWN: tuple[Unknown, ...] = ("drop", "parts", "error")

SHOWN = 5  # stand-ins that a note names
LONGEST = 12  # characters of one
NAMED = 6  # of its parts
DROPPED = 10  # dropped characters that it names
PARTS = 3  # known words that speak for one unknown character

# An unknown character must cost more than any way around it through known words.
UNKNOWN_COST = -1e6


@dataclass(frozen=True)
class StandIn:
    """A word that the novel does not know, and the known words that stand in for it.

    `parts` are those of each of its characters that the novel uses, the most frequent first.
    """

    word: str
    parts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Seed:
    """A seed phrase as it is read.

    Attributes
    ----------
    words : tuple of str
        Known words, and the words of `stand_ins` at their places.
    dropped : tuple of str
        Characters that are not read.
    stand_ins : tuple of StandIn
        The unknown words that are read all the same, each once.
    """

    words: tuple[str, ...]
    dropped: tuple[str, ...]
    stand_ins: tuple[StandIn, ...] = ()


def cut_seed(text: str, log_priors: Mapping[str, float], *, unknown: Unknown = "drop") -> Seed:
    """Cut `text` into words of `log_priors` (word → log frequency); line ends break paragraphs.

    Parameters
    ----------
    text : str
    log_priors : word → log frequency
    unknown : {"drop", "parts", "error"}
        What becomes of words that the novel does not know. With "parts", those without a Chinese
        character that the novel uses are dropped.

    Raises
    ------
    DataError
        There are unknown words and `unknown` is "error"; it names them.
    """
    cut = list(cut_lines(text, log_priors))
    strange = list(dict.fromkeys(word for word in cut if word not in log_priors))
    if strange and unknown == "error":
        raise DataError(
            f"seed phrase: expected words that the novel knows, got {' '.join(strange)}; "
            "use others, or --unknown parts"
        )
    found = {word: find_parts(word, log_priors) for word in strange if unknown == "parts"}
    stand_ins = tuple(StandIn(word, parts) for word, parts in found.items() if parts)
    read = log_priors.keys() | {stand_in.word for stand_in in stand_ins}
    return Seed(
        words=tuple(word for word in cut if word in read),
        dropped=tuple(character for word in cut if word not in read for character in word),
        stand_ins=stand_ins,
    )


def cut_lines(text: str, log_priors: Mapping[str, float]) -> Iterator[str]:
    """Yield known words and, whole, the stretches between them that no known word covers."""
    text = "\n".join(text.splitlines())
    lines = [line for line in as_the_novel_writes(text, log_priors).split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if number and PARAGRAPH_BREAK in log_priors:
            yield PARAGRAPH_BREAK
        for piece in line.split():
            cut = best_cut(piece, log_priors)
            for (known, _), run in groupby(cut, lambda word: (word in log_priors, word.isalnum())):
                if known:
                    yield from run
                else:
                    yield "".join(run)


def find_parts(word: str, log_priors: Mapping[str, float]) -> tuple[tuple[str, ...], ...]:
    """Return, for each Chinese character that known words hold, the most frequent of those words.

    They are up to `PARTS`: few enough to be told, and the rest would hardly move the mean.
    """
    found = []
    for character in word:
        if has_chinese(character):
            holders = [known for known in log_priors if character in known]
            found.append(tuple(heapq.nlargest(PARTS, holders, key=log_priors.__getitem__)))
    return tuple(parts for parts in found if parts)


def stand_in_rows(
    stand_ins: Sequence[StandIn],
    *,
    ids: Mapping[str, int],
    log_priors: Mapping[str, float],
    gate_table: Floats,
) -> Floats:
    """Return rows of the gate table for unknown words: (K, 4H) from (V + 1, 4H).

    A character's row is the mean over its parts, weighted by frequency: the row to be expected
    where the novel writes it. A word's is the mean over its characters. As each row is x·W + b,
    and the weights sum to one, the mean of rows is the row of the mean vector.
    """
    rows = np.empty((len(stand_ins), gate_table.shape[1]), dtype=np.float32)  # (K, 4H)
    for row, stand_in in zip(rows, stand_ins, strict=True):
        means = []
        for parts in stand_in.parts:
            weights = np.exp([log_priors[part] for part in parts])  # (parts,)
            means.append(weights @ gate_table[[ids[part] for part in parts]] / weights.sum())
        row[:] = np.mean(means, axis=0)
    return rows


def seed_notes(seed: Seed) -> list[str]:
    """Return what became of the unknown words, for people: one note, or none."""
    told = []
    if len(seed.stand_ins) == 1:
        (only,) = seed.stand_ins
        told.append(
            f"{_word(only)}: not in this novel's vocabulary; stands in by its parts {_parts(only)}"
        )
    elif seed.stand_ins:
        named = ", ".join(f"{_word(one)} ({_parts(one)})" for one in seed.stand_ins[:SHOWN])
        told.append(
            f"{len(seed.stand_ins):,} words are not in this novel's vocabulary and stand in by "
            f"their parts: {named}{_more(len(seed.stand_ins) - SHOWN)}"
        )
    if seed.dropped:
        named = " ".join(seed.dropped[:DROPPED])
        told.append(
            f"not in this novel's vocabulary, dropped: {named}{_more(len(seed.dropped) - DROPPED)}"
        )
    return ["; ".join(told)] if told else []


def _word(stand_in: StandIn) -> str:
    """Return an unknown word, for people."""
    return shown(stand_in.word, longest=LONGEST)


def _parts(stand_in: StandIn) -> str:
    """Return the words that stand in, for people."""
    parts = [part for parts in stand_in.parts for part in parts]
    return " ".join(parts[:NAMED]) + (" …" if len(parts) > NAMED else "")


def _more(count: int) -> str:
    """Return how many more there are, "" where there are none."""
    return f" and {count:,} more" if count > 0 else ""


def read_unknown(value: str) -> Unknown:
    """Return what is to become of unknown words.

    Raises
    ------
    SettingsError
        There is no such way.
    """
    for way in UNKNOWN:
        if value == way:
            return way
    raise SettingsError(
        f"--unknown: expected drop, parts or error, got {value!r}", option="--unknown"
    )


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
