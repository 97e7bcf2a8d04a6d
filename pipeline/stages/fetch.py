"""fetch: a novel, wherever it comes from and however it is encoded, as clean text with chapters."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from pipeline.artifacts.corpus import CORPUS, Corpus
from pipeline.chinese import is_chinese
from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.text.books.document import Document, Reading
    from pipeline.text.chapters.chapters import Division
    from pipeline.text.cleaning.clean import Cleaned
    from pipeline.text.cleaning.document import ReadDocument

_Place = tuple[str, int]
"""A document's name and a line of it."""

_AUTO = "auto"
_FIRST_LINES = 5  # paragraphs of a folder's file among which a heading is looked for
_LONGEST_SHOWN = 30  # characters of a line that is shown


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
    encoding: str = Field(
        default=_AUTO,
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

    def files(self) -> dict[str, Path]:
        """Return the files that the source stands for; none for what is downloaded.

        Raises
        ------
        DataError
            One is a pipe or a device, or they are too large to be read.
        """
        from pipeline.text.books.source import check_sizes, source_files

        files = source_files(self.source)
        check_sizes(files.values(), max_bytes=self.max_bytes)
        return files

    def file_names(self) -> dict[str, str]:
        """Return the names of the files; those of a folder go by their labels alone."""
        from pipeline.text.books.source import source_name

        alone = source_name(self.source)
        return {label: alone if label == "source" else label for label in self.files()}

    def check_files(self) -> None:
        """Refuse a source that cannot be read, without opening it."""
        from pipeline.text.books.source import check_source

        check_source(self.source, max_bytes=self.max_bytes)

    def key_settings(self) -> dict[str, Any]:
        """Return the settings that decide the result; how to download is not one of them.

        The title that the source's name gives is one, as a novel may not name itself. Of an
        address it is what may be shown, with the digest of a query.
        """
        from pipeline.text.books.source import kind_of, source_entry, source_name
        from pipeline.text.books.title import novel_title

        download = {"max_bytes", "timeout_seconds", "allow_private_addresses"}
        settings = {k: v for k, v in super().key_settings().items() if k not in download}
        if kind_of(self.source) in ("url", "catalogue"):
            return {**settings, "source": source_entry(self.source)}
        return {**settings, "title": novel_title((), source_name(self.source))}


def fetch(config: FetchConfig, *, context: Context) -> Corpus:
    """Read, decode, clean and divide the novel.

    Raises
    ------
    DataError
        The source cannot be used: missing, an archive, not Chinese, too short.
    SettingsError
        `config.encoding` is not the name of an encoding.
    """
    from pipeline.text.cleaning.script import to_simplified
    from pipeline.text.cuts import tell_cuts

    reading = _read_source(config)
    digest, read = _digest(reading.documents), list(reading.documents)
    documents = [replace(document, data=b"") for document in read]
    reading = replace(reading, documents=())  # a long novel's bytes go when its text is there
    parts = _read_documents(read, config, context)
    joined = _join_documents(documents, [part.cleaned for part in parts])
    paragraphs = [paragraph for paragraph, _ in joined]
    encodings = "+".join(sorted({encoding for part in parts for encoding in part.encodings}))
    notes = [note for part in parts for note in part.notes]
    notes += _check_chinese(paragraphs, encodings, config)
    titles = sorted({title for document in documents for title in document.headings})
    title = _title(documents, parts[0].beginning, config)
    if config.simplify:
        paragraphs, titles = to_simplified(paragraphs), to_simplified(titles)
        title = to_simplified([title])[0]
    division = _divide(paragraphs, [place for _, place in joined], titles, config)
    if division.undivided:
        notes.append(_no_headings(division))
    if division.damaged:
        notes.append(division.damaged)
    cuts = [*reading.cuts, *(cut for part in parts for cut in part.cleaned.cuts), *division.cuts]
    for line in [*notes, *tell_cuts(cuts, several=len(documents) > 1)]:
        context.say(line)
    return Corpus(
        paragraphs=division.paragraphs,
        chapters=division.chapters,
        encoding=encodings,
        replaced=sum(part.replaced for part in parts),
        rejoined_lines=sum(part.cleaned.rejoined_lines for part in parts),
        source_digest=digest,
        title=title,
        cuts=tuple(cuts),
        notes=tuple(notes),
    )


def _title(documents: Sequence[Document], beginning: Sequence[str], config: FetchConfig) -> str:
    """Return the novel's title: the one that its only document tells, or one that is found."""
    from pipeline.text.books.source import source_name
    from pipeline.text.books.title import LOOKED_AT, novel_title, own_title

    title = own_title(documents[0].title) if len(documents) == 1 else ""
    return title or novel_title(beginning[:LOOKED_AT], source_name(config.source))


def _divide(
    paragraphs: Sequence[str], places: Sequence[_Place], titles: Sequence[str], config: FetchConfig
) -> Division:
    """Divide the novel by the headings that the settings say, or that are found.

    A list of headings is refused: it is no novel, and nothing could be learnt from it.
    """
    from pipeline.text.books.source import shown_source
    from pipeline.text.chapters.chapters import divide
    from pipeline.text.chapters.listing import refuse_headings
    from pipeline.text.chapters.pattern import compile_pattern

    pattern = compile_pattern(config.headings) if config.headings else None
    division = divide(paragraphs, pattern=pattern, places=places, titles=frozenset(titles))
    characters = sum(map(len, division.paragraphs))
    refuse_headings(division.headings, characters, name=shown_source(config.source))
    return division


def _no_headings(division: Division) -> str:
    """Return what is said of a book in which no heading was found."""
    from pipeline.text.cleaning.single_line import is_single_line

    if is_single_line(division.paragraphs):
        length = max(map(len, division.paragraphs))
        return (
            f"no chapter headings found: the text is a single line of {length:,} characters, and "
            "becomes one chapter; put line ends around its headings and between its paragraphs"
        )
    lines = ", ".join(f"“{shown(line, _LONGEST_SHOWN)}”" for line in division.likeliest)
    return (
        "no chapter headings found: the whole text is one chapter; "
        + (f"the likeliest lines are {lines}; " if lines else "")
        + "if it has chapters, tell how their headings begin with --set fetch.headings=REGEX"
    )


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


def _read_documents(
    documents: list[Document], config: FetchConfig, context: Context
) -> list[ReadDocument]:
    """Decode and clean all documents, of which none are left; refuse all that cannot be used."""
    from pipeline.text.books.document import together

    parts: list[ReadDocument] = []
    refused: list[DataError] = []
    total = len(documents)
    for index in range(total):
        context.progress(index, total, documents[0].name)
        try:
            parts.append(_read_first(documents, config))
        except DataError as error:
            refused.append(error)
    if refused:
        raise together(refused)
    context.progress(total, total)
    return parts


def _read_first(documents: list[Document], config: FetchConfig) -> ReadDocument:
    """Decode and clean the first document as the settings say; it goes from the list."""
    from pipeline.text.cleaning.document import decode_document, read_document

    asked = None if config.encoding == _AUTO else config.encoding
    document = documents.pop(0)
    size = len(document.data)
    pieces = decode_document(document.data, name=document.name, encoding=document.encoding or asked)
    document = replace(document, data=b"")
    return read_document(
        pieces,
        name=document.name,
        size=size,
        mending=asked is None,
        advice=_encoding_hint(config),
        rejoin_lines=config.rejoin_lines,
        adverts=config.adverts,
        punctuation=config.punctuation,
        read_from=document.read_from,
    )


def _encoding_hint(config: FetchConfig) -> str:
    """Return what to do where a text was perhaps misread."""
    from pipeline.text.books.source import kind_of

    hint = "if it is Chinese, name its encoding with --set fetch.encoding=…"
    again = "; --accept-new asks the server again"
    return hint + again if kind_of(config.source) == "url" else hint


def _join_documents(
    documents: Sequence[Document], cleaned: Sequence[Cleaned]
) -> list[tuple[str, _Place]]:
    """Return all paragraphs in order, each with its document and line.

    A folder's file without a heading gets one from its name, which stands before its first line.
    One of which all was cut gets none.
    """
    from pipeline.text.chapters.headings import is_heading

    paragraphs: list[tuple[str, _Place]] = []
    for index, (document, part) in enumerate(zip(documents, cleaned, strict=True)):
        headed = len(documents) == 1 or any(map(is_heading, part.paragraphs[:_FIRST_LINES]))
        if part.paragraphs and not headed:
            heading = heading_from_name(Path(document.name).stem, index + 1)
            paragraphs.append((heading, (document.name, 1)))
        places = ((document.name, line) for line in part.lines)
        paragraphs += zip(part.paragraphs, places, strict=True)
    return paragraphs


def heading_from_name(stem: str, position: int) -> str:
    """Return a chapter heading made of a file name.

    >>> heading_from_name("02 夜雨", 2)
    '第2章　夜雨'
    >>> heading_from_name("第二章　夜雨", 2)
    '第二章　夜雨'
    """
    from pipeline.text.chapters.headings import is_heading

    if is_heading(stem):
        return stem
    title = stem.lstrip("0123456789 _-.、")[:30].rstrip("。，；、,;．：: ")
    return f"第{position}章　{title}".rstrip()


def _check_chinese(paragraphs: Sequence[str], encoding: str, config: FetchConfig) -> list[str]:
    """Refuse a text that is not mostly Chinese, or too short to learn from; return warnings."""
    from pipeline.text.books.source import shown_source
    from pipeline.text.characters import count_characters
    from pipeline.text.cleaning.losses import refuse_private

    name = shown_source(config.source)
    counts = count_characters(paragraphs)
    notes = refuse_private(counts, document=name)
    letters = sum(n for c, n in counts.items() if unicodedata.category(c).startswith("L"))
    chinese = sum(n for c, n in counts.items() if is_chinese(c))
    share = chinese / max(1, letters)
    if share < config.min_chinese_share:
        raise DataError(
            f"{name}: expected a Chinese text, got {chinese} Chinese characters among "
            f"{letters} letters ({share:.0%}) when read as {encoding}; {_encoding_hint(config)}"
        )
    if chinese < config.min_characters:
        raise DataError(
            f"{name}: expected at least {config.min_characters} Chinese characters, got "
            f"{chinese} when read as {encoding}; give a longer text"
        )
    return notes


def _digest(documents: Sequence[Document]) -> str:
    """Return the sha256 of one document, or of the digests and names of several."""
    if len(documents) == 1:
        return hashlib.sha256(documents[0].data).hexdigest()
    lines = (f"{hashlib.sha256(d.data).hexdigest()} {d.name}\n" for d in documents)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


STAGE = Stage(
    name="fetch", inputs=(), config=FetchConfig, run=fetch, codec=CORPUS, libraries=("opencc",)
)
