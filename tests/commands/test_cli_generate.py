"""`generate` on a really trained small model: texts, options, one-line errors."""

from __future__ import annotations

import json
import os
import shlex
import signal
from pathlib import Path

import pytest
from commands import SEED_PHRASE, generate, invoke, model_options
from pipelines import ROOT, Trained, call, start

from pipeline import load_writer

# generate


def test_generate_writes_on_from_the_seed_phrase(trained: Trained) -> None:
    output, errors = generate(trained, "--rng-seed", "1")

    assert output.startswith(SEED_PHRASE)
    assert len(output) >= len(SEED_PHRASE) + 12  # a word is at least a character
    assert errors == ""


def test_a_drawn_text_can_be_had_again(trained: Trained) -> None:
    output, errors = generate(trained, "--samples", "2")

    told = [line.split() for line in errors.splitlines()]
    assert [line[:2] + line[3:] for line in told] == [
        ["xuxie:", "--rng-seed", "writes", "this", "again"]
    ] * 2
    for text, line in zip(output.split("\n――――\n"), told, strict=True):
        assert generate(trained, "--rng-seed", line[2]) == (text.rstrip("\n") + "\n", "")
    assert generate(trained, "--greedy")[1] == generate(trained, "--top-k", "1")[1] == ""
    assert generate(trained, "--json")[1] == ""


def test_greedy_writes_the_same_every_time(trained: Trained) -> None:
    assert generate(trained, "--greedy") == generate(trained, "--greedy")
    assert generate(trained, "--greedy") == generate(trained, "--temperature", "0")


def test_memories_can_be_chosen_by_name(trained: Trained) -> None:
    whole = generate(trained, "--rng-seed", "1", "--words", "40")
    both = generate(trained, "--rng-seed", "1", "--words", "40", "--memory", "ngram,topic,cache")
    assert whole == both
    assert generate(trained, "--rng-seed", "1", "--words", "40", "--memory", "none") != whole


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
    options = ["--greedy", "--bare"]
    output, _ = generate(trained, "--show-candidates", *options)

    words, _, text = output.partition("\n\n")
    assert text == generate(trained, *options)[0]
    assert len(words.splitlines()) >= 12
    for line in words.splitlines():
        chosen, _, others = line.partition("  │  ")
        assert len(others.split("  ")) == 5
        # Greedy and bare takes the first candidate; a second break in a row is barred.
        assert chosen == others.split("  ")[0]


def test_generation_as_json(trained: Trained) -> None:
    output, _ = generate(trained, "--json", "--show-candidates", "--rng-seed", "1")

    value = json.loads(output)
    assert list(value) == ["seed_phrase", "seed_words", "unknown", "samples"]
    assert value["seed_phrase"] == "".join(value["seed_words"]) == SEED_PHRASE
    (sample,) = value["samples"]
    assert (list(sample), sample["rng_seed"]) == (["rng_seed", "text", "words"], 1)
    words = [row["word"] for row in sample["words"]]
    assert len([word for word in words if word != "</s>"]) >= 12
    assert sample["text"].rstrip("”’》")[-1] in "。！？…", "it ends with a sentence"
    assert "".join(words).replace("</s>", "\n") == sample["text"]
    for row in sample["words"]:
        assert list(row) == ["word", "cosine", "probability", "candidates"]
        assert len(row["candidates"]) == 5
        assert abs(row["cosine"]) <= 1
        assert 0 < row["probability"] <= 1


