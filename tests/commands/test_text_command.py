"""`text` shows how a novel is read, and what was cut from it, without training anything."""

from __future__ import annotations

import json
import pydoc
import sys
from pathlib import Path

import pytest
from commands import invoke

from pipeline.commands import console

SENTENCE = "话说那日她回到院中，天已经黑了，丫头们说太太叫你过去，她听了心里一惊，只得跟着去了。"
ADVERT = "请记住本站最新网址：www.example.com"


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """A novel of three chapters of 20 paragraphs, with an advert in its second, as options."""
    chapters = [f"第{n}章 夜雨\n" + f"{SENTENCE}\n" * 20 for n in "一二三"]
    text = f"{ADVERT}\n".join([chapters[0], "".join(chapters[1:])]) + "她\u200b走了。\n"
    path = tmp_path / "夜雨记.txt"
    path.write_text(text, encoding="utf-8")
    return ["--source", str(path), "--artifacts", str(tmp_path / "artifacts")]


def show(*options: str) -> str:
    code, output, _ = invoke("text", *options)
    assert code == 0
    return output


def test_it_shows_chapters_and_examples_of_what_was_cut(options: list[str]) -> None:
    lines = show(*options).splitlines()

    # 3 chapters of 20 paragraphs, their headings, and one paragraph: 64; 6 + 20 × 42 and so on
    size = 3 * (6 + 20 * len(SENTENCE)) + 4
    assert lines[0] == f"《夜雨记》, {size:,} characters in 64 paragraphs"
    assert f"  advert 1: line 22: {ADVERT}" in lines
    assert "  invisible character 1: line 65: U+200B" in lines
    for line, number in zip(lines[-3:], "一二三", strict=True):
        assert line.endswith(f"  第{number}章\u3000夜雨")
    assert invoke("status", *options)[1].startswith("no model yet, 1 of ")


def test_it_shows_all_that_was_cut(options: list[str]) -> None:
    lines = show(*options, "--removed").splitlines()
    rows = json.loads(show(*options, "--removed", "--json"))

    assert lines[:2] == ["advert (1)", f"  line 22: {ADVERT}"]
    assert {"reason": "advert", "document": "夜雨记.txt", "line": 22, "text": ADVERT} in rows
    assert len(rows) == 2


def test_it_shows_the_sizes_of_the_chapters(options: list[str]) -> None:
    rows = json.loads(show(*options, "--chapters", "--json"))

    assert [row["paragraph"] for row in rows] == [1, 22, 43]
    assert rows[0] == {
        "title": "第一章\u3000夜雨",
        "paragraph": 1,
        "paragraphs": 21,
        "characters": 6 + 20 * len(SENTENCE),
    }


@pytest.mark.parametrize("where", ["64", "她走了。"])
def test_it_shows_the_text_around_a_place(options: list[str], where: str) -> None:
    lines = show(*options, "--where", where).splitlines()

    assert lines[0] == "第三章\u3000夜雨, paragraph 64"
    assert lines[1] == f"{62:>9}  {SENTENCE}"
    assert lines[3] == f">{64:>8}  她走了。"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--where", "65"], "--where: expected a paragraph from 1 to 64, got 65"),
        (["--where", "0"], "--where: expected a paragraph from 1 to 64, got 0"),
        (["--where", "无此字"], "--where: expected a paragraph's number or words of the text"),
        (["--where", "1", "--removed"], "expected one of --chapters, --removed and --where"),
    ],
)
def test_what_is_not_there_is_refused(options: list[str], asked: list[str], message: str) -> None:
    code, output, errors = invoke("text", *options, *asked)

    assert (code, output) == (2, "")
    assert errors.splitlines()[-1].startswith(f"xuxie: {message}")


class Screen:
    """A terminal of so many lines, for `page_lines`: all that it is asked."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("count", "paged"), [(5, False), (24, True)])
def test_a_long_answer_comes_in_pages_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, count: int, paged: bool
) -> None:
    pages: list[str] = []
    printed: list[str] = []
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stdout", Screen())
    monkeypatch.setattr(pydoc, "pager", lambda text: pages.extend(text.splitlines()))
    monkeypatch.setattr(console, "put", lambda *texts: printed.extend(texts))

    console.page_lines(["她走了。\x1b[2J"] * count)

    assert len(pages) == (count if paged else 0)
    assert len(printed) == (0 if paged else count)
    assert all("\x1b" not in page for page in pages)
