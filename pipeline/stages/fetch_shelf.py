"""A shelf as `fetch` reads it: each book by itself, then all of them one after the other.

A book that cannot be used is named and left out, and so is one whose text stands in another one:
what is held out of either would be learnt from the other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.artifacts.book import BOOK, ReadBook
from pipeline.artifacts.corpus import Book, Corpus, Cut
from pipeline.errors import DataError, LibraryMissing
from pipeline.filenames import readable
from pipeline.plural import counted
from pipeline.shown import shown
from pipeline.stage import Part

if TYPE_CHECKING:
    from pipeline.stage import Context
    from pipeline.stages.fetch import FetchConfig
    from pipeline.text.books.document import Reading
    from pipeline.text.books.shelf import Entry

_NAME = "book"  # what a book is kept under
_TOLD = 10  # books that are told of
_SCRIPT_PARAGRAPHS = 200  # by which a book's script is told


@dataclass(frozen=True)
class _Given:
    """What a book is read from: its settings, and its files as they are or why there are none."""

    config: FetchConfig
    name: str
    raw: Reading | DataError


def shelf_text(config: FetchConfig, context: Context) -> Corpus:
    """Read each book that has not been read before, and put all that can be used together.

    Raises
    ------
    LibraryMissing
        One takes a library that is not installed.
    DataError
        No book can be used; or one cannot and `config.strict` is set.
    SettingsError
        The shelf's list cannot be used; an encoding does not exist.
    """
    from pipeline.stages.fetch_copies import find_copies
    from pipeline.text.books.shelf import read_shelf, tell_unlisted, unlisted

    shelf = read_shelf(config.source)
    entries = shelf.entries
    beside = unlisted(config.source, shelf)
    for line in tell_unlisted(beside):  # before the books, which may take long
        context.say(line)
    read, refused = _read_books(config, context, entries)
    copies = find_copies(read)
    left_out = [
        *(_refused(entries[number].file, why) for number, why in refused.items()),
        *(_copy(entries, read, number, other, share) for number, (other, share) in copies.items()),
    ]
    chosen = {number: book.corpus for number, book in read.items() if number not in copies}
    corpus = _joined(entries, chosen, title=shelf.title or config.title())
    corpus = replace(corpus, cuts=(*shelf.cuts, *beside, *left_out, *corpus.cuts))
    _tell(corpus, left_out, {*beside, *left_out}, context.say)
    return corpus


def _read_books(
    config: FetchConfig, context: Context, entries: Sequence[Entry]
) -> tuple[dict[int, ReadBook], dict[int, DataError]]:
    """Return the books that can be used, and why the others cannot, by their numbers from 0.

    Raises
    ------
    DataError
        See `shelf_text`.
    """
    from pipeline.text.books.document import tell_errors

    read: dict[int, ReadBook] = {}
    refused: dict[int, DataError] = {}
    missing: list[DataError] = []
    parts = (_part(config, entry) for entry in entries)
    for number, found in enumerate(context.parts(_NAME, BOOK, _read_alone, parts)):
        context.progress(number + 1, len(entries), entries[number].file)
        if not isinstance(found, DataError):
            read[number] = found
            continue
        refused[number] = found
        if isinstance(found, LibraryMissing):
            missing.append(found)
    # Of a library no key tells: a shelf without such a book would stay as it is once it is there.
    if missing or (refused and (config.strict or not read)):
        errors = missing or list(refused.values())
        books = counted(len(entries), "book")
        told = tell_errors(errors, _TOLD)
        raise type(errors[0])(f"{len(errors):,} of {books} cannot be used: {told}")
    return read, refused


def _part(config: FetchConfig, entry: Entry) -> Part:
    """Return how a book is read: as a novel that is given alone."""
    alone = config.alone(entry)
    settings = {**alone.key_settings(), "file": entry.file}
    try:
        files = alone.files()
    except DataError:  # a pipe, or too large: `_given` says so
        files = {}
    return Part(settings, files, partial(_given, alone, entry))


def _given(config: FetchConfig, entry: Entry) -> _Given:
    """Read a book's files from the disk."""
    from pipeline.text.books.source import read_raw

    try:
        raw = read_raw(config.source, max_bytes=config.max_bytes, name=entry.file)
    except DataError as error:  # which names the file by where it lies on this machine
        here, told = shown(readable(str(entry.path))), shown(entry.file)
        return _Given(config, entry.file, DataError(str(error).replace(here, told)))
    return _Given(config, entry.file, raw)


