"""Which characters are Chinese, and which end a sentence: the one definition for all that asks.

jieba has a narrower one, which decides what it joins to words: `pipeline.text.words.dictionary`.
"""

from __future__ import annotations

import re

# Unicode's unified ideographs of all planes, with what lies between them from plane 2 on, and 〇,
# which Unicode counts as a symbol.
CHINESE = re.compile(r"[〇\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
CHINESE_CLASS = CHINESE.pattern[1:-1]  # for classes with other characters
_ALL_CHINESE = re.compile(f"{CHINESE.pattern}+")

# What ends a sentence in every Chinese text. Who adds Latin marks, an ellipsis or a closing
# quotation mark says so there.
SENTENCE_ENDS = "。！？．"
PARAGRAPH_ENDS = SENTENCE_ENDS + "!?…”」』"  # the same with them, as paragraphs of prose end


def is_chinese(character: str) -> bool:
    """Return whether one character is a Chinese one."""
    return CHINESE.match(character) is not None


def has_chinese(text: str) -> bool:
    """Return whether a text holds a Chinese character."""
    return CHINESE.search(text) is not None


def count_chinese(text: str) -> int:
    """Return how many of a text's characters are Chinese."""
    return sum(map(len, _ALL_CHINESE.findall(text)))


def is_all_chinese(word: str) -> bool:
    """Return whether a word has Chinese characters and nothing else."""
    return _ALL_CHINESE.fullmatch(word) is not None
