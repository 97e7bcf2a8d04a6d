"""`fetch`'s artifact: the clean text of a novel and its chapters, or of a shelf of novels.

corpus.txt    UTF-8, one paragraph a line, headings included as paragraphs
corpus.json   title, chapters, a shelf's books, how the text was read, how often what was cut
removed.jsonl every stretch that was cut or changed: document, line, reason, text
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.artifacts.codec import MOST_BYTES, Codec, read_json, write_json
from pipeline.errors import ArtifactDamaged
from pipeline.regular import read_bytes

_REMOVED = "removed.jsonl"
_ELSEWHERE = ("paragraphs", "cuts", "books")  # fields that are stored in a way of their own


@dataclass(frozen=True)
class Cut:
    """A stretch of the source that is not in the text as it stood there.

    Attributes
    ----------
    reason : str
        A few words that name the kind, the same for all of the kind: "advert", "contents".
    document : str
        The file, or the member of an archive or a book.
    line : int
        Of the document, from 1; 0 of a file that is not read, or of a chapter that another book
        has too.
    text : str
        What was cut, or what stood there before it was changed.
    """

    reason: str
    document: str
    line: int
    text: str


@dataclass(frozen=True)
class Chapter:
    """A stretch of consecutive paragraphs: `paragraphs[start:stop]`.

    `volume` is the heading of the volume that it is part of, "" without one.
    """

    title: str
    start: int
    stop: int
    volume: str = ""


@dataclass(frozen=True)
class Book:
    """A book of a shelf: `paragraphs[start:stop]`, and what is known of it.

    Attributes
    ----------
    title : str
        As the shelf's list has it, else as the book tells it, else as its file is called.
    file : str
        The file or folder, seen from the shelf.
    start, stop : int
        Its paragraphs; whole chapters.
    source_digest : str
        See `Corpus`.
    author, period : str
        As the shelf's list has them, else "".
    """

    title: str
    file: str
    start: int
    stop: int
    source_digest: str
    author: str = ""
    period: str = ""


@dataclass(frozen=True)
class Corpus:
    """A novel as clean text, or a shelf of novels one after the other.

    `chapters` cover all paragraphs in order, without gaps. `encoding` is what the source was
    decoded from, `replaced` counts the bytes that could not be decoded, `rejoined_lines` the hard
    line ends that were taken out, `source_digest` is the sha256 of the source's bytes, `title` is
    the novel's as people write it, "" where it is not known. `cuts` are all stretches that were cut
    or changed, in the order in which that was done; `notes` are lines for people on how the text
    was read, such as which encoding reaches how far. `books` are those of a shelf, in order and
    without gaps; of a novel by itself there are none.
    """

    paragraphs: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    encoding: str
    replaced: int
    rejoined_lines: int
    source_digest: str
    title: str = ""
    cuts: tuple[Cut, ...] = ()
    notes: tuple[str, ...] = ()
    books: tuple[Book, ...] = ()


def book_alone(corpus: Corpus, book: Book) -> Corpus:
    """Return a book of a shelf as a novel by itself."""
    first, last = (
        bisect_left(corpus.chapters, place, key=lambda chapter: chapter.start)
        for place in (book.start, book.stop)
    )
    return replace(
        corpus,
        paragraphs=corpus.paragraphs[book.start : book.stop],
        chapters=tuple(
            replace(own, start=own.start - book.start, stop=own.stop - book.start)
            for own in corpus.chapters[first:last]
        ),
        books=(),
    )


def left_out(corpus: Corpus) -> list[Cut]:
    """Return the records of a shelf's files that are not used; not of a used book's members."""
    used = {book.file for book in corpus.books}
    return [
        cut
        for cut in corpus.cuts
        if not cut.line
        and used.isdisjoint((cut.document, *map(str, PurePosixPath(cut.document).parents)))
    ]


def count_reasons(cuts: Iterable[Cut]) -> dict[str, int]:
    """Return how many stretches were cut or changed for each reason, the most frequent first."""
    return dict(Counter(cut.reason for cut in cuts).most_common())


def _save_corpus(corpus: Corpus, folder: Path) -> None:
    """Write corpus.txt, corpus.json and removed.jsonl."""
    with (folder / "corpus.txt").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(paragraph + "\n" for paragraph in corpus.paragraphs)
    facts = {name: value for name, value in vars(corpus).items() if name not in _ELSEWHERE}
    chapters = [asdict(chapter) for chapter in corpus.chapters]
    counts = count_reasons(corpus.cuts)
    books = {"books": [asdict(book) for book in corpus.books]} if corpus.books else {}
    write_json(folder / "corpus.json", {**facts, **books, "chapters": chapters, "cuts": counts})
    rows = (json.dumps(vars(cut), ensure_ascii=False, sort_keys=True) for cut in corpus.cuts)
    removed = "".join(row + "\n" for row in rows)
    (folder / _REMOVED).write_text(removed, encoding="utf-8", newline="\n")


def _load_corpus(folder: Path) -> Corpus:
    """Read what `_save_corpus` wrote; artifacts of earlier versions tell of no cuts."""
    text = (folder / "corpus.txt").read_text(encoding="utf-8")
    facts = read_json(folder / "corpus.json")
    facts.pop("removed_lines", None)  # what earlier versions counted in place of the cuts
    chapters = tuple(Chapter(**chapter) for chapter in facts.pop("chapters"))
    cuts = _load_cuts(folder / _REMOVED) if "cuts" in facts else ()
    books = tuple(Book(**book) for book in facts.pop("books", ()))
    facts |= {"cuts": cuts, "notes": tuple(facts.get("notes", ())), "books": books}
    return Corpus(paragraphs=tuple(text.split("\n")[:-1]), chapters=chapters, **facts)


def _load_cuts(path: Path) -> tuple[Cut, ...]:
    """Read removed.jsonl."""
    try:
        rows = read_bytes(path, MOST_BYTES).decode("utf-8").split("\n")[:-1]
        return tuple(Cut(**json.loads(row)) for row in rows)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ArtifactDamaged(
            f"{path.name}: expected a stretch of text a line, got {error}", path=path
        ) from error


def _describe_corpus(corpus: Corpus) -> dict[str, Any]:
    """Return the facts shown to people."""
    cuts = ", ".join(f"{reason} {n:,}" for reason, n in count_reasons(corpus.cuts).items())
    return {
        **({"title": corpus.title} if corpus.title else {}),
        **({"books": len(corpus.books), "left out": len(left_out(corpus))} if corpus.books else {}),
        "characters": sum(map(len, corpus.paragraphs)),
        "paragraphs": len(corpus.paragraphs),
        "chapters": len(corpus.chapters),
        "encoding": corpus.encoding,
        "bytes replaced": corpus.replaced,
        "cut or changed": cuts,
        "lines rejoined": corpus.rejoined_lines,
    }


CORPUS = Codec(save=_save_corpus, load=_load_corpus, describe=_describe_corpus)
