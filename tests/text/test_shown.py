"""Foreign text in messages, file names of any bytes, and what may be read whole."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.filenames import in_utf8, on_disk, readable
from pipeline.regular import why_unreadable
from pipeline.shown import shown


@given(st.text(alphabet=st.characters(exclude_categories=[])), st.integers(1, 50))
def test_what_is_shown_is_one_bounded_line_that_any_stream_takes(text: str, longest: int) -> None:
    line = shown(text, longest)

    line.encode("utf-8")  # no lone surrogates
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\x1b\x07\x7f\x9b\u200e\u202e\u2066\u2069\u061c")
    assert len(line) <= 6 * longest + 1  # each character at most \uXXXX, and …


def test_ordinary_text_is_shown_as_it_is() -> None:
    for text in ("红楼梦.txt", "a b\u3000c", "𠀀😀", ""):
        assert shown(text) == text
    assert shown("x" * 201) == "x" * 200 + "…"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("第一回.txt".encode(), "第一回.txt"),
        ("第一回.txt".encode("gb18030"), "第一回.txt"),
        (b"\xff\xff1.txt", "\\xff\\xff1.txt"),
        (b"a\x1b[31m.txt", "a\\x1b[31m.txt"),
        ("书".encode() + b"/" + "第一回".encode("gbk"), "书/第一回"),
    ],
)
def test_a_name_of_any_bytes_is_readable(raw: bytes, name: str) -> None:
    assert readable(os.fsdecode(raw)) == name


def test_a_path_goes_to_the_disk_and_back() -> None:
    for path in ("/a/红楼梦.txt", os.fsdecode(b"/a/\xd6\xd0.txt")):
        assert os.fsencode(on_disk(path)) == os.fsencode(path)
    assert in_utf8("红楼梦\u3000.txt") == "红楼梦\u3000.txt"
    gbk = os.fsdecode(b"\xd6\xd0.txt")
    assert in_utf8(gbk) == gbk  # no UTF-8: it stays as the system has it


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"x" * 11)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))

    assert why_unreadable(tmp_path / "pipe").startswith("got a pipe; save it to a file")
    assert why_unreadable(tmp_path / "socket").startswith("got a socket; save it")
    assert why_unreadable(Path("/dev/zero")).startswith("got a device; save it")
    assert why_unreadable(tmp_path) == "got a folder; give a file"
    assert why_unreadable(tmp_path / "file", 10) == (
        "got 11 bytes, at most 10 are read; give a smaller file"
    )
    assert why_unreadable(tmp_path / "file", 11) == ""
    assert why_unreadable(tmp_path / "none") == ""
    listener.close()
