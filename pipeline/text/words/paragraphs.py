"""A novel's paragraphs cut into words, by one process or by many, and which words are new.

What crosses between processes is little: lines that are ready, and the few words that no dictionary
lists. Then the process that asks has next to nothing to do by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from pipeline.text.words.dictionary import UserWord, may_be_made
from pipeline.text.words.segment import Engine, Segmenter, make_segmenter
from pipeline.workers import HERE, Workers

if TYPE_CHECKING:
    from pipeline.stage import Advance

# Cut by one worker at a time: some tenths of a second.
_BATCH_CHARACTERS: dict[Engine, int] = {"rjieba": 200_000, "jieba": 20_000}
# Of fewer characters, this process has cut as many as others take to start and read dictionaries.
_WORTH_PROCESSES: dict[Engine, int] = {"rjieba": 1_000_000, "jieba": 100_000}


def cut_paragraphs(
    paragraphs: Sequence[str],
    *,
    engine: Engine = "rjieba",
    user_words: Sequence[UserWord] = (),
    workers: Workers = HERE,
    most: int = 0,
    progress: Advance | None = None,
) -> tuple[list[str], Counter[str]]:
    """Return each paragraph as its words with a space between two, and how often new words occur.

    White space is dropped, punctuation kept. New are the words of two or more Chinese characters
    that no dictionary holds: those that the segmenter's hidden Markov model made up.

    Parameters
    ----------
    engine
        Which library cuts; the words are the same.
    user_words
        Words to keep whole, as `starting_words` returns them.
    workers, most
        Who cuts, and how many of them at most, 0 for all; a short text is cut in this process. The
        words are the same.
    progress
        Called with (characters done, characters in all).
    """
    lines: list[str] = []
    new: Counter[str] = Counter()
    total, done = sum(map(len, paragraphs)), 0
    work = partial(_cut_batch, engine=engine, user_words=tuple(user_words))
    most = 1 if total < _WORTH_PROCESSES[engine] else most
    batches = _make_batches(paragraphs, _BATCH_CHARACTERS[engine])
    try:
        with closing(workers.map(work, batches, most=most)) as made:
            for cut in made:
                lines += cut.text.split("\n")
                new.update(cut.new)
                done += cut.characters
                if progress:
                    progress(float(done), float(total))
    finally:
        _kept_segmenter.cache_clear()  # it takes memory
    return lines, new


def _make_batches(paragraphs: Iterable[str], characters: int) -> Iterator[tuple[str, ...]]:
    """Group consecutive paragraphs into batches of so many characters, or a paragraph more."""
    batch: list[str] = []
    size = 0
    for paragraph in paragraphs:
        batch.append(paragraph)
        size += len(paragraph)
        if size >= characters:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


class _Batch(NamedTuple):
    """What a worker sends back: lines of words, joined; new words; and the length it read."""

    text: str
    new: dict[str, int]
    characters: int


def _cut_batch(
    batch: tuple[str, ...], *, engine: Engine, user_words: tuple[UserWord, ...]
) -> _Batch:
    """Cut some paragraphs, one after another: fresh words are quickest to look at."""
    cut, knows = _kept_segmenter(engine, user_words)
    lines: list[str] = []
    unknown: list[str] = []
    for paragraph in batch:
        words = cut(paragraph)
        lines.append(" ".join(words))
        unknown += [word for word in words if len(word) > 1 and not knows(word)]
    return _Batch(
        text="\n".join(lines),  # no word holds white space
        new={word: count for word, count in Counter(unknown).items() if may_be_made(word)},
        characters=sum(map(len, batch)),
    )


@lru_cache(maxsize=1)
def _kept_segmenter(engine: Engine, user_words: tuple[UserWord, ...]) -> Segmenter:
    """Return `make_segmenter`, made once a process: the next batch wants the same."""
    return make_segmenter(engine, user_words)
