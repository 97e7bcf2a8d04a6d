"""Tables fit the columns there are, and show more where there are more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import generate, invoke, run_options
from pipelines import STAGES, Trained
from rich.cells import cell_len

from pipeline.artifacts.evaluation import EVALUATION, READING
from pipeline.commands.columns import columns, fold
from pipeline.commands.console import UNBOUNDED
from pipeline.commands.results import (
    ablation_lines,
    reading_lines,
    result_lines,
    score_lines,
    table_lines,
)

HEADINGS = ("bits/char", "top1", "top5", "top10", "mrr", "cosine", "perplexity")
COLUMNS = ("bits_per_character", *HEADINGS[1:])


def folder_of(trained: Trained) -> Path:
    (path,) = trained.artifacts.glob("evaluate/*/evaluation.json")
    return path.parent


@pytest.mark.parametrize("width", [80, 100, UNBOUNDED])
def test_the_results_of_a_run_fit_and_show_every_column(trained: Trained, width: int) -> None:
    evaluation = EVALUATION.load(folder_of(trained))
    lines = "\n".join(result_lines(evaluation, width)).split("\n")
    assert max(map(len, lines)) <= min(width, 80)
    assert sum(line.split() == ["model", *HEADINGS] for line in lines) == 2


def test_all_memories_together_fit() -> None:
    names = ("network", "cache", "ngram", "neighbours")
    row: dict[str, Any] = {
        "name": "network+neighbours",
        "bits_per_character": 5.5,
        "top1": 0.2,
        "mrr": 0.3,
    }
    row["perplexity"] = 12345.6
    lines = list(ablation_lines([{**row, "weights": dict.fromkeys(names, 0.25)}], 80))
    assert max(map(len, lines)) <= 80
    assert lines[1].split().count("0.250") == 4


def test_a_narrow_terminal_goes_without_the_least_columns() -> None:
    headings, rows = ("model", "top1", "top5", "perplexity"), [["network", "0.1", "0.2", "99.0"]]
    assert list(table_lines(headings, rows, 40)) == [
        "model    top1  top5  perplexity",
        "network   0.1   0.2        99.0",
    ]
    assert next(table_lines(headings, rows, 30)) == "model   top1 top5 perplexity"
    assert next(table_lines(headings, rows, 26)) == "model    top1  perplexity"


def test_the_evaluation_is_what_the_lines_tell(trained: Trained) -> None:
    evaluation = EVALUATION.load(folder_of(trained))
    for models in evaluation.scores.values():
        told = [line.split() for line in score_lines(models, 80) if not line.startswith("95 %")]
        (network,) = (line for line in told[1:] if line[0] == "network" and len(line) == 8)
        scores = models["network"]
        assert network[1:6] == [f"{scores[name]:.4f}" for name in COLUMNS[:5]]
        assert network[7] == f"{scores['perplexity']:,.1f}"


def test_how_it_reads_is_told_beside_the_novel() -> None:
    novel: dict[str, float | None] = dict.fromkeys(READING, 0.5)
    writer = {**novel, "pronouns": 12.34, "dao": None}
    reading = {"text": "whole novel", "novel": novel, "writer": writer}
    lines = list(reading_lines(reading))
    assert "(whole novel)" in lines[0]
    assert lines[1].split() == ["figure", "novel", "writer"]
    assert len(lines) == 2 + len(READING)
    assert {columns(line) for line in lines[1:]} == {columns(lines[1])}  # however wide Chinese is
    (pronouns,) = (line for line in lines if line.startswith("我你他她"))
    assert pronouns.split()[-2:] == ["0.500", "12.3"]
    (dao,) = (line for line in lines if line.startswith("道"))
    assert dao.split()[-2:] == ["0.500", "–"]
    assert list(reading_lines({})) == []


def test_reasons_of_a_plan_go_on_below(monkeypatch: pytest.MonkeyPatch, trained: Trained) -> None:
    options = ["status", *run_options(trained)[2:], "--json"]
    reasons = {r for row in json.loads(invoke(*options)[1]) for r in row["reasons"]}
    assert len(reasons) > 10, "the default settings are not those of the run"
    monkeypatch.setenv("COLUMNS", "80")
    code, output, _ = invoke(*options[:-1])
    lines = output.splitlines()
    assert (code, max(map(len, lines)) <= 80) == (0, True)
    assert [line.split()[0] for line in lines if line[0] != " "] == list(STAGES)
    told = " ".join(output.split())
    assert all(" ".join(reason.split()) in told for reason in reasons)


def test_candidates_that_do_not_fit_are_left_out(
    monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    options = ["--show-candidates", "--greedy"]
    wide = generate(trained, *options)[0].partition("\n\n")[0].splitlines()
    monkeypatch.setenv("COLUMNS", "80")
    narrow = generate(trained, *options)[0].partition("\n\n")[0].splitlines()
    assert len(wide) == len(narrow)
    for whole, line in zip(wide, narrow, strict=True):
        assert whole.startswith(line)
        assert cell_len(line) <= 80
        assert 3 <= line.count("  ") - 1 < whole.count("  ")


@pytest.mark.slow
def test_a_summary_takes_as_many_lines_as_it_needs(
    monkeypatch: pytest.MonkeyPatch, trained: Trained, tmp_path: Path
) -> None:
    path = tmp_path / "text.txt"
    path.write_text("青棠听了，笑道：“好。”", encoding="utf-8")
    options = ["score", str(path), "--artifacts", str(trained.artifacts)]
    whole = invoke(*options)[1].splitlines()
    monkeypatch.setenv("COLUMNS", "80")
    lines = invoke(*options)[1].splitlines()
    assert max(map(cell_len, lines)) <= 80 < len(whole[-1])
    assert " ".join(" ".join(lines).split()) == " ".join(" ".join(whole).split())


@pytest.mark.parametrize("arguments", [["config"], ["dag"], ["lab", "list"]], ids=" ".join)
def test_lists_fit_the_terminal_and_break_between_words(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10000")
    whole = invoke(*arguments)[1]
    monkeypatch.setenv("COLUMNS", "80")
    code, output, _ = invoke(*arguments)

    assert code == 0
    lines = output.splitlines()
    assert max(columns(line) for line in lines if len(line.split()) > 1) <= 80
    assert output.split() == whole.split()
    assert len(lines) > len(whole.splitlines())


def test_a_line_is_folded_by_the_columns_it_takes() -> None:
    assert fold("青棠  听了 一句话", 10, set_in=2) == ["青棠  听了", "  一句话"]
    assert fold("a  bc", 3) == ["a", " " * 12 + "bc"]
    assert fold("    wider_than_all", 5) == ["    wider_than_all"]
    assert fold("", 5) == [""]
