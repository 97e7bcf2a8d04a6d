"""Results as lines of text for people, in so many columns. Nothing here prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.evaluation import READING
from pipeline.commands.columns import columns as columns_of

if TYPE_CHECKING:
    from pipeline.artifacts.evaluation import Evaluation

# Columns of scores: figure → heading.
_SCORES = {
    "bits_per_character": "bits/char",
    "top1": "top1",
    "top5": "top5",
    "top10": "top10",
    "mrr": "mrr",
    "cosine": "cosine",
    "perplexity": "perplexity",
    "coverage": "coverage",
}
_ABLATION = {name: _SCORES[name] for name in ("bits_per_character", "top1", "perplexity")}
_INTERVALS = {"bits_per_character": "bits/char", "top1": "top1"}
_LEAD = {"bits_difference": "bits/char by", "top1_difference": "top1 by"}

# Columns of the table on written text: heading → measure of `engine.measures.diversity`.
_WRITING = {
    "distinct2": "distinct2",
    "repeated4": "repeated4",
    "copy": "longest_copy",
    "sentence": "sentence_length",
    "lengths off": "sentence_length_distance",
    "marks off": "punctuation_distance",
}

_MOST_BOOKS = 40  # of a shelf that are shown

# Which columns a narrow terminal goes without, the first first.
_DISPENSABLE = (
    *("coverage", "top5", "cosine", "top10", "mrr", "perplexity"),
    *("marks off", "repeated4", "copy"),
    *("95 % interval", "characters"),
)


def result_lines(evaluation: Evaluation, width: int) -> Iterator[str]:
    """Yield the scores on both held-out parts, of the memories, of written text, how it reads."""
    for part in ("validation", "test"):
        yield f"\n{part} chapters, never seen in training"
        yield from score_lines(evaluation.scores[part], width)
    yield from _book_lines(evaluation.books.get("test", ()), width)
    yield "\nwhat the memories add on the test chapters (last: weights fitted on validation)"
    yield from ablation_lines(evaluation.ablation["test"], width)
    yield from _writing_lines(evaluation.writing, width)
    yield from reading_lines(evaluation.reading, width)


def score_lines(models: Mapping[str, Mapping[str, Any]], width: int = 80) -> Iterator[str]:
    """Yield the scores of one part as a table, a line a model, the most surprised one first.

    Where there are intervals, a line for each model and one for the comparison follow.
    """
    rows = sorted(models.items(), key=lambda item: -(item[1]["perplexity"] or 0))
    covered = all(scores["coverage"] == 1 for scores in models.values())
    names = [name for name in _SCORES if not (covered and name == "coverage")]
    cells = [[model, *(format_score(scores[name]) for name in names)] for model, scores in rows]
    yield from table_lines(("model", *(_SCORES[name] for name in names)), cells, width)
    if all(scores["interval"] for _, scores in rows):
        yield from _interval_lines(rows)


def _book_lines(books: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """Yield how well each book of a shelf is foretold, a line a book, the first of many."""
    if not books:
        return
    yield "\nthe test chapters, book by book: bits a character"
    cells = [
        [
            book["title"],
            f"{book['characters']:,}",
            format_score(book["kneser_ney"]["bits_per_character"]),
            format_score(book["writer"]["bits_per_character"]),
            _range(book["writer"]["interval"]),
        ]
        for book in books[:_MOST_BOOKS]
    ]
    headings = ("book", "characters", "kneser_ney", "writer", "95 % interval")
    yield from table_lines(headings, cells, width)
    if len(books) > _MOST_BOOKS:
        yield f"and {len(books) - _MOST_BOOKS:,} more, in the report"


def _range(intervals: Mapping[str, Sequence[float]] | None) -> str:
    """Write an interval of bits a character, a dash where there is none."""
    low, high = (intervals or {}).get("bits_per_character", (None, None))
    return "–" if low is None else f"{format_score(low)} to {format_score(high)}"


def ablation_lines(rows: Sequence[Mapping[str, Any]], width: int = 80) -> Iterator[str]:
    """Yield what each memory adds on one part, a line a mixture with its weights."""
    parts = list(dict.fromkeys(name for row in rows for name in row["weights"]))
    cells = [
        [
            row["name"],
            *(format_score(row[name]) for name in _ABLATION),
            *(f"{row['weights'][part]:.3f}" if part in row["weights"] else "–" for part in parts),
        ]
        for row in rows
    ]
    headings = ("mixture", *_ABLATION.values(), *parts)
    yield from table_lines(headings, cells, width)


def _writing_lines(ways: Mapping[str, Mapping[str, float | None]], width: int) -> Iterator[str]:
    """Yield the measures of written text as a table, a line a way of writing."""
    if ways:
        yield "\nwritten from held-out openings, beside what really follows them (held_out)"
        cells = [
            [way, *(format_score(measures[name]) for name in _WRITING.values())]
            for way, measures in ways.items()
        ]
        yield from table_lines(("way", *_WRITING), cells, width)


def reading_lines(reading: Mapping[str, Any], width: int = 80) -> Iterator[str]:
    """Yield what a reader feels as a table, a line a figure: the novel beside the writer."""
    if reading:
        yield f"\nhow it reads: the novel ({reading['text']}) beside what was written by default"
        sides = (reading["novel"], reading["writer"])
        cells = [
            [meaning, *(_rounded(side[name]) for side in sides)]
            for name, (meaning, _) in READING.items()
        ]
        yield from table_lines(("figure", "novel", "writer"), cells, width)


def _rounded(figure: float | None) -> str:
    """Write a share or a rate with three decimals, from 10 on with one."""
    if figure is None:
        return "–"
    return f"{figure:.3f}" if figure < 10 else f"{figure:,.1f}"


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> Iterator[str]:
    """Yield a table, the first column to the left and the others to the right.

    Two spaces part the columns, or one, if that is what fits `width`; where neither does, it goes
    without dispensable columns.
    """
    columns = list(zip(headings, *rows, strict=True))
    dispensable = [name for name in _DISPENSABLE if name in headings]
    widths = [max(map(columns_of, column)) for column in columns]
    while dispensable and sum(widths) + len(widths) - 1 > width:
        name = dispensable.pop(0)
        columns = [column for column in columns if column[0] != name]
        widths = [max(map(columns_of, column)) for column in columns]
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= width else 1
    for cells in zip(*columns, strict=True):
        first, *others = zip(cells, widths, strict=True)
        right = (" " * (width - columns_of(cell)) + cell for cell, width in others)
        left = first[0] + " " * (first[1] - columns_of(first[0]))
        yield (" " * gap).join((left, *right)).rstrip()


def _interval_lines(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the 95 % intervals of models, and those of their leads on Kneser–Ney."""
    yield "95 % intervals, held-out chapters drawn with replacement:"
    for model, scores in rows:
        yield f"{model:<17}" + _format_intervals(scores["interval"], _INTERVALS)
    yield "against kneser_ney:"
    for model, scores in rows:
        if lead := scores.get("against_kneser_ney"):
            yield f"{model:<17}" + _format_intervals(lead, _LEAD)


def _format_intervals(intervals: Mapping[str, Sequence[float]], names: Mapping[str, str]) -> str:
    """Write those intervals that there are as `name low to high`; `names` is key → name."""
    return "   ".join(
        f"{name} {format_score(intervals[key][0])} to {format_score(intervals[key][1])}"
        for key, name in names.items()
        if key in intervals
    )


def format_score(score: float | None) -> str:
    """Write a share or a ratio with four decimals, a perplexity with one."""
    if score is None:
        return "–"
    return f"{score:.4f}" if abs(score) < 10 else f"{score:,.1f}"
