"""The command line on a really trained small model: outputs, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pipelines import ROOT, STAGES, Trained, arguments_for, call, start
from pipelines import trained as train_once
from typer.testing import CliRunner

import cli
from pipeline import load_writer
from pipeline.runner.lock import hold
from pipeline.runner.store import open_store

COMMANDS = ("run-all", "run", "status", "dag", "clean", "config", "generate")
SEED_PHRASE = "青棠听了，"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The artifacts that all tests read; those that change something take `own`."""
    return train_once(tmp_path_factory.getbasetemp())


@pytest.fixture
def own(trained: Trained, tmp_path: Path) -> Trained:
    """A copy of the artifacts for one test."""
    artifacts = tmp_path / "artifacts"
    shutil.copytree(trained.artifacts, artifacts)
    return replace(trained, artifacts=artifacts)


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Call a command in this process; return exit code, stdout and stderr."""
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def run_options(trained: Trained) -> list[str]:
    return arguments_for(trained.artifacts, trained.novel)


def status_of(trained: Trained, *options: str) -> dict[str, dict[str, Any]]:
    """The rows of `status --json` by stage."""
    code, output, _ = invoke("status", "--json", *run_options(trained), *options)
    assert code == 0
    return {row["stage"]: row for row in json.loads(output)}


def stages_done(errors: str) -> list[str]:
    """The stages that a run's log says have run."""
    return [line.partition(":")[0] for line in errors.splitlines() if ": done in " in line]


def generate(trained: Trained, *options: str, seed_phrase: str = SEED_PHRASE) -> tuple[str, str]:
    """Write twelve words; return stdout and stderr."""
    code, output, errors = invoke(
        "generate", seed_phrase, "--words", "12", "--artifacts", str(trained.artifacts), *options
    )
    assert code == 0, errors
    return output, errors


# run-all, run, status


def test_run_all_ends_with_scores_a_sample_and_where_things_lie(trained: Trained) -> None:
    lines = trained.output.splitlines()
    sample = next(trained.artifacts.glob("evaluate/*/sample.txt")).read_text(encoding="utf-8")

    assert [line for line in lines if line.endswith("never seen in training")] == [
        "validation chapters, never seen in training",
        "test chapters, never seen in training",
    ]
    assert len([line for line in lines if line.startswith("network ")]) == 2
    assert len([line for line in lines if line.startswith("unigram ")]) == 2
    assert sample.strip() in trained.output
    assert f"artifacts  {trained.artifacts}" in lines
    assert lines[-1].startswith("write on   python cli.py generate ")
    assert str(trained.artifacts) in lines[-1]


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
        assert list(row) == ["stage", "state", "reasons", "key", "seconds", "bytes"]
        assert (row["state"], row["reasons"]) == ("fresh", [])
        folder = trained.artifacts / stage / row["key"]
        files = [path for path in folder.iterdir() if path.name != "manifest.json"]
        assert row["bytes"] == sum(path.stat().st_size for path in files)
        assert row["seconds"] >= 0


def test_status_is_a_line_a_stage(trained: Trained) -> None:
    code, output, _ = invoke("status", "--verify", *run_options(trained))

    assert code == 0
    assert [line.split()[:2] for line in output.splitlines()] == [[s, "fresh"] for s in STAGES]


def test_status_of_an_empty_folder_says_never_run(tmp_path: Path) -> None:
    code, output, _ = invoke("status", "--json", "--artifacts", str(tmp_path / "none"))

    assert code == 0
    assert {(row["state"], row["reasons"][0]) for row in json.loads(output)} == {
        ("missing", "never run")
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
        **dict.fromkeys(("fetch", "segment", "embed", "window"), ("fresh", [])),
        "train": ("stale", ["learning_rate 0.003 → 0.001"]),
        "decode": ("stale", ["input train changes"]),
        "evaluate": ("stale", ["input train changes", "input decode changes"]),
    }
    assert {row["state"] for row in status_of(trained).values()} == {"fresh"}


def test_a_training_setting_reruns_train_and_what_follows(own: Trained) -> None:
    before = {stage: row["key"] for stage, row in status_of(own).items()}

    done = call("run-all", "--set", "train.learning_rate=0.001", *run_options(own))

    assert done.returncode == 0, done.stderr
    assert stages_done(done.stderr) == ["train", "decode", "evaluate"]
    after = status_of(own, "--set", "train.learning_rate=0.001")
    assert {row["state"] for row in after.values()} == {"fresh"}
    changed = [stage for stage in STAGES if after[stage]["key"] != before[stage]]
    assert changed == ["train", "decode", "evaluate"]


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


def test_run_of_a_fresh_stage_does_nothing(trained: Trained) -> None:
    code, output, errors = invoke("run", "train", *run_options(trained))

    assert (code, errors) == (0, "")
    assert output.startswith("train is up to date; nothing to do")


def test_run_of_an_unknown_stage_names_the_nearest() -> None:
    code, _, errors = invoke("run", "trian")

    assert code == 2
    assert errors.endswith("got trian, the nearest is train\n")


# dag, config, clean, --help


