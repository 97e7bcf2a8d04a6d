"""What is brought in as a manuscript is read by itself."""

from __future__ import annotations

from pathlib import Path

from pipeline.desk.importing import read_manuscript
from pipeline.errors import DataError


def test_a_list_of_books_opens_no_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "别人的.txt").write_text("这是别人的稿子，谁也不该看见。\n" * 200, encoding="utf-8")
    path = tmp_path / "书单.toml"
    path.write_text('[[book]]\nfile = "别人的.txt"\n', encoding="utf-8")
    try:
        text = str(read_manuscript(path, "书单"))
    except DataError:
        return
    assert "谁也不该看见" not in text


def test_a_plain_text_is_brought_in(tmp_path: Path) -> None:
    path = tmp_path / "稿子.txt"
    path.write_text("她听了心里一惊，只得跟着去了。\n", encoding="utf-8")
    content, _ = read_manuscript(path, "稿子")
    assert "她听了心里一惊" in str(content)
