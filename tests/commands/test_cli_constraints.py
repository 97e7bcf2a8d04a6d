"""`generate` from the command line: where it ends, what it holds, and sessions over a pipe."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from commands import SEED_PHRASE, invoke, model_options
from pipelines import ROOT, Trained, environment, start
from typer.testing import CliRunner

from pipeline.commands.app import app
from pipeline.engine.writing.turns import HELP


def write(trained: Trained, *options: str) -> tuple[str, str]:
    """Write on with these options alone; return the continuation and stderr."""
    code, output, errors = invoke(
        "generate", SEED_PHRASE, "--rng-seed", "1", *model_options(trained), *options
    )
    assert code == 0, errors
    assert output.startswith(SEED_PHRASE)
    return output.removeprefix(SEED_PHRASE).removesuffix("\n"), errors


def test_sentences_and_paragraphs(trained: Trained) -> None:
    text, _ = write(trained, "--sentences", "2")
    assert sum(map(text.count, "。！？")) + text.count("……") == 2

    text, _ = write(trained, "--paragraphs", "2", "--words", "2000")
    assert text.count("\n") == 1


def test_until(trained: Trained) -> None:
    text, errors = write(trained, "--until", "，")
    assert (text.rstrip("”’》")[-1], text.count("，"), errors) == ("，", 1, "")

    text, errors = write(trained, "--until", "青棠青棠青棠青棠青棠", "--words", "5")
    assert errors == "xuxie: --until 青棠青棠青棠青棠青棠: not written within 5 words\n"


def test_words_that_must_occur_and_words_that_must_not(trained: Trained) -> None:
    options = ["--must-include", "来喜,青棠", "--ban", "书，是", "--ban", "的", "--words", "60"]
    text, errors = write(trained, *options)

    assert all(word in text for word in ("来喜", "青棠"))
    assert not any(word in text for word in ("书", "是", "的"))
    assert errors == ""


def test_bare_writes_exactly_so_many_words(trained: Trained) -> None:
    options = ["--bare", "--json", "--words", "30", *model_options(trained)]
    _, output, _ = invoke("generate", SEED_PHRASE, *options)

    words = [row["word"] for row in json.loads(output)["samples"][0]["words"]]
    assert len([word for word in words if word != "</s>"]) == 30


def session(trained: Trained, lines: str, *options: str) -> tuple[int, str, str]:
    """A session over a pipe; return exit code, stdout and stderr."""
    arguments = ["generate", SEED_PHRASE, "--interactive", "--rng-seed", "1"]
    result = CliRunner().invoke(app, [*arguments, *model_options(trained), *options], input=lines)
    return result.exit_code, result.stdout, result.stderr


def test_a_session_prints_its_text_to_stdout_and_the_rest_to_stderr(trained: Trained) -> None:
    code, output, errors = session(trained, "来喜道：\n\n1\nq\n")

    assert code == 0
    assert output.startswith(SEED_PHRASE + "来喜道：")
    assert errors.startswith(HELP)
    offered = errors.rpartition("\n\n")[2].splitlines()[1:]  # after the last text
    assert [line.split()[0] for line in offered] == ["1", "2", "3", "4", "5"]
    # The end of the input is an end like any other.
    assert session(trained, "来喜道：\n\n1\n")[:2] == (code, output)


def test_a_session_as_json(trained: Trained) -> None:
    _, output, _ = session(trained, "\n\nq\n", "--json")

    (sample,) = json.loads(output)["samples"]
    assert sample["rng_seed"] == 1
    assert len(sample["words"]) == 2
    assert all(len(row["candidates"]) == 5 for row in sample["words"])


def test_a_session_saves(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    _, output, errors = session(trained, f"\ns {path}\n\ns {path}\n")

    assert path.read_text(encoding="utf-8") == output
    assert errors.count(f"xuxie: saved to {path}\n") == 2


def test_bytes_that_are_no_text_lose_nothing(trained: Trained) -> None:
    arguments = ["generate", SEED_PHRASE, "--interactive", *model_options(trained)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        input="来喜\n".encode() + b"\xff\xfe\n" + b"q\n",
        env=environment(),
        capture_output=True,
    )
    assert (done.returncode, done.stdout.decode()) == (0, SEED_PHRASE + "来喜\n")


def test_ctrl_c_keeps_the_text(trained: Trained) -> None:
    arguments = ["generate", SEED_PHRASE, "--interactive", "--rng-seed", "1"]
    process = start([*arguments, *model_options(trained)], talk=True)
    try:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("来喜\n")
        process.stdin.flush()
        shown = iter(process.stderr.readline, "")
        assert any(SEED_PHRASE + "来喜" in line for line in shown)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()

    assert (process.returncode, output) == (130, SEED_PHRASE + "来喜\n")
