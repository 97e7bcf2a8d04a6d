"""A prompt given back piece by piece, with the log probabilities that its pieces have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import HAN
from pipeline.desk.api.pieces import LEAST, Likely, Piece, log_probability
from pipeline.desk.job import CONTEXT
from pipeline.desk.loaded import Loaded
from pipeline.engine.memories.next_word import Model, begin, read
from pipeline.engine.memories.voice import Upcoming, foretell
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.generate import spell
from pipeline.engine.writing.sampling import shortlist
from pipeline.engine.writing.seed import cut_lines
from pipeline.errors import DataError


def echoes(loaded: Loaded, text: str, likely: int | None) -> list[Piece]:
    """Return the pieces of a text: put together they are the text, white space and all.

    Parameters
    ----------
    loaded : Loaded
    text : str
    likely : int or None
        How many of the best pieces to tell for each place; None for no probabilities at all.

    Raises
    ------
    DataError
        The probabilities are asked for of a text that is too long.
    """
    tokenizer = loaded.writer.tokenizer
    words = list(cut_lines(text, tokenizer))
    ids = [tokenizer.ids.get(word, len(tokenizer.ids)) for word in words]
    spans = align(text, words)
    if likely is None:
        return [Piece(own, i, None) for own, i in zip(spans, ids, strict=True)]
    if len(ids) > CONTEXT:
        raise DataError(
            f"echo: expected a prompt of at most {CONTEXT:,} pieces where log probabilities are "
            f"asked for, got {len(ids):,}; leave out logprobs, or send it in parts"
        )
    places = _places(loaded.writer.model(), ids, words, likely)
    return [
        Piece(own, i, logprob, found)
        for own, i, (logprob, found) in zip(spans, ids, places, strict=True)
    ]


def align(text: str, words: Sequence[str]) -> list[str]:
    """Return the stretch of a text that each of its pieces was cut from.

    White space belongs to the piece behind it; that of a paragraph's end to the break, and the
    last of all to the last piece. The pieces may be written otherwise, in as many characters.
    """
    spans, place = [], 0
    for word in words:
        stop = place
        while stop < len(text) and text[stop].isspace():
            stop += 1
        stop += 0 if word == PARAGRAPH_BREAK else len(word)
        spans.append(text[place:stop])
        place = stop
    if spans:
        spans[-1] += text[place:]
    return spans


def _places(
    model: Model, ids: Sequence[int], words: Sequence[str], likely: int
) -> Iterator[tuple[float | None, tuple[Likely, ...]]]:
    """Yield of each piece its log probability and the best pieces for its place."""
    yield from islice([(None, ())], len(ids))  # nothing foretells the first
    if len(ids) < 2:
        return
    with one_thread_a_word():
        reading = begin(model, ids[:1])
        for previous, word_id in zip(words, ids[1:], strict=False):
            next_word = foretell(reading, model)
            best = shortlist(next_word.probs, top_k=likely).tolist() if likely else []
            found = tuple(
                Likely(
                    spell([model.network.words[own]], previous),
                    own,
                    _of(own, next_word, model),
                )
                for own in best
            )
            yield _of(word_id, next_word, model), found
            reading = read(reading, word_id, model)


def _of(word_id: int, next_word: Upcoming, model: Model) -> float:
    """Return the log probability of a piece, or of a character that the novel never uses."""
    if word_id < len(next_word.probs):
        return log_probability(float(next_word.probs[word_id]))
    unseen = model.network.unseen
    return math.log(unseen / HAN) if unseen else LEAST
