"""An ablation: each memory alone beside the network, and all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.artifacts.memories import Memories
from pipeline.engine.measures.ablation import ablation

MEMORIES = Memories(
    weights={"network": 0.5, "cache": 0.2, "ngram": 0.3},
    text_ids=np.empty(0, dtype=np.int32),
    chapters=(),
    subsets=({"network": 0.6, "cache": 0.4}, {"network": 1.0}),
)


def test_an_ablation_goes_from_the_network_to_the_whole() -> None:
    rows = ablation(MEMORIES)
    assert list(rows) == ["network", "network+cache", "network+ngram", "all"]
    assert rows["network"] == {"network": 1.0}
    assert rows["all"] == MEMORIES.weights
    one = replace(MEMORIES, weights={"network": 0.6, "cache": 0.4})
    assert list(ablation(one)) == ["network", "network+cache"], "the whole is there already"
