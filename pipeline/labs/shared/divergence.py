"""A training that left the finite numbers is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import StageFailed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def refuse_divergence(
    losses: Sequence[float], weights: Iterable[NDArray[np.floating[Any]]] = ()
) -> None:
    """Raise `StageFailed` unless the last epoch's loss, and the weights after it, are finite."""
    import numpy as np

    if not np.isfinite(losses[-1]):
        found = f"{losses[-1]}"
    elif not all(np.isfinite(array).all() for array in weights):
        found = "weights that are not"
    else:
        return
    raise StageFailed(
        f"train: expected finite numbers, got {found} in epoch {len(losses)}; lower the rate: "
        "--set train.learning_rate=…"
    )
