"""A form of book is one entry of the table: a made-up one is told, read and refused everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import context_in

from pipeline.errors import DataError
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.text.books.document import Document, Limits, Reading, text_document
from pipeline.text.books.formats import FORMATS, Format, format_of, read_book
from pipeline.text.reading import read_file

NOVEL = "".join(f"第{n}章　夜雨\n" + "青棠听了，笑道：“这雨下得好大。”\n" * 100 for n in "一二三")


def read_backwards(document: Document, limits: Limits) -> Reading:
    """Read a book by the recipe in docs/architecture.md: its text runs from right to left."""
    mark, text = document.data.decode("utf-8").split("\n", 1)
    if not mark.startswith("BACK 1"):
        raise DataError(f"{document.name}: expected version 1, got {mark}")
    return Reading((text_document(document, text[::-1].split("\n")),))


@pytest.fixture(autouse=True)
def backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = Format("a backwards book", ((0, b"BACK"),), (".back",), read_backwards)
    monkeypatch.setattr("pipeline.text.books.formats.FORMATS", [*FORMATS, made_up])


def bytes_of(text: str, version: int = 1) -> bytes:
    return f"BACK {version}\n{text[::-1]}".encode()


@pytest.mark.parametrize("name", ["novel.back", "novel.txt"])
@pytest.mark.parametrize("encoding", ["auto", "gb18030"])
def test_a_form_in_the_table_is_read(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_bytes(bytes_of(NOVEL))
    corpus = fetch(FetchConfig(source=str(path), encoding=encoding), context=context_in(tmp_path))
    assert corpus.paragraphs[:2] == ("第一章　夜雨", "青棠听了，笑道：“这雨下得好大。”")
    assert [chapter.title for chapter in corpus.chapters] == [f"第{n}章　夜雨" for n in "一二三"]
    told = None if encoding == "auto" else encoding
    assert "".join(read_file(path, encoding=told)) == NOVEL + "\n"


def test_score_reads_a_book_beyond_the_head_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "long.back"
    path.write_bytes(bytes_of(NOVEL * 100))
    assert path.stat().st_size > 2**20
    assert "".join(read_file(path)) == NOVEL * 100 + "\n"


def test_what_its_reader_refuses_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "novel.back"
    path.write_bytes(bytes_of(NOVEL, version=2))
    for read in (
        lambda: fetch(FetchConfig(source=str(path)), context=context_in(tmp_path)),
        lambda: list(read_file(path)),
    ):
        with pytest.raises(DataError, match=r"expected version 1, got BACK 2"):
            read()


def test_the_bytes_tell_or_where_forms_share_them_the_name() -> None:
    def told(name: str, data: bytes) -> str | None:
        found = format_of(Document(name, data))
        return found.name if found else None

    assert told("a.txt", b"BACK 1") == told("a.back", b"x") == "a backwards book"
    assert told("a.back", b"PK\x03\x04") == "a backwards book"
    assert told("a.back", b"%PDF") == "a PDF document"
    assert told("a.docx", b"PK\x03\x04") == "a Word document"
    assert told("a.zip", b"PK\x03\x04" + b"x" * 26 + b"mimetypeapplication/epub+zip") == "an epub"
    assert told("a.doc", b"PK\x03\x04") == "a zip archive"
    assert told("a.txt", "青棠".encode()) is None
    assert told("a.odt", b"PK\x03\x04") == "an OpenDocument text"


def test_plain_text_is_what_it_was() -> None:
    document = Document("a.txt", "青棠".encode("gb18030"))
    assert read_book(document) == Reading((document,))


@pytest.mark.parametrize("suffix", ["docx", "epub", "mobi", "zip", "rar", "doc", "rtf", "pdf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_plain_text_is_read_whatever_form_its_name_tells(suffix: str, encoding: str) -> None:
    document = Document(f"a.{suffix}", NOVEL.encode(encoding))
    found = read_book(document)
    assert found.documents == (document,)
    assert [own.reason for own in found.cuts] == ["plain text by its bytes"]


@pytest.mark.parametrize("data", [b"x" * 99, bytes(range(256)) * 9, b"a.b Not Found"])
def test_a_damaged_book_is_no_plain_text(data: bytes) -> None:
    with pytest.raises(DataError, match="expected a whole zip archive"):
        read_book(Document("a.docx", data))


def test_it_is_said_how_to_convert_what_is_not_read() -> None:
    head = b"PK\x03\x04" + b"x" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"
    for name in ("a.odt", "a.zip", "a"):
        with pytest.raises(
            DataError, match=r"got an OpenDocument text: save it as \.docx or \.txt"
        ):
            read_book(Document(name, head))
