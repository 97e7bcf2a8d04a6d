"""Results as lines of text for people. Nothing here prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.artifacts.evaluation import Evaluation

SCORES = ("top1", "top5", "top10", "mrr", "cosine", "perplexity", "coverage")
ABLATION = ("top1", "mrr", "perplexity")
LEAD = ("top1_difference", "perplexity_ratio")

# Columns of the table on written text: heading → measure of `engine.diversity`.
WRITING = {
    "distinct2": "distinct2",
    "repeated4": "repeated4",
    "copy": "longest_copy",
    "sentence": "sentence_length",
    "lengths off": "sentence_length_distance",
    "marks off": "punctuation_distance",
}


def result_lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield the scores on both held-out parts, of the memories, and of written text."""
    for part in ("validation", "test"):
        yield f"\n{part} chapters, never seen in training"
        yield from score_lines(evaluation.scores[part])
    yield "\nwhat the memories add on the test chapters, weights fitted on the validation chapters"
    yield from ablation_lines(evaluation.ablation["test"])
    yield from writing_lines(evaluation.writing)


def score_lines(models: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the scores of one part as a table, a line a model, the most surprised one first.

    Where there are intervals, a line for each model and one for the comparison follow.
    """
    yield f"{'model':<17}" + "".join(f"{name:>11}" for name in SCORES)
    rows = sorted(models.items(), key=lambda item: -(item[1]["perplexity"] or 0))
    for model, scores in rows:
        yield f"{model:<17}" + "".join(f"{format_score(scores[name]):>11}" for name in SCORES)
    if all(scores["interval"] for _, scores in rows):
        yield from interval_lines(rows)


def ablation_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what each memory adds on one part, a line a mixture with its weights."""
    yield f"{'mixture':<21}" + "".join(f"{name:>11}" for name in ABLATION) + "   weights"
    for row in rows:
        scores = "".join(f"{format_score(row[name]):>11}" for name in ABLATION)
        weights = "  ".join(f"{name} {share:.3f}" for name, share in row["weights"].items())
        yield f"{row['name']:<21}{scores}   {weights}"


def writing_lines(ways: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    """Yield the measures of written text as a table, a line a way of writing."""
    if ways:
        yield "\nwritten from held-out openings, beside what really follows them (held_out)"
        yield f"{'way':<12}" + "".join(f"{heading:>13}" for heading in WRITING)
    for way, measures in ways.items():
        yield f"{way:<12}" + "".join(
            f"{format_score(measures[name]):>13}" for name in WRITING.values()
        )


def interval_lines(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the 95 % intervals of models, and those of their leads on Kneser–Ney."""
    yield "95 % intervals, held-out chapters drawn with replacement:"
    for model, scores in rows:
        yield f"{model:<17}" + format_intervals(scores["interval"], ("top1", "perplexity"))
    yield "against kneser_ney_known:"
    for model, scores in rows:
        if lead := scores.get("against_kneser_ney_known"):
            yield f"{model:<17}" + format_intervals(lead, LEAD)


def format_intervals(intervals: Mapping[str, Sequence[float]], names: Sequence[str]) -> str:
    """Write intervals as `name low to high`, side by side."""
    return "   ".join(
        f"{name} {format_score(intervals[name][0])} to {format_score(intervals[name][1])}"
        for name in names
    )


def format_score(score: float | None) -> str:
    """Write a share or a ratio with four decimals, a perplexity with one."""
    if score is None:
        return "–"
    return f"{score:.4f}" if abs(score) < 10 else f"{score:,.1f}"
