"""A shelf as `fetch` reads it: each book by itself, then all of them one after the other.

A book that cannot be used is named and left out, and so is a book, or a chapter, whose text stands
in another book: what is held out of either would be learnt from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.artifacts.book import BOOK, ReadBook
from pipeline.artifacts.corpus import Corpus, Cut
from pipeline.errors import DataError, LibraryMissing
from pipeline.filenames import readable
from pipeline.plural import counted
from pipeline.shown import shown
from pipeline.stage import Part
from pipeline.stages.fetch_joined import joined, title_of

if TYPE_CHECKING:
    from pipeline.stage import Context
    from pipeline.stages.fetch import FetchConfig
    from pipeline.stages.fetch_copies import KnownChapter
    from pipeline.text.books.document import Reading
    from pipeline.text.books.shelf import Entry

_NAME = "book"  # what a book is kept under
_TOLD = 10  # books that are told of


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
    from pipeline.text.books.shelf import read_shelf, tell_unlisted, unlisted

    shelf = read_shelf(config.source)
    entries = shelf.entries
    beside = unlisted(config.source, shelf)
    for line in tell_unlisted(beside):  # before the books, which may take long
        context.say(line)
    read, refused = _read_books(config, context, entries)
    chosen, copies, known = _each_once(entries, read, config.min_characters)
    left_out = [*(_refused(entries[number].file, why) for number, why in refused.items()), *copies]
    corpus = joined(entries, chosen, title=shelf.title or config.title())
    corpus = replace(corpus, cuts=(*shelf.cuts, *beside, *left_out, *known, *corpus.cuts))
    _tell(corpus, left_out, {*beside, *left_out}, context.say)
    return corpus


def _each_once(
    entries: Sequence[Entry], read: dict[int, ReadBook], least: int
) -> tuple[dict[int, ReadBook], list[Cut], list[Cut]]:
    """Return books of which no two have a chapter in common, and records of what went for it.

    Books go that stand in another one, then chapters, then books of which fewer than `least`
    Chinese characters are left.
    """
    from pipeline.stages.fetch_copies import find_copies, find_known_chapters, without_chapters

    copies = find_copies(read)
    chosen = {number: book for number, book in read.items() if number not in copies}
    lost, whole = find_known_chapters(chosen, least=least)
    books = [
        *(_copy(entries, read, number, *found) for number, found in copies.items()),
        *(_nearly(entries[number], others) for number, others in whole.items()),
    ]
    chapters = [
        _chapter(entries, read, number, own) for number in sorted(lost) for own in lost[number]
    ]
    for number in whole:
        del chosen[number]
    for number, known in lost.items():
        chosen[number] = without_chapters(chosen[number], {own.number for own in known})
    return chosen, books, chapters


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
    """Return a book's text and its chapters' fingerprints.

    Raises
    ------
    DataError
        It cannot be used.
    """
    from pipeline.stages.fetch_book import book_text
    from pipeline.text.books.source import read_texts
    from pipeline.text.shingles import fingerprints_within

    if isinstance(given.raw, DataError):
        raise given.raw
    reading = read_texts(given.raw, max_bytes=given.config.max_bytes)
    try:
        corpus = book_text(given.config, reading, _quietly, name=given.name)
    except DataError as error:
        raise DataError(_for_one_book(str(error))) from error
    chapters = [slice(own.start, own.stop) for own in corpus.chapters]
    return ReadBook(corpus, fingerprints_within(corpus.paragraphs, chapters))


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
    why = f"{share:.0%} of it stands in {_named(entries, read, other)}"
    return Cut("same book twice", entries[number].file, 0, why)


def _nearly(entry: Entry, others: int) -> Cut:
    """Return the record of a book of which hardly anything stands in no other."""
    why = f"nearly all of it stands in {counted(others, 'other book')}"
    return Cut("same book twice", entry.file, 0, why)


def _chapter(
    entries: Sequence[Entry], read: dict[int, ReadBook], number: int, known: KnownChapter
) -> Cut:
    """Return the record of a chapter that stands in another book."""
    chapter = read[number].corpus.chapters[known.number]
    own = f"《{title_of(entries[number], read[number].corpus)}》 {chapter.volume} {chapter.title}"
    there = f"{known.share:.0%} of it stands in {_named(entries, read, known.other)}"
    return Cut(
        "chapter in another book", entries[number].file, 0, f"{' '.join(own.split())}: {there}"
    )


def _named(entries: Sequence[Entry], read: dict[int, ReadBook], number: int) -> str:
    """Return a book's title with its file."""
    return f"《{title_of(entries[number], read[number].corpus)}》 ({entries[number].file})"


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
