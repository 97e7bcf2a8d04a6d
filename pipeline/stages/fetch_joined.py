"""A shelf's books put together: one text, with titles that differ and each book's own notes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.artifacts.book import ReadBook
from pipeline.artifacts.corpus import Book, Corpus
from pipeline.shown import shown

if TYPE_CHECKING:
    from pipeline.text.books.shelf import Entry

_SCRIPT_PARAGRAPHS = 200  # by which a book's script is told


def joined(entries: Sequence[Entry], chosen: Mapping[int, ReadBook], *, title: str) -> Corpus:
    """Put books together in their order."""
    from pipeline.stages.fetch_copies import overlaps

    corpora = [book.corpus for book in chosen.values()]
    starts = [0, *accumulate(len(corpus.paragraphs) for corpus in corpora)]
    titles = _titles(entries, {number: book.corpus for number, book in chosen.items()})
    books = tuple(
        _book(entries[number], titles[number], corpus, start)
        for number, corpus, start in zip(chosen, corpora, starts[:-1], strict=True)
    )
    digests = "".join(f"{book.source_digest} {book.file}\n" for book in books)
    return Corpus(
        paragraphs=tuple(paragraph for corpus in corpora for paragraph in corpus.paragraphs),
        chapters=tuple(
            replace(chapter, start=chapter.start + start, stop=chapter.stop + start)
            for corpus, start in zip(corpora, starts[:-1], strict=True)
            for chapter in corpus.chapters
        ),
        encoding="+".join(sorted({own for c in corpora for own in c.encoding.split("+")})),
        replaced=sum(corpus.replaced for corpus in corpora),
        rejoined_lines=sum(corpus.rejoined_lines for corpus in corpora),
        source_digest=hashlib.sha256(digests.encode()).hexdigest(),
        title=title,
        cuts=tuple(cut for corpus in corpora for cut in corpus.cuts),
        notes=(
            *(
                f"《{book.title}》: {note}"
                for book, corpus in zip(books, corpora, strict=True)
                for note in corpus.notes
            ),
            *_script_notes(books, corpora),
            *(
                f"《{titles[number]}》: {share:.0%} of it stands in other books too: what is held "
                "out of it may be learnt from them"
                for number, share in overlaps(chosen).items()
            ),
        ),
        books=books,
    )


def title_of(entry: Entry, corpus: Corpus) -> str:
    """Return a book's title."""
    return entry.title or corpus.title or entry.file


def _titles(entries: Sequence[Entry], chosen: Mapping[int, Corpus]) -> dict[int, str]:
    """Return the books' titles by number; those that several have with each one's file."""
    own = {number: title_of(entries[number], corpus) for number, corpus in chosen.items()}
    times = Counter(own.values())
    return {
        number: title if times[title] == 1 else f"{title} ({entries[number].file})"
        for number, title in own.items()
    }


def _script_notes(books: Sequence[Book], corpora: Sequence[Corpus]) -> Iterator[str]:
    """Yield a note on each book in traditional characters where not all are."""
    from pipeline.text.cleaning.evidence import is_traditional

    old = [is_traditional("".join(own.paragraphs[:_SCRIPT_PARAGRAPHS])) for own in corpora]
    if all(old):
        return
    for book, traditional in zip(books, old, strict=True):
        if traditional:
            yield (
                f"《{book.title}》: in traditional characters, as not all books are: its words are "
                "others to a model than theirs; fetch.simplify = true reads all in simplified ones"
            )


def _book(entry: Entry, title: str, corpus: Corpus, start: int) -> Book:
    """Return what is known of a book whose first paragraph is number `start`."""
    return Book(
        title=shown(title),
        file=entry.file,
        start=start,
        stop=start + len(corpus.paragraphs),
        source_digest=corpus.source_digest,
        author=entry.author,
        period=entry.period,
    )
