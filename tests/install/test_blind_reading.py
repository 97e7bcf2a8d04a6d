"""Pairs for blind readers: from two stand-ins of checkouts, and counted."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from made_up import segmentation_of
from pipelines import ROOT, SECONDS, environment

from pipeline.artifacts.segmentation import Part, save_segmentation

SCRIPT = ROOT / "scripts" / "blind_reading"
# Says which checkout wrote, from what, with which options, in place of a text.
CLI = """\
import json, sys
words, seed = sys.argv[sys.argv.index("--words") + 1], sys.argv[sys.argv.index("--rng-seed") + 1]
assert sys.argv[1] == "generate" and "--json" in sys.argv and sys.argv[-2] == "--"
text = f"{NAME} {words} {seed} {'--bare' in sys.argv} {sys.argv[-1]}"
print(json.dumps({"samples": [{"text": text + "\\n"}]}))
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts are for a POSIX shell")


def load() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("blind_reading", str(SCRIPT))
    spec = importlib.util.spec_from_loader("blind_reading", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["blind_reading"] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


def paragraph(number: int) -> str:
    return f"{number:03d} 这一段 " + "很长 的 话 ， " * 12


def make_checkout(folder: Path, name: str, test: list[str], train: list[str]) -> Path:
    sections: list[tuple[Part, list[str]]] = [("train", train), ("test", ["短 的 题目", *test])]
    artifact = folder / name / "artifacts" / "segment" / "key"
    artifact.mkdir(parents=True)
    save_segmentation(segmentation_of(sections), artifact)
    cli = f"NAME = {name!r}\n{CLI}"
    (folder / name / "cli.py").write_text(cli, encoding="utf-8")
    return folder / name


@pytest.fixture
def checkouts(tmp_path: Path) -> Path:
    """Two checkouts of one novel; the old one has learnt the first of the test paragraphs."""
    lines = [paragraph(number).strip() for number in range(12)]
    make_checkout(tmp_path, "older", lines[1:], lines[:1])
    make_checkout(tmp_path, "newer", lines, [paragraph(99).strip()])
    return tmp_path


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        cwd=folder,
        env={**environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )


WRITE = ("--old", "older:", "--new", "newer:newer/artifacts", "--openings", "5", "--words", "33")


def test_both_go_on_from_what_neither_has_learnt(checkouts: Path) -> None:
    done = call(checkouts, *WRITE, "--out", "out", "--new-options=--bare")

    assert (done.returncode, done.stdout) == (0, "")
    pairs = (checkouts / "out" / "pairs.txt").read_text(encoding="utf-8")
    key = json.loads((checkouts / "out" / "key.json").read_text(encoding="utf-8"))
    openings = re.findall(r"^\d\.  (.*)……$", pairs, re.MULTILINE)
    assert [opening[:3] for opening in openings] == ["001", "003", "005", "007", "009"]
    assert all(20 <= len(opening) <= 22 for opening in openings)  # whole words
    written = re.findall(r"\[([AB])\]\n……(.*)", pairs)
    names = {"old": "older", "new": "newer"}
    assert written == [
        (letter, f"{names[pair[letter]]} 33 {number + 1} {pair[letter] == 'new'} {opening}")
        for number, (opening, pair) in enumerate(zip(openings, key["pairs"], strict=True), 1)
        for letter in "AB"
    ]
    assert {pair["A"] for pair in key["pairs"]} == {"old", "new"}  # by lot
    assert all({pair["A"], pair["B"]} == {"old", "new"} for pair in key["pairs"])


def test_equal_seeds_give_equal_pairs(checkouts: Path) -> None:
    texts = []
    for out, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert call(checkouts, *WRITE, "--out", out, "--seed", seed).returncode == 0
        texts.append((checkouts / out / "pairs.txt").read_bytes())
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "expected --old, --new and --out"),
        (("--old", "none:", "--new", "newer:", "--out", "o"), "found no cli.py in none"),
        ((*WRITE[:4], "--openings", "12", "--out", "o"), "found 11"),
        ((*WRITE, "--out", "newer", "--old", "newer:newer"), "expected artifacts with a segment"),
        (("--count", "answers.txt"), "expected --key"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    checkouts: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    done = call(checkouts, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (checkouts / "o").exists()


def test_pairs_that_readers_may_have_are_not_replaced(checkouts: Path) -> None:
    assert call(checkouts, *WRITE, "--out", "out").returncode == 0
    before = (checkouts / "out" / "key.json").read_bytes()
    done = call(checkouts, *WRITE, "--out", "out", "--seed", "7")
    assert (done.returncode, "pairs.txt: expected no such file" in done.stderr) == (2, True)
    assert (checkouts / "out" / "key.json").read_bytes() == before


def test_a_writer_that_fails_is_told_with_what_it_said(checkouts: Path) -> None:
    (checkouts / "older" / "cli.py").write_text("import sys\nsys.exit('no model')", "utf-8")
    done = call(checkouts, *WRITE, "--out", "out")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("generate ended with 1 and said: no model")
    assert not (checkouts / "out").exists()


KEY = {"pairs": [{"number": n, "A": "old", "B": "new"} for n in range(1, 11)]}


def count(folder: Path, *answers: str) -> subprocess.CompletedProcess[str]:
    (folder / "key.json").write_text(json.dumps(KEY), encoding="utf-8")
    names = [f"reader{number}.txt" for number, _ in enumerate(answers, 1)]
    for name, text in zip(names, answers, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return call(folder, "--count", *names, "--key", "key.json")


def test_answers_are_counted(tmp_path: Path) -> None:
    text = "# mine\n\n" + "".join(f"{n} B\n" for n in range(1, 9)) + " 9. a\n10 A  \n"
    # Eight of ten: 49 to 94 % (Wilson), as in any table of it.
    assert count(tmp_path, text).stdout.splitlines() == [
        "reader1.txt: new 8 of 10",
        "new preferred in 8 of 10: 80%, 95 % interval 49% to 94% (Wilson)",
    ]
    lines = count(tmp_path, text, "1 A").stdout.splitlines()
    assert lines[1] == "reader2.txt: new 0 of 1"
    assert lines[2].startswith("new preferred in 8 of 11: 73%")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1 A\n11 B", "reader1.txt:2: expected a pair's number and A or B, got '11 B'"),
        ("1 C", "reader1.txt:1: expected a pair's number"),
        ("1 A\n1 B", "expected one answer for pair 1, got two"),
        ("", "expected answers such as `3 A`, found none"),
    ],
)
def test_answers_that_cannot_be_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    done = count(tmp_path, text)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [
        # Newcombe 1998, "Two-Sided Confidence Intervals for the Single Proportion", table I.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_the_interval_is_wilson_s(
    successes: int, trials: int, expected: tuple[float, float]
) -> None:
    assert load().wilson(successes, trials) == pytest.approx(expected, abs=5e-5)
