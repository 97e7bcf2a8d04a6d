"""decode: everything the numpy engine needs to write, calibrated on the validation chapters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.network import NETWORK, Network
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.windows import Windows, evaluation_starts
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.base import Base
    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.training import Training

_EXAMPLES = 3


class DecodeConfig(StageConfig):
    """Settings of `decode`."""

    calibration_targets: int = Field(
        4_000,
        ge=1,
        le=10_000_000,
        description="validation targets, spread evenly, to fit scale and prior weight on",
    )
    prior: bool = Field(
        True, description="let a word's frequency count beside its cosine, with a fitted weight"
    )


def _opening(words: list[str]) -> str | None:
    """Return a paragraph's words up to its first punctuation, if that makes a good seed phrase."""
    for number, word in enumerate(words):
        if not word[0].isalnum():
            phrase = "".join(words[: number + 1])
            return phrase if 2 <= number <= 6 and 4 <= len(phrase) <= 12 else None
    return None


def _example_phrases(windows: Windows, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return openings of training paragraphs that consist of known words, spread over the novel."""
    import numpy as np

    break_ids = [number for number, word in enumerate(words) if word == PARAGRAPH_BREAK]
    phrases: dict[str, None] = {}
    for start, stop in windows.spans["train"]:
        ids = windows.ids[start:stop]
        for position in np.flatnonzero(np.isin(ids, break_ids)):
            following: NDArray[np.int32] = ids[position + 1 : position + 9]
            if (following < len(words)).all() and (
                phrase := _opening([words[i] for i in following])
            ):
                phrases[phrase] = None
    found = list(phrases)
    return tuple(found[len(found) * i // _EXAMPLES] for i in range(min(_EXAMPLES, len(found))))


def foreign_names(base: Base, windows: Windows, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a base's novels that the training chapters of this one do not have."""
    if not base.names:
        return ()
    known = (*words, "\n")  # what the vocabulary lacks is in no name
    text = "\n".join(
        "".join(known[i] for i in windows.ids[start:stop].tolist())
        for start, stop in windows.spans["train"]
    )
    return tuple(name for name in base.names if name not in text)


def decode(
    config: DecodeConfig,
    *,
    embed: Embedding,
    window: Windows,
    base: Base,
    train: Training,
    context: Context,
) -> Network:
    """Export the trained weights and fit the scale, and the prior weight or leave it at zero."""
    from pipeline.engine.network.calibrate import calibrate
    from pipeline.engine.network.export import export_network
    from pipeline.engine.network.predict import spread_places

    network = export_network(
        train.weights,
        words=embed.words,
        counts=embed.counts,
        steps=window.steps,
        examples=_example_phrases(window, embed.words),
        unseen=embed.unseen,
        foreign_names=foreign_names(base, window, embed.words),
        carry_state=train.history["carry_state"],
    )
    starts = evaluation_starts(window, "validation")
    starts = spread_places(starts, config.calibration_targets, network)
    if not config.prior:
        network = replace(network, prior_weight=0.0)
    return calibrate(window.ids, starts, network, prior=config.prior)


STAGE = Stage(
    name="decode",
    inputs=("embed", "window", "base", "train"),
    config=DecodeConfig,
    run=decode,
    codec=NETWORK,
    libraries=("numpy", "threadpoolctl"),
)
