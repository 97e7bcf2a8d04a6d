"""A shelf: the list of its books, or the files of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import DataError, SettingsError
from pipeline.text.books.shelf import Entry, read_shelf


def shelf(folder: Path, text: str, *files: str) -> str:
    """Write a list and empty files; return the list as a source."""
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "shelf.toml").write_text(text, encoding="utf-8")
    return str(folder / "shelf.toml")


def test_a_list_names_books_with_what_is_known_of_them(tmp_path: Path) -> None:
    source = shelf(
        tmp_path,
        'title = "两部"\n[[book]]\nfile = "西游记.txt"\nauthor = "吴承恩"\nperiod = 1592\n'
        '[[book]]\nfile = "清/红楼梦"\ntitle = "红楼梦"\n[[book]]\nfile = "西游记.txt"\n',
        "西游记.txt",
        "清/红楼梦/1.txt",
        "未列.txt",
    )
    for given in (source, str(tmp_path)):
        found = read_shelf(given)
        assert found.title == "两部"
        assert found.entries == (
            Entry(tmp_path / "西游记.txt", "西游记.txt", author="吴承恩", period="1592"),
            Entry(tmp_path / "清/红楼梦", "清/红楼梦", title="红楼梦"),
        )
        assert [(cut.reason, cut.line, cut.text) for cut in found.cuts] == [
            ("book listed twice", 9, "西游记.txt")
        ]


@pytest.mark.parametrize(
    "name", ["红楼梦\u3000上.txt", "红楼梦  上.txt", " 上.txt ", "a\u00a0b.txt"]
)
def test_spaces_are_part_of_a_files_name(tmp_path: Path, name: str) -> None:
    source = shelf(tmp_path, f'[[book]]\nfile = "{name}"\n', name, " ".join(name.split()))
    (entry,) = read_shelf(source).entries
    assert entry == Entry(tmp_path / name, name)


def test_without_a_list_each_text_below_is_a_book(tmp_path: Path) -> None:
    for name in (
        "清/红楼梦.txt",
        "明/西游记.epub",
        "明/西游记.pdf",
        ".hidden.txt",
        "b10.txt",
        "b9.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = read_shelf(str(tmp_path))
    files = {entry.file for entry in found.entries}
    assert files == {"清/红楼梦.txt", "明/西游记.epub", "b9.txt", "b10.txt"}
    order = [entry.file for entry in found.entries]
    assert order.index("b9.txt") < order.index("b10.txt")
    assert [cut.document for cut in found.cuts] == ["明/西游记.pdf"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[book]]\nfile = "红楼.txt"\n', "found nothing at 红楼.txt; the nearest is 红楼梦.txt"),
        ('[[book]]\nfile = "没有.txt"\n', "found nothing at 没有.txt; check the list"),
        (f'[[book]]\nfile = "{"长" * 200}.txt"\n', "found nothing at 长"),
        ('[[book]]\nfile = "../a.txt"\n', "book 1: expected file = a path below"),
        ('[[book]]\nfile = "/etc/passwd"\n', "book 1: expected file = a path below"),
        ('[[book]]\ntitle = "无"\n', "book 1: file: expected a file name in quotes, got nothing;"),
        ('[[book]]\nfile = " "\n', "book 1: file: expected a file name in quotes, got ' ';"),
        ("[[book]]\nfile = 3\n", "book 1: file: expected a file name in quotes, got 3;"),
        ("[[book]]\nfile = true\n", "file: expected a file name in quotes, got True;"),
        ('[[book]]\nfile = "红楼梦.txt"\nautor = "曹"\n', "the nearest is author"),
        ('[[book]]\nfile = ["红楼梦.txt"]\n', "file: expected a file name in quotes, got "),
        ('[[book]]\nfile = "红楼梦.txt"\ntitle = ["梦"]\n', "title: expected a text"),
        ('[[book]]\nfile = "红楼梦.txt"\ntitle = """一\n二\u202e"""\n', "in one line"),
        ('[book]\nfile = "红楼梦.txt"\n', r"expected \[\[book\]\] before each book"),
        ("book = 1 2", "shelf.toml, line 1: expected TOML"),
    ],
)
def test_what_cannot_be_a_list_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    source = shelf(tmp_path, text, "红楼梦.txt")
    with pytest.raises(SettingsError, match=message) as caught:
        read_shelf(source)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", 'title = "空"\n', "book = []\n"])
def test_a_list_without_books_is_told_what_it_lacks(tmp_path: Path, text: str) -> None:
    source = shelf(tmp_path, text, "红楼梦.txt")
    lacks = r"shelf\.toml: expected at least one \[\[book\]\] with a file, got none; write "
    with pytest.raises(SettingsError, match=lacks):
        read_shelf(source)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a shelf of books"):
        read_shelf(str(tmp_path))


@pytest.mark.parametrize(
    ("source", "got"),
    [
        ("红楼梦", "the title 红楼梦; leave"),
        ("https://user:word@example.org/a.txt", r"the address https://example\.org/a\.txt; leave"),
    ],
)
def test_what_is_downloaded_is_no_shelf(source: str, got: str) -> None:
    with pytest.raises(SettingsError, match=f"for each, got {got} fetch.books out"):
        read_shelf(source)
