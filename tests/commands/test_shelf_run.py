"""A shelf of books as a user runs it, and what a second run reads again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import invoke
from pipelines import NOVELLA, TINY, call

CHAPTERS = re.split(r"(?=^第.+?章)", NOVELLA.read_text(encoding="utf-8"), flags=re.M)[1:]


@pytest.mark.slow
def test_a_shelf_is_read_book_by_book_and_anew_where_one_changed(tmp_path: Path) -> None:
    shelf = tmp_path / "书架"
    shelf.mkdir()
    for number in range(3):
        text = "".join(CHAPTERS[3 * number : 3 * number + 3])
        (shelf / f"卷{number + 1}.txt").write_text(text, encoding="gb18030")
    (shelf / "坏.txt").touch()
    options = ["--config", str(TINY), "--source", str(shelf), "--set", "fetch.books=each"]
    options += ["--artifacts", str(tmp_path / "artifacts")]

    first = call("run", "segment", *options)
    assert first.returncode == 0, first.stderr
    assert "fetch: 3 books" in first.stderr
    assert "book left out: 坏.txt" in first.stderr
    assert len(list((tmp_path / "artifacts" / "book").iterdir())) == 3
    second = call("run", "segment", *options).stdout.splitlines()
    assert second[1:] == ["1 file of the shelf not used; `text --removed` names it"]
    lines = call("text", *options[2:]).stdout.splitlines()
    assert re.search(r"\s1\s+3\s+[\d,]+  《卷1》 \(卷1\.txt\)", "\n".join(lines))
    assert sum("  《卷2》第" in line for line in lines) == 3, "chapters say whose they are"

    with (shelf / "卷2.txt").open("a", encoding="gb18030") as file:
        file.write("她又回头看了一眼。\n")
    status = call("status", "--json", *options)
    rows = {row["stage"]: row for row in json.loads(status.stdout)}
    assert rows["fetch"]["reasons"] == ["卷2.txt changed"]
    # Without a model too it is said which book, beside what to do.
    told = call("status", *options).stdout.splitlines()
    assert re.fullmatch(r"fetch +stale .* 卷2\.txt changed", told[0])
    assert told[-1].startswith("no model yet")
    again = call("run", "fetch", *options)
    assert again.returncode == 0, again.stderr
    assert len(list((tmp_path / "artifacts" / "book").iterdir())) == 4, "one book was read again"

    strict = call("run", "fetch", "--strict", *options)
    assert strict.returncode != 0
    assert "1 of 4 books cannot be used: 坏.txt" in strict.stderr


@pytest.mark.parametrize("command", [["run", "fetch"], ["run-all", "--dry-run"], ["text"]])
def test_nothing_is_told_as_nothing_whether_a_shelf_was_meant(
    tmp_path: Path, command: list[str]
) -> None:
    given = [*command, "--source", str(tmp_path / "nowhere"), "--artifacts", str(tmp_path / "a")]
    alone = invoke(*given)
    assert alone[0] == 3
    assert "found nothing there" in alone[2]
    assert invoke(*given, "--set", "fetch.books=each") == alone


def test_a_list_without_books_ends_a_run_with_code_2(tmp_path: Path) -> None:
    (tmp_path / "shelf.toml").write_text('title = "空"\n', encoding="utf-8")
    given = ["--source", str(tmp_path), "--artifacts", str(tmp_path / "a")]
    code, output, errors = invoke("run", "fetch", *given)
    assert (code, output) == (2, "")
    assert errors.startswith("xuxie: shelf.toml: expected at least one [[book]] with a file, got ")
    assert errors.count("\n") == 1


def test_a_book_that_the_list_lacks_is_named_and_shown_again(tmp_path: Path) -> None:
    for name in ("红楼.txt", "西游前.txt"):
        (tmp_path / name).write_text("".join(CHAPTERS[:3]), encoding="utf-8")
    (tmp_path / "shelf.toml").write_text('[[book]]\nfile = "红楼.txt"\n', encoding="utf-8")
    given = ["--source", str(tmp_path), "--artifacts", str(tmp_path / "a")]
    code, _, errors = invoke("run", "fetch", *given)
    assert code == 0
    assert "1 file beside shelf.toml is not in its list: 西游前.txt\n" in errors
    _, output, _ = invoke("text", "--removed", *given)
    assert "not in the shelf's list (1)\n" in output
    assert "西游前.txt" in output


def test_of_many_bad_books_the_command_that_is_named_shows_all(tmp_path: Path) -> None:
    shelf = tmp_path / "书架"
    shelf.mkdir()
    (shelf / "卷.txt").write_text("".join(CHAPTERS[:3]), encoding="utf-8")
    names = [f"坏{number}.txt" for number in range(12)]
    for name in names:
        (shelf / name).write_text("It was a dark night. " * 9, encoding="utf-8")
    given = ["--source", str(shelf), "--set", "fetch.books=each"]
    given += ["--artifacts", str(tmp_path / "a")]
    code, _, errors = invoke("run", "fetch", *given)
    assert code == 0
    assert errors.count("book left out: ") == 10
    command = re.search(r"and 2 more, which `(.+)` shows\n", errors)
    assert command is not None
    code, output, _ = invoke(*command[1].split(), *given)
    assert code == 0
    for name in names:
        assert re.search(rf"  {name}: expected a Chinese text.*; if it is Chinese, .*\n", output)
