"""A shelf is read book by book: each with its chapters, bad ones named, none twice."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from pipelines import NOVELLA

from pipeline.artifacts.corpus import CORPUS, Corpus
from pipeline.errors import DataError, LibraryMissing, SettingsError
from pipeline.stage import Context
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.stages.segment import SegmentConfig, with_parts

CHAPTERS = re.split(r"(?=^第.+?章)", NOVELLA.read_text(encoding="utf-8"), flags=re.M)[1:]


def nobody(done: float, total: float, note: str = "") -> None:
    """Hears of the progress."""


def read(source: Path, said: list[str] | None = None, **settings: object) -> Corpus:
    heard = [] if said is None else said
    config = FetchConfig.model_validate({"source": str(source), **settings})
    context = Context(nobody, np.random.default_rng(0), source, say=heard.append)
    return fetch(config, context=context)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Three books of three chapters each in three encodings, each with the novella's own text."""
    folder = tmp_path / "书架"
    folder.mkdir()
    for number, encoding in enumerate(("utf-8", "gb18030", "utf-16")):
        text = "".join(CHAPTERS[3 * number : 3 * number + 3])
        (folder / f"卷{number + 1}.txt").write_text(text, encoding=encoding)
    return folder


def test_books_are_kept_apart(shelf: Path) -> None:
    corpus = read(shelf, books="each")
    assert [book.title for book in corpus.books] == ["卷1", "卷2", "卷3"]
    assert corpus.title == "书架"
    assert len(corpus.chapters) == 9
    for number, book in enumerate(corpus.books):
        alone = read(shelf / book.file)
        assert corpus.paragraphs[book.start : book.stop] == alone.paragraphs
        assert book.source_digest == alone.source_digest
        own = corpus.chapters[3 * number : 3 * number + 3]
        assert [(c.title, c.start - book.start) for c in own] == [
            (c.title, c.start) for c in alone.chapters
        ]
    assert corpus.books[-1].stop == len(corpus.paragraphs)


def test_each_book_holds_out_as_it_would_alone(shelf: Path) -> None:
    config = SegmentConfig(user_dictionary="")
    corpus = read(shelf, books="each")
    whole, sections = with_parts(config, corpus)
    for number, book in enumerate(corpus.books):
        alone, expected = with_parts(config, read(shelf / book.file))
        own = [section for section in sections if section.book == number]
        first = own[0].start
        assert whole.paragraphs[first : own[-1].stop] == alone.paragraphs
        assert [(s.title, s.start - first, s.stop - first, s.part) for s in own] == [
            (f"《{book.title}》{s.title}", s.start, s.stop, s.part) for s in expected
        ]
        assert {"validation", "test", "train"} == {section.part for section in own}


def test_a_bad_book_is_named_and_the_rest_goes_on(shelf: Path) -> None:
    (shelf / "坏.epub").write_bytes(b"PK\x03\x04 no archive")
    (shelf / "english.txt").write_text("It was a dark night. " * 300, encoding="utf-8")
    (shelf / "空.txt").touch()
    os.mkfifo(shelf / "管.txt")
    (shelf / "大.txt").write_text("大" * 100_000, encoding="utf-8")
    said: list[str] = []
    corpus = read(shelf, said, books="each", max_bytes=200_000)
    assert len(corpus.books) == 3
    assert {cut.document for cut in corpus.cuts if cut.reason == "book left out"} == {
        "坏.epub",
        "english.txt",
        "空.txt",
        "管.txt",
        "大.txt",
    }
    assert any("english.txt: expected a Chinese text" in line for line in said)
    assert not any(str(shelf) in cut.text for cut in corpus.cuts), "nothing of where it lies"
    with pytest.raises(DataError, match=r"4 of 8 books cannot be used: .*english.txt"):
        read(shelf, books="each", strict=True)


def test_a_shelf_of_bad_books_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no Chinese here, but words", encoding="utf-8")
    with pytest.raises(DataError, match=r"1 of 1 book cannot be used: a.txt: expected a Chinese"):
        read(tmp_path, books="each")


def test_a_book_that_stands_in_another_is_used_once(shelf: Path) -> None:
    part = "".join(CHAPTERS[:2])
    (shelf / "又.txt").write_text(part.replace("，", ","), encoding="gb18030")
    corpus = read(shelf, books="each")
    (cut,) = (cut for cut in corpus.cuts if cut.reason == "same book twice")
    assert (cut.document, cut.text) == ("又.txt", "100% of it stands in 《卷1》 (卷1.txt)")
    assert len(corpus.books) == 3


