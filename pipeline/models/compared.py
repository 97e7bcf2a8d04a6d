"""Books and models that are compared: what a model has read of a book, and which to score.

What a model has learnt is told by content, never by a file's name: by runs of characters that its
training text and a chapter have in common (`text/shingles.py`). Another edition, encoding or script
of its novel is known for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import read_json
from pipeline.artifacts.corpus import Corpus, book_alone
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.catalog import SOURCE
from pipeline.errors import ArtifactDamaged
from pipeline.models import shelf
from pipeline.models.stretches import Stretch, by_chapters, divide
from pipeline.runner.store import Store, load, records
from pipeline.text.reading import read_words
from pipeline.text.shingles import fingerprints, share_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.engine.bundle.model import NovelModel

# Chapters of one novel have about 1 % of their fingerprints in common with all others together, a
# chapter that was read all but a few.
_LEARNT = 0.1  # share of a text's compared chapters from which its score says nothing
_READ = 0.5  # share of a chapter from which a model has read it
_KNOWN = 0.1  # share of a book from which a model has read in it
_MOST = 0.5  # share of what a model has read from which a book is its novel


@dataclass(frozen=True)
class Book:
    """A text that is compared: one book.

    Attributes
    ----------
    name : str
        What it is called in tables: all differ.
    title : str
        Its own, "" where it is not known.
    digests : tuple of str
        sha256 of the bytes that it was read from; of a book of a shelf the shelf's, too.
    corpus : Corpus
        Its text, of no other book.
    prints : int64 (N,)
        Fingerprints of that.
    """

    name: str
    title: str
    digests: tuple[str, ...]
    corpus: Corpus
    prints: NDArray[np.int64]


@dataclass(frozen=True)
class Reader:
    """A model, as far as it tells what it has read.

    Attributes
    ----------
    name : str
    title : str
    path : Path
    digest : str
        sha256 of its novel's bytes.
    settings : setting → value
        Those that are not the defaults.
    read : int64 (N,)
        Fingerprints of its training chapters.
    characters : int
        How many those have.
    """

    name: str
    title: str
    path: Path
    digest: str
    settings: Mapping[str, Any]
    read: NDArray[np.int64]
    characters: int


@dataclass(frozen=True)
class Chosen:
    """The chapters of a book that are compared.

    Attributes
    ----------
    book : Book
    stretches : tuple of Stretch
    readers : tuple of bool
        Which of the models have read in the book, held-out chapters aside.
    shares : tuple of float
        How much of the chapters each model was trained on.
    learnt : tuple of bool
        Whether that is too much for a score to say anything.
    """

    book: Book
    stretches: tuple[Stretch, ...]
    readers: tuple[bool, ...]
    shares: tuple[float, ...]
    learnt: tuple[bool, ...]


def books_of(corpus: Corpus, name: str) -> tuple[Book, ...]:
    """Return the books in what `fetch` has made of a source: one, or those of a shelf."""
    if not corpus.books:
        prints = fingerprints(corpus.paragraphs)
        return (Book(name, corpus.title, (corpus.source_digest,), corpus, prints),)
    return tuple(
        Book(
            f"{name}《{own.title}》",
            own.title,
            (own.source_digest, corpus.source_digest),
            book_alone(corpus, own),
            fingerprints(corpus.paragraphs[own.start : own.stop]),
        )
        for own in corpus.books
    )


def with_books(books: Sequence[Book], more: Iterable[Book]) -> list[Book]:
    """Return books and those of more that are not among them, by the bytes they were read from.

    One that was read alone and on a shelf is called as it is alone, and has the digests of both.
    """
    found = {own.digests[0]: own for own in books}
    for book in more:
        twin = found.get(book.digests[0], book)
        digests = tuple(dict.fromkeys((*twin.digests, *book.digests)))
        alone = book if len(book.digests) == 1 else twin  # one of a shelf has the shelf's, too
        found[book.digests[0]] = replace(alone, digests=digests)
    return list(found.values())


def stored_corpora(store: Store, digests: Iterable[str]) -> dict[str, Corpus]:
    """Return digest → what `fetch` last made of the source with that digest, if it is there."""
    wanted = set(digests)
    found: dict[str, Corpus] = {}
    for record in records(store, SOURCE.name):
        if not wanted - set(found):
            break
        try:
            digest = read_json(record.path / "corpus.json")["source_digest"]
            if digest in wanted and digest not in found:
                found[digest] = load(store, record, SOURCE.codec)
        except (ArtifactDamaged, KeyError, TypeError):  # then another one may do
            continue
    return found


def reader_of(path: Path) -> Reader:
    """Open a model and return what it has read.

    Raises
    ------
    DataError
        It cannot be used: why, in one line.
    """
    model = shelf.open_model(path)
    card = model.card
    lines = list(_training_lines(model))
    return Reader(
        name=shelf.read_name(path),
        title=card.title,
        path=path,
        digest=card.source_digest,
        settings=dict(card.settings),
        read=fingerprints(lines),
        characters=sum(map(len, lines)),
    )


def _training_lines(model: NovelModel) -> Iterable[str]:
    """Yield the paragraphs of the chapters that a model was trained on."""
    from pipeline.engine.bundle.model import rare_words

    words, rare, line = model.network.words, iter(rare_words(model)), list[str]()
    for number in model.memories.text_ids.tolist():
        word = words[number] if 0 <= number < len(words) else ""
        if number >= len(words):
            word = next(rare, "")
        if word != PARAGRAPH_BREAK and number >= 0:
            line.append(word)
        elif line:
            yield "".join(line)
            line = []
    yield "".join(line)


def choose_chapters(book: Book, readers: Sequence[Reader], *, whole: bool) -> Chosen:
    """Choose the chapters of a book that say how well models foretell it.

    Of a book that a model has read they are those that it was tested on, where its card tells which
    (not those that it was tuned on), else those that it has not read; with several such models
    those that are held out for all of them. Of a book that none has read they are those that a
    model of its own would be tested on, or the `whole` book.

    Raises
    ------
    DataError
        The book has too few paragraphs to be divided.
    """
    shares = [share_of(book.prints, reader.read) for reader in readers]
    knows = [
        share > _KNOWN or reader.digest in book.digests
        for share, reader in zip(shares, readers, strict=True)
    ]
    known = [reader for reader, own in zip(readers, knows, strict=True) if own]
    known.sort(key=lambda reader: reader.digest not in book.digests)  # those with a rule first
    stretches = by_chapters(_held_out(book, known, whole=whole))
    together = fingerprints(line for own in stretches for line in own.lines)
    parts = [share_of(together, reader.read) for reader in readers]
    learnt = [
        part > _LEARNT or any(_has_read(reader, own) for own in stretches)
        for part, reader in zip(parts, readers, strict=True)
    ]
    return Chosen(book, tuple(stretches), tuple(knows), tuple(parts), tuple(learnt))


def _held_out(book: Book, known: Sequence[Reader], *, whole: bool) -> list[Stretch]:
    """Return the chapters to compare, given the models that have read the book.

    Where they leave none in common, they are those that the first has not read; where that has read
    all of them, they are what a test would take, and its score will be known as learnt.
    """
    ruled = bool(known) and known[0].digest in book.digests
    divided = divide(book.corpus, known[0].settings if ruled else {})
    test = [own for own in divided if own.part == "test"]
    if not known:
        return divided if whole else test
    first = [own for own in (test if ruled else divided) if not _has_read(known[0], own)]
    common = [own for own in first if not any(_has_read(other, own) for other in known[1:])]
    return common or first or test


def _has_read(reader: Reader, stretch: Stretch) -> bool:
    """Return whether a model was trained on a chapter."""
    return share_of(stretch.prints, reader.read) > _READ


def texts_of(chosen: Chosen) -> tuple[str, ...]:
    """Return the texts of the compared chapters, as they are scored."""
    return tuple("\n".join(own.lines) for own in chosen.stretches)


def characters_of(chosen: Chosen) -> int:
    """Return how many characters the compared chapters have, a line end being one."""
    return sum(len(text) + 1 for text in texts_of(chosen))


def own_text(reader: Reader, chosen: Sequence[Chosen], number: int) -> int | None:
    """Return which of the texts a model, the `number`-th, is of: most of what it read is there.

    Of several editions of its novel it is the one with its digest, else the one that holds most of
    what the model has read. A model of a shelf of several books is of none.
    """
    known = [place for place, own in enumerate(chosen) if own.readers[number]]
    exact = [place for place in known if reader.digest in chosen[place].book.digests]
    if exact:
        return exact[0] if len(exact) == 1 else None
    held = {place: share_of(reader.read, chosen[place].book.prints) for place in known}
    best = max(held, key=lambda place: held[place], default=None)
    return best if best is not None and held[best] > _MOST else None


def chapter_words(chosen: Chosen) -> list[list[str]]:
    """Return the words of each compared chapter, all books cut alike: by the dictionary alone."""
    from pipeline.text.words.segment import make_cut

    cut = make_cut("rjieba")
    return [list(read_words([text], cut)) for text in texts_of(chosen)]
