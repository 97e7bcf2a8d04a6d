"""remember: what is remembered of the novel beside the network, and how much each may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.memories import MEMORIES, Memories, Neighbours
from pipeline.artifacts.windows import Windows, evaluation_starts, target_sections
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.network import Network
    from pipeline.artifacts.ngram import KneserNey


class RememberConfig(StageConfig):
    """Settings of `remember`."""

    cache: bool = Field(True, description="make words of the last pages likelier (neural cache)")
    cache_words: int = Field(1000, ge=1, le=100_000, description="words that the cache holds")
    cache_sharpness: float = Field(
        10.0, ge=0, le=40, description="factor of the cosine in the cache; 0 counts words alone"
    )
    ngram: bool = Field(True, description="mix in the Kneser-Ney n-gram model")
    ngram_order: int = Field(5, ge=2, le=8, description="longest n-gram of that model, in words")
    neighbours: bool = Field(
        False, description="mix in what followed the training places most like this one (kNN-LM)"
    )
    neighbours_count: int = Field(1024, ge=1, le=10_000, description="places that speak")
    neighbours_sharpness: float = Field(
        40.0, ge=0, le=1_000, description="factor of the cosine in a place's weight"
    )
    fit_targets: int = Field(
        50_000,
        ge=1,
        le=10_000_000,
        description="validation targets, from the first on, to fit the mixture's weights on",
    )


def training_text(window: Windows) -> NDArray[np.int32]:
    """Return the token stream with −1 for each word outside the training chapters, (tokens,)."""
    import numpy as np

    text_ids = np.full(len(window.ids), -1, dtype=np.int32)
    for start, stop in window.spans["train"]:
        text_ids[start:stop] = window.ids[start:stop]
    return text_ids


def training_starts(window: Windows) -> NDArray[np.int64]:
    """Return the starts (N,) of the windows that lie in the training chapters, target and all."""
    import numpy as np

    starts = [np.arange(start, stop - window.steps) for start, stop in window.spans["train"]]
    return np.concatenate(starts).astype(np.int64)


def wanted(config: RememberConfig) -> tuple[str, ...]:
    """Return the components that the settings ask for."""
    memories = ("cache", "ngram", "neighbours")
    return ("network", *(name for name in memories if getattr(config, name)))


def gather(config: RememberConfig, window: Windows, decode: Network, context: Context) -> Memories:
    """Return the memories asked for, all with the same weight as yet."""
    names = wanted(config)
    return Memories(
        weights={name: 1 / len(names) for name in names},
        cache_words=config.cache_words,
        cache_sharpness=config.cache_sharpness,
        text_ids=training_text(window),
        chapters=tuple(
            (section["title"], section["start"], section["stop"])
            for section in window.sections
            if section["part"] == "train"
        ),
        ngram=count_ngrams(config, window) if config.ngram else None,
        neighbours=meet_neighbours(config, window, decode, context) if config.neighbours else None,
    )


def count_ngrams(config: RememberConfig, window: Windows) -> KneserNey:
    """Train the n-gram model on the training chapters."""
    from pipeline.engine.memories.ngram import train_kneser_ney

    return train_kneser_ney(
        window.ids,
        window.spans["train"],
        vocabulary_size=window.vocabulary_size,
        order=config.ngram_order,
    )


def meet_neighbours(
    config: RememberConfig, window: Windows, decode: Network, context: Context
) -> Neighbours:
    """Let the network read the training chapters and keep each place."""
    from pipeline.engine.memories.neighbours import build_neighbours

    keys, positions = build_neighbours(
        window.ids,
        training_starts(window),
        decode,
        lambda done, total: context.progress(done, total, "reading the training chapters"),
    )
    return Neighbours(
        keys=keys,
        positions=positions,
        count=config.neighbours_count,
        sharpness=config.neighbours_sharpness,
    )


def remember(
    config: RememberConfig, *, window: Windows, decode: Network, context: Context
) -> Memories:
    """Gather what is to be remembered and fit the weights on the validation chapters.

    With no word there to fit on, the network speaks alone.
    """
    from dataclasses import replace

    from pipeline.engine.memories.batches import component_batches, true_probs
    from pipeline.engine.memories.mixture import fit_mixtures
    from pipeline.engine.memories.next_word import Model

    memories = gather(config, window, decode, context)
    starts = evaluation_starts(window, "validation")[: config.fit_targets]  # (N,)
    batches = component_batches(
        window.ids,
        starts,
        target_sections(window, starts),
        Model(decode, memories),
        progress=lambda done, total: context.progress(done, total, "fitting weights"),
    )
    probs = true_probs(batches)
    if not any(map(len, probs.values())):
        return replace(memories, weights={"network": 1.0}, ngram=None, neighbours=None)
    weights, *subsets = fit_mixtures(probs)
    return replace(memories, weights=weights, subsets=tuple(subsets))


STAGE = Stage(
    name="remember",
    inputs=("window", "decode"),
    config=RememberConfig,
    run=remember,
    codec=MEMORIES,
    libraries=("numpy",),
)
