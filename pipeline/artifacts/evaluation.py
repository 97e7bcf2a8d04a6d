"""`evaluate`'s artifact: held-out scores.

evaluation.json   part → model → scores with their intervals; the ablation; written text
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import Codec, read_json, write_json

ModelScores = dict[str, Any]  # JSON values; `Evaluation` tells which
ABLATION = ("bits_per_character", "top1", "mrr", "perplexity")  # figures of a mixture


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
    """

    scores: dict[str, dict[str, ModelScores]]
    ablation: dict[str, list[ModelScores]]
    writing: dict[str, dict[str, float | None]]


def _save_evaluation(evaluation: Evaluation, folder: Path) -> None:
    """Write evaluation.json."""
    facts = {
        **evaluation.scores,
        "ablation": evaluation.ablation,
        "writing": evaluation.writing,
    }
    write_json(folder / "evaluation.json", facts)


def _load_evaluation(folder: Path) -> Evaluation:
    """Read what `_save_evaluation` wrote."""
    scores = read_json(folder / "evaluation.json")
    return Evaluation(
        writing=scores.pop("writing"),
        ablation=scores.pop("ablation"),
        scores=scores,
    )


def _describe_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """Return the facts shown to people."""
    writer = evaluation.scores["test"]["writer"]
    bits = writer["bits_per_character"]
    figures = {"perplexity": writer["perplexity"]} if bits is None else {"bits per character": bits}
    return {f"test {name}": round(value, 4) for name, value in figures.items()}


EVALUATION = Codec(save=_save_evaluation, load=_load_evaluation, describe=_describe_evaluation)
