"""Word vectors made ready to be told apart by their direction.

word2vec's vectors share a common direction, the more so the shorter the text: in a novella their
unit vectors may differ from their mean by a hundredth only, and cosines then tell nothing. Taking
out the mean and the strongest common directions leaves what distinguishes words (Mu & Viswanath
2018, "All-but-the-Top").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def centre_vectors(vectors: NDArray[np.float32], *, components: int = 0) -> NDArray[np.float32]:
    """Subtract the mean vector and the first principal components; scale to mean length one.

    Parameters
    ----------
    vectors : float32 (V, E)
    components : int
        How many principal components to take out, below E.

    Returns
    -------
    float32 (V, E)
    """
    # In double precision: what is left may be a hundredth of what is taken away.
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)  # (V, E) float64
    if components:
        _, _, directions = np.linalg.svd(centred, full_matrices=False)  # (min(V, E), E)
        common = directions[:components]  # (components, E)
        centred = centred - centred @ common.T @ common
    length = float(np.linalg.norm(centred, axis=1).mean())
    result: NDArray[np.float32] = (centred / max(length, 1e-12)).astype(np.float32)
    return result
