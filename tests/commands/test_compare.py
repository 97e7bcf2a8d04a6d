"""`compare`: models times texts, on made-up books that their n-grams tell apart."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from commands import invoke
from compared import (
    CHAPTERS,
    LETTERS,
    PARAGRAPHS,
    SENTENCE,
    TESTED,
    model_of,
    put_model,
    write_book,
)

from pipeline.errors import DataError
from pipeline.models.scoring import score_on
from pipeline.processes import Processes
from pipeline.runner.disk import write_durably
from pipeline.workers import Workers


class Shelf:
    """Two books, in a folder with a model of each."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.artifacts = folder, folder / "artifacts"
        self.first, self.second = folder / "甲.txt", folder / "乙.txt"
        self.digests = [write_book(self.first, 3), write_book(self.second, 7)]
        put_model(self.artifacts, "模甲", model_of(3, self.digests[0]), 0)
        put_model(self.artifacts, "模乙", model_of(7, self.digests[1]), 1)

    def call(self, *arguments: str | Path) -> tuple[int, str, str]:
        return invoke("compare", *map(str, arguments), "--artifacts", str(self.artifacts))

    def told(self, *arguments: str | Path) -> dict[str, Any]:
        code, output, errors = self.call(*arguments, "--json")
        assert code == 0, errors
        found: dict[str, Any] = json.loads(output)
        return found


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def scores_of(text: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {own["model"]: own for own in text["scores"]}


def test_each_book_is_foretold_best_by_its_own_model(shelf: Shelf) -> None:
    found = shelf.told(shelf.first, shelf.second)
    assert [(own["name"], own["text"]) for own in found["models"]] == [
        ("模甲", "甲"),
        ("模乙", "乙"),
    ]
    for text, own, other in zip(found["texts"], ("模甲", "模乙"), ("模乙", "模甲"), strict=True):
        scores = scores_of(text)
        assert scores[own]["bits_per_character"] < scores[other]["bits_per_character"] - 1
        assert (scores[own]["own"], scores[other]["own"]) == (True, False)
        assert [near["model"] for near in text["nearest"]] == [other]
        assert not any(score["learnt"] for score in scores.values())
    (apart,) = found["distances"]
    assert apart["models"] == ["模甲", "模乙"]
    assert apart["bits_per_character"] > 1
    assert [sorted(own["left"] + own["right"]) for own in found["tree"]] == [["模乙", "模甲"]]


def test_only_chapters_that_were_tested_are_scored(shelf: Shelf) -> None:
    found = shelf.told(shelf.first)
    (text,) = found["texts"]
    assert text["chapters"] == ["第九章　夜雨"]
    # a line end counts as one character; the space of the heading is no word
    assert text["characters"] == PARAGRAPHS * (SENTENCE + 2) + len("第九章夜雨") + 1
    assert scores_of(text)["模甲"]["learnt_share"] < 0.1


def test_what_was_tuned_on_counts_as_held_out_by_the_models_own_rule(shelf: Shelf) -> None:
    settings = {"segment.holdout_every": 5, "segment.validation_chapter": 0}
    settings["segment.test_chapter"] = 3
    model = model_of(3, shelf.digests[0], held_out=(0, 3, 5, 8), settings=settings)
    put_model(shelf.artifacts, "模甲", model)
    (text,) = shelf.told(shelf.first)["texts"]
    assert text["chapters"] == ["第四章　夜雨", "第九章　夜雨"]
    assert scores_of(text)["模甲"]["interval"] is None, "of two chapters"


def test_few_chapters_are_told_and_many_have_intervals(shelf: Shelf) -> None:
    unread = shelf.folder / "丙.txt"
    write_book(unread, 11)
    _, _, errors = shelf.call(unread)
    assert "丙: compared by 1 of its chapters, too few for an interval; --whole takes" in errors
    code, output, errors = shelf.call(unread, "--whole", "--json")
    assert (code, "too few" in errors) == (0, False)
    low, high = scores_of(json.loads(output)["texts"][0])["模甲"]["interval"]
    assert low < high


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


def test_several_models_of_a_novel_are_one_in_distances(shelf: Shelf) -> None:
    put_model(shelf.artifacts, "模丙", model_of(3, shelf.digests[0], held_out=(1, 3, TESTED)), 2)
    found = shelf.told(shelf.first, shelf.second)
    assert [own["text"] for own in found["models"]] == ["甲", "乙", "甲"]
    assert len(found["distances"]) == 1
    assert "of several models of one" in shelf.call(shelf.first, shelf.second)[1]


def test_where_names_are_long_each_text_has_its_figures_below_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    put_model(shelf.artifacts, "很长的名字" * 6, model_of(3, shelf.digests[0]), 2)
    _, output, _ = shelf.call(shelf.first)
    lines = output.splitlines()
    assert lines[1] == "甲: 822 characters in 1 chapter"
    assert [line.split()[1] for line in lines[2:5]] == ["模甲", "模乙", "很长的名字" * 6]
    assert [line.split()[0][-1] for line in lines[2:5]] == ["*", lines[3].split()[0][-1], "*"]


def test_another_edition_is_known_by_what_it_says(shelf: Shelf) -> None:
    """Other bytes and another name: the chapters that the model has not read are left."""
    other = shelf.folder / "别本.txt"
    other.write_bytes(shelf.first.read_text(encoding="utf-8").encode("utf-16"))
    found = shelf.told(other, "--model", "模甲")
    (text,) = found["texts"]
    assert text["chapters"] == ["第四章　夜雨", "第九章　夜雨"]
    assert scores_of(text)["模甲"]["own"]
    assert found["models"][0]["text"] == "别本"


def test_a_text_of_learnt_chapters_is_marked_and_nothing_is_made_of_it(shelf: Shelf) -> None:
    """The part holds nothing that the model has not read; the other model has read none of it."""
    part = shelf.folder / "选.txt"
    write_book(part, 3, (0, 1, 2, 4, 5, 6, 7, 9, 0, 1))
    found = shelf.told(part, shelf.second)
    text, other = found["texts"]
    scores = scores_of(text)
    assert scores["模甲"]["learnt"]
    assert scores["模甲"]["learnt_share"] > 0.5
    assert not scores["模乙"]["learnt"]
    assert [near["model"] for near in text["nearest"]] == ["模乙"]
    assert not any(own["learnt"] for own in other["scores"])
    assert (found["distances"], found["tree"]) == ([], [])
    code, output, _ = shelf.call(part, "--model", "模甲")
    assert code == 0
    assert "! learnt" in output
    assert "nearest" not in output, "there is none"


def test_a_model_that_has_read_the_chapters_another_was_tested_on_is_marked(shelf: Shelf) -> None:
    put_model(shelf.artifacts, "全", model_of(3, "f" * 64, held_out=()), 9)
    (text,) = shelf.told(shelf.first)["texts"]
    scores = scores_of(text)
    assert text["chapters"] == ["第九章　夜雨"]
    assert {name: own["learnt"] for name, own in scores.items()} == {
        "模甲": False,
        "模乙": False,
        "全": True,
    }


def test_of_a_text_that_nobody_has_read_the_whole_can_be_scored(shelf: Shelf) -> None:
    foreign = shelf.folder / "丙.txt"
    write_book(foreign, 11)
    (text,) = shelf.told(foreign)["texts"]
    assert len(text["chapters"]) == 1
    (text,) = shelf.told(foreign, "--whole")["texts"]
    assert len(text["chapters"]) == CHAPTERS
    assert all(own["interval"] for own in text["scores"])


def test_all_models_are_measured_on_the_same_characters(shelf: Shelf) -> None:
    """A model that lacks most characters pays for them as `allow_unseen` says, and is told of."""
    (text,) = shelf.told(shelf.first)["texts"]
    unseen = len("第章夜雨")  # of the heading; 九 is one of the letters
    for own in text["scores"]:
        assert own["unseen_share"] == pytest.approx(unseen / text["characters"], abs=1e-5)


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


def test_delta_is_of_the_same_chapters(shelf: Shelf) -> None:
    third, fourth = shelf.folder / "丙.txt", shelf.folder / "丁.txt"
    write_book(third, 5)
    write_book(fourth, 4)
    options = ("--whole", "--delta", "--model", "模甲")
    delta = shelf.told(third, fourth, shelf.first, *options)["delta"]
    assert len(delta["distances"]) == 3
    code, output, errors = shelf.call(third, *options, "--json")
    assert json.loads(output)["delta"] is None
    assert (code, "no Delta: it takes two texts" in errors) == (0, True)
    _, output, _ = shelf.call(third, fourth, *options, "--delta-words", "5")
    assert "by the 5 most frequent words" in output
    # Of two chapters any word's z-scores differ by √2, of few nearly so.
    code, output, errors = shelf.call(shelf.first, shelf.second, "--delta")
    assert (code, "no Delta: it takes 6 chapters, here are 2 in all" in errors) == (0, True)
    assert "Delta" not in output
    code, _, errors = shelf.call(third, "--delta-words", "5")
    assert (code, "--delta-words: expected --delta with it" in errors) == (2, True)


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


def test_models_that_have_read_unlike_amounts_are_told(shelf: Shelf) -> None:
    _, output, errors = shelf.call(shelf.first)
    assert "was trained on" not in errors
    assert re.search(r"trained on: [\d,]+ 模甲, [\d,]+ 模乙\n", output)
    little = model_of(5, "0" * 64, held_out=range(2, CHAPTERS))
    put_model(shelf.artifacts, "模丙", little, 2)
    _, _, errors = shelf.call(shelf.first)
    assert re.search(r"was trained on [\d,]+ characters, 模丙 on [\d,]+: who has read", errors)


def test_of_two_files_either_both_are_written_or_none(shelf: Shelf) -> None:
    table, page = shelf.folder / "半.csv", shelf.folder / "半" / "out.html"
    page.parent.mkdir()
    with pytest.MonkeyPatch.context() as patched:

        def fail(path: Path, text: str) -> None:
            if path == page:
                raise OSError(errno.EFBIG, "File too large")
            write_durably(path, text)

        patched.setattr("pipeline.commands.compare.write_durably", fail)
        code, _, errors = shelf.call(shelf.first, "--csv", table, "--page", page)
    assert (code, "File too large" in errors) == (1, True)
    assert not table.exists()
    assert shelf.call(shelf.first, "--csv", table, "--page", page)[0] == 0


def test_files_are_written_once(shelf: Shelf) -> None:
    table, page = shelf.folder / "out.csv", shelf.folder / "out.html"
    options = ("--csv", table, "--page", page, "--language", "en")
    code, output, _ = shelf.call(shelf.first, shelf.second, *options)
    assert code == 0
    assert "tree, the nearest joined first" in output
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert [(row["text"], row["model"], row["own"]) for row in rows] == [
        ("甲", "模甲", "1"),
        ("甲", "模乙", "0"),
        ("乙", "模甲", "0"),
        ("乙", "模乙", "1"),
    ]
    assert f"{float(rows[0]['bits_per_character']):.3f}*" in output
    assert '<html lang="en">' in page.read_text(encoding="utf-8")
    code, _, errors = shelf.call(shelf.first, *options)
    assert code == 2
    assert "expected a new file" in errors


def test_marks_and_line_ends_can_be_left_out(shelf: Shelf) -> None:
    found = shelf.told(shelf.first, "--no-marks")
    (text,) = found["texts"]
    assert found["marks"] is False
    assert text["characters"] == PARAGRAPHS * SENTENCE + len("第九章夜雨")
    _, output, _ = shelf.call(shelf.first, "--no-marks")
    assert output.startswith("bits per character, words alone,")


def test_a_text_has_the_same_figures_whatever_stands_beside_it(shelf: Shelf) -> None:
    third = shelf.folder / "丙.txt"
    write_book(third, 11)
    (alone,) = shelf.told(third, "--whole")["texts"]
    assert alone["scores"][0]["interval"] is not None
    others = shelf.told(shelf.second, third, shelf.first, "--whole")["texts"]
    assert others[1] == alone


def test_a_model_a_worker_gives_the_same_output(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = shelf.call(shelf.first, shelf.second)
    asked = []

    def lend(cluster: str | None) -> AbstractContextManager[Workers]:
        asked.append(cluster)
        return nullcontext(Processes(2))

    monkeypatch.setattr("pipeline.commands.compare.lent", lend)
    assert shelf.call(shelf.first, shelf.second, "--cluster", "local")[:2] == alone[:2]
    assert asked == ["local"]


def test_a_model_that_goes_before_its_turn_is_one_line(shelf: Shelf) -> None:
    path = shelf.artifacts / "models" / "模甲.safetensors"
    path.unlink()
    with pytest.raises(DataError, match=r"模甲\.safetensors: expected a file to read"):
        next(score_on(Processes(2), [path], [["她又来了。"]]))


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


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--model", "无此"], 2, "--model: expected the name of a model"),
        (["没有.txt"], 3, "没有.txt"),
        (["latin.txt"], 3, "expected a Chinese text"),
        (["short.txt"], 3, "at least 2000 Chinese characters"),
        (["甲.txt", "--page", "no/page.html"], 2, "--page no/page.html: expected a folder"),
        (["甲.txt", "--set", "train.epochs=3"], 2, "--set: expected how TEXTs are read"),
        (["--set", "fetch.simplify=true"], 2, "--set: expected TEXTs to read by it"),
        (["甲.txt", "--delta-words", "1"], 2, "expected a whole number of at least 2, got 1"),
    ],
)
def test_bad_input_is_one_line(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, told: str
) -> None:
    monkeypatch.chdir(shelf.folder)
    Path("latin.txt").write_text("It rains.\n" * 900, encoding="utf-8")
    Path("short.txt").write_text("青棠听了，笑道。\n", encoding="utf-8")
    found, output, errors = shelf.call(*arguments)
    assert (found, output) == (code, "")
    assert told in errors.splitlines()[-1]
    assert errors.splitlines()[-1].startswith("xuxie: ")


def test_without_models_there_is_nothing_to_compare(tmp_path: Path) -> None:
    code, _, errors = invoke("compare", "--artifacts", str(tmp_path / "artifacts"))
    assert code == 2
    assert "expected models to compare, found none" in errors


def test_a_model_that_cannot_be_used_is_told_of_and_the_others_are_compared(shelf: Shelf) -> None:
    (shelf.artifacts / "models" / "坏.safetensors").write_bytes(b"no model")
    code, output, errors = shelf.call(shelf.first, "--json")
    assert code == 0
    assert "坏: left out" in errors
    assert len(json.loads(output)["models"]) == 2


def test_the_tested_chapter_is_the_rules() -> None:
    assert TESTED == 17 * CHAPTERS // 20
