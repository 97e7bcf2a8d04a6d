"""`score` on a really trained small model: the same numbers as in training, streams, refusals."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import model_options
from pipelines import ROOT, Trained, call, environment
from typer.testing import CliRunner

from pipeline.artifacts.network import load_network, tokenizer_of
from pipeline.artifacts.windows import load_windows
from pipeline.commands.app import app
from pipeline.commands.score import score_text, scoring_lines
from pipeline.engine.measures.score import allow_unseen, score_places
from pipeline.engine.memories.next_word import Model
from pipeline.project import choose_model

ROW = ["word", "known", "rank", "log_probability", "cosine"]
SUMMARY = ["words", "characters", "targets", "known", "coverage", "bits_per_character", "top1"]
SUMMARY += ["top5", "top10", "mrr", "cosine", "perplexity"]


def score(
    trained: Trained, *arguments: str, text: str | bytes | None = None
) -> tuple[int, str, str]:
    """Call `score` in this process; return exit code, stdout and stderr."""
    options = ["score", *arguments, *model_options(trained)]
    result = CliRunner().invoke(app, options, input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def rows_of(output: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the words' rows and the summary."""
    *rows, last = map(json.loads, output.splitlines())
    return rows, last["summary"]


def only(trained: Trained, pattern: str) -> Path:
    """Return the one artifact file of that name."""
    (path,) = trained.artifacts.glob(pattern)
    return path


def test_the_text_of_the_training_gets_the_scores_of_its_windows(trained: Trained) -> None:
    code, output, errors = score(trained, str(trained.novel), "--json-lines", "--memory", "none")
    assert (code, errors) == (0, "")
    rows, summary = rows_of(output)
    network = load_network(only(trained, "decode/*/network.json").parent)
    windows = load_windows(only(trained, "window/*/ids.npy").parent)
    steps = windows.steps
    assert steps == 20

    tokenizer = tokenizer_of(network)
    pieces = [
        {"piece": row["word"], **row} | own for row in rows for own in row.get("pieces", [row])
    ]
    read = [tokenizer.ids.get(own["piece"], len(tokenizer.ids)) for own in pieces]
    assert read == windows.ids.tolist()
    starts = np.arange(len(pieces) - steps)
    expected = allow_unseen(score_places(windows.ids, starts, network), network.unseen)
    known = [own for own in pieces[steps:] if own["rank"] is not None]
    assert [own["rank"] is not None for own in pieces[steps:]] == expected.known.tolist()
    assert expected.cosines is not None
    for name, values in (
        ("log_probability", expected.log_probs),
        ("cosine", expected.cosines),
    ):
        np.testing.assert_allclose([row[name] for row in known], values[expected.known], atol=1e-5)
    ranks = np.array([row["rank"] for row in known])
    # Two words whose scores differ in the last bit may change places.
    assert np.mean(ranks == expected.ranks[expected.known]) > 0.999

    assert (summary["words"], summary["targets"]) == (len(rows), len(pieces) - 1)
    assert summary["known"] == sum(own["rank"] is not None for own in pieces)
    logs = [own["log_probability"] for own in pieces]
    assert summary["perplexity"] == pytest.approx(np.exp(-np.mean(logs[1:])))
    characters = sum(1 if row["word"] == "</s>" else len(row["word"]) for row in rows)
    assert summary["characters"] == characters
    assert summary["bits_per_character"] == pytest.approx(-sum(logs) / np.log(2) / characters)
    assert sum(row["log_probability"] for row in rows) == pytest.approx(sum(logs), abs=0.1)


@pytest.mark.slow
def test_the_whole_writer_is_asked_unless_told_otherwise(trained: Trained) -> None:
    held_out = trained.novel.read_bytes().decode("gb18030").splitlines()[-20:]
    text = "\n".join(held_out)
    bits = [
        rows_of(score(trained, "-", "--json-lines", *memory, text=text)[1])[1]["bits_per_character"]
        for memory in ((), ("--memory", "none"), ("--memory", "cache,topic,ngram"))
    ]
    assert bits[0] == bits[2] < bits[1]


def test_rows_and_summary_have_the_documented_fields(trained: Trained) -> None:
    rows, summary = rows_of(score(trained, "-", "--json-lines", text="青棠听了龘，\n\n笑道")[1])

    assert [row["word"] for row in rows if row["word"] == "</s>"] == ["</s>", "</s>"]
    assert "".join(row["word"] for row in rows) == "青棠听了龘，</s>笑道</s>"
    assert all(list(row)[:5] == ROW for row in rows)
    assert list(summary) == SUMMARY
    assert (rows[0]["word"], rows[0]["known"], rows[0]["rank"]) == ("青棠", True, None)
    (strange,) = (row for row in rows if row["word"] == "龘")
    assert (strange["known"], strange["rank"], strange["cosine"]) == (False, None, None)
    assert strange["log_probability"] < -11.4, "one of all Chinese characters"
    for row in rows[1:]:
        assert row["log_probability"] <= 0
        for own in row.get("pieces", [row]):
            assert own is strange or own["rank"] >= 1
            assert own is strange or abs(own["cosine"]) <= 1


