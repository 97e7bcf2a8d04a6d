"""`--dry-run` tells how long each stage will take: what it took last time, or an estimate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import invoke, run_options
from pipelines import NOVELLA, STAGES, Trained

from pipeline.commands.estimates import duration


def planned(*arguments: str) -> dict[str, dict[str, Any]]:
    """Return the rows of `run-all --dry-run --json` by stage."""
    code, output, errors = invoke("run-all", "--dry-run", "--json", *arguments)
    assert code == 0, errors
    return {row["stage"]: row for row in json.loads(output)}


def test_the_first_run_is_estimated_stage_by_stage(tmp_path: Path) -> None:
    rows = planned("--artifacts", str(tmp_path / "a"))
    assert tuple(rows) == STAGES, "each stage has a cost"
    assert {row["expected_from"] for row in rows.values()} == {"estimate"}
    # The novella on two cores (README): 39 seconds in all, 14 of them for the training.
    assert 7 <= rows["train"]["expected_seconds"] <= 30
    assert 18 <= sum(row["expected_seconds"] for row in rows.values()) <= 80

    code, output, _ = invoke("run-all", "--dry-run", "--artifacts", str(tmp_path / "a"))
    lines = output.splitlines()
    assert code == 0
    assert all("about " in line or "under 1 s" in line for line in lines)
    assert lines[-1].startswith("in all about ")
    assert lines[-1].endswith(", estimated from the text's size")


def test_an_estimate_grows_with_the_text_and_the_training(tmp_path: Path) -> None:
    own = ["--artifacts", str(tmp_path / "a")]
    text = NOVELLA.read_text(encoding="utf-8")
    long = tmp_path / "long.txt"
    long.write_text(text * 12, encoding="utf-8")
    small, large = planned(*own), planned(*own, "--source", str(long))
    best = planned(*own, "--config", "best", "--source", str(long))

    def seconds(rows: dict[str, dict[str, Any]], stage: str) -> float:
        return float(rows[stage]["expected_seconds"])

    for stage in STAGES:
        assert seconds(small, stage) <= seconds(large, stage), stage
    assert 2 * seconds(small, "evaluate") < seconds(large, "evaluate")
    # `best` on 红楼梦, as long as twelve novellas: eight minutes of training (docs/quality.md).
    assert 4 * 60 < seconds(best, "train") < 16 * 60


def test_the_last_time_counts_while_the_text_is_the_same(trained: Trained, tmp_path: Path) -> None:
    took = {
        stage: row["seconds"]
        for stage, row in planned(*run_options(trained)).items()
        if row["expected_from"] is None
    }
    assert tuple(took) == STAGES, "nothing is to run"
    rows = planned(*run_options(trained), "--set", "train.learning_rate=0.001")
    assert (rows["embed"]["expected_from"], rows["train"]["expected_from"]) == (None, "last run")
    assert rows["train"]["expected_seconds"] == took["train"]

    other = tmp_path / "other.txt"
    other.write_text(NOVELLA.read_text(encoding="utf-8") * 3, encoding="utf-8")
    rows = planned(*run_options(trained), "--source", str(other))
    assert {row["expected_from"] for row in rows.values()} == {"estimate"}


def test_of_a_text_that_is_to_be_downloaded_nothing_is_known(tmp_path: Path) -> None:
    options = ["--artifacts", str(tmp_path), "--source", "红楼梦"]
    rows = planned(*options, "--set", f"fetch.downloads={tmp_path}")
    assert {row["expected_seconds"] for row in rows.values()} == {None}
    output = invoke("run-all", "--dry-run", *options)[1]
    assert output.endswith("\nhow long is not known before the text is downloaded\n")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.4, "under 1 s"),
        (119, "about 119 s"),
        (150, "about 2 min"),
        (7300, "about 2.0 h"),
    ],
)
def test_durations(seconds: float, told: str) -> None:
    assert duration(seconds) == told
