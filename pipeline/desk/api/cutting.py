"""Texts as the numbers of their pieces, and back: what clients count and cut with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pipeline.desk.loaded import Loaded
from pipeline.desk.refusals import BadRequest
from pipeline.engine.writing.generate import spell
from pipeline.engine.writing.seed import cut_lines

_MOST_CHARACTERS = 200_000  # of a text that is cut: a second's work
_STRANGE = "\ufffd"  # what a character that is not in the vocabulary comes back as


async def ids_of(loaded: Loaded, text: str) -> list[int]:
    """Return the ids of a text's pieces; V for a character that the novel never uses.

    Raises
    ------
    BadRequest
        It is too long.
    """
    if len(text) > _MOST_CHARACTERS:
        raise BadRequest(
            f"expected a text of at most {_MOST_CHARACTERS:,} characters, got {len(text):,}; "
            "send it in parts"
        )
    tokenizer = loaded.writer.tokenizer
    unknown = len(tokenizer.ids)
    return await asyncio.to_thread(
        lambda: [tokenizer.ids.get(piece, unknown) for piece in cut_lines(text, tokenizer)]
    )


def texts_of(loaded: Loaded, ids: Sequence[int]) -> list[str]:
    """Return the pieces of these ids, each as it is spelt behind the one before.

    Raises
    ------
    BadRequest
        There is no such id.
    """
    vocabulary = loaded.novel.network.words
    texts, previous = [], ""
    for word_id in ids:
        if not 0 <= word_id <= len(vocabulary):
            expected = f"tokens: expected numbers from 0 to {len(vocabulary):,}"
            raise BadRequest(f"{expected}, got {word_id:,}", option="tokens")
        word = vocabulary[word_id] if word_id < len(vocabulary) else _STRANGE
        texts.append(spell([word], previous))
        previous = word
    return texts
