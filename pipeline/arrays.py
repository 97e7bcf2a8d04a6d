"""Short names for the arrays that stand in most signatures; shapes stand where arrays are born."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]  # what networks compute with
Doubles = NDArray[np.float64]  # what is summed over many words
Ids = NDArray[np.int32]  # words by their number in the vocabulary; `artifacts/tokens.py`
Integers = NDArray[np.int64]  # counts, positions, keys
