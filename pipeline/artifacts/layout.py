"""The layout of a safetensors file: a header that says where each array lies, and the arrays.

    8 bytes   n, the length of the header, little-endian
    n bytes   JSON, filled up with spaces: name → dtype, shape and place; the metadata
    the rest  the arrays one after another, little-endian, row by row

It is written and read here, in a page each. The library's writer makes all bytes in memory, puts
several keys of metadata in random order, and transposed arrays in the wrong one (0.8.0); and of a
stranger's file nothing may be believed, nor any memory taken, before it is bounded.
"""

from __future__ import annotations

import json
import math
import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from pipeline.artifacts.codec import refuse_constant
from pipeline.errors import ArtifactDamaged
from pipeline.shown import is_plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

METADATA = "__metadata__"
PREFIX = 8  # bytes that tell the header's length, and to a multiple of which it is filled up
LONGEST_HEADER = 16 * 2**20  # bytes: a vocabulary of a million words
_DTYPES = {"I64": "<i8", "F32": "<f4", "I32": "<i4", "F16": "<f2", "U8": "|u1"}  # name → numpy's
_NAME = re.compile(r"[a-z0-9_.]{1,64}")
_FIELDS = {"dtype", "shape", "data_offsets"}
_AXES = 2  # no array has more


def in_order(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays as they lie in a file, row by row; the widest first, so that all lie even.

    Raises `TypeError` for a dtype that has no name here.
    """
    import numpy as np

    rows: dict[str, NDArray[Any]] = {}
    for dtype in _DTYPES.values():
        for name in sorted(tensors):
            if tensors[name].dtype == np.dtype(dtype):
                rows[name] = np.array(tensors[name], order="C", copy=None)
    if len(rows) != len(tensors):
        odd = sorted(set(tensors) - set(rows))
        raise TypeError(f"expected arrays of {', '.join(_DTYPES)}, got others: {odd}")
    return rows


def bytes_of(row: NDArray[Any]) -> memoryview:
    """Return the bytes of an array that lies row by row, without copying them."""
    import numpy as np

    return row.reshape(-1).view(np.uint8).data


def make_header(rows: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """Return the header of these arrays in this order, its length before it."""
    codes = {dtype: code for code, dtype in _DTYPES.items()}
    entries: dict[str, Any] = {METADATA: dict(metadata)} if metadata else {}
    stop = 0
    for name, row in rows.items():
        start, stop = stop, stop + row.nbytes
        code = codes[row.dtype.newbyteorder("<").str]
        entries[name] = {"dtype": code, "shape": list(row.shape), "data_offsets": [start, stop]}
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % PREFIX)
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"expected a header of at most {LONGEST_HEADER} bytes, got {len(text)}")
    return len(text).to_bytes(PREFIX, "little") + text


def read_header(file: IO[bytes]) -> tuple[bytes, int]:
    """Return the header with its length before it, and the size of the whole file."""
    size = file.seek(0, 2)
    file.seek(0)
    prefix, first = file.read(PREFIX), file.read(1)
    if first not in (b"{", b""):
        raise ArtifactDamaged("another kind of file: one of safetensors begins with a header")
    file.seek(PREFIX)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < PREFIX or not 2 <= length <= min(LONGEST_HEADER, size - PREFIX):
        raise ArtifactDamaged(f"a header of {length:,} bytes in a file of {size:,}")
    if length % PREFIX:
        raise ArtifactDamaged(f"a header of {length:,} bytes, no multiple of {PREFIX}")
    header = prefix + file.read(length)
    if len(header) != PREFIX + length:
        raise ArtifactDamaged("a file that ends in its header")
    return header, size


def parse_object(text: str) -> dict[str, Any]:
    """Read a JSON object; one that nests without end, or says a thing twice, is refused."""
    try:
        value = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=_refuse_twice)
    except (ValueError, RecursionError) as error:
        why = "too deep" if isinstance(error, RecursionError) else str(error)
        raise ArtifactDamaged(f"a header that is no JSON: {why[:80]}") from error
    if not isinstance(value, dict):
        raise ArtifactDamaged("a header that is no JSON object")
    return value


def _refuse_twice(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; raise `ValueError` where a key stands twice."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key that stands twice")
    return value


def check_places(entries: Mapping[str, Any], size: int) -> None:
    """Refuse arrays that do not fill `size` bytes one after another, without gap or overlap."""
    end = 0
    for name, start, stop in sorted(_places(entries), key=lambda place: place[1:]):
        if start != end:
            raise ArtifactDamaged(f"array {name} at byte {start:,}, expected at {end:,}")
        end = stop
    if end != size:
        raise ArtifactDamaged(f"{size:,} bytes of arrays, expected {end:,}; it may be cut short")


def _places(entries: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yield each array's name, start and stop; refuse an entry that is none."""
    for name, entry in entries.items():
        shown = name[:40] if is_plain(name) else ascii(name[:40])
        if not _NAME.fullmatch(name) or not isinstance(entry, dict) or set(entry) != _FIELDS:
            raise ArtifactDamaged(f"an entry {shown} that is no array's")
        shape, offsets, code = entry["shape"], entry["data_offsets"], entry["dtype"]
        if not isinstance(code, str) or code not in _DTYPES:
            raise ArtifactDamaged(
                f"array {shown}: expected dtype {', '.join(_DTYPES)}, got another"
            )
        if (
            not _is_sizes(shape)
            or len(shape) > _AXES
            or not _is_sizes(offsets)
            or len(offsets) != 2
        ):
            raise ArtifactDamaged(f"array {shown}: a shape or place that cannot be")
        width = 1 if code == "U8" else int(code[1:]) // 8
        if offsets[1] - offsets[0] != math.prod(shape) * width:
            raise ArtifactDamaged(f"array {shown}: a place that is not of its shape's size")
        yield name, offsets[0], offsets[1]


def _is_sizes(value: Any) -> bool:
    """Return whether a JSON value is a list of whole numbers from 0 to 2⁴⁸."""
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**48 for n in value)


def map_arrays(data: mmap.mmap, entries: Mapping[str, Any], begin: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of a mapped file, which begin at a byte; their places are checked."""
    import numpy as np

    return {
        name: np.frombuffer(
            data,
            dtype=_DTYPES[entry["dtype"]],
            count=math.prod(entry["shape"]),
            offset=begin + entry["data_offsets"][0],
        ).reshape(entry["shape"])
        for name, entry in entries.items()
    }