def test_of_volumes_that_overlap_each_chapter_is_used_once(tmp_path: Path) -> None:
    for name, own in (("上", CHAPTERS[:6]), ("下", CHAPTERS[4:9])):
        (tmp_path / f"{name}.txt").write_text("".join(own), encoding="utf-8")
    said: list[str] = []
    corpus = read(tmp_path, said, books="each")
    assert [book.title for book in corpus.books] == ["上", "下"]
    titles = [chapter.title for chapter in corpus.chapters]
    assert len(titles) == len(set(titles)) == 9
    cuts = [cut for cut in corpus.cuts if cut.reason == "chapter in another book"]
    assert [cut.document for cut in cuts] == ["下.txt", "下.txt"]
    assert cuts[0].text.startswith("《下》 第")
    assert cuts[0].text.endswith(": 100% of it stands in 《上》 (上.txt)")
    assert any(line.startswith("chapter in another book 2: ") for line in said)
    assert not any("of it stands in other books" in note for note in corpus.notes)


def test_of_two_equal_books_the_first_stays(shelf: Path) -> None:
    (shelf / "卷1又.txt").write_bytes((shelf / "卷1.txt").read_bytes())
    assert [book.file for book in read(shelf, books="each").books] == [
        "卷1.txt",
        "卷2.txt",
        "卷3.txt",
    ]


def test_of_a_book_and_its_copy_with_characters_lost_the_whole_one_stays(tmp_path: Path) -> None:
    whole = "".join(CHAPTERS[:6])
    lost = "".join(c for place, c in enumerate(whole) if place % 500)  # as in a poor conversion
    for number, (first, second) in enumerate(((whole, lost), (lost, whole))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "一.txt").write_text(first, encoding="utf-8")
        (folder / "二.txt").write_text(second, encoding="gb18030")
        (book,) = read(folder, books="each").books
        assert book.file == ("一.txt", "二.txt")[number]


def test_a_list_makes_a_shelf_with_titles_and_order(shelf: Path) -> None:
    (shelf / "shelf.toml").write_text(
        'title = "两卷"\n[[book]]\nfile = "卷3.txt"\ntitle = "下"\nauthor = "佚名"\n'
        '[[book]]\nfile = "卷1.txt"\n',
        encoding="utf-8",
    )
    for source in (shelf, shelf / "shelf.toml"):
        corpus = read(source)
        assert corpus.title == "两卷"
        assert [(book.title, book.author) for book in corpus.books] == [("下", "佚名"), ("卷1", "")]
    assert read(shelf, books="one").books == ()


