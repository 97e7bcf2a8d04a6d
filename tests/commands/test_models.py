"""`models`, and what a model is good for: it writes whatever became of what it was made from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import SEED_PHRASE, invoke, run_options, stages_done
from models import FORGED, Arrays, Facts, forged, small_model
from pipelines import ROOT, TINY, Trained, call, environment, write_small_novel

from pipeline import load_writer
from pipeline.engine.bundle.model import SCORES, NovelModel, save_model
from pipeline.engine.bundle.opening import load_model
from pipeline.errors import NotReady
from pipeline.models.names import check_name, safe_name


def shelf_with(folder: Path, **models: NovelModel) -> list[str]:
    """Put models on a shelf, each newer than the one before; return the options for it."""
    (folder / "models").mkdir(parents=True)
    for number, (name, model) in enumerate(models.items()):
        path = folder / "models" / f"{name}.safetensors"
        save_model(model, path)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    return ["--artifacts", str(folder)]


def the_model(trained: Trained) -> Path:
    return trained.artifacts / "models" / "澄秋阁.safetensors"


# Making one


def test_a_run_leaves_a_model_with_its_scores_and_how_to_cut(trained: Trained) -> None:
    card = load_model(the_model(trained)).card
    (path,) = trained.artifacts.glob("evaluate/*/evaluation.json")
    writer = json.loads(path.read_text(encoding="utf-8"))["test"]["writer"]
    assert card.title == "澄秋阁"
    assert card.scores == {key: writer[key] for key in SCORES}
    assert card.settings["train.hidden"] == 16
    assert not any("source" in name or "/" in str(value) for name, value in card.settings.items())
    assert str(trained.novel.parent).encode() not in the_model(trained).read_bytes()
    cutting = load_model(the_model(trained)).cutting
    assert (cutting.engine, cutting.simplified) == ("rjieba", False)


def test_what_may_differ_from_day_to_day_is_stamped_on_the_published_model_alone(
    trained: Trained,
) -> None:
    """Or else one key of the stage `model` could have files of different bytes."""
    (path,) = trained.artifacts.glob("model/*/model.safetensors")
    made, published = load_model(path).card, load_model(the_model(trained)).card
    assert made.made_with == {}
    assert published.made_with["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"xuxie", "numpy"} < set(published.made_with)


@pytest.mark.slow
def test_quick_stops_when_the_model_is_made(own: Trained, tmp_path: Path) -> None:
    for name in ("remember", "model", "models", "regress", "evaluate", "report"):
        shutil.rmtree(own.artifacts / name)
    novel = write_small_novel(tmp_path)
    options = ["--config", str(TINY), "--artifacts", str(own.artifacts)]
    done = call("run-all", "--quick", "--name", "甲", "--source", str(novel), *options)

    assert done.returncode == 0, done.stderr
    assert stages_done(done.stderr) == ["remember", "model"]
    assert "never seen in training" not in done.stdout
    path = own.artifacts / "models" / "甲.safetensors"
    assert load_model(path).card.scores is None
    # Another novel of the same name does not take its place, and both write.
    novel.write_text(novel.read_bytes().decode("gb18030").replace("青棠", "青梅"), "utf-8")
    told = ["--progress", "json", "--set", "train.epochs=1"]
    done = call("run-all", "--quick", "--name", "甲", "--source", str(novel), *options, *told)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"started", "progress", "finished"} < {event["event"] for event in events}
    assert events[-1] == {"event": "model", "name": "甲-2"}
    shelf = ["--words", "5", "--rng-seed", "1", "--artifacts", str(own.artifacts)]
    for name, phrase in (("甲", "青棠听了，"), ("甲-2", "青梅听了，")):
        code, output, errors = invoke("generate", phrase, "--model", name, *shelf)
        assert (code, errors) == (0, ""), name
        assert output.startswith(phrase)
    # The first again: nothing runs, and it is the newest.
    done = call("clean", "--keep", "0", "--artifacts", str(own.artifacts))
    assert done.returncode == 0
    assert sorted(p.name for p in path.parent.iterdir()) == ["甲-2.safetensors", "甲.safetensors"]


def test_a_model_that_was_renamed_is_renewed_under_its_new_name(own: Trained) -> None:
    artifacts = ["--artifacts", str(own.artifacts)]
    assert invoke("models", "rename", "澄秋阁", "我的", *artifacts)[0] == 0
    before = (own.artifacts / "models" / "我的.safetensors").read_bytes()
    assert invoke("run-all", *run_options(own))[0] == 0
    (path,) = (own.artifacts / "models").iterdir()
    assert (path.name, path.read_bytes()) == ("我的.safetensors", before)
    path.unlink()
    assert invoke("run", "model", *run_options(own))[0] == 0
    assert load_model(the_model(own)).card.scores is None
    assert invoke("run", "evaluate", *run_options(own))[0] == 0
    assert load_model(the_model(own)).card.scores is not None


# Using one


@pytest.mark.slow
def test_a_model_alone_writes_scores_and_explains_in_an_empty_folder(
    trained: Trained, tmp_path: Path
) -> None:
    file = shutil.copy(the_model(trained), tmp_path / "a.safetensors")
    text = tmp_path / "text.txt"
    text.write_text("青棠听了，何姑姑笑道。", encoding="utf-8")
    for arguments in (
        ["generate", SEED_PHRASE, "--words", "5", "--rng-seed", "1", "--why"],
        ["score", str(text)],
    ):
        done = call(*arguments, "--model", str(file), "--artifacts", "none", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.safetensors", "text.txt"]
    with_file = load_writer(file).continue_text(SEED_PHRASE, words=12, rng_seed=1)
    assert with_file == load_writer(trained.artifacts).continue_text(
        SEED_PHRASE, words=12, rng_seed=1
    )


def test_a_code_edit_and_the_loss_of_all_artifacts_change_nothing(own: Trained) -> None:
    for path in own.artifacts.iterdir():
        if path.name != "models" and path.is_dir():
            shutil.rmtree(path)
    code = (
        "import sys\n"
        "from pipeline.runner import sources\n"
        "sources.analyse = lambda path: {'digest': 'edited', 'imports': []}\n"
        "import cli\n"
        f"sys.argv = ['cli.py', 'generate', '{SEED_PHRASE}', '--greedy', '--artifacts', "
        f"{str(own.artifacts)!r}]\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(SEED_PHRASE)
    assert done.stderr == "xuxie: model 澄秋阁\n"


def two_words(own: Trained) -> list[str]:
    """The command that writes two words, the same each time."""
    words = ["--words", "2", "--rng-seed", "1"]
    return ["generate", SEED_PHRASE, *words, "--artifacts", str(own.artifacts)]


def test_one_note_says_that_the_novel_has_changed(own: Trained, tmp_path: Path) -> None:
    novel = tmp_path / "mine.txt"
    novel.write_bytes(own.novel.read_bytes())
    assert invoke("run-all", *run_options(replace(own, novel=novel)))[0] == 0
    arguments = two_words(own)
    assert invoke(*arguments)[2] == "xuxie: model 澄秋阁\n"

    novel.write_bytes(own.novel.read_bytes() + "又一段。\n".encode("gb18030"))
    code, output, errors = invoke(*arguments)
    assert (code, output[:5]) == (0, SEED_PHRASE)
    assert errors.splitlines()[1].startswith(
        "xuxie: 澄秋阁: its novel has since changed; a new model: python cli.py run-all "
    )
    assert len(errors.splitlines()) == 2
    novel.unlink()
    assert invoke(*arguments)[2] == "xuxie: model 澄秋阁\n", "a model outlives its novel"


def test_a_model_outlives_a_shelf_whose_list_is_no_longer_right(
    own: Trained, tmp_path: Path
) -> None:
    books, text = tmp_path / "架", own.novel.read_bytes()
    books.mkdir()
    (books / "甲.txt").write_bytes(text)
    entry = '[[book]]\nfile = "甲.txt"\n'
    (books / "shelf.toml").write_text(entry, encoding="utf-8")
    assert invoke("run-all", *run_options(replace(own, novel=books)), "--quick")[0] == 0
    arguments = two_words(own)
    assert invoke(*arguments)[::2] == (0, "xuxie: model 架\n")

    for wrong in (entry.replace("甲", "乙"), entry + "encoding = 5", "[[book]"):
        (books / "shelf.toml").write_text(wrong, encoding="utf-8")
        assert invoke(*arguments)[::2] == (0, "xuxie: model 架\n")
    shutil.rmtree(books)
    assert invoke(*arguments)[::2] == (0, "xuxie: model 架\n")


def test_the_newest_is_taken_and_told(tmp_path: Path) -> None:
    options = shelf_with(tmp_path, 甲=small_model(0), 乙=small_model(1))
    code, _, errors = invoke("generate", "一丁七", "--words", "3", "--rng-seed", "1", *options)
    assert (code, errors) == (0, "xuxie: model 乙\n")
    code, _, errors = invoke(
        "generate", "一丁七", "--words", "3", "--rng-seed", "1", "--model", "甲", *options
    )
    assert (code, errors) == (0, "")
    code, output, errors = invoke("generate", "一丁七", "--model", "丙", *options)
    assert (code, output) == (2, "")
    assert errors.startswith("xuxie: --model: expected the name of a model (`models` lists them)")


@pytest.mark.parametrize("command", [["generate", "一丁七"], ["score", "-"], ["report"]])
def test_a_file_that_is_no_model_is_one_line(tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "a.safetensors"
    for data in (b"", b"PK\x03\x04" * 9, b"\x1b[2J" * 99):
        path.write_bytes(data)
        code, output, errors = invoke(*command, "--model", str(path))
        assert (code, output, len(errors.splitlines())) == (3, "", 1)
        assert errors.startswith("xuxie: a.safetensors: expected a sound model, got ")
        assert errors.strip().isprintable()


def test_without_a_model_there_is_one_thing_to_do(tmp_path: Path) -> None:
    for command in (["generate", "一丁七"], ["score", "-"], ["report"]):
        code, output, errors = invoke(*command, "--artifacts", str(tmp_path))
        assert (code, output) == (2, "")
        assert errors == (
            "xuxie: expected a trained model, found none; run: python cli.py run-all "
            f"--artifacts {tmp_path}\n"
        )
    with pytest.raises(NotReady):
        load_writer(tmp_path)


def silence(facts: Facts, arrays: Arrays) -> None:
    """Leave no word a chance after any n-gram."""
    for name in ("ngram.2.backoff", "ngram.3.backoff", "ngram.2.weights", "ngram.3.weights"):
        arrays[name] = np.zeros_like(arrays[name])


def exaggerate(facts: Facts, arrays: Arrays) -> None:
    """Put the largest numbers that are let through everywhere."""
    for name in ("gate_table", "recurrent_kernel", "kernel_2", "projection_kernel"):
        arrays[name] = np.full_like(arrays[name], 1e6)
    for name in ("output_vectors", "neighbours.keys"):
        arrays[name] = np.zeros_like(arrays[name])
    arrays["log_prior"] = np.full_like(arrays["log_prior"], -1e6)
    facts["network"] |= {"scale": 1e9, "prior_weight": -1e9, "steps": 1000}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("change", [silence, exaggerate])
def test_the_worst_that_is_let_through_still_writes(
    tmp_path: Path, change: Callable[[Facts, Arrays], None]
) -> None:
    path = forged(tmp_path / "a.safetensors", small_model(), change)
    code, output, errors = invoke(
        "generate", "一丁七", "--words", "20", "--rng-seed", "1", "--model", str(path)
    )
    assert (code, errors) == (0, "")
    assert len(output) > 20


# Looking after them


def test_the_list(tmp_path: Path) -> None:
    options = shelf_with(tmp_path, 甲=small_model(0), 乙=small_model(1, title="另一个"))
    (tmp_path / "models" / "\x1b[2J.safetensors").write_bytes(b"\x1b[2J")
    (tmp_path / "models" / ".draft.safetensors").write_bytes(b"")
    (tmp_path / "models" / "notes.txt").write_text("")
    code, output, errors = invoke("models", *options)
    assert (code, errors) == (0, "")
    head, broken, newer, older = output.splitlines()
    assert head.split() == ["words", "size", "date", "top1", "bits/char", "name"]
    assert "\\x1b[2J  cannot be used: a header of " in broken
    assert newer.endswith("乙  《另一个》")
    assert older.split()[0] == "30"
    rows = json.loads(invoke("models", "--json", *options)[1])
    assert [row["name"] for row in rows] == ["\\x1b[2J", "乙", "甲"]
    assert list(rows[1]) == ["name", "title", "words", "bytes", "date", "scores", "file", "fault"]
    empty = invoke("models", "--artifacts", str(tmp_path / "none"))
    assert empty == (0, "no models yet; run: python cli.py run-all --source 我的小说.txt\n", "")


def test_export_and_import(tmp_path: Path) -> None:
    model = small_model(0)
    odd = replace(model, card=replace(model.card, title="<b>澄</b>", settings={"train.hidden": 8}))
    options = shelf_with(tmp_path / "a", 甲=odd)
    file, card = tmp_path / "乙.safetensors", tmp_path / "乙.md"
    code, output, errors = invoke("models", "export", "甲", str(file), *options)
    assert (code, output) == (0, f"{file}\n{card}\n")
    assert "mind the novel's copyright" in errors
    text = card.read_text(encoding="utf-8")
    assert "<b>" not in text
    for part in ("vocabulary: 30 words", "`train.hidden` = `8`", "Not evaluated.", "copyright"):
        assert part in text
    again = invoke("models", "export", "甲", str(file), *options)
    assert (again[0], "expected a new file" in again[2]) == (2, True)

    other = ["--artifacts", str(tmp_path / "b")]
    assert invoke("models", "import", str(file), *other)[0] == 0
    brought = tmp_path / "b" / "models" / "乙.safetensors"
    assert brought.read_bytes() == file.read_bytes()
    code, _, errors = invoke("models", "import", str(file), *other)
    assert (code, "expected a free name" in errors) == (2, True)
    assert invoke("models", "import", str(file), "--name", "丙", *other)[0] == 0
    assert sorted(p.name for p in brought.parent.iterdir()) == ["丙.safetensors", "乙.safetensors"]


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_is_not_brought_in(tmp_path: Path, name: str) -> None:
    path = forged(tmp_path / "a.safetensors", small_model(), FORGED[name])
    code, output, errors = invoke("models", "import", str(path), "--artifacts", str(tmp_path / "b"))
    assert (code, output, len(errors.splitlines())) == (3, "", 1)
    assert errors.strip().isprintable()
    assert list((tmp_path).glob("b/models/*")) == []


def test_rename_and_remove(tmp_path: Path) -> None:
    options = shelf_with(tmp_path / "a", 甲=small_model(0), 乙=small_model(1))
    names = tmp_path / "a" / "models"
    assert invoke("models", "rename", "甲", "丙", *options)[0] == 0
    assert sorted(p.name for p in names.iterdir()) == ["丙.safetensors", "乙.safetensors"]
    for old, new in (("甲", "丁"), ("丙", "乙"), ("丙", "../丁"), ("丙", ".丁"), ("丙", "丁" * 99)):
        code, output, errors = invoke("models", "rename", old, new, *options)
        assert (code, output, len(errors.splitlines())) == (2, "", 1), (old, new)
    outside = tmp_path / "mine.safetensors"
    save_model(small_model(), outside)
    assert invoke("models", "remove", str(outside), "--yes", *options)[0] == 2
    assert outside.exists()
    assert invoke("models", "remove", "丙", *options)[0] != 0, "nobody said yes"
    code, output, _ = invoke("models", "remove", "丙", "--yes", *options)
    assert (code, output) == (0, "removed 丙\n")
    assert [path.name for path in names.iterdir()] == ["乙.safetensors"]


@pytest.mark.parametrize("command", ["export", "import", "rename", "remove"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: python cli.py models {command} " in invoke("models", command, "--help")[1]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("红楼梦", "红楼梦"),
        ("红楼梦/石头记: 一", "红楼梦_石头记_ 一"),
        ("../../etc", "etc"),
        ("..", "model"),
        ("", "model"),
        (".hidden", "hidden"),
        ("a\x1b[2J\u202eb", "a[2Jb"),
        ("con", "con_"),
        ("长" * 99, "长" * 60),
        ("红楼梦.safetensors", "红楼梦"),
        ("end. ", "end"),
    ],
)
def test_titles_become_safe_names(title: str, name: str) -> None:
    assert safe_name(title) == name
    assert check_name(name, "--name") == name
