"""The tables of figures: models on held-out chapters, memories, written texts and how they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pipeline.artifacts.evaluation import ABLATION, READING
from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element, join, table

_T = TypeVar("_T")
Row = Mapping[str, Any]

# Column → its title, and whether more is better (None: no contest).
_SCORES: dict[str, tuple[str, bool | None]] = {
    "bits_per_character": ("bits per character", False),
    "top1": ("top-1", True),
    "top5": ("top-5", True),
    "top10": ("top-10", True),
    "mrr": ("MRR", True),
    "cosine": ("cosine", None),
    "perplexity": ("perplexity", False),
    "coverage": ("coverage", None),
}
_MODELS = {
    "unigram": "the most frequent words",
    "kneser_ney": "Kneser–Ney of order 5",
    "article": "the article's mean squared error",
    "network": "the network and its prior",
    "writer": "the network with its memories",
}
_LENGTHS = frozenset(("longest_copy", "mean_longest_copy", "sentence_length"))  # in words
_WRITING = {
    "distinct1": "distinct-1",
    "distinct2": "distinct-2",
    "distinct3": "distinct-3",
    "repeated4": "repeated 4-grams",
    "longest_copy": "longest copy",
    "mean_longest_copy": "mean longest",
    "sentence_length": "sentence",
    "sentence_length_distance": "lengths off",
    "punctuation_distance": "punctuation",
}
_WAYS = {
    "held_out": "what the novel says",
    "top_p": "as the model says",
    "greedy": "always the best",
}


def evaluation(scores: Mapping[str, Mapping[str, Row]]) -> Markup:
    """Return part → model → scores as a table a part, the most surprised model first."""
    tables = [
        join((element("h3", f"{part} chapters"), _score_table(models), _leads(models)))
        for part, models in _in_order(scores)
    ]
    return section(
        "evaluation",
        "How well it foretells chapters it has never seen",
        note(
            "Bits per character say how surprised a model is by the whole text, line ends "
            "included: so many yes-or-no answers it needs for each character. Words that are rare "
            "in the novel are parted into pieces; top-k is the share of pieces among the k "
            "likeliest, MRR the mean of 1 / rank, and perplexity means: as hard as a choice among "
            "so many equally likely pieces. Below a figure stands its 95 % interval, held-out "
            "chapters drawn with replacement."
        ),
        *tables,
    )


def _in_order(parts: Mapping[str, _T]) -> list[tuple[str, _T]]:
    """Return the parts with what belongs to them: validation, on which choices rest, then test."""
    return sorted(parts.items(), reverse=True)


def _score_table(models: Mapping[str, Row]) -> Markup:
    """Return a row a model, the best figure of each column set off."""
    rows = sorted(models.items(), key=lambda item: -(item[1]["perplexity"] or 0))
    best = {name: _best_of(models.values(), name) for name in _SCORES}
    head = ("model", *(title for title, _ in _SCORES.values()))
    return table(head, ((_named(model, _MODELS), *_figures(own, best)) for model, own in rows))


def _figures(own: Row, best: Mapping[str, Sequence[float]]) -> Iterator[Markup]:
    """Yield a model's figures in the order of the columns."""
    intervals = own.get("interval") or {}
    for name in _SCORES:
        yield _figure(own[name], intervals.get(name), own[name] in best[name])


def _best_of(rows: Iterable[Row], name: str) -> tuple[float, ...]:
    """Return the best figure of a column; nothing where there is no contest."""
    found = [row[name] for row in rows if row[name] is not None]
    more_is_better = _SCORES[name][1]
    if more_is_better is None or len(found) < 2:
        return ()
    return (max(found) if more_is_better else min(found),)


def _leads(models: Mapping[str, Row]) -> Markup:
    """Return a sentence for each model that is compared with another, word by word."""
    return join(
        note(_lead(model, name.removeprefix("against_"), lead))
        for model, own in models.items()
        for name, lead in own.items()
        if name.startswith("against_") and lead
    )