def test_a_list_tells_the_encoding_of_a_book_that_is_misread(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_text(CHAPTERS[0], encoding="gb18030")
    (tmp_path / "乙.txt").write_text(CHAPTERS[1], encoding="utf-16-be")
    list_path = tmp_path / "shelf.toml"
    listed = '[[book]]\nfile = "甲.txt"\n[[book]]\nfile = "乙.txt"\n{}'
    list_path.write_text(listed.format('encoding = "UTF-16BE"\n'), encoding="utf-8")
    corpus = read(tmp_path, encoding="gbk")  # for the others
    assert corpus.encoding == "gb18030+utf-16-be"
    assert "".join(corpus.paragraphs) == "".join(read(tmp_path).paragraphs)
    list_path.write_text(listed.format('encoding = "auto"\n'), encoding="utf-8")
    assert read(tmp_path, encoding="gbk").paragraphs == corpus.paragraphs

    list_path.write_text(listed.format('encoding = "utf8x"\n'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"shelf\.toml, book 2: encoding: .*, got 'utf8x'"):
        read(tmp_path)


@pytest.mark.parametrize(
    "data", [bytes(range(128, 256)) * 40, b"A book in another language. " * 200], ids=["?", "en"]
)
def test_of_a_misread_book_the_line_tells_of_the_lists_own_entry(shelf: Path, data: bytes) -> None:
    (shelf / "乱.txt").write_bytes(data)
    said: list[str] = []
    read(shelf, said, books="each")
    (line,) = (line for line in said if line.startswith("book left out: 乱.txt"))
    assert 'in shelf.toml with encoding = "…"' in line
    assert "--" not in line


def test_books_of_one_title_are_told_apart_by_their_files(shelf: Path) -> None:
    (shelf / "shelf.toml").write_text(
        "".join(
            f'[[book]]\nfile = "卷{number}.txt"\ntitle = "{title}"\n'
            for number, title in ((1, "红墙"), (2, "青瓦"), (3, "红墙"))
        ),
        encoding="utf-8",
    )
    titles = [book.title for book in read(shelf).books]
    assert titles == ["红墙 (卷1.txt)", "青瓦", "红墙 (卷3.txt)"]


def test_a_book_in_traditional_characters_among_others_is_told_of(tmp_path: Path) -> None:
    old = "他說這個時候來過，後來又開門進去，見她還沒動，就對她說：「你們學會了嗎？」\n" * 90
    (tmp_path / "旧.txt").write_text(old, encoding="big5")
    assert not any("traditional" in note for note in read(tmp_path, books="each").notes)
    (tmp_path / "新.txt").write_text(CHAPTERS[0], encoding="utf-8")
    said: list[str] = []
    (note,) = (n for n in read(tmp_path, said, books="each").notes if "traditional" in n)
    assert note.startswith("《旧》: in traditional characters, as not all books are")
    assert note in said
    simplified = read(tmp_path, books="each", simplify=True)
    assert not any("traditional" in note for note in simplified.notes)


def test_files_that_the_list_leaves_out_are_told_and_recorded(shelf: Path) -> None:
    (shelf / "shelf.toml").write_text(
        '[[book]]\nfile = "卷1.txt"\n[[book]]\nfile = "夹"\n', encoding="utf-8"
    )
    (shelf / "夹").mkdir()
    (shelf / "卷2.txt").rename(shelf / "夹" / "卷2.txt")
    (shelf / "图.png").touch()  # is no book without the list either
    (shelf / ".藏.txt").touch()
    said: list[str] = []
    corpus = read(shelf, said)
    assert said[:-1] == ["1 file beside shelf.toml is not in its list: 卷3.txt"]
    assert unlisted(corpus) == ["卷3.txt"]

    (shelf / "下").mkdir()
    for name in ("下/甲.epub", "卷4.txt", "卷5.txt"):
        (shelf / name).touch()
    said.clear()
    corpus = read(shelf, said)
    assert said[:-1] == [
        "4 files beside shelf.toml are not in its list: 下/甲.epub, 卷3.txt, 卷4.txt and 1 more"
    ]
    assert unlisted(corpus) == ["下/甲.epub", "卷3.txt", "卷4.txt", "卷5.txt"]
    key = FetchConfig(source=str(shelf)).key_settings()
    assert key["unlisted"] == unlisted(corpus), "or a new one would change the result, not the key"


def test_a_list_of_another_name_is_a_choice_and_its_folder_is_not_searched(shelf: Path) -> None:
    (shelf / "选.toml").write_text('[[book]]\nfile = "卷1.txt"\n', encoding="utf-8")
    said: list[str] = []
    assert unlisted(read(shelf / "选.toml", said)) == []
    assert not any("beside" in line for line in said)


def unlisted(corpus: Corpus) -> list[str]:
    """Return the files that are recorded as not in the shelf's list."""
    return [cut.document for cut in corpus.cuts if cut.reason == "not in the shelf's list"]


def test_where_all_are_listed_or_there_is_no_list_nothing_is_told_of_others(shelf: Path) -> None:
    said: list[str] = []
    assert unlisted(read(shelf, said, books="each")) == []
    books = "".join(f'[[book]]\nfile = "./卷{number}.txt"\n' for number in (1, 2, 3))
    (shelf / "shelf.toml").write_text(books, encoding="utf-8")
    assert unlisted(read(shelf, said)) == []
    assert not any("beside" in line for line in said)


def test_what_cannot_be_a_shelf_is_refused(shelf: Path) -> None:
    with pytest.raises(SettingsError, match=r"fetch\.books: expected a folder or a list of books"):
        read(shelf / "卷1.txt", books="each")


def test_a_book_that_takes_a_missing_library_ends_the_run(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the shelf would stay fresh when the library is there."""
    (shelf / "卷4.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\x00\x04")
    (shelf / "卷5.txt").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "libarchive", None)
    with pytest.raises(
        LibraryMissing, match=r"^1 of 5 books cannot be used: 卷4\.7z: expected libarchive, which"
    ):
        read(shelf, books="each")


def test_a_book_that_is_too_large_comes_in_when_more_is_allowed(shelf: Path) -> None:
    most = max(path.stat().st_size for path in shelf.iterdir()) - 1
    small = FetchConfig(source=str(shelf), books="each", max_bytes=most)
    large = FetchConfig(source=str(shelf), books="each")
    assert len(read(shelf, books="each", max_bytes=most).books) == 2
    assert small.key_settings() != large.key_settings()


def test_the_key_hangs_on_each_book_and_on_no_path(shelf: Path, tmp_path: Path) -> None:
    config = FetchConfig(source=str(shelf), books="each")
    assert list(config.files()) == ["卷1.txt", "卷2.txt", "卷3.txt"]
    moved = tmp_path / "elsewhere" / shelf.name
    moved.parent.mkdir()
    shelf.rename(moved)
    assert FetchConfig(source=str(moved), books="each").key_settings() == config.key_settings()
    assert str(tmp_path) not in str(config.key_settings())


def test_a_shelf_is_stored_and_read_again(shelf: Path, tmp_path: Path) -> None:
    corpus = read(shelf, books="each")
    folder = tmp_path / "stored"
    folder.mkdir()
    CORPUS.save(corpus, folder)
    assert CORPUS.load(folder) == corpus
