"""remember: what is remembered of the novel beside the network, and how much each may say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field, create_model

from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.artifacts.windows import (
    Windows,
    evaluation_starts,
    spread_targets,
    target_sections,
)
from pipeline.engine.memories.memory import Material, Memory
from pipeline.engine.memories.table import CODEC, MEMORIES
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.network import Network


class FitConfig(StageConfig):
    """Settings of `remember` beside those of the memories."""

    fit_targets: int = Field(
        50_000,
        ge=1,
        le=10_000_000,
        description="most validation targets, of chapters evenly spread, to fit the mixture's "
        "weights on",
    )


def remember_config(memories: Iterable[Memory]) -> type[FitConfig]:
    """Return the settings of `remember`: those of each memory in order, then its own."""
    # Fields come in the order of the bases from the last on.
    bases: Any = (FitConfig, *reversed([memory.settings for memory in memories]))
    model = create_model("RememberConfig", __base__=bases, __module__=__name__)
    return cast("type[FitConfig]", model)


RememberConfig = remember_config(MEMORIES.values())


def training_text(window: Windows) -> NDArray[np.int32]:
    """Return the token stream with −1 for each word outside the training chapters, (tokens,)."""
    import numpy as np

    text_ids = np.full(len(window.ids), -1, dtype=np.int32)
    for start, stop in window.spans["train"]:
        text_ids[start:stop] = window.ids[start:stop]
    return text_ids


def _gather(config: FitConfig, window: Windows, decode: Network, context: Context) -> Memories:
    """Return the memories asked for, all with the same weight as yet."""
    material = Material(window, decode, context.progress, context.scratch_path, context.workers)
    held = {
        name: memory.build(config, material)
        for name, memory in MEMORIES.items()
        if getattr(config, name)
    }
    names = (NETWORK, *held)
    return Memories(
        weights={name: 1 / len(names) for name in names},
        text_ids=training_text(window),
        chapters=tuple(
            (section["title"], section["start"], section["stop"])
            for section in window.sections
            if section["part"] == "train"
        ),
        held=held,
    )


def remember(config: FitConfig, *, window: Windows, decode: Network, context: Context) -> Memories:
    """Gather what is to be remembered and fit the weights on the validation chapters.

    With no word there to fit on, the network speaks alone.
    """
    from dataclasses import replace

    from pipeline.engine.memories.batches import component_batches, true_probs
    from pipeline.engine.memories.mixture import fit_mixtures
    from pipeline.engine.memories.next_word import Model

    memories = _gather(config, window, decode, context)
    every = evaluation_starts(window, "validation")
    starts = spread_targets(window, every, config.fit_targets)  # (N,)
    batches = component_batches(
        window.ids,
        starts,
        target_sections(window, starts),
        Model(decode, memories),
        progress=lambda done, total: context.progress(done, total, "fitting weights"),
    )
    probs = true_probs(batches)
    if not any(map(len, probs.values())):
        return replace(memories, weights={NETWORK: 1.0}, held={})
    weights, *subsets = fit_mixtures(probs)
    return replace(memories, weights=weights, subsets=tuple(subsets))


STAGE = Stage(
    name="remember",
    inputs=("window", "decode"),
    config=RememberConfig,
    run=remember,
    codec=CODEC,
    libraries=("numpy", "threadpoolctl"),
)