def test_the_graph_as_text_mermaid_and_json() -> None:
    _, text, _ = invoke("dag")
    _, mermaid, _ = invoke("dag", "--mermaid")
    _, as_json, _ = invoke("dag", "--json")

    assert [line.split()[0] for line in text.splitlines()] == list(STAGES)
    assert "train    ← embed, window" in text.splitlines()
    assert mermaid.splitlines()[0] == "graph LR"
    assert "    embed --> train" in mermaid.splitlines()
    edges = {row["stage"]: row["inputs"] for row in json.loads(as_json)}
    assert edges["train"] == ["embed", "window"]


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
    assert output.splitlines()[-1].startswith("removed 1 folders")
    assert {row["state"] for row in status_of(own).values()} == {"fresh"}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str) -> None:
    code, output, _ = invoke(command, "--help")

    assert code == 0
    assert f"Example: python cli.py {command}" in output


# generate


def test_generate_writes_on_from_the_seed_phrase(trained: Trained) -> None:
    output, errors = generate(trained)

    assert output.startswith(SEED_PHRASE)
    assert len(output) >= len(SEED_PHRASE) + 12  # a word is at least a character
    assert errors == ""


def test_greedy_writes_the_same_every_time(trained: Trained) -> None:
    assert generate(trained, "--greedy") == generate(trained, "--greedy")
    assert generate(trained, "--greedy") == generate(trained, "--temperature", "0")


def test_equal_random_seeds_give_equal_texts(trained: Trained) -> None:
    first, again, other = (generate(trained, "--rng-seed", seed)[0] for seed in ("1", "1", "2"))

    assert first == again
    assert first != other


def test_samples_are_told_apart(trained: Trained) -> None:
    output, _ = generate(trained, "--samples", "2", "--rng-seed", "1")

    first, second = output.split("\n\n――――\n")
    assert first == generate(trained, "--rng-seed", "1")[0].removesuffix("\n")
    assert second == generate(trained, "--rng-seed", "2")[0]


def test_candidates_are_shown_with_cosine_and_probability(trained: Trained) -> None:
    output, _ = generate(trained, "--show-candidates", "--greedy", "--repetition-penalty", "1")

    for line in output.splitlines():
        chosen, _, others = line.partition("  │  ")
        assert len(others.split("  ")) == 5
        # Greedy without penalty takes the first candidate; a second break in a row is barred.
        assert chosen == others.split("  ")[0]


def test_generation_as_json(trained: Trained) -> None:
    output, _ = generate(trained, "--json", "--show-candidates", "--rng-seed", "1")

    value = json.loads(output)
    assert list(value) == ["seed_phrase", "seed_words", "dropped", "samples"]
    assert value["seed_phrase"] == "".join(value["seed_words"]) == SEED_PHRASE
    (sample,) = value["samples"]
    assert (list(sample), sample["rng_seed"]) == (["rng_seed", "text", "words"], 1)
    words = [row["word"] for row in sample["words"]]
    assert len([word for word in words if word != "</s>"]) == 12
    assert "".join(words).replace("</s>", "\n") == sample["text"]
    for row in sample["words"]:
        assert list(row) == ["word", "cosine", "probability", "candidates"]
        assert len(row["candidates"]) == 5
        assert abs(row["cosine"]) <= 1
        assert 0 < row["probability"] <= 1


def test_the_examples_of_the_readme_work(trained: Trained) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    start_of_example = 'python cli.py generate "青棠听了，"'
    examples = [shlex.split(line, comments=True)[4:] for line in lines if start_of_example in line]

    assert len(examples) >= 5
    for options in examples:
        assert len(generate(trained, *options, "--words", "3")[0].split()) >= 1  # and exit code 0


def test_unknown_words_are_named_and_dropped(trained: Trained) -> None:
    output, errors = generate(trained, "--rng-seed", "1", seed_phrase="青棠龘听了，")

    assert errors == "xuxie: not in this novel's vocabulary, dropped: 龘\n"
    plain = generate(trained, "--rng-seed", "1")[0].removeprefix(SEED_PHRASE)
    assert output == "青棠龘听了，" + plain


def test_a_phrase_of_nothing_known_is_answered_with_three_examples(trained: Trained) -> None:
    code, output, errors = invoke("generate", "龘龘", "--artifacts", str(trained.artifacts))

    assert (code, output) == (3, "")
    assert len(errors.splitlines()) == 1
    examples = [part.partition("”")[0] for part in errors.split("“")[1:]]
    novel = trained.novel.read_bytes().decode("gb18030")
    assert len(examples) == 3
    assert all(example in novel for example in examples)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ([""], 3, "seed phrase"),
        (["  \n"], 3, "seed phrase"),
        (["Hello, world"], 3, "seed phrase"),
        ([SEED_PHRASE, "--words", "0"], 2, "--words: expected at least 1, got 0"),
        ([SEED_PHRASE, "--temperature", "-1"], 2, "--temperature: expected"),
        ([SEED_PHRASE, "--temperature", "nan"], 2, "--temperature: expected"),
        ([SEED_PHRASE, "--top-k", "-1"], 2, "--top-k: expected"),
        ([SEED_PHRASE, "--top-p", "0"], 2, "--top-p: expected"),
        ([SEED_PHRASE, "--repetition-penalty", "0.5"], 2, "--repetition-penalty: expected"),
        ([SEED_PHRASE, "--prior-weight", "inf"], 2, "--prior-weight: expected"),
        ([SEED_PHRASE, "--samples", "0"], 2, "--samples: expected"),
        ([SEED_PHRASE, "--rng-seed", "-1"], 2, "--rng-seed: expected"),
    ],
)
def test_bad_requests_are_one_line(
    trained: Trained, arguments: list[str], code: int, complaint: str
) -> None:
    found, output, errors = invoke("generate", *arguments, "--artifacts", str(trained.artifacts))

    assert (found, output) == (code, "")
    assert len(errors.splitlines()) == 1
    assert errors.startswith(f"xuxie: {complaint}")


