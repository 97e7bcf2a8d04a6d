"""The command line on a really trained small model: outputs, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import SEED_PHRASE, generate, invoke, run_options, stages_done, status_of
from pipelines import ROOT, STAGES, Trained, arguments_for, call

from pipeline.runner.lock import hold
from pipeline.runner.store import open_store

COMMANDS = ("run-all", "run", "status", "dag", "clean", "config", "generate", "report", "models")


# run-all, run, status


def test_run_all_ends_with_scores_a_sample_and_where_things_lie(trained: Trained) -> None:
    lines = trained.output.splitlines()
    sample = next(trained.artifacts.glob("model/*/sample.txt")).read_text(encoding="utf-8")

    assert [line for line in lines if line.endswith("never seen in training")] == [
        "validation chapters, never seen in training",
        "test chapters, never seen in training",
    ]
    assert len([line for line in lines if line.startswith("network ")]) == 3  # and the ablation
    assert len([line for line in lines if line.startswith("unigram ")]) == 2
    assert len([line for line in lines if line.startswith("writer ")]) == 2
    assert len([line for line in lines if line.startswith(("network+", "all "))]) == 4
    assert sample.strip() in trained.output
    assert f"artifacts  {trained.artifacts}" in lines
    (hint,) = (line for line in lines if line.startswith("write on   python cli.py generate "))
    assert str(trained.artifacts) in hint
    scores = lines.index("validation chapters, never seen in training")
    assert lines.index(hint) < scores, "the model and what it writes come first"
    (made,) = (line for line in lines if line.startswith("model      澄秋阁  ("))
    assert str(trained.artifacts / "models" / "澄秋阁.safetensors") in made


def test_a_second_run_all_says_that_there_is_nothing_to_do(trained: Trained) -> None:
    def written() -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for p in trained.artifacts.glob("*/*/*")}

    before = written()
    code, output, errors = invoke("run-all", *run_options(trained))

    assert (code, errors) == (0, "")
    assert "nothing to do" in output
    assert len(output.splitlines()) == 1
    assert written() == before


def test_status_json_has_the_documented_fields(trained: Trained) -> None:
    rows = status_of(trained)

    assert tuple(rows) == STAGES
    for stage, row in rows.items():
        assert list(row)[:6] == ["stage", "state", "reasons", "key", "seconds", "bytes"]
        assert row["expected_seconds"] is None, "it will not run"
        assert (row["state"], row["reasons"]) == ("fresh", [])
        folder = trained.artifacts / stage / row["key"]
        files = [path for path in folder.iterdir() if path.name != "manifest.json"]
        assert row["bytes"] == sum(path.stat().st_size for path in files)
        assert row["seconds"] >= 0


def test_status_is_a_line_a_stage(trained: Trained) -> None:
    code, output, _ = invoke("status", "--verify", *run_options(trained))

    assert code == 0
    assert [line.split()[:2] for line in output.splitlines()] == [[s, "fresh"] for s in STAGES]


def test_status_without_a_model_says_one_thing_to_do(tmp_path: Path) -> None:
    code, output, errors = invoke("status", "--artifacts", str(tmp_path / "none"))

    command = f"python cli.py run-all --artifacts {tmp_path / 'none'}"
    assert (code, output, errors) == (0, f"no model yet; run: {command}\n", "")


def test_status_of_an_empty_folder_speaks_of_a_first_run(tmp_path: Path) -> None:
    code, output, _ = invoke("status", "--json", "--artifacts", str(tmp_path / "none"))

    assert code == 0
    assert {(row["state"], row["reasons"][0]) for row in json.loads(output)} == {
        ("missing", "first run")
    }
    assert not (tmp_path / "none").exists()


def test_the_plan_names_old_and_new_value_and_stays_a_plan(trained: Trained) -> None:
    code, output, _ = invoke(
        "run-all",
        "--dry-run",
        "--json",
        "--set",
        "train.learning_rate=0.001",
        *run_options(trained),
    )

    rows = {row["stage"]: (row["state"], row["reasons"]) for row in json.loads(output)}
    assert code == 0
    assert rows == {
        **dict.fromkeys(("fetch", "segment", "embed", "window", "base", "regress"), ("fresh", [])),
        "train": ("stale", ["learning_rate 0.006 → 0.001"]),
        "decode": ("stale", ["input train changes"]),
        "remember": ("stale", ["input decode changes"]),
        "evaluate": ("stale", ["input decode changes", "input remember changes"]),
        "model": ("stale", ["input decode changes", "input remember changes"]),
        "report": (
            "stale",
            [
                f"input {stage} changes"
                for stage in ("train", "decode", "remember", "model", "evaluate")
            ],
        ),
    }
    assert {row["state"] for row in status_of(trained).values()} == {"fresh"}


@pytest.mark.slow
def test_a_training_setting_reruns_train_and_what_follows(own: Trained) -> None:
    before = {stage: row["key"] for stage, row in status_of(own).items()}

    done = call("run-all", "--set", "train.epochs=1", *run_options(own))

    assert done.returncode == 0, done.stderr
    assert stages_done(done.stderr) == [
        "train",
        "decode",
        "remember",
        "model",
        "evaluate",
        "report",
    ]
    after = status_of(own, "--set", "train.epochs=1")
    assert {row["state"] for row in after.values()} == {"fresh"}
    changed = [stage for stage in STAGES if after[stage]["key"] != before[stage]]
    assert changed == ["train", "decode", "remember", "model", "evaluate", "report"]


@pytest.mark.slow
def test_a_forced_stage_runs_alone_and_gives_the_same_bytes(own: Trained) -> None:
    weights_path = next(own.artifacts.glob("train/*/weights.safetensors"))
    before = (weights_path.read_bytes(), weights_path.stat().st_ino)

    done = call("run", "train", "--force", *run_options(own))

    assert done.returncode == 0, done.stderr
    assert "train: forced" in done.stderr.splitlines()
    assert stages_done(done.stderr) == ["train"]
    assert weights_path.read_bytes() == before[0]
    assert weights_path.stat().st_ino != before[1]
    assert {row["state"] for row in status_of(own).values()} == {"fresh"}  # no cascade


def test_what_another_machine_has_made_ends_as_what_is_made_here(
    own: Trained, tmp_path: Path
) -> None:
    store = ["--store", str(tmp_path / "share")]
    code, output, _ = invoke("run-all", *run_options(own), *store)
    assert (code, output.partition(";")[0]) == (0, "everything is up to date")

    here = ["--artifacts", str(tmp_path / "here")]
    code, output, errors = invoke("run-all", *run_options(own)[:-2], *here, *store)
    assert code == 0, errors
    assert stages_done(errors) == []
    assert errors.count(": taken from ") == len(STAGES)
    assert {line.split()[0] for line in output.splitlines() if line} >= {"model", "write", "report"}
    again = invoke("run-all", *run_options(own)[:-2], *here, *store)
    assert (again[0], again[1].partition(";")[0]) == (0, "everything is up to date")


def test_run_of_a_fresh_stage_does_nothing(trained: Trained) -> None:
    code, output, errors = invoke("run", "train", *run_options(trained))

    assert (code, errors) == (0, "")
    assert output.startswith("train is up to date; nothing to do")


def test_run_of_an_unknown_stage_names_the_nearest() -> None:
    code, _, errors = invoke("run", "trian")

    assert code == 2
    assert errors.endswith("got trian; the nearest is train\n")


# dag, config, clean, --help


def test_the_graph_as_text_mermaid_and_json() -> None:
    _, text, _ = invoke("dag")
    _, mermaid, _ = invoke("dag", "--mermaid")
    _, as_json, _ = invoke("dag", "--json")

    assert [line.split()[0] for line in text.splitlines()] == list(STAGES)
    assert "train    ← embed, window, base" in text.splitlines()
    assert mermaid.splitlines()[0] == "graph LR"
    assert "    embed --> train" in mermaid.splitlines()
    edges = {row["stage"]: row["inputs"] for row in json.loads(as_json)}
    assert edges["train"] == ["embed", "window", "base"]


def test_config_shows_where_each_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("[train]\nhidden = 32\nepochs = 4\n", encoding="utf-8")
    options = [
        "--config",
        str(tmp_path / "my.toml"),
        "--set",
        "train.epochs=5",
        "--source",
        "红楼梦",
    ]
    _, output, _ = invoke("config", "--json", *options)
    _, text, _ = invoke("config", *options)

    rows = {row["setting"]: (row["value"], row["origin"]) for row in json.loads(output)}
    assert rows["train.epochs"] == (5, "--set")
    assert rows["train.hidden"] == (32, (tmp_path / "my.toml").as_posix())
    assert rows["fetch.source"] == ("红楼梦", "--source")
    assert rows["window.steps"] == (20, "configs/default.toml")
    assert "train.epochs = 5  (--set)" in text.splitlines()


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    code, output, errors = invoke("config", "--set", "train.lerning_rate=0.1")

    assert (code, output) == (2, "")
    assert errors == (
        "xuxie: train.lerning_rate: no such setting (from --set); "
        "the nearest is train.learning_rate\n"
    )


def test_clean_removes_what_the_last_complete_run_does_not_use(own: Trained) -> None:
    artifacts = ["--artifacts", str(own.artifacts)]
    assert invoke("run", "fetch", *run_options(own), "--set", "fetch.min_characters=100")[0] == 0
    assert len(list((own.artifacts / "fetch").iterdir())) == 2

    _, planned, _ = invoke("clean", "--keep", "0", "--dry-run", "--json", *artifacts)
    assert [row["stage"] for row in json.loads(planned)] == ["fetch"]
    assert len(list((own.artifacts / "fetch").iterdir())) == 2
    _, output, _ = invoke("clean", "--keep", "0", *artifacts)
    assert output.splitlines()[-1].startswith("removed 1 folder, ")
    assert {row["state"] for row in status_of(own).values()} == {"fresh"}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    code, output, _ = invoke(command, "--help")

    assert code == 0
    assert f"Example: python cli.py {command}" in output


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "source.txt: expected a file, a folder, an http(s) address or one of 红楼梦"),
        ("他来了。\n" * 10, "2000 Chinese characters, got 30"),
        ("She went home, and it rained all night long.\n" * 200, "Chinese"),
    ],
    ids=["missing", "too short", "English"],
)
def test_a_source_that_cannot_be_used_is_exit_3(
    tmp_path: Path, text: str | None, complaint: str
) -> None:
    source = tmp_path / "source.txt"
    if text is not None:
        source.write_text(text, encoding="utf-8")

    code, output, errors = invoke("run-all", *arguments_for(tmp_path / "artifacts", source))

    message = errors.splitlines()[-1]
    assert (code, output) == (3, "")
    assert message.startswith("xuxie: ")
    assert complaint in message


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.txt")
    done = call("run-all", "--debug", *arguments_for(tmp_path / "artifacts", Path(missing)))

    assert done.returncode != 0
    assert "Traceback" in done.stderr
    assert missing in done.stderr


def test_a_busy_folder_refuses_runs_and_serves_readers(trained: Trained) -> None:
    with hold(open_store(trained.artifacts, root=ROOT), "run-all"):
        second = call("run-all", *run_options(trained))
        states = {row["state"] for row in status_of(trained).values()}
        output, _ = generate(trained)

    assert (second.returncode, second.stdout) == (4, "")
    assert len(second.stderr.splitlines()) == 1
    assert f"held by run-all (process {os.getpid()}) since " in second.stderr
    assert states == {"fresh"}
    assert output.startswith(SEED_PHRASE)


def test_status_of_the_default_novel_points_to_the_last_run(own: Trained) -> None:
    code, output, errors = invoke("status", "--artifacts", str(own.artifacts))
    assert code == 0
    assert "missing" in output or "stale" in output  # the default novel is not what was trained on
    assert f"--source {own.novel}" in errors
    assert invoke("status", *run_options(own))[2] == ""


@pytest.mark.slow
def test_the_other_engine_cuts_alike_and_stops_the_cascade(own: Trained) -> None:
    rows = status_of(own, "--set", "segment.engine=jieba")
    assert rows["segment"]["reasons"] == ["engine rjieba → jieba"]
    done = call("run-all", *run_options(own), "--set", "segment.engine=jieba")
    assert done.returncode == 0
    assert stages_done(done.stderr) == ["segment"]


def test_written_text_is_measured_beside_the_real_one(trained: Trained) -> None:
    (path,) = trained.artifacts.glob("evaluate/*/evaluation.json")
    evaluation = json.loads(path.read_text(encoding="utf-8"))
    writing = evaluation["writing"]
    assert set(writing) == {"held_out", "greedy", "top_p", "default"}
    for measures in writing.values():
        assert 0 < measures["distinct1"] <= measures["distinct2"] <= measures["distinct3"] <= 1
        assert 0 <= measures["repeated4"] < 1
        assert measures["longest_copy"] >= measures["mean_longest_copy"] > 0
    # The most probable word is always chosen from among fewer words than the novel uses.
    assert writing["greedy"]["distinct1"] < writing["held_out"]["distinct1"]
    reading = evaluation["reading"]
    assert reading["text"] == "whole novel"  # six chapters of a novella: little is held out
    assert 5 < reading["novel"]["sentence_characters"] < 40
    assert reading["novel"]["common_words"] > 0.3
    assert reading["writer"] != reading["novel"]
    assert "\nhow it reads: the novel (whole novel)" in trained.output
