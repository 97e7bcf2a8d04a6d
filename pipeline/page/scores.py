"""The tables of figures: models on held-out chapters, memories, written texts and how they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pipeline.artifacts.evaluation import ABLATION, READING
from pipeline.page.document import note, section
from pipeline.page.markup import Markup, chinese, element, join, named, table
from pipeline.page.texts import Texts

_T = TypeVar("_T")
Row = Mapping[str, Any]

# Column → whether more is better (None: no contest).
_SCORES: dict[str, bool | None] = {
    "bits_per_character": False,
    "top1": True,
    "top5": True,
    "top10": True,
    "mrr": True,
    "cosine": None,
    "perplexity": False,
    "coverage": None,
}
_LENGTHS = frozenset(("longest_copy", "mean_longest_copy", "sentence_length"))  # in words
_JOINED = "+"  # how the names of a mixture's components are put together


def evaluation(texts: Texts, scores: Mapping[str, Mapping[str, Row]]) -> Markup:
    """Return part → model → scores as a table a part, the most surprised model first."""
    tables = [
        join((_part_title(texts, part), _score_table(texts, models), _leads(texts, models)))
        for part, models in _in_order(scores)
    ]
    return section(texts, "evaluation", texts.evaluation, note(texts.evaluation_note), *tables)


def _part_title(texts: Texts, part: str) -> Markup:
    """Return the title of what is told of a held-out part."""
    return element("h3", texts.chapters_of.format(part=texts.parts.get(part, part)))


def _in_order(parts: Mapping[str, _T]) -> list[tuple[str, _T]]:
    """Return the parts with what belongs to them: validation, on which choices rest, then test."""
    return sorted(parts.items(), reverse=True)


def _score_table(texts: Texts, models: Mapping[str, Row]) -> Markup:
    """Return a row a model, the best figure of each column set off."""
    rows = sorted(models.items(), key=lambda item: -(item[1]["perplexity"] or 0))
    best = {name: _best_of(models.values(), name) for name in _SCORES}
    head = (texts.model, *(texts.scores[name] for name in _SCORES))
    return table(head, ((named(model, texts.models), *_figures(own, best)) for model, own in rows))


def _figures(own: Row, best: Mapping[str, Sequence[float]]) -> Iterator[Markup]:
    """Yield a model's figures in the order of the columns."""
    intervals = own.get("interval") or {}
    for name in _SCORES:
        yield _figure(own[name], intervals.get(name), own[name] in best[name])


def _best_of(rows: Iterable[Row], name: str) -> tuple[float, ...]:
    """Return the best figure of a column; nothing where there is no contest."""
    found = [row[name] for row in rows if row[name] is not None]
    more_is_better = _SCORES[name]
    if more_is_better is None or len(found) < 2:
        return ()
    return (max(found) if more_is_better else min(found),)


def _leads(texts: Texts, models: Mapping[str, Row]) -> Markup:
    """Return a sentence for each model that is compared with another, word by word."""
    return join(
        note(_lead(texts, model, name.removeprefix("against_"), lead))
        for model, own in models.items()
        for name, lead in own.items()
        if name.startswith("against_") and lead
    )


def _lead(texts: Texts, model: str, other: str, lead: Mapping[str, Sequence[float]]) -> str:
    """Say by how much a model is better than another, least and most."""
    (low, high), (least, most) = lead["top1_difference"], lead["perplexity_ratio"]
    return texts.lead.format(
        model=model, other=other, low=_signed(low), high=_signed(high), least=least, most=most
    )


def ablation(texts: Texts, parts: Mapping[str, Sequence[Row]]) -> Markup:
    """Return what each memory adds to the network: rows of name, figures and weights."""
    head = (texts.mixture, *(texts.scores[name] for name in ABLATION), texts.shares)
    tables = [
        join((_part_title(texts, part), table(head, (_ablation_row(texts, row) for row in rows))))
        for part, rows in _in_order(parts)
    ]
    return section(texts, "ablation", texts.ablation, note(texts.ablation_note), *tables)


def _ablation_row(texts: Texts, row: Row) -> tuple[str, ...]:
    """Return a row of the ablation table: the shares, the network's first, of what has any."""
    weights = sorted(row["weights"].items(), key=lambda item: item[0] != "network")
    shares = (f"{name} {share:.3f}" for name, share in weights if share)
    added = row["name"].rpartition(_JOINED)[2]  # what stands beside the network, or it itself
    return (
        named(row["name"], {row["name"]: texts.mixtures.get(added, "")}),
        *(_number(row[name]) for name in ABLATION),
        " · ".join(shares),
    )


def writing(texts: Texts, ways: Mapping[str, Mapping[str, float | None]]) -> Markup:
    """Return the measures of written texts; what really follows comes first."""
    rows = sorted(ways.items(), key=lambda item: item[0] != "held_out")
    lines = (
        (named(way, texts.ways), *(_measure(own, name) for name in texts.measures))
        for way, own in rows
    )
    return section(
        texts,
        "writing",
        texts.writing,
        note(texts.writing_note),
        table((texts.way, *texts.measures.values()), lines),
    )


def books(texts: Texts, rows: Sequence[Row], about: Mapping[str, str]) -> Markup:
    """Return the scores of each book of a shelf on its test chapters; `about` tells of titles."""
    lines = (
        (
            _book_name(row["title"], about.get(row["title"], "")),
            f"{row['characters']:,}",
            *(_book_figure(row[model], "bits_per_character") for model in ("kneser_ney", "writer")),
            _book_figure(row["writer"], "top1"),
        )
        for row in rows
    )
    return section(
        texts, "books", texts.books, note(texts.books_note), table(texts.books_head, lines)
    )


def _book_name(title: str, about: str) -> Markup:
    """Return a book's title, and below it what its shelf's list tells of it."""
    return Markup(chinese(title) + (element("small", about, lang="zh") if about else ""))


def _book_figure(own: Row, name: str) -> Markup:
    """Return a figure of a book with its interval, if there is one."""
    return _figure(own[name], (own["interval"] or {}).get(name), best=False)


def reading(texts: Texts, figures: Mapping[str, Any]) -> Markup:
    """Return what a reader feels: a row a figure, the novel beside the writer."""
    sides = (figures["novel"], figures["writer"])
    looked_at = texts.reading_of.get(figures["text"], figures["text"])
    rows = ((texts.figures[name], *(_number(side[name]) for side in sides)) for name in READING)
    return section(
        texts,
        "reading",
        texts.reading,
        note(texts.reading_note.format(of=looked_at)),
        table(texts.reading_head, rows),
    )


def _measure(own: Mapping[str, float | None], name: str) -> str:
    """Write a measure of written text: a length with one decimal, a share with three."""
    value = own.get(name)
    return f"{value:,.1f}" if value is not None and name in _LENGTHS else _number(value)


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
