"""`base`'s artifact: a network that has read other novels, to begin a training with.

base.safetensors   see `Base`; the container of `tensorfile.py`

The file that ships with the program, and every one that `models export --as-base` makes, is of this
form. Numbers are float16: as a beginning they are exact enough, and the file stays small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts import checks
from pipeline.artifacts.checks import Bounds
from pipeline.artifacts.codec import Codec
from pipeline.artifacts.tensorfile import read_tensor_file, write_tensor_file
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCHEMA = 1
_KIND = "base"
_FILE = "base.safetensors"
_FACTS = (
    "schema",
    "sha256",
    "kind",
    "words",
    "titles",
    "names",
    "unused",
    "log_scale",
    "prior_weight",
)
_WORDS, _WORD, _NAMES, _TITLES, _NOTE = 200_000, 64, 50_000, 1_000, 1_000
_LARGEST = 65_504.0  # of float16
_READ = "read"  # the array of fingerprints
SHAPES: dict[str, tuple[str, ...]] = {
    "input_vectors": ("V", "E"),
    "kernel": ("E", "4H"),
    "recurrent_kernel": ("H", "4H"),
    "bias": ("4H",),
    "projection_kernel": ("H", "E"),
    "projection_bias": ("E",),
}


@dataclass(frozen=True)
class Base:
    """A network without its novels: what it learnt of the language, and what it is not for.

    V words, E dimensions, H units. Input and output vectors are one table, and there is one layer.

    Attributes
    ----------
    words : tuple of str, length V
        None where there is no base, or it was set aside.
    weights : name → float16
        Shapes in `SHAPES`.
    log_scale, prior_weight : float
        See `pipeline.learning.network.Network`.
    titles : tuple of str
        The novels that it has read.
    names : tuple of str
        Proper names of those: not to be written in another novel's continuation.
    read : int64 (N,)
        Fingerprints of what it has read, ascending: `pipeline.text.shingles`.
    unused : str
        Why it was set aside; empty where it was not.
    """

    words: tuple[str, ...] = ()
    weights: Mapping[str, NDArray[np.float16]] = field(default_factory=dict)
    log_scale: float = 0.0
    prior_weight: float = 0.0
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    read: NDArray[np.int64] | None = None
    unused: str = ""


def save_base(base: Base, path: Path) -> None:
    """Write a base's file: equal bytes for equal bases."""
    arrays: dict[str, NDArray[Any]] = dict(base.weights)
    if base.read is not None:
        arrays[_READ] = base.read
    facts = {
        "schema": _SCHEMA,
        "kind": _KIND,
        "words": list(base.words),
        "titles": list(base.titles),
        "names": list(base.names),
        "unused": base.unused,
        "log_scale": base.log_scale,
        "prior_weight": base.prior_weight,
    }
    with path.open("wb") as file:
        write_tensor_file(file, arrays, facts)


def load_base(path: Path) -> Base:
    """Read a base's file; everything in it is bounded before it is used.

    Raises
    ------
    ArtifactDamaged
        It is no base, or a value in it is out of bounds: which, in one line.
    OSError
        It cannot be read.
    """
    mapped = read_tensor_file(path)
    try:
        return _checked(mapped.tensors, mapped.facts)
    finally:
        mapped.verify()


def _checked(tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Base:
    """Put a base together from arrays and facts, all of which are checked."""
    if facts.get("kind") != _KIND:
        raise ArtifactDamaged("expected a base, got another kind of file")
    checks.table("facts", facts, _FACTS)
    if checks.whole("schema", facts["schema"], 1, 2**31) != _SCHEMA:
        raise ArtifactDamaged(
            f"schema {facts['schema']}, expected {_SCHEMA}: made by a newer xuxie"
        )
    words = checks.texts("words", facts["words"], _WORDS, _WORD, least=1)
    if len(set(words)) != len(words):
        raise ArtifactDamaged("words: expected none twice, got otherwise")
    if words:
        checks.arrays(tensors, _bounds(tensors, len(words)))
    elif tensors:
        raise ArtifactDamaged("arrays: expected none without words, got some")
    return Base(
        words=words,
        weights={name: tensors[name] for name in SHAPES} if words else {},
        log_scale=checks.number("log_scale", facts["log_scale"], -20, 20),
        prior_weight=checks.number("prior_weight", facts["prior_weight"], -1e3, 1e3),
        titles=checks.texts("titles", facts["titles"], _TITLES, _NOTE),
        names=checks.texts("names", facts["names"], _NAMES, _WORD, least=1),
        read=tensors[_READ] if words else None,
        unused=checks.text("unused", facts["unused"], _NOTE),
    )


def _bounds(tensors: Mapping[str, NDArray[Any]], words: int) -> dict[str, Bounds]:
    """Return what each array must be; H and E are as large as the projection says."""
    hidden, size = checks.sizes_of(tensors, "projection_kernel", 2)
    (prints,) = checks.sizes_of(tensors, _READ, 1, least=0)
    sizes = {"V": words, "E": size, "H": hidden, "4H": 4 * hidden}
    bounds = {
        name: Bounds("float16", tuple(sizes[axis] for axis in axes), -_LARGEST, _LARGEST)
        for name, axes in SHAPES.items()
    }
    return {**bounds, _READ: Bounds("int64", (prints,), -(2**63), 2**63 - 1)}


def _save(base: Base, folder: Path) -> None:
    save_base(base, folder / _FILE)


def _load(folder: Path) -> Base:
    return load_base(folder / _FILE)


def _describe(base: Base) -> dict[str, Any]:
    """Return the facts shown to people."""
    if not base.words:
        return {"base": base.unused or "none"}
    return {"vocabulary": len(base.words), "has read": " ".join(base.titles)}


BASE = Codec(save=_save, load=_load, describe=_describe)
