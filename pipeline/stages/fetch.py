"""fetch: a novel, wherever it comes from and however it is encoded, as clean text with chapters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from pipeline.artifacts.corpus import CORPUS, Corpus
from pipeline.errors import DataError
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.text.books.document import Reading
    from pipeline.text.books.shelf import Entry, Shelf


class FetchConfig(StageConfig):
    """Where the novel is and how it is read."""

    source: str = Field(
        default="data/novella.txt",
        min_length=1,
        max_length=8_192,
        description="a text, an e-book, an archive or a folder of them, an http(s) address, or "
        "one of 红楼梦, 三国演义, 西游记, 水浒传 (from Project Gutenberg)",
        json_schema_extra={"path": True},
    )
    books: Literal["auto", "one", "each"] = Field(
        default="auto",
        description="one: a folder is one novel; each: it is a shelf, each file a book; auto: a "
        "shelf where there is a list of books, shelf.toml",
    )
    strict: bool = Field(
        default=False,
        description="end at a book of a shelf that cannot be used; false names it and goes on",
    )
    encoding: str = Field(
        default="auto",
        min_length=1,
        max_length=40,
        description="encoding of the source, such as utf-8, gb18030, big5; auto finds out",
    )
    simplify: bool = Field(
        default=False, description="turn traditional characters into simplified ones"
    )
    rejoin_lines: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="join hard line ends: auto where the text is evenly wrapped, always, never",
    )
    adverts: Literal["keep", "careful", "strict"] = Field(
        default="careful",
        description="advertising of web sites and authors' notes: careful cuts what has two "
        "independent signs, strict what has one, keep nothing",
    )
    punctuation: Literal["keep", "unify"] = Field(
        default="keep",
        description="unify makes marks one kind: ． and 。, straight and curly quotes, ASCII marks "
        "between Chinese characters",
    )
    headings: str = Field(
        default="",
        max_length=500,
        description="a regular expression that the beginnings of the book's chapter headings "
        "match, where it has habits of its own; empty finds them",
    )
    min_chinese_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="least share of Chinese characters among all letters, 0 to 1",
    )
    min_characters: int = Field(
        default=2000, ge=1, description="least number of Chinese characters in the novel"
    )
    downloads: str = Field(
        default="data/downloads",
        min_length=1,
        description="folder that downloaded novels are kept in",
        json_schema_extra={"path": True},
    )
    max_bytes: int = Field(
        default=64 * 2**20,
        ge=1,
        le=2**31,
        description="most bytes of the novel: of a file, of a folder's files together, of a "
        "download after unpacking",
    )
    timeout_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="most seconds for one download, all together"
    )
    allow_private_addresses: bool = Field(
        default=False, description="download from loopback and private networks too (for tests)"
    )

    @field_validator("headings")
    @classmethod
    def check_headings(cls, pattern: str) -> str:
        """Refuse what is no regular expression, matches nothing or could take too long."""
        from pipeline.text.chapters.pattern import compile_pattern

        if pattern:
            compile_pattern(pattern)
        return pattern

    def is_shelf(self) -> bool:
        """Return whether the source is read as many books."""
        from pipeline.text.books.shelf import list_of

        return self.books == "each" or (self.books == "auto" and list_of(self.source) is not None)

    def alone(self, entry: Entry) -> FetchConfig:
        """Return the settings with which a book of the shelf is read."""
        own = {
            "source": str(entry.path),
            "encoding": entry.encoding or self.encoding,
            "books": "one",
            "strict": False,
        }
        return self.model_copy(update=own)

    def title(self) -> str:
        """Return the title that the source's name gives."""
        from pipeline.text.books.shelf import list_of
        from pipeline.text.books.source import source_name
        from pipeline.text.books.title import novel_title

        of_shelf = list_of(self.source) if self.is_shelf() else None
        return novel_title((), source_name(str(of_shelf.parent) if of_shelf else self.source))

    def files(self) -> dict[str, Path]:
        """Return the files that the source stands for; none for what is downloaded.

        Of a shelf they are those that can be read, and its list.

        Raises
        ------
        DataError
            One is a pipe or a device, or they are too large to be read.
        SettingsError
            A shelf's list cannot be used.
        """
        from pipeline.text.books.shelf import read_shelf
        from pipeline.text.books.source import check_sizes, source_files

        if self.is_shelf():
            return self._shelf_files(read_shelf(self.source))
        files = source_files(self.source)
        check_sizes(files.values(), max_bytes=self.max_bytes)
        return files

    def _shelf_files(self, shelf: Shelf) -> dict[str, Path]:
        """Return a shelf's files by their places seen from it."""
        from pipeline.text.books.shelf import LIST, list_of
        from pipeline.text.books.source import check_source, source_files

        path = list_of(self.source)
        files = {LIST: path} if path else {}
        for entry in shelf.entries:
            try:
                check_source(str(entry.path), max_bytes=self.max_bytes)
            except DataError:  # `fetch` names it
                continue
            for label, own in source_files(str(entry.path)).items():
                files[entry.file if label == "source" else f"{entry.file}/{label}"] = own
        return files

    def file_names(self) -> dict[str, str]:
        """Return the names of the files; those of a folder go by their labels, books by titles."""
        from pipeline.text.books.shelf import read_shelf
        from pipeline.text.books.source import source_name

        if self.is_shelf():
            shelf = read_shelf(self.source)
            titles = {own.file: own.title for own in shelf.entries}
            return {label: titles.get(label) or label for label in self._shelf_files(shelf)}
        alone = source_name(self.source)
        return {label: alone if label == "source" else label for label in self.files()}

    def check_files(self) -> None:
        """Refuse a source that cannot be read, without opening it."""
        from pipeline.text.books.shelf import read_shelf
        from pipeline.text.books.source import check_source

        if self.is_shelf():
            read_shelf(self.source)
        else:
            check_source(self.source, max_bytes=self.max_bytes)

    def key_settings(self) -> dict[str, Any]:
        """Return the settings that decide the result; how to download is not one of them.

        The title that the source's name gives is one, as a novel may not name itself. Of an
        address it is what may be shown, with the digest of a query. Of a shelf, which goes on
        without a book that is too large, `max_bytes` is one, and so are the files that it names as
        not in its list.
        """
        from pipeline.text.books.source import kind_of, source_entry

        outside = {"max_bytes", "timeout_seconds", "allow_private_addresses", "books", "strict"}
        settings = {k: v for k, v in super().key_settings().items() if k not in outside}
        if self.is_shelf():
            return {**settings, **self._shelf_settings()}
        if kind_of(self.source) in ("url", "catalogue"):
            return {**settings, "source": source_entry(self.source)}
        return {**settings, "title": self.title()}

    def _shelf_settings(self) -> dict[str, Any]:
        """Return what decides a shelf's text beside how each book is read, and the files."""
        from pipeline.text.books.shelf import list_of, read_shelf, unlisted

        listed = list_of(self.source) is not None
        beside = unlisted(self.source, read_shelf(self.source)) if listed else ()
        return {
            "books": "each",
            "strict": self.strict,
            "title": self.title(),
            "max_bytes": self.max_bytes,
            "unlisted": [cut.document for cut in beside],
        }


