"""Archives and folders of texts: every member once, in the order that people mean."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from book_files import (
    PROSE,
    P,
    cut,
    docx_of,
    epub_of,
    lines,
    paragraph,
    read,
    xhtml,
    zip_of,
    zip_with_names,
)
from growth import TIMES, assert_linear
from made_up import context_in

from pipeline.errors import DataError
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.text.books import zipped
from pipeline.text.books.choice import choose
from pipeline.text.reading import read_file

CHAPTER = f"{PROSE}\n" * 3


def names(data: bytes) -> list[str]:
    return [own.name for own in read("书.zip", data).documents]


def test_members_are_read_in_the_order_that_people_mean() -> None:
    members: dict[str, str | bytes] = {
        "夜雨/第十章.txt": CHAPTER,
        "夜雨/第二章.txt": CHAPTER,
        "夜雨/": "",
        "夜雨/封面.jpg": b"\xff\xd8",
        "__MACOSX/夜雨/._第二章.txt": b"\x00\x05\x16\x07",
        "夜雨/.DS_Store": b"x",
        "夜雨/第一章.TXT": CHAPTER,
    }
    assert names(zip_of(members)) == [
        f"书.zip/夜雨/{name}" for name in ("第一章.TXT", "第二章.txt", "第十章.txt")
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-8"])
def test_names_without_a_flag_are_read(encoding: str) -> None:
    data = zip_with_names({"第一回　風雨來.txt".encode(encoding): CHAPTER.encode()})
    assert names(data) == ["书.zip/第一回　風雨來.txt"]


def test_a_name_in_gbk_that_holds_a_backslash_byte_is_one_name() -> None:
    name = "誠訊.txt".encode("gb18030")  # its bytes hold 0x5C, which is no separator
    assert b"\x5c" in name
    assert names(zip_with_names({name: CHAPTER.encode()})) == ["书.zip/誠訊.txt"]


def test_the_name_in_an_extra_field_is_believed_if_it_is_this_names() -> None:
    raw, told = b"abcd.txt", "第一章.txt".encode()
    for crc, expected in ((zlib.crc32(raw), "第一章.txt"), (0, "abcd.txt")):
        info = zipfile.ZipInfo(raw.decode())
        own = struct.pack("<BI", 1, crc) + told
        info.extra = struct.pack("<HH", 0x7075, len(own)) + own
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(info, CHAPTER)
        assert names(file.getvalue()) == [f"书.zip/{expected}"]


def test_members_in_different_encodings_and_forms_are_each_read_in_their_own(
    tmp_path: Path,
) -> None:
    text = "他说这个人来了，我们不要走。"
    members: dict[str, str | bytes] = {
        "1.txt": (f"第一章　夜\n{text}\n" * 60).encode("gb18030"),
        "2.txt": (f"第二章　雨\n{text}\n" * 60).encode("utf-16"),
        "3.docx": docx_of(paragraph("第三章　风") + paragraph(text) * 60),
        "4.epub": epub_of({"c.xhtml": xhtml(f"<h1>第四章　雪</h1>{P * 60}")}),
        "5.html": f"<html><body><h1>第五章　霜</h1>{f'<p>{text}走罢。</p>' * 60}</body></html>",
    }
    path = tmp_path / "书.zip"
    path.write_bytes(zip_of(members))
    corpus = fetch(FetchConfig(source=str(path)), context=context_in(tmp_path))
    assert [own.title for own in corpus.chapters][-3:] == [
        *("第三章　风", "第四章　雪", "第五章　霜")
    ]
    assert corpus.encoding == "gb18030+utf-16-le+utf-8"
    assert "".join(read_file(path)).count(text) == 240


def test_what_is_left_out_is_said() -> None:
    members: dict[str, str | bytes] = {
        "书.txt": CHAPTER,
        "书.epub": b"x",
        "说明.htm": b"x",
        "附录.pdf": b"x",
        "a.png": b"x",
    }
    book = read("书.zip", zip_of(members))
    assert [own.name for own in book.documents] == ["书.zip/书.txt"]
    assert {(own.document, own.reason) for own in book.cuts} == {
        ("书.zip/书.epub", "same text in another form as .txt"),
        ("书.zip/说明.htm", "web page beside plain texts"),
        ("书.zip/附录.pdf", "file of a form that is not read"),
        ("书.zip/a.png", "file that is no text by its name"),
    }


def test_a_book_beside_its_own_chapters_is_read_once() -> None:
    words = [
        f"{a}{b}{c}" for a in "青棠听了笑道" for b in "这雨下得好大" for c in "山里人家都已睡下了"
    ]
    chapters = ["。\n".join(words[n::3]) + "。\n".join(words[::-1][n::3]) for n in range(3)]
    whole = xhtml("".join(f"<p>{line}</p>" for text in chapters[:2] for line in text.split("\n")))
    members: dict[str, str | bytes] = {
        **{f"{n}.txt": text for n, text in enumerate(chapters[:2], 1)},
        "全本.epub": epub_of({"c.xhtml": whole}),
        "3.docx": docx_of("".join(map(paragraph, chapters[2].split("\n")))),
        "4.docx": docx_of("".join(map(paragraph, chapters[0].split("\n")[:9]))),  # a quotation
    }
    book = read("书.zip", zip_of(members))
    assert [own.name for own in book.documents] == [
        f"书.zip/{n}" for n in ("1.txt", "2.txt", "3.docx", "4.docx")
    ]
    assert cut(book, "same text in another form") == ["100% of it stands in the texts beside it"]


def test_a_page_beside_plain_texts_is_left_out_only_if_they_hold_its_text(tmp_path: Path) -> None:
    chapters = [f"他说，第{n}天的雨下得很大。\n" * 5 for n in "一二三"]
    members = {
        "1.txt": f"第一章\n{chapters[0]}",
        "2.html": xhtml(f"<h1>第二章</h1><p>{chapters[1]}</p>"),
        "3.txt": f"第三章\n{chapters[2]}",
        "3a.html": xhtml(f"<h1>第三章</h1><p>{chapters[2]}</p>"),
    }
    book = read("书.zip", zip_of(members))
    assert [own.name for own in book.documents] == [f"书.zip/{n}" for n in list(members)[:3]]
    assert [own.document for own in book.cuts] == ["书.zip/3a.html"]
    for name, text in members.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    corpus = fetch(
        FetchConfig(source=str(tmp_path), min_characters=10), context=context_in(tmp_path / "run")
    )
    assert [own.title for own in corpus.chapters] == ["第一章", "第二章", "第三章"]


def test_equal_names_and_paths_that_lead_out_are_labels_only(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("../../a.txt", "/etc/a.txt", "C:\\a.txt"):
            archive.writestr(name, name)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("../../a.txt", "b")
    found = read("书.zip", file.getvalue()).documents
    assert [own.name for own in found] == [
        *("书.zip/a.txt", "书.zip/a.txt~", "书.zip/a.txt~~", "书.zip/etc/a.txt")
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"1.txt": CHAPTER, "2.txt": ""}, "2.txt: expected a text, got an empty file"),
        ({"a.zip": zip_of({"1.txt": CHAPTER})}, r"got an archive within it \(a.zip\)"),
        ({"a.txt": zip_of({"1.txt": CHAPTER})}, "got an archive within it"),
        ({"a.7z": b"x"}, r"got an archive within it \(a.7z\)"),
        ({"a.png": b"x"}, "got 1 file with no text by its name"),
        ({}, "got 0 files with no text by its name"),
        ({"a.txt": b"%PDF-1.4"}, "got a PDF document: save its text as .txt first"),
    ],
)
def test_archives_without_a_text_to_read_are_refused(
    members: dict[str, str | bytes], complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        read("书.zip", zip_of(members))
    assert "\n" not in str(caught.value)


def test_a_bomb_is_stopped_at_the_bounds() -> None:
    bomb = zip_of({"1.txt": b"\x00" * (20 * 2**20)})
    assert len(bomb) < 2**16
    with pytest.raises(DataError, match=r"got 20,971,520 bytes packed in \d\d,\d\d\d, as no text"):
        read("书.zip", bomb)
    with pytest.raises(DataError, match="at most 1,000,000 bytes unpacked, got more"):
        read("书.zip", bomb, max_bytes=1_000_000)
    many = zip_of({f"{n}.txt": b"x" * 60_000 for n in range(20)})
    with pytest.raises(DataError, match="at most 1,000,000 bytes unpacked, got more"):
        read("书.zip", many, max_bytes=1_000_000)  # each is small, all together are not


def test_a_member_that_lies_about_its_size_is_stopped_too() -> None:
    data = zip_of({"1.txt": b"x" * 2_000_000})
    lying = data.replace(struct.pack("<I", 2_000_000), struct.pack("<I", 10))
    assert lying != data
    with pytest.raises(DataError, match=r"书\.zip: 1\.txt: expected"):
        read("书.zip", lying, max_bytes=1_000_000)


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "MOST_MEMBERS", 3)
    with pytest.raises(DataError, match="at most 3 files, got 4; unpack it and give the folder"):
        read("书.zip", zip_of({f"{n}.txt": CHAPTER for n in range(4)}))


@pytest.mark.parametrize("name", ["书.zip", "书.epub", "书.docx"])
def test_a_password_is_told_in_a_line(name: str) -> None:
    made = {"书.zip": zip_of({"1.txt": "x"}), "书.docx": docx_of(paragraph("一"))}
    data = bytearray(made.get(name) or epub_of({"c.xhtml": xhtml(P)}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    with pytest.raises(DataError, match="without a password, got an encrypted one; unpack it"):
        read(name, bytes(data))


def test_a_damaged_member_is_named() -> None:
    data = bytearray(zip_of({"1.txt": CHAPTER}, packed=False))
    data[data.find(PROSE.encode())] ^= 1
    with pytest.raises(DataError, match=r"书\.zip: 1\.txt: expected a sound member, got a damaged"):
        read("书.zip", bytes(data))


def test_an_unknown_packing_is_named() -> None:
    data = bytearray(zip_of({"1.txt": CHAPTER}))
    data[data.find(b"PK\x01\x02") + 10] = 98  # PPMd, in the directory; and before the member
    data[8] = 98
    with pytest.raises(DataError, match="expected a common kind of packing"):
        read("书.zip", bytes(data))


def test_a_folder_of_saved_pages_without_what_a_browser_saved_with_them(tmp_path: Path) -> None:
    paths = [
        *("第2章.html", "第10章.htm", "第1章.html", "第1章_files/ads.html", "第1章_files/a.js"),
        "目录_files/x.html",
    ]
    assert choose(paths).paths == ("目录_files/x.html", "第1章.html", "第2章.html", "第10章.htm")
    for number in (1, 2, 3):
        page = f"<html><head><title>第{number}章 夜_某站</title></head><body>{P * 60}</body></html>"
        (tmp_path / f"{number}.html").write_text(page, encoding="utf-8")
    listed = "".join(f"<a href='{n}.html'>第{n}章</a>" for n in (1, 2, 3))
    (tmp_path / "index.html").write_text(f"<html><body><p>{listed}</p></body></html>", "utf-8")
    corpus = fetch(FetchConfig(source=str(tmp_path)), context=context_in(tmp_path / "run"))
    assert [own.title for own in corpus.chapters] == ["第1章　夜", "第2章　夜", "第3章　夜"]
    assert len(corpus.paragraphs) == 3 * 61


def test_cuts_name_the_member(tmp_path: Path) -> None:
    page = xhtml(f"<p><ruby>猴<rt>hóu</rt></ruby></p>{P}")
    book = read("书.zip", zip_of({"甲.epub": epub_of({"c.xhtml": page})}))
    assert [(own.document, own.text) for own in book.cuts] == [
        ("书.zip/甲.epub/OEBPS/c.xhtml", "hóu")
    ]
    assert cut(book, "reading") == ["hóu"]
    assert lines(book) == ["猴", PROSE]


@pytest.mark.slow
def test_many_members_do_not_take_long() -> None:
    def archive(members: int) -> bytes:
        return zip_of({f"{number}.txt": "青棠" for number in range(members)})

    counts: list[int] = []

    def count(data: bytes) -> None:
        counts.append(len(read("书.zip", data).documents))

    most = zipped.MOST_MEMBERS
    assert_linear(count, archive(most // TIMES), archive(most))
    assert set(counts) == {most, most // TIMES}
