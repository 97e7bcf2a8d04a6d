"""Proving derivatives: the slope between two points close by, entry by entry.

Central differences, (L(θ + ε) − L(θ − ε)) / 2ε, are off by about L‴·ε²/6 for the curve and by
L·10⁻¹⁶/ε for the rounding, so ε = 10⁻⁵ leaves some 10⁻¹⁰ in float64. In float32 they prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STEP = 1e-5
_FAINT = 1e-6


def central_difference(
    loss: Callable[[], float],
    array: NDArray[np.float64],
    *,
    places: NDArray[np.int64] | None = None,
    step: float = _STEP,
) -> NDArray[np.float64]:
    """Return dLoss/dArray in the array's shape, or at some places only, (P,).

    Parameters
    ----------
    loss : function of no argument
        Reads `array` wherever it lies.
    array : float64
        Each entry is moved up and down by `step` in place, and put back.
    places : int64 (P,)
        Of the array laid flat; all without.
    """
    wanted = np.arange(array.size) if places is None else places
    slopes = np.empty(len(wanted))
    for number, place in enumerate(wanted):
        value = array.flat[place]
        array.flat[place] = value + step
        above = loss()
        array.flat[place] = value - step
        below = loss()
        array.flat[place] = value
        slopes[number] = (above - below) / (2 * step)
    return slopes.reshape(array.shape) if places is None else slopes


def largest_difference(gradient: NDArray[Any], slopes: NDArray[Any]) -> float:
    """Return max |gradient − slope| / max |slope|, both over the whole array.

    So the difference is relative to the array's steepest slope. An array without a slope above
    `_FAINT` is measured against that: fainter ones drown in rounding.
    """
    return float(np.abs(gradient - slopes).max() / max(np.abs(slopes).max(), _FAINT))
