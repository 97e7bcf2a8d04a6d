"""The layers of an LSTM above the first: how training and writer name and shape their arrays.

Layer n (from 2) has `kernel_n` (H, 4H), `recurrent_kernel_n` (H, 4H) and `bias_n` (4H,); H units in
every layer. The first layer reads word vectors and is named without a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


Array = TypeVar("Array")


class Layer(NamedTuple, Generic[Array]):
    """The weights of one layer: arrays, float32 where stored; in training variables or tensors."""

    kernel: Array  # (E, 4H) in the first layer, (H, 4H) above it
    recurrent_kernel: Array  # (H, 4H)
    bias: Array  # (4H,)


def count_upper(names: Iterable[str]) -> int:
    """Return how many upper layers the names of arrays tell of."""
    present = set(names)
    count = 0
    while f"kernel_{count + 2}" in present:
        count += 1
    return count


def upper_shapes(count: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """Return name → shape of the arrays of so many upper layers of `hidden` units."""
    shapes = ((hidden, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,))
    return {
        f"{name}_{number}": shape
        for number in range(2, count + 2)
        for name, shape in zip(Layer._fields, shapes, strict=True)
    }


def pack_upper(layers: Iterable[Layer[Array]]) -> dict[str, Array]:
    """Return the upper layers' arrays by name."""
    return {
        f"{name}_{number}": array
        for number, layer in enumerate(layers, 2)
        for name, array in layer._asdict().items()
    }


def take_upper(arrays: Mapping[str, NDArray[Any]]) -> tuple[Layer[NDArray[np.float32]], ...]:
    """Return the upper layers among arrays; all their names must be there."""
    return tuple(
        Layer(*(arrays[f"{name}_{number}"] for name in Layer._fields))
        for number in range(2, count_upper(arrays) + 2)
    )
