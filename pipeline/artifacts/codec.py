"""The codec type, and the few file formats that all codecs are made of.

Files are byte-deterministic: equal values give equal bytes, so that content digests can stop a
needless cascade. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True)
class Codec(Generic[T]):
    """How a stage's result is stored.

    `save(value, folder)` writes the files into an empty folder; `load(folder)` reads them back;
    `describe(value)` names a few facts for people (they are kept in the manifest).
    """

    save: Callable[[T, Path], None]
    load: Callable[[Path], T]
    describe: Callable[[T], dict[str, Any]]


def write_json(path: Path, value: Any) -> None:
    """Write `value` as UTF-8 JSON with sorted keys; NaN and infinities are refused."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; a broken one, or one with NaN or infinities, raises `ArtifactDamaged`."""
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)
    except (OSError, ValueError) as error:
        raise ArtifactDamaged(f"{path.name}: expected a JSON file, got {error}") from error


def refuse_constant(name: str) -> None:
    """Refuse a number that is not finite, as NaN; JSON has none."""
    raise ValueError(f"{name}, which is no finite number")


def check_number(name: str, value: Any, *, least: float) -> float:
    """Return `value` if it is a finite number, at least `least`; else raise `ArtifactDamaged`."""
    if isinstance(value, int | float) and math.isfinite(value) and value >= least:
        return float(value)
    raise ArtifactDamaged(f"{name}: expected a number, at least {least:g}, got {value!r}")


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays as safetensors, in name order."""
    import numpy as np
    from safetensors.numpy import save

    # Written by us, since the library's own writer hides its files from all other users.
    path.write_bytes(save({name: np.array(tensors[name], order="C") for name in sorted(tensors)}))


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Read all arrays of a safetensors file; a broken one raises `ArtifactDamaged`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except (OSError, ValueError, SafetensorError) as error:
        raise ArtifactDamaged(f"{path.name}: expected safetensors, got {error}") from error


def check_array(
    name: str, array: NDArray[Any] | None, *, shape: tuple[int, ...], dtype: type[np.generic]
) -> NDArray[Any]:
    """Return `array` if it is present, finite and of that shape and dtype.

    Raises
    ------
    ArtifactDamaged
        Naming the array, what was expected and what was found.
    """
    import numpy as np

    if array is None:
        raise ArtifactDamaged(f"array {name}: expected shape {shape}, got nothing")
    if array.shape != shape or array.dtype != np.dtype(dtype):
        raise ArtifactDamaged(
            f"array {name}: expected {np.dtype(dtype)} {shape}, got {array.dtype} {array.shape}"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ArtifactDamaged(f"array {name}: expected finite numbers, got NaN or infinity")
    return array
