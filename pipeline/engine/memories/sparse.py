"""What a memory says of one place: for few words it differs from what is there anyway.

    p(w) = α·p_network(w) + β·b(w) + Σ_i v_i·[w_i = w]

b is a distribution that all places share, such as how frequent words are. To write p out for each
of V words and each memory would cost more than all else that is thought about a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats


@dataclass(frozen=True)
class SparseProbs:
    """A distribution over V words.

    Attributes
    ----------
    network : float
        α: how much of it the network's is.
    shared : float32 (V,) or None
        b.
    share : float
        β.
    extras : sequence of (ids (n,), values float32 (n,))
        What single words have besides; an id may come again.
    """

    network: float = 0.0
    shared: Floats | None = None
    share: float = 0.0
    extras: Sequence[tuple[NDArray[np.integer[Any]], Floats]] = ()

    def of(self, word_id: int, own: Floats) -> float:
        """Return p of one word, given the network's `own` (V,)."""
        found = self.network * float(own[word_id])
        if self.shared is not None:
            found += self.share * float(self.shared[word_id])
        return found + sum(float(values[ids == word_id].sum()) for ids, values in self.extras)

    def add_to(self, mixed: Floats, weight: float) -> None:
        """Add λ·p to a mixture (V,) in place, but for what is the network's."""
        if self.shared is not None:
            mixed += np.float32(weight * self.share) * self.shared
        for ids, values in self.extras:
            np.add.at(mixed, ids, np.float32(weight) * values)

    def whole(self, own: Floats) -> Floats:
        """Return p of all words, float32 (V,), given the network's `own`."""
        probs: Floats = np.float32(self.network) * own
        self.add_to(probs, 1.0)
        return probs


NETWORK_ALONE = SparseProbs(network=1.0)