def fetch(config: FetchConfig, *, context: Context) -> Corpus:
    """Read, decode, clean and divide the novel, or each book of a shelf.

    Raises
    ------
    DataError
        The source cannot be used: missing, an archive, not Chinese, too short.
    SettingsError
        `config.encoding` is not the name of an encoding; a shelf's list cannot be used.
    """
    from pipeline.stages.fetch_book import book_text
    from pipeline.stages.fetch_shelf import shelf_text
    from pipeline.text.books.source import shown_source
    from pipeline.text.cuts import tell_cuts

    if config.is_shelf():
        return shelf_text(config, context)
    name = shown_source(config.source)
    corpus = book_text(config, _read_source(config), context.progress, name=name)
    for line in [*corpus.notes, *tell_cuts(corpus.cuts)]:
        context.say(line)
    return corpus


def _read_source(config: FetchConfig) -> Reading:
    """Read or download the source as the settings say."""
    from pipeline.text.books.request import DownloadPolicy
    from pipeline.text.books.source import read_source

    policy = DownloadPolicy(
        max_bytes=config.max_bytes,
        timeout_seconds=config.timeout_seconds,
        allow_private=config.allow_private_addresses,
    )
    return read_source(config.source, downloads=Path(config.downloads), policy=policy)


STAGE = Stage(
    name="fetch", inputs=(), config=FetchConfig, run=fetch, codec=CORPUS, libraries=("opencc",)
)