def test_lines_for_people(trained: Trained) -> None:
    code, output, _ = score(trained, "-", text="青棠听了，龘")

    lines = output.splitlines()
    assert code == 0
    assert lines[0].split() == ["rank", "log", "p", "cosine", "word"]
    assert [lines[1].split()[i] for i in (0, 2, 3)] == ["–", "–", "青棠"]
    (strange,) = (line.split() for line in lines if line.split()[0] == "unknown")
    assert (strange[2], strange[3]) == ("–", "龘")
    assert float(strange[1]) < -11.4
    assert lines[-2].split()[-1] == "¶"
    assert lines[-1].startswith(f"summary  words {len(lines) - 2}  characters ")


@pytest.mark.slow
def test_file_and_pipe_and_encodings_give_the_same(trained: Trained, tmp_path: Path) -> None:
    text = "青棠听了，笑道：“好。”\n次日，众人来了，说了一会话。\n" * 20
    expected = score(trained, "-", text=text)
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(text.encode(encoding))
        assert score(trained, str(path)) == expected


@pytest.mark.slow
def test_the_user_dictionary_of_the_training_cuts_the_text(
    trained: Trained, tmp_path: Path
) -> None:
    names = (ROOT / "data" / "userdict.txt").read_text(encoding="utf-8").splitlines()
    name = next(line.split()[0] for line in names if line.strip() and not line.startswith("# "))
    rows, _ = rows_of(score(trained, "-", "--json-lines", text=f"{name}听了，")[1])
    assert rows[0]["word"] == name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "expected a readable text file"),
        (b"", "expected a text, got an empty file"),
        (b" \n\n", "expected a text, got an empty file"),
        (b"She went home.\n", "got no Chinese character"),
        (b"PK\x03\x04 and so on", "expected a whole zip archive, got one"),
    ],
)
def test_a_file_that_cannot_be_scored_is_one_line(
    trained: Trained, tmp_path: Path, data: bytes | None, complaint: str
) -> None:
    path = tmp_path / "text.txt"
    if data is not None:
        path.write_bytes(data)
    code, output, errors = score(trained, str(path))
    assert (code, output, len(errors.splitlines())) == (3, "", 1)
    assert errors.startswith(f"xuxie: {path}: ")
    assert complaint in errors


@pytest.mark.slow
@pytest.mark.parametrize("data", [b"", b"\n", b"Hello", "青棠听了".encode("gb18030")])
def test_a_pipe_that_cannot_be_scored_is_one_line(trained: Trained, data: bytes) -> None:
    code, output, errors = score(trained, "-", text=data)
    assert (code, output, len(errors.splitlines())) == (3, "", 1)
    assert errors.startswith("xuxie: standard input: expected ")


def test_a_folder_is_no_text(trained: Trained, tmp_path: Path) -> None:
    code, output, errors = score(trained, str(tmp_path))
    assert (code, output, len(errors.splitlines())) == (3, "", 1)


@pytest.mark.slow
def test_words_come_while_the_pipe_is_open(trained: Trained) -> None:
    """More text than is ever held is written, words are read back, and only then the pipe ends."""
    process = subprocess.Popen(
        [sys.executable, "-u", "cli.py", "score", "-", "--artifacts", str(trained.artifacts)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(("青棠听了，笑道：“好。”\n" * 200).encode())  # 2,200 words
        process.stdin.flush()
        assert process.stdout.readline().decode().split()[0] == "rank"
        assert "青棠" in process.stdout.readline().decode()
        assert process.poll() is None
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        process.kill()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(trained: Trained, tmp_path: Path) -> None:
    """Eight times the text in one line takes no 2 MB more; 16,000 held lines would take 4.4."""
    novel = choose_model(trained.artifacts, None)[0]
    model = Model(novel.network, novel.memories)
    peaks = []
    for copies in (200, 1600):
        path = tmp_path / f"{copies}.txt"
        path.write_text("青棠听了，笑道：“好。”" * copies, encoding="utf-8")
        lines = scoring_lines(
            score_text(novel.cutting, model, str(path), pipe=io.BytesIO()), json_lines=True
        )
        next(lines)  # the segmenter is loaded
        tracemalloc.start()
        assert sum(1 for _ in lines) > 8 * copies
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 2e6


@pytest.mark.slow
def test_scoring_loads_no_learning_library(trained: Trained) -> None:
    code = (
        f"import cli, sys; sys.argv = ['cli.py', 'score', '-', '--artifacts', "
        f"{str(trained.artifacts)!r}]\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "print([n for n in ('tensorflow', 'keras', 'gensim', 'sklearn', 'matplotlib') "
        "if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="青棠听了，".encode(),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_help_shows_an_example() -> None:
    done = call("score", "--help")
    assert "Example: python cli.py score chapter.txt --json-lines" in done.stdout
