"""segment: some chapters held out, and the novel's text cut into words.

Chapters, or stretches of a book of few, are held out here, before anything is learnt, so that no
vocabulary, vector or weight can know a word of them. It is the first thing done: the novel's names,
which decide how it is cut, are looked for in the training chapters alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from pipeline.artifacts.corpus import Chapter, book_alone
from pipeline.artifacts.segmentation import SEGMENTATION, Name, Section, Segmentation
from pipeline.errors import DataError
from pipeline.filenames import on_disk
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.artifacts.corpus import Corpus


_Stretch = TypeVar("_Stretch", Chapter, Section)


class SegmentConfig(StageConfig):
    """How the text is cut into words, and which chapters are held out."""

    engine: Literal["rjieba", "jieba"] = Field(
        default="rjieba", description="rjieba, or the slower reference jieba: the words are equal"
    )
    user_dictionary: str = Field(
        default="data/userdict.txt",
        description="names and words to keep whole: word [frequency] [tag] a line; empty for none",
        json_schema_extra={"path": True},
    )
    discover_names: bool = Field(
        default=False,
        description="find the names that recur in the training chapters and keep them whole",
    )
    name_count: int = Field(
        default=8, ge=2, le=100_000, description="least occurrences of a name to be found"
    )
    name_pmi: float = Field(
        default=5.0,
        ge=0,
        le=40,
        description="least mutual information of a name's parts, in bits",
    )
    name_entropy: float = Field(
        default=2.0,
        ge=0,
        le=20,
        description="least entropy of the characters on either side of a name, in bits",
    )
    workers: int = Field(
        default=0,
        ge=0,
        le=256,
        description="at most so many processes cut a long text; 0 means one a core",
    )
    holdout_every: int = Field(
        default=20, ge=3, le=1000, description="of so many chapters, one validates and one tests"
    )
    validation_chapter: int = Field(
        default=7, ge=0, description="the one that validates: its index, from 0, modulo that number"
    )
    test_chapter: int = Field(
        default=17, ge=0, description="the one that tests: its index, from 0, modulo that number"
    )

    @model_validator(mode="after")
    def check_holdout(self) -> Self:
        """Refuse held-out chapters that fall together or never occur."""
        chapters = (self.validation_chapter, self.test_chapter)
        if max(chapters) >= self.holdout_every or chapters[0] == chapters[1]:
            raise ValueError(
                "expected validation_chapter and test_chapter to differ and to be below "
                f"holdout_every ({self.holdout_every}), got {chapters[0]} and {chapters[1]}"
            )
        return self

    def dictionary_path(self) -> Path | None:
        """Return the user dictionary's path, if there is one."""
        return Path(on_disk(self.user_dictionary)) if self.user_dictionary else None

    def files(self) -> dict[str, Path]:
        """Return the user dictionary, if any."""
        from pipeline.text.words.dictionary import check_dictionary

        path = self.dictionary_path()
        if path is None:
            return {}
        check_dictionary(path)
        return {"user dictionary": path}

    def check_files(self) -> None:
        """Refuse a user dictionary that is not there."""
        from pipeline.text.words.dictionary import check_dictionary

        if path := self.dictionary_path():
            check_dictionary(path, present=True)

    def key_settings(self) -> dict[str, Any]:
        """Return all but the number of workers, which changes no word."""
        return {k: v for k, v in super().key_settings().items() if k != "workers"}


def hold_out(config: SegmentConfig, corpus: Corpus) -> tuple[Section, ...]:
    """Divide the chapters into parts, by numbers of characters, as there are no words yet."""
    from pipeline.text.chapters.holdout import divide_parts

    return divide_parts(
        corpus.chapters,
        [len(paragraph) for paragraph in corpus.paragraphs],
        every=config.holdout_every,
        validation=config.validation_chapter,
        test=config.test_chapter,
    )


