"""`compare`: models times texts, on made-up books that their n-grams tell apart."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from commands import invoke
from compared import (
    CHAPTERS,
    PARAGRAPHS,
    SENTENCE,
    TESTED,
    Shelf,
    model_of,
    put_model,
    scores_of,
    write_book,
)

from pipeline.errors import DataError
from pipeline.models.scoring import score_on
from pipeline.processes import Processes
from pipeline.runner.disk import write_durably
from pipeline.workers import Workers


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


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
