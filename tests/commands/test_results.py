"""Tables fit the columns there are, and show more where there are more."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipelines import Trained

from pipeline.artifacts.evaluation import EVALUATION
from pipeline.commands.console import UNBOUNDED
from pipeline.commands.results import ablation_lines, result_lines, score_lines, table_lines

COLUMNS = ("top1", "top5", "top10", "mrr", "cosine", "perplexity", "coverage")


def folder_of(trained: Trained) -> Path:
    (path,) = trained.artifacts.glob("evaluate/*/evaluation.json")
    return path.parent


@pytest.mark.parametrize("width", [80, 100, UNBOUNDED])
def test_the_results_of_a_run_fit_and_show_every_column(trained: Trained, width: int) -> None:
    evaluation = EVALUATION.load(folder_of(trained))
    lines = "\n".join(result_lines(evaluation, width)).split("\n")
    assert max(map(len, lines)) <= min(width, 80)
    assert sum(line.split() == ["model", *COLUMNS] for line in lines) == 2


def test_all_memories_together_fit() -> None:
    names = ("network", "cache", "ngram", "neighbours")
    row = {"name": "network+neighbours", "top1": 0.2, "mrr": 0.3, "perplexity": 12345.6}
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
        assert network[1:5] == [f"{scores[name]:.4f}" for name in COLUMNS[:4]]
        assert network[6] == f"{scores['perplexity']:,.1f}"