def with_parts(config: SegmentConfig, corpus: Corpus) -> tuple[Corpus, tuple[Section, ...]]:
    """Return the novel and its sections; of a shelf each book has parts of its own.

    Where less than four fifths would train because of long paragraphs, or where there are no three
    paragraphs, the long ones are cut at the ends of sentences.
    """
    from pipeline.text.chapters.holdout import LEAST_PARAGRAPHS, enough_is_trained
    from pipeline.text.chapters.long_paragraphs import part_long_paragraphs

    if corpus.books:
        return _with_parts_by_book(config, corpus)
    every = config.holdout_every
    sizes = [len(paragraph) for paragraph in corpus.paragraphs]
    if len(sizes) >= LEAST_PARAGRAPHS:
        sections = hold_out(config, corpus)
        if enough_is_trained(sections, sizes, every=every):
            return corpus, sections
    most = max(1, sum(sizes) // every)
    paragraphs, chapters = part_long_paragraphs(corpus.paragraphs, corpus.chapters, most=most)
    corpus = replace(corpus, paragraphs=paragraphs, chapters=chapters)
    return corpus, hold_out(config, corpus)


def _with_parts_by_book(
    config: SegmentConfig, corpus: Corpus
) -> tuple[Corpus, tuple[Section, ...]]:
    """Return the shelf and the sections of all books, which tell their book's title."""
    paragraphs: list[str] = []
    chapters: list[Chapter] = []
    sections: list[Section] = []
    for number, book in enumerate(corpus.books):
        own, parts = _parts_alone(config, book_alone(corpus, book))
        first = len(paragraphs)
        paragraphs += own.paragraphs
        chapters += (_moved(chapter, first) for chapter in own.chapters)
        for section in parts:
            title = f"《{book.title}》{section.title}"
            sections.append(replace(_moved(section, first), title=title, book=number))
    shelf = replace(corpus, paragraphs=tuple(paragraphs), chapters=tuple(chapters))
    return shelf, tuple(sections)


def _parts_alone(config: SegmentConfig, book: Corpus) -> tuple[Corpus, tuple[Section, ...]]:
    """Return a book of a shelf and its sections; one too short to hold anything out trains all."""
    try:
        return with_parts(config, book)
    except DataError:
        whole = Section(book.chapters[0].title, 0, len(book.paragraphs), "train")
        return book, (whole,)


def _moved(stretch: _Stretch, by: int) -> _Stretch:
    """Return a chapter or a section so many paragraphs further on."""
    return replace(stretch, start=stretch.start + by, stop=stretch.stop + by)


def find_names(
    config: SegmentConfig, corpus: Corpus, sections: Sequence[Section]
) -> tuple[Name, ...]:
    """Return the names that recur in the training chapters and that no dictionary lists."""
    from pipeline.text.words.dictionary import (
        dictionary_frequencies,
        dictionary_names,
        starting_words,
    )
    from pipeline.text.words.names import discover_names

    own = {entry.word for entry in starting_words(config.dictionary_path())}
    training = (section for section in sections if section.part == "train")
    return discover_names(
        [line for section in training for line in corpus.paragraphs[section.start : section.stop]],
        known=dictionary_frequencies().keys() | own,
        listed_names=dictionary_names() | own,
        count=config.name_count,
        pmi=config.name_pmi,
        entropy=config.name_entropy,
    )


def segment(config: SegmentConfig, *, fetch: Corpus, context: Context) -> Segmentation:
    """Divide the chapters into parts and cut every paragraph into words."""
    from pipeline.text.words.dictionary import starting_words
    from pipeline.text.words.paragraphs import cut_paragraphs

    fetch, sections = with_parts(config, fetch)
    names = find_names(config, fetch, sections) if config.discover_names else ()
    known = starting_words(config.dictionary_path(), [name.word for name in names])
    lines, unknown = cut_paragraphs(
        fetch.paragraphs,
        engine=config.engine,
        user_words=known,
        workers=context.workers,
        most=config.workers,
        progress=context.progress,
    )
    return Segmentation(
        lines=tuple(lines),
        sections=sections,
        unknown=tuple(sorted(unknown.items(), key=lambda entry: (-entry[1], entry[0]))),
        names=names,
        books=tuple(book.title for book in fetch.books),
    )


STAGE = Stage(
    name="segment",
    inputs=("fetch",),
    config=SegmentConfig,
    run=segment,
    codec=SEGMENTATION,
    libraries=("jieba", "rjieba"),
)
