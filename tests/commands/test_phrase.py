"""The seed phrase from a file and from standard input, in any encoding, and clean refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from book_files import epub_of, xhtml
from commands import SEED_PHRASE, generate, invoke, model_options
from pipelines import Trained
from typer.testing import CliRunner

from pipeline.commands.app import app
from pipeline.commands.phrase import MOST, read_phrase
from pipeline.errors import DataError, SettingsError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_is_read_in_its_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "seed.txt"
    text = "他說的是這個人，我們不要。\n他來了，"
    path.write_bytes((text + end).encode(encoding))
    assert read_phrase(None, path) == text


def test_only_one_line_end_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "seed.txt"
    path.write_text("青棠\n\n", encoding="utf-8", newline="")
    assert read_phrase(None, path) == "青棠\n"


def test_file_pipe_and_argument_write_the_same(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "seed.txt"
    path.write_text(SEED_PHRASE + "\n", encoding="utf-8")
    options = ["--greedy", "--words", "12", *model_options(trained)]
    expected = generate(trained, "--greedy")
    assert invoke("generate", "--seed-file", str(path), *options) == (0, *expected)
    piped = CliRunner().invoke(app, ["generate", "-", *options], input=f"{SEED_PHRASE}\n")
    assert (piped.exit_code, piped.stdout, piped.stderr) == (0, *expected)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "expected a readable seed phrase, got: No such file"),
        (b"x" * (MOST + 1), "expected a seed phrase of at most 1,048,576 bytes, got more"),
        (bytes(range(128, 256)) * 20, "expected Chinese text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, data: bytes | None, complaint: str) -> None:
    path = tmp_path / "seed.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_phrase(None, path)
    assert str(caught.value).startswith(f"{path}: {complaint}")


@pytest.mark.parametrize(
    ("phrase", "path", "interactive", "complaint"),
    [
        (None, None, False, "seed phrase: expected one"),
        ("青棠", Path("seed.txt"), False, "--seed-file: expected no seed phrase beside it"),
        ("-", None, True, "--interactive: expected a seed phrase or --seed-file beside it, got -"),
    ],
)
def test_one_phrase_is_asked_for(
    phrase: str | None, path: Path | None, interactive: bool, complaint: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_phrase(phrase, path, interactive=interactive)
    assert str(caught.value).startswith(complaint)


def test_a_long_seed_has_one_note(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "seed.txt"
    strange = "".join(map(chr, range(0x7000, 0x7000 + 5000)))
    path.write_text(SEED_PHRASE + strange + "\n" + SEED_PHRASE, encoding="utf-8")
    options = ["--words", "3", "--greedy", *model_options(trained)]
    code, _, errors = invoke("generate", "--seed-file", str(path), *options)
    assert (code, errors.count("\n")) == (0, 1)
    assert len(errors) < 500


def test_traditional_characters_and_straight_quotes(trained: Trained) -> None:
    output, errors = generate(trained, "--json", "--greedy", seed_phrase='青棠聽了,道:"什麼')
    assert "".join(json.loads(output)["seed_words"]) == "青棠听了，道：“什么"
    assert errors == ""


def test_odd_characters_are_shown_escaped(trained: Trained) -> None:
    output, errors = generate(trained, "--greedy", seed_phrase="青棠\x1b[31m\u202e听了，")
    assert output.startswith(r"青棠\x1b[31m\u202e听了，")
    assert r"unknown characters: \x1b [ 3 1 m \u202e" in errors


def test_a_seed_may_be_a_book(tmp_path: Path) -> None:
    path = tmp_path / "seed.epub"
    path.write_bytes(epub_of({"c.xhtml": xhtml("<h1>第一章</h1><p>青棠听了，</p>")}))
    assert read_phrase(None, path) == "第一章\n青棠听了，"
    path.write_bytes(epub_of({"c.xhtml": xhtml("<p>她</p>" * 300_000)}))
    with pytest.raises(DataError, match="a seed phrase of at most 1,048,576 bytes, got more"):
        read_phrase(None, path)
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(DataError, match="got a PDF document: save its text"):
        read_phrase(None, path)
