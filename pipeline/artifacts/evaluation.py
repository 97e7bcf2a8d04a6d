"""`evaluate`'s artifact: held-out scores.

evaluation.json   part → model → scores with their intervals; ablation; written texts, how they read
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.artifacts import checks
from pipeline.artifacts.codec import Codec, read_json, write_json

ModelScores = dict[str, Any]  # JSON values; `Evaluation` tells which
ABLATION = ("bits_per_character", "top1", "mrr", "perplexity")  # figures of a mixture

# Figures of what a reader feels → what they mean, and the most that they can be.
READING: dict[str, tuple[str, float]] = {
    "common_words": ("share of the novel's 100 commonest words", 1),
    "different_words": ("share of different words in 300", 1),
    "pronouns": ("我你他她 per 100 characters", 100),
    "doubled_words": ("doubled function words per 10,000", 10_000),
    "threefold": ("three alike in a row per 10,000", 10_000),
    "stranded_ba": ("把, a noun and a stop per 10,000", 10_000),
    "stranded_de": ("的 before a stop per 10,000", 10_000),
    "same_speaker": ("one speaker twice running per 10,000", 10_000),
    "nested_speech": ("speech inside speech per 10,000", 10_000),
    "dao": ("道 per 100 characters", 100),
    "short_quotes": ("quotations of at most two characters", 1),
    "sentence_characters": ("characters a sentence", 1e9),
    "short_sentences": ("sentences of at most three characters", 1),
    "paragraph_characters": ("characters a paragraph", 1e9),
    "bare_quotes": ("paragraphs that are one bare quotation", 1),
}
_SIDES = ("novel", "writer")


@dataclass(frozen=True)
class Evaluation:
    """Held-out scores and what people look at.

    `scores[part][model]` holds `bits_per_character` (None where a piece has no probability),
    `top1`, `top5`, `top10`, `mrr`, `cosine` (None for a model without vectors), `perplexity`,
    `coverage` (the share of pieces that have a probability), `targets` and `characters`; and
    `interval`: the 95 % interval [low, high] over chapters of those in `bootstrap._FIGURES`.
    The `network` and the whole `writer` have `against_kneser_ney` too: the intervals of
    `bits_difference`, `top1_difference` and `perplexity_ratio`. Both are None where the part has
    fewer than two chapters.
    `ablation[part]` is a row for each mixture, from the network alone to the whole writer: `name`,
    the figures of `ABLATION` and `weights`, component → share.
    `writing[way]` holds the measures of `pipeline.engine.measures.diversity` for texts written
    from held-out openings in several ways, and for the `held_out` text itself.
    `reading` holds the figures of `READING`, None where there was nothing to count, for the texts
    of the `default` way (`writer`) and for the `novel`, and as `text` which part of it was looked
    at. It is empty where nothing was written.
    `books[part]` is a row for each book of a shelf, see `engine.measures.by_book`: `title`,
    `targets`, `characters`, and for `kneser_ney` and the `writer` `bits_per_character`, `top1`,
    `perplexity` and `interval`. Of a novel by itself there are none.
    """

    scores: dict[str, dict[str, ModelScores]]
    ablation: dict[str, list[ModelScores]]
    writing: dict[str, dict[str, float | None]]
    reading: dict[str, Any]
    books: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def _save_evaluation(evaluation: Evaluation, folder: Path) -> None:
    """Write evaluation.json."""
    facts = {
        **evaluation.scores,
        "ablation": evaluation.ablation,
        "writing": evaluation.writing,
        "reading": evaluation.reading,
        "books": evaluation.books,
    }
    write_json(folder / "evaluation.json", facts)


def _load_evaluation(folder: Path) -> Evaluation:
    """Read what `_save_evaluation` wrote; what is told of reading is checked.

    Raises
    ------
    ArtifactDamaged
        A figure is missing or out of its bounds.
    """
    scores = read_json(folder / "evaluation.json")
    return Evaluation(
        reading=_checked_reading(scores.pop("reading", None)),
        writing=scores.pop("writing"),
        ablation=scores.pop("ablation"),
        books=scores.pop("books", {}),
        scores=scores,
    )


def _checked_reading(value: Any) -> dict[str, Any]:
    """Return `reading` as it was read, if it is as `Evaluation` tells."""
    if value == {}:
        return {}
    facts = checks.table("reading", value, ("text", *_SIDES))
    checks.text("reading.text", facts["text"], 100)
    for side in _SIDES:
        for name, figure in checks.table(f"reading.{side}", facts[side], READING).items():
            if figure is not None:
                checks.number(f"reading.{side}.{name}", figure, 0, READING[name][1])
    return facts


def _describe_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """Return the facts shown to people."""
    writer = evaluation.scores["test"]["writer"]
    bits = writer["bits_per_character"]
    figures = {"perplexity": writer["perplexity"]} if bits is None else {"bits per character": bits}
    return {f"test {name}": round(value, 4) for name, value in figures.items()}


EVALUATION = Codec(save=_save_evaluation, load=_load_evaluation, describe=_describe_evaluation)
