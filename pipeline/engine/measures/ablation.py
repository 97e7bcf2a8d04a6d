"""Which mixtures an ablation compares: what each memory is worth, one by one and together."""

from __future__ import annotations

from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.engine.memories.mixture import weights_for


def ablation(memories: Memories) -> dict[str, dict[str, float]]:
    """Return name → weights: the network, the network with each memory alone, and all of them."""
    names = [name for name in memories.weights if name != NETWORK]
    chosen = {NETWORK: (), **{f"{NETWORK}+{name}": (name,) for name in names}}
    if len(names) > 1:
        chosen["all"] = tuple(names)
    return {name: weights_for(memories, (NETWORK, *own)) for name, own in chosen.items()}