def test_generate_without_a_model_names_stages_and_command(tmp_path: Path) -> None:
    code, output, errors = invoke("generate", SEED_PHRASE, "--artifacts", str(tmp_path / "none"))

    assert (code, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert all(f"{stage} missing (never run)" in errors for stage in STAGES[:6])
    assert errors.endswith(f"; run: python cli.py run-all --artifacts {tmp_path / 'none'}\n")


def test_generate_with_stale_stages_says_why_and_never_trains(trained: Trained) -> None:
    code, output, errors = invoke(
        "generate", SEED_PHRASE, "--set", "train.learning_rate=0.001", *run_options(trained)
    )

    assert (code, output) == (2, "")
    assert "found train stale (learning_rate 0.003 → 0.001), decode stale; run: " in errors
    command = errors.partition("; run: ")[2]
    assert command.startswith("python cli.py run-all --config ")
    assert " --set train.learning_rate=0.001 " in command


def test_generate_after_a_move_and_from_another_folder(own: Trained, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "moved"
    moved.parent.mkdir()
    own.artifacts.rename(moved)

    done = call("generate", SEED_PHRASE, "--words", "12", "--artifacts", "moved", cwd=moved.parent)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(SEED_PHRASE)


def test_generate_goes_on_when_the_novel_is_gone(own: Trained, tmp_path: Path) -> None:
    novel = tmp_path / "gone.txt"
    novel.write_bytes(own.novel.read_bytes())
    # The same bytes under another name: nothing runs, but the run is remembered with that name.
    code, output, _ = invoke("run-all", *arguments_for(own.artifacts, novel))
    assert (code, "nothing to do" in output) == (0, True)
    novel.unlink()

    output, errors = generate(own)

    assert output.startswith(SEED_PHRASE)
    assert errors == "xuxie: gone.txt is gone; writing without it\n"


def test_the_writer_from_python_writes_what_the_command_writes(trained: Trained) -> None:
    text = load_writer(trained.artifacts).continue_text(SEED_PHRASE, words=12, rng_seed=1)

    assert SEED_PHRASE + text + "\n" == generate(trained, "--rng-seed", "1")[0]


def test_words_are_shown_as_they_come_and_ctrl_c_ends_them(trained: Trained) -> None:
    options = ["--words", "10000000", "--artifacts", str(trained.artifacts)]
    process = start(["generate", SEED_PHRASE, *options])
    try:
        assert process.stdout is not None
        assert process.stdout.read(50).startswith(SEED_PHRASE)
        assert process.poll() is None  # it writes still
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()

    assert process.returncode == 130
    assert errors.strip().startswith("xuxie: interrupted")
    assert len(errors.strip().splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell's pipe")
def test_a_reader_that_has_seen_enough_is_no_error(trained: Trained) -> None:
    options = ["--words", "10000000", "--artifacts", str(trained.artifacts)]
    process = start(["generate", SEED_PHRASE, *options])
    try:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    finally:
        process.kill()


# bad sources, a busy folder


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "fetch: expected a readable source file"),
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


def test_the_other_engine_cuts_alike_and_stops_the_cascade(own: Trained) -> None:
    rows = status_of(own, "--set", "segment.engine=jieba")
    assert rows["segment"]["reasons"] == ["engine rjieba → jieba"]
    done = call("run-all", *run_options(own), "--set", "segment.engine=jieba")
    assert done.returncode == 0
    assert stages_done(done.stderr) == ["segment"]


def test_written_text_is_measured_beside_the_real_one(trained: Trained) -> None:
    (path,) = trained.artifacts.glob("evaluate/*/evaluation.json")
    writing = json.loads(path.read_text(encoding="utf-8"))["writing"]
    assert set(writing) == {"held_out", "greedy", "top_p", "default"}
    for measures in writing.values():
        assert 0 < measures["distinct1"] <= measures["distinct2"] <= measures["distinct3"] <= 1
        assert 0 <= measures["repeated4"] < 1
        assert measures["longest_copy"] >= measures["mean_longest_copy"] > 0
    # The most probable word is always chosen from among fewer words than the novel uses.
    assert writing["greedy"]["distinct1"] < writing["held_out"]["distinct1"]
