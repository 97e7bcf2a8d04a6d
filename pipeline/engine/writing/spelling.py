"""Reading what people type as the novel writes it: punctuation, quotation marks, script.

A character that the novel uses always stays as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Set

from pipeline.artifacts.tokens import Tokenizer
from pipeline.chinese import is_chinese

# What people type on a Latin keyboard → what novels print.
_FULL_WIDTH = str.maketrans({",": "，", ".": "。", "!": "！", "?": "？", ":": "：", ";": "；"})

# Straight quotation marks → the pairs that novels print in their place, the usual ones first.
_QUOTES = {'"': ("“”", "「」", "『』"), "'": ("‘’", "『』", "「」")}

# OpenCC's ways into the other script, Taiwan's traditional characters and simplified ones.
_SCRIPTS = ("tw2s", "s2t")


def as_the_novel_writes(text: str, tokenizer: Tokenizer) -> str:
    """Return a text of the same length in the forms of the novel whose words these are."""
    known = tokenizer.characters
    text = "".join(c if c in tokenizer.log_priors else c.translate(_FULL_WIDTH) for c in text)
    for straight, pairs in _QUOTES.items():
        if straight in text and straight not in known:
            text = _curl(text, straight, (pair for pair in pairs if set(pair) <= known))
    if any(is_chinese(c) and c not in known for c in text):
        text = _in_script(text, known)
    return text


def _curl(text: str, straight: str, pairs: Iterable[str]) -> str:
    """Replace straight marks by the first pair, opening and closing by turns in each line.

    Between two Latin letters it is an apostrophe and stays.
    """
    pair = next(iter(pairs), "")
    if not pair:
        return text
    curled, opening = [], True
    for before, character, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if character == "\n":
            opening = True
        elif character == straight and not (_is_latin(before) and _is_latin(after)):
            character, opening = pair[0 if opening else 1], not opening
        curled.append(character)
    return "".join(curled)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _in_script(text: str, known: Set[str]) -> str:
    """Put the other script's form in the place of a character that only that form is known of."""
    for convert in _converters():
        other = convert(text)
        if len(other) == len(text):
            text = "".join(
                new if old not in known and new in known else old
                for old, new in zip(text, other, strict=True)
            )
    return text


@functools.cache
def _converters() -> tuple[Callable[[str], str], ...]:
    """Load OpenCC once, since its dictionaries take a while; without it there are no converters."""
    try:
        import opencc  # only here: writing on is to begin at once
    except ImportError:
        return ()
    return tuple(opencc.OpenCC(way).convert for way in _SCRIPTS)