def _lead(model: str, other: str, lead: Mapping[str, Sequence[float]]) -> str:
    """Say by how much a model is better than another, least and most."""
    (low, high), (least, most) = lead["top1_difference"], lead["perplexity_ratio"]
    return (
        f"{model} against {other}, on the same pieces: top-1 difference {_signed(low)} to "
        f"{_signed(high)}, perplexity ratio {least:.3f} to {most:.3f}."
    )


def ablation(parts: Mapping[str, Sequence[Row]]) -> Markup:
    """Return what each memory adds to the network: rows of name, figures and weights."""
    tables = [
        join((element("h3", f"{part} chapters"), table(_ABLATION_HEAD, map(_ablation_row, rows))))
        for part, rows in _in_order(parts)
    ]
    return section(
        "ablation",
        "What the memories add",
        note("Each row is a mixture, its shares fitted on the validation chapters."),
        *tables,
    )


_ABLATION_HEAD = ("mixture", *(_SCORES[name][0] for name in ABLATION), "shares")


def _ablation_row(row: Row) -> tuple[str, ...]:
    """Return a row of the ablation table: the shares, the network's first, of what has any."""
    weights = sorted(row["weights"].items(), key=lambda item: item[0] != "network")
    shares = (f"{name} {share:.3f}" for name, share in weights if share)
    return (
        row["name"],
        *(_number(row[name]) for name in ABLATION),
        " · ".join(shares),
    )


def writing(ways: Mapping[str, Mapping[str, float | None]]) -> Markup:
    """Return the measures of written texts; what really follows comes first."""
    rows = sorted(ways.items(), key=lambda item: item[0] != "held_out")
    return section(
        "writing",
        "How it writes",
        note(
            "Texts written from held-out openings beside what the novel says there. Distinct-n is "
            "the share of different n-grams; copies and sentences are in words; the last column is "
            "how far the punctuation is from the novel's, 0 to 1."
        ),
        table(
            ("way", *_WRITING.values()),
            (
                (_named(way, _WAYS), *(_measure(own, name) for name in _WRITING))
                for way, own in rows
            ),
        ),
    )


def reading(figures: Mapping[str, Any]) -> Markup:
    """Return what a reader feels: a row a figure, the novel beside the writer."""
    sides = (figures["novel"], figures["writer"])
    return section(
        "reading",
        "How it reads",
        note(
            "What a reader feels, in figures: the texts written by default beside the novel "
            f"({figures['text']}), both in stretches of the same length. The nearer the two, the "
            "less there is to stumble over."
        ),
        table(
            ("figure", "the novel", "the writer"),
            (
                (meaning, *(_number(side[name]) for side in sides))
                for name, (meaning, _) in READING.items()
            ),
        ),
    )


def _measure(own: Mapping[str, float | None], name: str) -> str:
    """Write a measure of written text: a length with one decimal, a share with three."""
    value = own.get(name)
    return f"{value:,.1f}" if value is not None and name in _LENGTHS else _number(value)


def _named(name: str, labels: Mapping[str, str]) -> Markup:
    """Return a name with what it stands for below it."""
    label = labels.get(name)
    return join((name, element("small", label) if label else ""))


def _figure(value: float | None, interval: Sequence[float] | None, best: bool) -> Markup:
    """Return a figure with its interval below it."""
    shown = element("span", _number(value), class_="best" if best else None)
    if not interval:
        return shown
    return join((shown, element("small", f"{_number(interval[0])} – {_number(interval[1])}")))


def _signed(value: float) -> str:
    """Write a difference with its sign."""
    return f"{value:+.3f}".replace("-", "−")


def _number(value: float | None) -> str:
    """Write a share or a ratio with three decimals, a perplexity or a length with one."""
    if value is None:
        return "–"
    return (f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}").replace("-", "−")
