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
from pipeline.regular import read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

MOST_BYTES = 2**28  # of a JSON file of an artifact
FEW_BYTES = 2**24  # of a small JSON file, such as a manifest
_BLOCK = 2**18  # numbers that are looked at together
Kind = type | tuple[type, ...]


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


def read_json(path: Path, *, most_bytes: int = MOST_BYTES) -> Any:
    """Read a JSON file that may hold anything, even what was made to do harm.

    Raises
    ------
    ArtifactDamaged
        It is missing, no file, too large, no JSON, nested too deep, or holds NaN or infinity.
    """
    try:
        return json.loads(read_bytes(path, most_bytes), parse_constant=refuse_constant)
    except RecursionError as error:
        raise ArtifactDamaged(
            f"{path.name}: expected a JSON file, got one nested too deep", path=path
        ) from error
    except (OSError, ValueError) as error:
        raise ArtifactDamaged(
            f"{path.name}: expected a JSON file, got {error}", path=path
        ) from error


def read_object(
    path: Path, kinds: Mapping[str, Kind], *, most_bytes: int = FEW_BYTES
) -> dict[str, Any]:
    """Read a JSON object that has at least the fields of `kinds`, each of the type given there.

    Raises
    ------
    ArtifactDamaged
        See `read_json` and `check_fields`.
    """
    return check_fields(path.name, read_json(path, most_bytes=most_bytes), kinds)


def check_fields(name: str, value: Any, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return `value` if it is an object with the fields of `kinds`, each of the type given there.

    True and False are no numbers here. Raises `ArtifactDamaged` naming the field.
    """
    if not isinstance(value, dict):
        raise ArtifactDamaged(f"{name}: expected an object, got {type(value).__name__}")
    for field, kind in kinds.items():
        wanted = kind if isinstance(kind, tuple) else (kind,)
        found = value.get(field, ...)
        if not isinstance(found, wanted) or (isinstance(found, bool) and bool not in wanted):
            got = "nothing" if found is ... else type(found).__name__
            names = " or ".join(each.__name__ for each in wanted)
            raise ArtifactDamaged(f"{name}: {field}: expected {names}, got {got}")
    return value


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
    flat = array.reshape(-1)
    blocks = range(0, flat.size if array.dtype.kind == "f" else 0, _BLOCK)
    if not all(np.isfinite(flat[start : start + _BLOCK]).all() for start in blocks):
        raise ArtifactDamaged(f"array {name}: expected finite numbers, got NaN or infinity")
    return array