def test_the_examples_of_the_readme_work(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("我的稿子.txt").write_text("来喜说：“月亮上来了。”", encoding="utf-8")
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    start_of_example = 'python cli.py generate "青棠听了，"'
    examples = [shlex.split(line, comments=True)[4:] for line in lines if start_of_example in line]

    assert len(examples) >= 5
    for options in examples:
        if "--mix" in options:  # takes two models: see test_mix
            continue
        short = () if "--interactive" in options else ("--words", "3")
        assert len(generate(trained, *options, *short)[0].split()) >= 1  # and exit code 0


def test_unknown_characters_are_named_and_stay_in_the_text(trained: Trained) -> None:
    phrase = "青棠听了龘，"
    output, errors = generate(trained, "--rng-seed", "1", seed_phrase=phrase)
    assert errors == "xuxie: never used in this novel, read as unknown characters: 龘\n"
    assert output.startswith(phrase)
    value = json.loads(generate(trained, "--json", seed_phrase=phrase)[0])
    assert value["seed_words"][-2:] == ["龘", "，"]
    assert value["unknown"] == ["龘"]


def test_a_rare_word_is_read_by_its_pieces(trained: Trained) -> None:
    known = load_writer(trained.artifacts).tokenizer.ids
    single = [word for word in known if len(word) == 1 and "\u4e00" <= word <= "\u9fff"]
    rare = next(a + b for a in single for b in single if a + b not in known)
    output, errors = generate(trained, "--json", seed_phrase=f"青棠听了，{rare}，")
    assert errors == ""
    assert "".join(json.loads(output)["seed_words"]) == f"青棠听了，{rare}，"


def test_unknown_characters_can_be_dropped_or_refused(trained: Trained) -> None:
    phrase = "青棠龘听了，"
    output, errors = generate(trained, "--rng-seed", "1", "--unknown", "drop", seed_phrase=phrase)
    assert errors == "xuxie: never used in this novel, left out: 龘\n"
    plain = generate(trained, "--rng-seed", "1")[0].removeprefix(SEED_PHRASE)
    assert output == phrase + plain

    for way, code, complaint in (
        ("error", 3, "seed phrase: expected characters that the novel uses, got 龘; use others"),
        ("mean", 2, "--unknown: expected keep, drop or error, got 'mean'"),
    ):
        arguments = [phrase, "--unknown", way, *model_options(trained)]
        found, output, errors = invoke("generate", *arguments)
        assert (found, output, len(errors.splitlines())) == (code, "", 1)
        assert errors.startswith(f"xuxie: {complaint}")


def test_a_phrase_of_nothing_known_is_answered_with_three_examples(trained: Trained) -> None:
    code, output, errors = invoke("generate", "龘龘", *model_options(trained))

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
        ([SEED_PHRASE, "--words", "0"], 2, "--words: expected 1 to 1,000,000, got 0"),
        ([SEED_PHRASE, "--temperature", "-1"], 2, "--temperature: expected"),
        ([SEED_PHRASE, "--temperature", "nan"], 2, "--temperature: expected"),
        ([SEED_PHRASE, "--top-k", "-1"], 2, "--top-k: expected"),
        ([SEED_PHRASE, "--top-p", "0"], 2, "--top-p: expected"),
        ([SEED_PHRASE, "--repetition-penalty", "0.5"], 2, "--repetition-penalty: expected"),
        ([SEED_PHRASE, "--prior-weight", "inf"], 2, "--prior-weight: expected"),
        ([SEED_PHRASE, "--penalty-window", "-1"], 2, "--penalty-window: expected"),
        ([SEED_PHRASE, "--no-repeat", "1"], 2, "--no-repeat: expected 0 or"),
        ([SEED_PHRASE, "--max-copy", "-1"], 2, "--max-copy: expected"),
        ([SEED_PHRASE, "--sentences", "0"], 2, "--sentences: expected 1 to 1,000,000, got 0"),
        ([SEED_PHRASE, "--must-include", "青棠,龘"], 2, "--must-include: expected words"),
        ([SEED_PHRASE, "--ban", "龘", "--ban", "青棠"], 2, "--ban: expected words of this novel"),
        ([SEED_PHRASE, "--until", "龘"], 2, "--until: expected a text that the"),
        ([SEED_PHRASE, "--interactive", "--samples", "2"], 2, "--samples: expected 1 with"),
        ([SEED_PHRASE, "--interactive", "--must-include", "青棠"], 2, "--must-include: expected"),
        ([SEED_PHRASE, "--interactive", "--words", "9"], 2, "--words: expected no --interactive"),
        ([SEED_PHRASE, "--interactive", "--until", "。"], 2, "--until: expected no --interactive"),
        ([SEED_PHRASE, "--interactive", "--why"], 2, "--why: expected no --interactive"),
        ([SEED_PHRASE, "--interactive", "--show-candidates"], 2, "--show-candidates: expected no"),
        ([SEED_PHRASE, "--interactive", "--rng-seed", "-1"], 2, "--rng-seed: expected"),
        (
            [SEED_PHRASE, "--memory", "cahce"],
            2,
            "--memory: expected none or some of cache, topic, ngram",
        ),
        ([SEED_PHRASE, "--memory", "neighbours"], 2, "--memory: expected one of what this writer"),
        ([SEED_PHRASE, "--memory", ""], 2, "--memory: expected none or some of"),
        ([SEED_PHRASE, "--samples", "0"], 2, "--samples: expected"),
        ([SEED_PHRASE, "--rng-seed", "-1"], 2, "--rng-seed: expected"),
        ([SEED_PHRASE, "--words", "1000001"], 2, "--words: expected 1 to 1,000,000, got 1000001"),
        ([SEED_PHRASE, "--paragraphs", "1000001"], 2, "--paragraphs: expected 1 to 1,000,000"),
        ([SEED_PHRASE, "--samples", "5001"], 2, "--samples: expected 1 to 5,000 of up to 200 wor"),
        ([SEED_PHRASE, "--words", "9" * 23], 2, "--words: expected a whole number of 64 bits"),
        ([SEED_PHRASE, "--top-k", "9" * 400], 2, "--top-k: expected a whole number of 64 bits"),
        ([SEED_PHRASE, "--until", ""], 2, "--until: expected a text, got nothing"),
        ([SEED_PHRASE, "--ban", " "], 2, "--ban: expected a text, got nothing"),
        ([SEED_PHRASE, "--must-include", ""], 2, "--must-include: expected a text, got nothing"),
    ],
)
def test_bad_requests_are_one_line(
    trained: Trained, arguments: list[str], code: int, complaint: str
) -> None:
    found, output, errors = invoke("generate", *arguments, *model_options(trained))

    assert (found, output) == (code, "")
    assert len(errors.splitlines()) == 1
    assert errors.startswith(f"xuxie: {complaint}")


