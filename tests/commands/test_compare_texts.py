"""Which texts `compare` takes, how they are read, and which of their chapters count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import invoke
from compared import (
    CHAPTERS,
    LETTERS,
    PARAGRAPHS,
    SENTENCE,
    Shelf,
    model_of,
    put_model,
    scores_of,
    write_book,
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_text_that_a_model_has_read_in_is_compared_by_what_it_has_not_read(shelf: Shelf) -> None:
    half = shelf.folder / "半.txt"
    lines = [shelf.first.read_text(encoding="utf-8"), shelf.second.read_text(encoding="utf-8")]
    old = "\n".join(lines[0].splitlines()[: 3 * (PARAGRAPHS + 1)])  # chapters 1 to 3 of ten
    half.write_text(f"{old}\n{lines[1]}", encoding="utf-8")
    found = shelf.told(half, "--model", "模甲")
    (text,) = found["texts"]
    assert len(text["chapters"]) == CHAPTERS, "all that are new to it"
    assert scores_of(text)["模甲"]["own"]
    assert text["nearest"] == []
    assert found["models"][0]["text"] is None, "most of what it has read is not there"


@pytest.mark.parametrize(
    ("strange", "advised"),
    [
        ("我在有大来到说子和地出道时年得就那要生自着去过家学对可里后小心", False),
        ("這個們來國說時會對過發後經學當沒動還進樣開從無與門頭見聽問兩幾話語", True),
    ],
)
def test_a_text_of_unknown_characters_is_told(shelf: Shelf, strange: str, advised: bool) -> None:
    other = shelf.folder / "异.txt"
    letters = [letter for letter in LETTERS if letter not in strange]
    table = dict(zip(map(ord, letters), sorted({*strange} - {*LETTERS}), strict=False))
    text = shelf.first.read_text(encoding="utf-8").translate(table)
    other.write_text(text, encoding="utf-8")
    _, _, errors = shelf.call(other)
    assert "异: " in errors
    assert "% of its characters are unknown to 模" in errors
    assert ("--set fetch.simplify=true" in errors) is advised
    assert "unknown" not in shelf.call(shelf.first)[2]


def test_texts_are_read_by_the_settings_of_fetch(shelf: Shelf) -> None:
    found = shelf.told(shelf.first, "--set", "fetch.rejoin_lines=never")
    assert len(found["texts"]) == 1
    books = shelf.folder / "架"
    books.mkdir()
    for number in (3, 7):
        write_book(books / f"{number}.txt", number)
    names = [own["name"] for own in shelf.told(books, "--set", "fetch.books=each")["texts"]]
    assert names == ["架《3》", "架《7》"]


def test_another_edition_is_known_by_what_it_says(shelf: Shelf) -> None:
    """Other bytes and another name: the chapters that the model has not read are left."""
    other = shelf.folder / "别本.txt"
    other.write_bytes(shelf.first.read_text(encoding="utf-8").encode("utf-16"))
    found = shelf.told(other, "--model", "模甲")
    (text,) = found["texts"]
    assert text["chapters"] == ["第四章　夜雨", "第九章　夜雨"]
    assert scores_of(text)["模甲"]["own"]
    assert found["models"][0]["text"] == "别本"


def test_without_texts_the_models_novels_are_taken_from_the_last_runs(shelf: Shelf) -> None:
    code, _, errors = shelf.call()
    assert code == 3
    assert "expected the models' novels among the artifacts, found none" in errors
    assert invoke("text", "--source", str(shelf.first), "--artifacts", str(shelf.artifacts))[0] == 0
    code, output, errors = shelf.call("--json")
    assert code == 0
    assert "模乙: its novel is not among the artifacts" in errors
    assert [own["name"] for own in json.loads(output)["texts"]] == ["模甲"]


@pytest.mark.parametrize("age", [-1, 5], ids=["the newest", "the oldest"])
def test_a_model_of_a_shelf_leaves_the_others_their_novels_distances_and_tree(
    shelf: Shelf, age: int
) -> None:
    books = shelf.folder / "书架"
    books.mkdir()
    for path in (shelf.first, shelf.second):
        (books / path.name).write_bytes(path.read_bytes())
    reading = ["--artifacts", str(shelf.artifacts)]
    each = ["--set", "fetch.books=each"]
    for source, more in ((shelf.first, []), (shelf.second, []), (books, each)):
        assert invoke("text", "--source", str(source), *more, *reading)[0] == 0
    alone = shelf.told()
    corpora = sorted((shelf.artifacts / "fetch").glob("*/corpus.json"))
    digests = {json.loads(path.read_text("utf-8"))["source_digest"] for path in corpora}
    (digest,) = digests - set(shelf.digests)
    put_model(shelf.artifacts, "模架", model_of(3, digest), age)

    found = shelf.told()
    assert {own["name"] for own in found["texts"]} == {"模甲", "模乙"}
    own = {model["name"]: model["text"] for model in found["models"]}
    assert own == {"模甲": "模甲", "模乙": "模乙", "模架": None}
    assert len(found["distances"]) == len(alone["distances"]) == 1
    assert found["distances"] == alone["distances"]
    assert len(found["tree"]) == 1


@pytest.mark.parametrize("headings", [0, 2, 3])
def test_pieces_of_one_chapter_count_as_one(shelf: Shelf, headings: int) -> None:
    # Such a text is held out by pieces of a few hundred characters: no interval comes of them.
    short = shelf.folder / "短.txt"
    write_book(short, 5)
    lines = [own for own in short.read_text(encoding="utf-8").splitlines() if own[0] != "第"][:60]
    for number in range(headings):
        place = number * 60 // headings + number
        lines.insert(place, f"第{'一二三'[number]}章　夜雨")
    short.write_text("\n".join(lines), encoding="utf-8")
    (told,) = shelf.told(short, "--whole")["texts"]
    assert len(told["chapters"]) == (headings or 2)
    assert told["characters"] > 60 * SENTENCE
    assert all(own["interval"] is None for own in told["scores"])
    _, output, errors = shelf.call(short, "--whole")
    assert f"compared by {headings or 2} of its chapters, too few for an interval" in errors
    assert "held out of each text; of a text that no model has read, of all of them" in output


def test_the_same_bytes_twice_are_used_once(shelf: Shelf) -> None:
    again = shelf.folder / "又.txt"
    again.write_bytes(shelf.first.read_bytes())
    code, output, errors = shelf.call(shelf.first, again, "--json")
    assert code == 0
    assert [own["name"] for own in json.loads(output)["texts"]] == ["甲"]
    assert "the same bytes as 甲; used once" in errors


def test_texts_of_one_name_are_numbered(shelf: Shelf) -> None:
    (shelf.folder / "旧").mkdir()
    write_book(shelf.folder / "旧" / "甲.txt", 11)
    found = shelf.told(shelf.first, shelf.folder / "旧" / "甲.txt")
    assert [own["name"] for own in found["texts"]] == ["甲", "甲 (2)"]


def test_a_shelf_is_compared_book_by_book(shelf: Shelf) -> None:
    """Of one model for both books: each is its own, and it has no place in a tree of novels."""
    books = shelf.folder / "架"
    books.mkdir()
    write_book(books / "一.txt", 3)
    write_book(books / "二.txt", 11)
    (books / "shelf.toml").write_text(
        '[[book]]\nfile = "一.txt"\ntitle = "一"\n[[book]]\nfile = "二.txt"\ntitle = "二"\n',
        encoding="utf-8",
    )
    found = shelf.told(books, shelf.second)
    first, second, other = found["texts"]
    assert [first["name"], second["name"], other["name"]] == ["架《一》", "架《二》", "乙"]
    assert scores_of(first)["模甲"]["own"]
    assert not any(own["own"] for own in second["scores"])
    assert [len(own["chapters"]) for own in found["texts"]] == [1, 1, 1]
