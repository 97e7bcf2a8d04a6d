"""A book as `fetch` reads it: its files' texts decoded, cleaned, and divided into chapters."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.artifacts.corpus import Corpus
from pipeline.chinese import is_chinese
from pipeline.errors import DataError
from pipeline.shown import shown

if TYPE_CHECKING:
    from pipeline.stage import Progress
    from pipeline.stages.fetch import FetchConfig
    from pipeline.text.books.document import Document, Reading
    from pipeline.text.chapters.chapters import Division
    from pipeline.text.cleaning.clean import Cleaned
    from pipeline.text.cleaning.document import ReadDocument

_Place = tuple[str, int]
"""A document's name and a line of it."""

_FIRST_LINES = 5  # paragraphs of a folder's file among which a heading is looked for
_LONGEST_SHOWN = 30  # characters of a line that is shown


def book_text(config: FetchConfig, reading: Reading, progress: Progress, *, name: str) -> Corpus:
    """Decode, clean and divide a book's texts; messages call it `name`.

    Raises
    ------
    DataError
        They cannot be used: not Chinese, too short, a list of headings.
    SettingsError
        `config.encoding` is not the name of an encoding.
    """
    from pipeline.text.cleaning.script import to_simplified

    digest, read = _digest(reading.documents), list(reading.documents)
    documents = [replace(document, data=b"") for document in read]
    reading = replace(reading, documents=())  # a long novel's bytes go when its text is there
    parts = _read_documents(read, config, progress)
    joined = _join_documents(documents, [part.cleaned for part in parts])
    paragraphs = [paragraph for paragraph, _ in joined]
    encodings = "+".join(sorted({encoding for part in parts for encoding in part.encodings}))
    notes = [note for part in parts for note in part.notes]
    notes += _check_chinese(paragraphs, encodings, config, name)
    titles = sorted({title for document in documents for title in document.headings})
    title = _title(documents, parts[0].beginning, config)
    if config.simplify:
        paragraphs, titles = to_simplified(paragraphs), to_simplified(titles)
        title = to_simplified([title])[0]
    division = _divide(paragraphs, [place for _, place in joined], titles, config, name)
    if division.undivided:
        notes.append(_no_headings(division))
    if division.damaged:
        notes.append(division.damaged)
    cuts = [*reading.cuts, *(cut for part in parts for cut in part.cleaned.cuts), *division.cuts]
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
    paragraphs: Sequence[str],
    places: Sequence[_Place],
    titles: Sequence[str],
    config: FetchConfig,
    name: str,
) -> Division:
    """Divide the novel by the headings that the settings say, or that are found.

    A list of headings is refused: it is no novel, and nothing could be learnt from it.
    """
    from pipeline.text.chapters.chapters import divide
    from pipeline.text.chapters.listing import refuse_headings
    from pipeline.text.chapters.pattern import compile_pattern

    pattern = compile_pattern(config.headings) if config.headings else None
    division = divide(paragraphs, pattern=pattern, places=places, titles=frozenset(titles))
    characters = sum(map(len, division.paragraphs))
    refuse_headings(division.headings, characters, name=name)
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


def _read_documents(
    documents: list[Document], config: FetchConfig, progress: Progress
) -> list[ReadDocument]:
    """Decode and clean all documents, of which none are left; refuse all that cannot be used."""
    from pipeline.text.books.document import together

    parts: list[ReadDocument] = []
    refused: list[DataError] = []
    total = len(documents)
    for index in range(total):
        progress(index, total, documents[0].name)
        try:
            parts.append(_read_first(documents, config))
        except DataError as error:
            refused.append(error)
    if refused:
        raise together(refused)
    progress(total, total)
    return parts


def _read_first(documents: list[Document], config: FetchConfig) -> ReadDocument:
    """Decode and clean the first document as the settings say; it goes from the list."""
    from pipeline.text.cleaning.document import decode_document, read_document
    from pipeline.text.cleaning.encoding import AUTO

    asked = None if config.encoding == AUTO else config.encoding
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


def _check_chinese(
    paragraphs: Sequence[str], encoding: str, config: FetchConfig, name: str
) -> list[str]:
    """Refuse a text that is not mostly Chinese, or too short to learn from; return warnings."""
    from pipeline.text.characters import count_characters
    from pipeline.text.cleaning.losses import refuse_private

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