def test_generate_without_a_model_says_what_makes_one(tmp_path: Path) -> None:
    code, output, errors = invoke("generate", SEED_PHRASE, "--artifacts", str(tmp_path / "none"))

    assert (code, output) == (2, "")
    assert errors == (
        "xuxie: expected a trained model, found none; run: python cli.py run-all "
        f"--artifacts {tmp_path / 'none'}\n"
    )


def test_generate_after_a_move_and_from_another_folder(own: Trained, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "moved"
    moved.parent.mkdir()
    own.artifacts.rename(moved)

    done = call("generate", SEED_PHRASE, "--greedy", "--artifacts", "moved", cwd=moved.parent)

    assert (done.returncode, done.stderr) == (0, "xuxie: model 澄秋阁\n")
    assert done.stdout.startswith(SEED_PHRASE)


def test_the_writer_from_python_writes_what_the_command_writes(trained: Trained) -> None:
    text = load_writer(trained.artifacts).continue_text(SEED_PHRASE, words=12, rng_seed=1)

    assert SEED_PHRASE + text + "\n" == generate(trained, "--rng-seed", "1")[0]


def test_words_are_shown_as_they_come_and_ctrl_c_ends_them(trained: Trained) -> None:
    options = ["--words", "1000000", *model_options(trained)]
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
    options = ["--words", "1000000", *model_options(trained)]
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
