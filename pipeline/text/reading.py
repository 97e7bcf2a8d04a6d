"""Reading a text of any size in pieces: bytes → text → paragraphs → words, in constant memory.

Characters are cleaned line by line as in training. What training decides from the whole novel
(advertising, hard line ends, chapters) is left alone: every line is a paragraph.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.chinese import has_chinese
from pipeline.errors import DataError
from pipeline.regular import too_large
from pipeline.text.books.document import Document, Limits
from pipeline.text.books.formats import format_of, read_book
from pipeline.text.cleaning.clean import LINE_END, clean_characters, tidy
from pipeline.text.cleaning.encoding import MARK, check_encoding, decode, refuse_misread
from pipeline.text.cleaning.windows import decode_windows
from pipeline.text.words.segment import Cut

_HEAD_BYTES = 2**23  # of a file, from which its encoding is told
_PIECE_BYTES = 2**16
CHINESE_WITHIN = 1_000_000  # characters that may come before the first Chinese one
LONGEST = 20_000  # characters of a paragraph cut into words at once
# Marks that no word reaches across: a cut after one changes no word.
_MARKS = re.compile(r".*[。！？；，：、”’」』…]", re.DOTALL)


def read_file(
    path: Path, *, encoding: str | None = None, or_else: str = ", or - for standard input"
) -> Iterator[str]:
    """Yield a file's text in pieces, part by part as a novel is, should it have several encodings.

    They are told from 8 MiB at a time, so that a file of any size is read in bounded memory.
    Stretches of undecodable bytes become U+FFFD. `or_else` is what else could have been named.

    Raises
    ------
    DataError
        The file is missing, empty, of a form that is not read, or makes no sense in any encoding.
    SettingsError
        `encoding` is not the name of one.
    """
    name = str(path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(
            f"{name}: expected a readable text file{or_else}, got {error.strerror}"
        ) from error
    with file:
        head = Document(name, file.read(_HEAD_BYTES))
        if format_of(head) is not None:
            yield from book_texts(_whole(head, file), encoding=encoding)
            return
        read_book(head)  # refuses an empty one
        if encoding:
            found = check_encoding(encoding)
            refuse_misread(head.data, encoding, name=name)
            pieces = _byte_pieces(file, head.data)
            for text in decode_pieces(pieces, found, name=name, errors="xuxie-mark"):
                yield re.sub(f"{MARK}+", "\ufffd", text)
            return
        decoded = decode(head.data, name=name)  # refuses what makes no sense in any encoding
        if len(head.data) < _HEAD_BYTES:
            yield decoded.text
            return
        yield from decode_windows(head.data, file.read, own=decoded.encoding, size=_HEAD_BYTES)


def book_texts(document: Document, *, encoding: str | None = None) -> Iterator[str]:
    """Yield the texts of a book, such as an epub or an archive, each with a line end behind it.

    Raises
    ------
    DataError
        See `read_book`; or one makes no sense in any encoding.
    SettingsError
        `encoding` is not the name of one.
    """
    for own in read_book(document).documents:
        yield decode(own.data, own.encoding or encoding, name=own.name).text
        yield "\n"


def _whole(head: Document, file: BufferedIOBase) -> Document:
    """Return a book's file whole, or refuse it for its size."""
    data = head.data + file.read(Limits().max_bytes + 1 - len(head.data))
    if why := too_large(len(data), Limits().max_bytes):
        raise DataError(f"{head.name}: expected a book, {why}")
    return Document(head.name, data)


def read_pipe(file: BufferedIOBase, *, name: str, encoding: str | None = None) -> Iterator[str]:
    """Yield text in pieces as it arrives, UTF-8 unless an encoding is given; bad bytes are refused.

    Raises
    ------
    DataError
        There are other bytes.
    SettingsError
        `encoding` is not the name of one.
    """
    found = check_encoding(encoding or "utf-8")
    return decode_pieces(_byte_pieces(file, b""), found, name=name, errors="strict")


def _byte_pieces(file: BufferedIOBase, head: bytes) -> Iterator[bytes]:
    """Yield what was read already and what is there still, at most `_PIECE_BYTES` at once."""
    for start in range(0, len(head), _PIECE_BYTES):
        yield head[start : start + _PIECE_BYTES]
    while piece := file.read1(_PIECE_BYTES):  # does not wait until a pipe has given so many
        yield piece


def decode_pieces(
    pieces: Iterable[bytes], encoding: str, *, name: str, errors: str
) -> Iterator[str]:
    """Decode bytes as they come; a character may lie across two pieces."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        for piece in pieces:
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except (UnicodeError, LookupError) as error:
        raise DataError(
            f"{name}: expected text in {encoding}, got other bytes: name the encoding with "
            "--encoding, or convert to UTF-8"
        ) from error


def require_chinese(texts: Iterable[str], *, name: str) -> Iterator[str]:
    """Pass pieces of text on, once a Chinese character has been seen.

    Raises
    ------
    DataError
        There is none among the first `CHINESE_WITHIN` characters.
    """
    held: list[str] = []
    source = iter(texts)
    for text in source:
        held.append(text)
        if has_chinese(text):
            yield from held
            yield from source
            return
        if sum(map(len, held)) > CHINESE_WITHIN:
            break
    if not any(text.strip() for text in held):
        raise DataError(f"{name}: expected a Chinese text, got an empty one")
    raise DataError(
        f"{name}: expected a Chinese text, got no Chinese character in "
        f"{sum(map(len, held)):,} characters"
    )


def paragraph_pieces(texts: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield stretches of paragraphs, and whether the paragraph ends with the stretch.

    Longer paragraphs than `LONGEST` come in several, parted after a punctuation mark where there
    is one.
    """
    rest = ""
    for text in texts:
        *ended, rest = LINE_END.split(rest + text)
        yield from ((line, True) for line in ended)
        while len(rest) > LONGEST:
            found = _MARKS.match(rest[:LONGEST])
            stop = found.end() if found else LONGEST
            yield rest[:stop], False
            rest = rest[stop:]
    yield rest, True


def read_words(
    texts: Iterable[str], cut: Cut, *, convert: Callable[[str], str] | None = None
) -> Iterator[str]:
    """Yield the words of a text given in pieces; `PARAGRAPH_BREAK` ends every paragraph.

    Parameters
    ----------
    texts
        Pieces of text, parted anywhere.
    cut
        From `make_cut`.
    convert
        Applied to every clean stretch before it is cut.
    """
    under_way = False  # whether the paragraph has words as yet: one without is none
    for text, ends in paragraph_pieces(texts):
        *inner, last = clean_characters(text).split("\n")
        for line, closes in [*((line, True) for line in inner), (last, ends)]:
            clean = tidy(line)
            words = cut(convert(clean) if convert else clean)
            yield from words
            under_way = under_way or bool(words)
            if closes and under_way:
                yield PARAGRAPH_BREAK
                under_way = False