def _read_alone(given: _Given) -> ReadBook:
    """Return a book's text and fingerprints.

    Raises
    ------
    DataError
        It cannot be used.
    """
    from pipeline.stages.fetch_book import book_text
    from pipeline.text.books.source import read_texts
    from pipeline.text.shingles import fingerprints

    if isinstance(given.raw, DataError):
        raise given.raw
    reading = read_texts(given.raw, max_bytes=given.config.max_bytes)
    try:
        corpus = book_text(given.config, reading, _quietly, name=given.name)
    except DataError as error:
        raise DataError(_for_one_book(str(error))) from error
    return ReadBook(corpus, fingerprints(corpus.paragraphs))


def _for_one_book(message: str) -> str:
    """Return what to do for this book alone, where a message tells of options that go for all."""
    from pipeline.text.books.shelf import LIST

    for option in ("with --set fetch.encoding=…", "with --encoding"):
        message = message.replace(option, f'in {LIST} with encoding = "…"')
    return message


def _quietly(done: float, total: float, note: str = "") -> None:
    """Report nothing."""


def _refused(file: str, why: DataError) -> Cut:
    """Return the record of a book that cannot be used."""
    return Cut("book left out", file, 0, str(why).removeprefix(f"{file}: "))


def _copy(
    entries: Sequence[Entry], read: dict[int, ReadBook], number: int, other: int, share: float
) -> Cut:
    """Return the record of a book whose text stands in another one."""
    title = _title(entries[other], read[other].corpus)
    why = f"{share:.0%} of it stands in 《{title}》 ({entries[other].file})"
    return Cut("same book twice", entries[number].file, 0, why)


def _title(entry: Entry, corpus: Corpus) -> str:
    """Return a book's title."""
    return entry.title or corpus.title or entry.file


def _titles(entries: Sequence[Entry], chosen: dict[int, Corpus]) -> dict[int, str]:
    """Return the books' titles by number; those that several have with each one's file."""
    own = {number: _title(entries[number], corpus) for number, corpus in chosen.items()}
    times = Counter(own.values())
    return {
        number: title if times[title] == 1 else f"{title} ({entries[number].file})"
        for number, title in own.items()
    }


def _joined(entries: Sequence[Entry], chosen: dict[int, Corpus], *, title: str) -> Corpus:
    """Put books together in their order."""
    corpora = list(chosen.values())
    starts = [0, *accumulate(len(corpus.paragraphs) for corpus in corpora)]
    titles = _titles(entries, chosen)
    books = tuple(
        _book(entries[number], titles[number], corpus, start)
        for (number, corpus), start in zip(chosen.items(), starts[:-1], strict=True)
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
        ),
        books=books,
    )


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


def _tell(
    corpus: Corpus, left_out: Sequence[Cut], whole: Set[Cut], say: Callable[[str], None]
) -> None:
    """Say how many books there are, which were left out, and what was noted of the others.

    `whole` are the cuts of files that are not read, told of by themselves.
    """
    from pipeline.text.cuts import tell_cuts

    characters = sum(map(len, corpus.paragraphs))
    say(f"{counted(len(corpus.books), 'book')}, {counted(characters, 'character')}")
    lines = [f"{cut.reason}: {cut.document}: {cut.text}" for cut in left_out]
    for line in [*_some(lines, "text --removed"), *_some(corpus.notes, "text")]:
        say(line)
    for line in tell_cuts([cut for cut in corpus.cuts if cut not in whole]):
        say(line)


def _some(lines: Sequence[str], command: str) -> Iterator[str]:
    """Yield the first lines, and how many more there are, which a command shows."""
    yield from lines[:_TOLD]
    if len(lines) > _TOLD:
        yield f"and {len(lines) - _TOLD:,} more, which `{command}` shows"
