"""Where the novel itself writes a word in the state the writer is in: passages to look up.

The writer's state before a word is its ê. Of all places of the training text where the novel writes
that word, the evidence is those whose ê, made from the words before them, points the same way.
Frequent words stand in too many places to judge all: those that follow the same words are taken,
and of the others an even spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats, Ids
from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network
from pipeline.artifacts.windows import spread, window_view
from pipeline.engine.memories.next_word import Model
from pipeline.engine.network.decode import unit_rows
from pipeline.engine.network.predict import predict_vectors
from pipeline.engine.writing.generate import Choice

JUDGED = 256  # places whose ê is computed for one word
_NOTHING = -2  # an id that equals no word of a text, not even one outside its training chapters


@dataclass(frozen=True)
class Passage:
    """A place of the training text where the novel writes the same word in a like state.

    Attributes
    ----------
    position : int
        Of the word, in the token stream.
    chapter : str
        Title.
    cosine : float
        Between ê there and ê of the writer.
    agreement : int
        How many words right before it are those that the writer had written or read.
    """

    position: int
    chapter: str
    cosine: float
    agreement: int


@dataclass(frozen=True)
class Quote:
    """A word of the novel with some words of its chapter on either side."""

    before: tuple[str, ...]
    word: str
    after: tuple[str, ...]


Evidence = tuple[tuple[Passage, Quote], ...]  # the nearest passage first


def find_evidence(
    choices: Iterable[Choice],
    seed_ids: Sequence[int],
    *,
    model: Model,
    rare_words: Sequence[str],
) -> Iterator[tuple[Choice, Evidence]]:
    """Yield each written word, as it comes, with the passages that speak for it.

    Parameters
    ----------
    choices : iterable of Choice
    seed_ids : sequence of int
        The ids before the first of them.
    model : Model
        The one that writes; without memories it knows no passage.
    rare_words : sequence of str
        The words of the training chapters that the vocabulary lacks, in order.
    """
    history = list(seed_ids)
    for choice in choices:
        yield choice, evidence_for(choice.word_id, choice.vector, history, model, rare_words)
        history.append(choice.word_id)


def evidence_for(
    word_id: int, vector: Floats, history: Sequence[int], model: Model, rare_words: Sequence[str]
) -> Evidence:
    """Return the passages that speak for a word; see `nearest_passages` and `find_evidence`."""
    memories = model.memories
    if memories is None:
        return ()
    passages = nearest_passages(
        word_id,
        vector,
        history,
        network=model.network,
        text_ids=memories.text_ids,
        chapters=memories.chapters,
    )
    return tuple(
        (own, quote_passage(own.position, memories, model.words, rare_words)) for own in passages
    )


def nearest_passages(
    word_id: int,
    vector: Floats,
    history: Sequence[int],
    *,
    network: Network,
    text_ids: Ids,
    chapters: Sequence[tuple[str, int, int]],
    count: int = 3,
) -> tuple[Passage, ...]:
    """Return the passages that speak most for a word, the nearest first.

    Parameters
    ----------
    word_id : int
        The word that was written.
    vector : float32 (E,)
        ê before it was written.
    history : sequence of int
        The ids before it, V and above for unknown words; the last `network.steps` are looked at.
    network : Network
    text_ids : int32 (tokens,)
        The token stream, −1 outside the training chapters.
    chapters : sequence of (title, start, stop)
        The training chapters in order, in stream positions.
    count : int
        How many passages at most. Only places with `network.steps` words of training text before
        them count, as in training.
    """
    positions, contexts = _places_of(word_id, text_ids, steps=network.steps)  # (n,), (n, T)
    if not len(positions):
        return ()
    agreement = agreements(contexts, history, unknown=len(network.words))  # (n,)
    judged = pick_places(agreement)  # (≤ JUDGED,)
    predicted = unit_rows(predict_vectors(contexts[judged], network))  # (≤ JUDGED, E)
    cosine = predicted @ unit_rows(vector)  # (≤ JUDGED,)
    best = np.argsort(-cosine, kind="stable")[:count]
    return tuple(
        Passage(
            position=int(positions[judged[i]]),
            chapter=_chapter_at(int(positions[judged[i]]), chapters),
            cosine=float(cosine[i]),
            agreement=int(agreement[judged[i]]),
        )
        for i in best
    )


def _places_of(word_id: int, text_ids: Ids, *, steps: int) -> tuple[NDArray[np.int64], Ids]:
    """Return where a word stands after `steps` words of training text: (n,), and those (n, T)."""
    positions = np.flatnonzero(text_ids == word_id)
    positions = positions[positions >= steps]
    if not len(positions):
        return positions, np.empty((0, steps), dtype=np.int32)
    contexts = window_view(text_ids, steps=steps)[positions - steps, :-1]  # (n, T)
    whole = (contexts >= 0).all(axis=1)  # (n,)
    return positions[whole], contexts[whole]


def _chapter_at(position: int, chapters: Sequence[tuple[str, int, int]]) -> str:
    """Return the title of the chapter that a stream position lies in, empty if in none."""
    return next((title for title, start, stop in chapters if start <= position < stop), "")


def agreements(contexts: Ids, history: Sequence[int], *, unknown: int) -> NDArray[np.int64]:
    """Return how many last words of each context (n, T) are the last of `history`: int64 (n,).

    Two words unknown to the vocabulary need not be the same word, and so do not agree.
    """
    steps = contexts.shape[1]
    last = [_NOTHING if word_id >= unknown else word_id for word_id in history[-steps:]]
    recent = np.array([_NOTHING] * (steps - len(last)) + last, dtype=np.int32)  # (T,)
    backwards = (contexts == recent)[:, ::-1]  # (n, T)
    result: NDArray[np.int64] = np.logical_and.accumulate(backwards, axis=1).sum(axis=1)
    return result


def pick_places(agreement: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which of n places to judge, ascending: those that agree longest, and a spread."""
    if len(agreement) <= JUDGED:
        return np.arange(len(agreement))
    order = np.argsort(-agreement, kind="stable")  # (n,)
    agreeing = min(JUDGED // 2, int(np.count_nonzero(agreement)))
    others = spread(np.sort(order[agreeing:]), JUDGED - agreeing)
    return np.sort(np.concatenate([order[:agreeing], others]))


def quote_passage(
    position: int,
    memories: Memories,
    words: Sequence[str],
    rare_words: Sequence[str],
    *,
    before: int = 12,
    after: int = 8,
) -> Quote:
    """Return the words around a stream position, as far as they stand in the same chapter.

    Parameters
    ----------
    position : int
        In a training chapter.
    memories : Memories
        The text, and where its chapters begin.
    words : sequence of str
        The vocabulary.
    rare_words : sequence of str
        See `find_evidence`.
    before, after : int
        Words on either side, paragraph breaks among them.
    """
    _, start, stop = next(own for own in memories.chapters if own[1] <= position < own[2])
    first, last = max(position - before, start), min(position + after + 1, stop)
    rare = int(np.count_nonzero(memories.text_ids[:first] >= len(words)))  # those before
    found: list[str] = []
    for word_id in memories.text_ids[first:last].tolist():
        known = word_id < len(words)
        found.append(words[word_id] if known else rare_words[rare])
        rare += not known
    middle = position - first
    return Quote(tuple(found[:middle]), found[middle], tuple(found[middle + 1 :]))
