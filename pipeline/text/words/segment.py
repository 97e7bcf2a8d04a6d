"""Cutting paragraphs into words: two engines, one result. The only file that loads them.

`jieba` is the reference, in Python; `rjieba` the same algorithm in Rust, about twenty times as
fast. They differ in what they take for a Chinese character, in how they split Latin runs, in how
they replace a user's word and in how they guess a missing frequency; all four are settled here, so
that both give the same words.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from pipeline.text.words.dictionary import (
    JOINABLE,
    RARE_CHINESE,
    UserWord,
    dictionary_path,
    frequencies_of,
)

Engine = Literal["rjieba", "jieba"]
Cut = Callable[[str], list[str]]

_BLOCK = re.compile(rf"({JOINABLE.pattern})")
_ASCII = re.compile(r"[\x00-\x7f]")
# Without these the Rust engine finds the blocks as jieba does: white space, what Latin words are
# made of, and the rare Chinese characters that it counts in.
_BY_BLOCKS = re.compile(
    r"[\x00-\x20#%&+\-.0-9A-Z_a-z\x7f-\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    rf"{RARE_CHINESE}]"
)
_LATIN = re.compile(r"([a-zA-Z0-9]+(?:\.[0-9]+)?%?)")
# Stands for frequency that only counts in the total: a private character, which is never cut.
_BALLAST = "\U000f0000"


class Segmenter(NamedTuple):
    """An engine with words of its own: what cuts a text, and whether a word is in its dictionary.

    The user's words are in it too.
    """

    cut: Cut
    knows: Callable[[str], bool]


def make_segmenter(engine: Engine, user_words: Sequence[UserWord] = ()) -> Segmenter:
    """Return a private copy of an engine, with the user's words."""
    return _jieba(user_words) if engine == "jieba" else _rjieba(user_words)


def make_cut(engine: Engine, user_words: Sequence[UserWord] = ()) -> Cut:
    """Return a function that cuts a text into words with a private copy of the engine."""
    return make_segmenter(engine, user_words).cut


def _cut_text(text: str, *, block_cut: Cut) -> list[str]:
    """Cut a text: what jieba calls a block by `block_cut`, every other character by itself.

    The blocks are found here because the Rust engine counts rare characters in that jieba does not.
    """
    words: list[str] = []
    for index, piece in enumerate(_BLOCK.split(text)):
        if index % 2:
            words.extend(block_cut(piece))
        elif piece:
            words.extend("".join(piece.split()))
    return words


def _jieba(user_words: Sequence[UserWord]) -> Segmenter:
    """Return the reference engine."""
    tokenizer = _tokenizer()
    for entry in user_words:
        tokenizer.add_word(entry.word, entry.frequency, entry.tag)
    frequencies: Mapping[str, int] = tokenizer.FREQ  # 0 for a word's beginnings
    return Segmenter(
        partial(_cut_text, block_cut=tokenizer.lcut), lambda word: bool(frequencies.get(word))
    )


def _tokenizer(only: Mapping[str, int] | None = None, total: int = 0) -> Any:
    """Return a private jieba tokenizer, built from the dictionary itself.

    jieba would load a cache from the shared temporary folder, where anybody may have put it. Where
    few words are asked for, `only` are the frequencies that these take, of a dictionary whose
    frequencies are `total` together: reading in the whole takes seconds.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has invalid escapes and old imports
        import jieba
    tokenizer = jieba.Tokenizer()
    if only is None:
        with dictionary_path().open("rb") as file:
            tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(file)
    else:
        tokenizer.FREQ, tokenizer.total = dict(only), total
    tokenizer.initialized = True
    return tokenizer


def _rjieba(user_words: Sequence[UserWord]) -> Segmenter:
    """Return the Rust engine, with the user's words at the frequencies jieba gives them."""
    import rjieba

    engine = rjieba.Jieba()
    if user_words:
        for word, frequency in _settle_frequencies(user_words).items():
            engine.add_word(word, frequency, None)

    def block_cut(block: str) -> list[str]:
        found: list[str] = engine.cut(block)
        if not _ASCII.search(block):  # as nearly all are
            return found
        words: list[str] = []
        for word in found:
            if len(word) > 1 and word.isascii() and not engine.has_word(word):
                words.extend(_split_latin(word))
            else:
                words.append(word)
        return words

    def cut(text: str) -> list[str]:
        if _BY_BLOCKS.search(text):
            return _cut_text(text, block_cut=block_cut)
        words: list[str] = engine.cut(text)
        return words

    return Segmenter(cut, engine.has_word)


def _split_latin(word: str) -> list[str]:
    """Split a run of Latin letters, digits and signs as jieba does: a_b into a, _ and b.

    The Rust engine sometimes leaves such runs whole.
    """
    return [piece for piece in _LATIN.split(word) if piece]


def _settle_frequencies(user_words: Sequence[UserWord]) -> dict[str, int]:
    """Return word → frequency as jieba would settle them, for an engine that replaces words.

    Missing frequencies are asked of jieba. Replacing a word, jieba leaves the old frequency in the
    total that all others are divided by; the Rust engine takes it out, so `_BALLAST` puts it back.
    """
    words = [entry.word for entry in user_words]
    asked = [entry.word for entry in user_words if entry.frequency is None]
    pieces = {
        word[i:j] for word in asked for i in range(len(word)) for j in range(i, len(word) + 1)
    }
    listed, total = frequencies_of(pieces.union(words))
    reference = _tokenizer(dict.fromkeys(pieces, 0) | listed, total) if asked else None
    settled: dict[str, int] = {}
    for entry in user_words:
        frequency = entry.frequency
        if reference is not None:
            if frequency is None:
                frequency = int(reference.suggest_freq(entry.word))
            reference.add_word(entry.word, frequency)
        settled[entry.word] = frequency or 1
    ballast = sum(listed.get(word, 0) for word in settled)
    return {**settled, _BALLAST: ballast} if ballast else settled
