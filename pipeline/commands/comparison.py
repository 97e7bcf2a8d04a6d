"""A comparison of models and texts as JSON values, as CSV, and as lines for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.commands.columns import columns as columns_of
from pipeline.commands.results import table_lines
from pipeline.plural import counted

if TYPE_CHECKING:
    from pipeline.engine.measures.cross import Cell, Cross, Merge
    from pipeline.engine.measures.delta import Deltas
    from pipeline.models.compared import Chosen, Reader

_COLUMNS = (
    *("text", "model", "bits_per_character", "low", "high", "own", "learnt", "learnt_share"),
    *("unseen_share", "chapters", "characters"),
)
_OWN, _LEARNT = "*", "!"  # marks in the table

Json = dict[str, Any]


def comparison_json(
    readers: Sequence[Reader],
    chosen: Sequence[Chosen],
    cells: Sequence[Sequence[Cell]],
    found: Cross,
    deltas: Deltas | None,
) -> Json:
    """Return all that is known as JSON values; `cells` are those of each text under each model.

    See docs/compare.md.
    """
    from pipeline.engine.measures.cross import cross_tree, distances

    names, texts = [own.name for own in readers], [own.book.name for own in chosen]
    apart = distances(found)
    of = (None if own is None else texts[own] for own in found.own)
    return {
        "models": [
            {"name": own.name, "title": own.title, "characters": own.characters, "text": text}
            for own, text in zip(readers, of, strict=True)
        ],
        "texts": [
            _text_json(number, own, row, found, names)
            for number, (own, row) in enumerate(zip(chosen, cells, strict=True))
        ],
        "distances": [
            {
                "models": [names[place] for place in own.models],
                "bits_per_character": _rounded(own.bits),
                "interval": _both(own.interval),
            }
            for own in apart
        ],
        "tree": _tree_json(cross_tree(apart), names),
        "delta": deltas and _delta_json(deltas, texts),
    }


def _text_json(
    number: int, chosen: Chosen, cells: Sequence[Cell], found: Cross, names: Sequence[str]
) -> Json:
    """Return a text with its scores under all models, and the models that are nearest to it."""
    from pipeline.engine.measures.cross import STRANGE, interval_of, nearest

    first = cells[0]
    characters = sum(own.characters for own in first.chapters)
    return {
        "name": chosen.book.name,
        "title": chosen.book.title,
        "digest": chosen.book.digests[0],
        "chapters": [stretch.title for stretch in chosen.stretches],
        "characters": characters,
        "scores": [
            {
                "model": names[place],
                "bits_per_character": _rounded(float(found.bits[number, place])),
                "interval": _both(interval_of(found.drawn[number, place])),
                "own": cell.reads,
                "learnt": cell.learnt,
                "learnt_share": round(cell.share, 4),
                "unseen_share": round(cell.strange_share, 5),
                "strange": cell.strange_share >= STRANGE,
            }
            for place, cell in enumerate(cells)
        ],
        "nearest": [
            {
                "model": names[own.model],
                "bits_per_character": _rounded(own.bits),
                "lead": None if own.lead is None else _rounded(own.lead),
                "interval": _both(own.interval),
            }
            for own in nearest(found, number)
        ],
    }


def _delta_json(deltas: Deltas, texts: Sequence[str]) -> Json:
    """Return Burrows' Delta between texts."""
    from pipeline.engine.measures.cross import tree_of

    rows = range(len(texts))
    return {
        "words": list(deltas.words),
        "distances": [
            {"texts": [texts[a], texts[b]], "delta": _rounded(float(deltas.distances[a, b]))}
            for a in rows
            for b in rows[a + 1 :]
        ],
        "tree": _tree_json(tree_of(rows, deltas.distances), texts),
    }


def _tree_json(merges: Sequence[Merge], names: Sequence[str]) -> list[Json]:
    """Return a tree as its merges, the lowest first."""
    return [
        {
            "left": [names[place] for place in own.left],
            "right": [names[place] for place in own.right],
            "height": _rounded(own.height),
        }
        for own in merges
    ]


def _rounded(figure: float) -> float | None:
    """Return a figure with four decimals, None for what is no number."""
    return None if figure != figure else round(figure, 4)


def _both(interval: Sequence[float] | None) -> list[float] | None:
    """Return an interval with four decimals."""
    return None if interval is None else [round(end, 4) for end in interval]


