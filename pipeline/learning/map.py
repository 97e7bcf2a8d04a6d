"""A map of words: many dimensions brought down to two, neighbours kept together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST = 4  # points that a perplexity of one needs
_PERPLEXITY = 20.0  # how many neighbours each word heeds, about


def map_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay out vectors in the plane by t-SNE (van der Maaten & Hinton 2008) on cosine distance.

    Parameters
    ----------
    vectors : float32 (n, E)
        None of them all zeros.

    Returns
    -------
    float32 (n, 2)
        In [0, 1]; fewer than four points, or points that are all one, have no such map and lie on
        a line. Nothing is drawn by chance, as t-SNE starts from the first two principal components:
        on one machine equal vectors give equal maps, whatever the number of cores.
    """
    if len(vectors) < _LEAST or not np.ptp(vectors, axis=0).any():
        line = np.linspace(0, 1, len(vectors), dtype=np.float32)  # (n,)
        return np.stack([line, np.full_like(line, 0.5)], axis=1)
    # scikit-learn takes a second to load: only where a map is drawn.
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    tsne = TSNE(
        metric="cosine",
        init="pca",
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3),
        random_state=0,
    )
    with threadpool_limits(
        1
    ):  # threads sum in any order, and wait for each other on a busy machine
        points: NDArray[np.float32] = tsne.fit_transform(vectors)  # (n, 2)
    points -= points.min(axis=0)
    widest = points.max(axis=0)  # (2,)
    points /= np.where(widest > 0, widest, 1)
    return points
