"""What a value from a stranger's file must be: each check returns the value, or raises.

All raise `ArtifactDamaged`, which names the value, what was expected and what was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import ArtifactDamaged
from pipeline.shown import is_plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 1 << 18  # numbers looked at together: what a core's cache holds
_HALF_SIZE = 0x7FFF  # the bits of a float16 without its sign, which go by its size

UNIT = 1.01  # the largest number in a row of length one, rounded to float16


class Bounds(NamedTuple):
    """What an array must be: its dtype, shape, and least and greatest number."""

    dtype: str
    shape: tuple[int, ...]
    least: float
    most: float


def _briefly(value: Any) -> str:
    """Return a value in ASCII, shortened: nothing in it reaches the terminal as it is."""
    text = ascii(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def refuse(name: str, expected: str, value: Any) -> ArtifactDamaged:
    """Return the error for a value."""
    return ArtifactDamaged(f"{name}: expected {expected}, got {_briefly(value)}")


def number(name: str, value: Any, least: float, most: float) -> float:
    """Return a number within bounds."""
    if type(value) not in (int, float) or not least <= value <= most:  # false for NaN
        raise refuse(name, f"a number from {least:g} to {most:g}", value)
    return float(value)


def whole(name: str, value: Any, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    if type(value) is not int or not least <= value <= most:
        raise refuse(name, f"a whole number from {least:,} to {most:,}", value)
    return value


def flag(name: str, value: Any) -> bool:
    """Return a truth value."""
    if type(value) is not bool:
        raise refuse(name, "true or false", value)
    return value


def text(name: str, value: Any, most: int) -> str:
    """Return a text of at most so many characters, none of them hidden."""
    if type(value) is not str or len(value) > most or not is_plain(value):
        raise refuse(name, f"at most {most:,} characters, none of them hidden", value)
    return value


def texts(name: str, value: Any, count: int, most: int, least: int = 0) -> tuple[str, ...]:
    """Return at most `count` texts of `least` to `most` characters, none of them hidden.

    They are looked at all together, which is quick for a whole vocabulary.
    """
    items = listed(name, value, count)
    odd = next((item for item in items if type(item) is not str), None)
    if odd is not None or not set(map(type, items)) <= {str}:
        raise refuse(name, "texts alone", odd)
    if items and not (least <= min(map(len, items)) and max(map(len, items)) <= most):
        raise refuse(name, f"texts of {least} to {most} characters", max(items, key=len))
    if not is_plain("".join(items)):
        raise refuse(name, "no hidden character", next(t for t in items if not is_plain(t)))
    return tuple(items)


def listed(name: str, value: Any, count: int) -> list[Any]:
    """Return a list of at most so many values."""
    if not isinstance(value, list) or len(value) > count:
        raise refuse(name, f"a list of at most {count:,}", value)
    return value


def table(name: str, value: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Return a JSON object with exactly these keys."""
    expected = set(keys)
    if not isinstance(value, dict) or set(value) != expected:
        got = sorted(value) if isinstance(value, dict) else value
        raise refuse(name, f"the keys {', '.join(sorted(expected))}", got)
    return value


def arrays(tensors: Mapping[str, NDArray[Any]], bounds: Mapping[str, Bounds]) -> None:
    """Refuse arrays that are not just these, each as its bounds say."""
    if set(tensors) != set(bounds):
        odd = sorted(set(tensors) ^ set(bounds))
        raise ArtifactDamaged(f"arrays: expected {len(bounds)}, got others: {_briefly(odd)}")
    for name, own in bounds.items():
        _array(name, tensors[name], own)


def rises(values: NDArray[Any], *, strictly: bool) -> bool:
    """Return whether numbers (n,) rise, or at least never fall, without an array as large."""
    for first in range(0, len(values) - 1, _BLOCK):
        part = values[first : first + _BLOCK + 1]
        if (part[1:] <= part[:-1] if strictly else part[1:] < part[:-1]).any():
            return False
    return True


def _array(name: str, value: NDArray[Any], bounds: Bounds) -> None:
    """Refuse an array of another dtype or shape, or with a number out of bounds."""
    if value.dtype.name != bounds.dtype or value.shape != bounds.shape:
        raise ArtifactDamaged(
            f"array {name}: expected {bounds.dtype} {bounds.shape}, got {value.dtype} {value.shape}"
        )
    if not value.size:
        return
    least, most = _extremes(value)
    if not (bounds.least <= least and most <= bounds.most):  # false for NaN
        raise ArtifactDamaged(
            f"array {name}: expected numbers from {bounds.least:g} to {bounds.most:g}, got "
            f"{least:g} to {most:g}"
        )


def _extremes(value: NDArray[Any]) -> tuple[float, float]:
    """Return the least and the greatest number; NaN, or one beyond all bounds, if one is NaN."""
    if value.dtype.name == "float16":
        size = _largest_half(value)
        return -size, size
    return value.min().item(), value.max().item()


def _largest_half(value: NDArray[np.float16]) -> float:
    """Return the greatest size of a float16, by its bits: many times quicker than by its value."""
    import numpy as np

    bits = value.reshape(-1).view(np.uint16)  # (N,)
    blocks = range(0, len(bits), _BLOCK)
    most = max(int((bits[start : start + _BLOCK] & _HALF_SIZE).max()) for start in blocks)
    size = float(np.uint16(most).view(np.float16))
    return size if math.isfinite(size) else math.inf


def sizes_of(
    tensors: Mapping[str, NDArray[Any]], name: str, axes: int, least: int = 1
) -> tuple[int, ...]:
    """Return an array's sizes, of which there must be so many, each of at least so much."""
    found = tensors.get(name)
    if found is None or found.ndim != axes or min(found.shape) < least:
        got = "none" if found is None else str(found.shape)
        raise ArtifactDamaged(f"array {name}: expected one of {axes} axes, got {got}")
    return found.shape