def comparison_csv(found: Json) -> str:
    """Return a line a text and model, with headings."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for text in found["texts"]:
        for own in text["scores"]:
            low, high = own["interval"] or ("", "")
            row = {**own, "low": low, "high": high, "text": text["name"]}
            row |= {"chapters": len(text["chapters"]), "characters": text["characters"]}
            row |= {name: int(row[name]) for name in ("own", "learnt")}
            writer.writerow("" if row[name] is None else row[name] for name in _COLUMNS)
    return file.getvalue()


def comparison_lines(found: Json, width: int) -> Iterator[str]:
    """Yield the table, what is nearest to each text, distances and tree, and Delta if asked for."""
    yield from _score_lines(found, width)
    yield from _nearest_lines(found)
    if found["distances"]:
        yield ""
        best = ""
        if _has_several(found["models"]):
            best = "; of several models of one, under the one that foretells it best"
        yield f"how far novels lie apart under each other's models, in bits per character{best}"
        for own in found["distances"]:
            figure = _with_interval(own["bits_per_character"], own["interval"])
            yield f"  {figure}  {' – '.join(own['models'])}"
        yield "tree, the nearest joined first"
        yield from _tree_lines(found["tree"])
    if found["delta"]:
        yield ""
        yield from _delta_lines(found["delta"])


def _score_lines(found: Json, width: int) -> Iterator[str]:
    """Yield bits per character, a line a text and a column a model; a block a text if too wide."""
    models = [own["name"] for own in found["models"]]
    of = "" if found["marks"] else ", words alone,"
    held = "; of a text that no model has read, of all of them" if found["whole"] else ""
    yield f"bits per character{of} of the chapters that are held out of each text{held}"
    rows = [
        [
            text["name"],
            f"{text['characters']:,}",
            str(len(text["chapters"])),
            *map(_marked, text["scores"]),
        ]
        for text in found["texts"]
    ]
    lines = list(table_lines(("text", "characters", "chapters", *models), rows, width))
    fits = all(columns_of(line) <= width for line in lines)
    yield from lines if fits else _block_lines(found)
    read = (f"{own['characters']:,} {own['name']}" for own in found["models"])
    yield f"characters that the models were trained on: {', '.join(read)}"
    marks = {_marked(own)[-1] for text in found["texts"] for own in text["scores"]}
    if _OWN in marks:
        yield f"{_OWN} the model was trained on the other chapters of the text"
    if _LEARNT in marks:
        yield (
            f"{_LEARNT} learnt: much of these chapters stands in what the model was trained on; "
            "nothing is made of it"
        )


def _block_lines(found: Json) -> Iterator[str]:
    """Yield the figures of each text below its name: for models whose names are long, or many."""
    for text in found["texts"]:
        chapters = counted(len(text["chapters"]), "chapter")
        yield f"{text['name']}: {text['characters']:,} characters in {chapters}"
        for own in text["scores"]:
            yield f"  {_marked(own):>7} {own['model']}"


def _marked(score: Json) -> str:
    """Return a figure of the table with its mark."""
    told, mark = score["bits_per_character"], " "
    if score["learnt"]:
        mark = _LEARNT
    elif score["own"]:
        mark = _OWN
    return ("–" if told is None else f"{told:.3f}") + mark


def _nearest_lines(found: Json) -> Iterator[str]:
    """Yield which other models foretell each text best, and whether that is sure."""
    if not any(text["nearest"] for text in found["texts"]):
        return
    yield ""
    yield "nearest: the models of other texts, the best first, each with its lead on the next"
    for text in found["texts"]:
        if not text["nearest"]:
            continue
        yield f"{text['name']}"
        intervals = {own["model"]: own["interval"] for own in text["scores"]}
        for own in text["nearest"]:
            figure = _with_interval(own["bits_per_character"], intervals[own["model"]])
            lead = "" if own["lead"] is None else f", lead {_with_interval(*_lead(own))}"
            yield f"  {figure}  {own['model']}{lead}"


def _has_several(models: Sequence[Json]) -> bool:
    """Return whether some of the models are of one text."""
    texts = [own["text"] for own in models if own["text"] is not None]
    return len(texts) > len({*texts})


def _lead(own: Json) -> tuple[float, list[float] | None]:
    """Return a lead and its interval."""
    return own["lead"], own["interval"]


def _with_interval(figure: float | None, interval: Sequence[float] | None) -> str:
    """Write a figure with its 95 % interval, where there is one."""
    told = "–" if figure is None else f"{figure:.3f}"
    return told if interval is None else f"{told} [{interval[0]:z.3f}, {interval[1]:z.3f}]"


def _tree_lines(tree: Sequence[Json]) -> Iterator[str]:
    """Yield a line a merge: its height, and what is joined."""
    for own in tree:
        yield f"  {own['height']:.3f}  {' + '.join(own['left'])}  |  {' + '.join(own['right'])}"


def _delta_lines(delta: Json) -> Iterator[str]:
    """Yield Burrows' Delta between texts."""
    yield (
        f"Burrows' Delta of the same chapters, by the {len(delta['words'])} most frequent words "
        "(z-scores over the chapters of all texts: figures of this run alone)"
    )
    for own in delta["distances"]:
        yield f"  {own['delta']:.3f}  {' – '.join(own['texts'])}"
    yield "tree by Delta"
    yield from _tree_lines(delta["tree"])
