"""A safetensors file with one key of metadata, equal bytes for equal values, opened by mapping it.

    8 bytes   n, the length of the header, little-endian
    n bytes   JSON, filled up with spaces: name → dtype, shape and place; the metadata
    the rest  the arrays one after another, little-endian, row by row

The format is written and read here, in a page each. The library's writer puts several keys of
metadata in random order, and transposed arrays in the wrong one (0.8.0); and of a stranger's file
nothing may be believed, nor any memory taken, before it is bounded.

The metadata has one key, `xuxie`, of canonical JSON: sorted keys, no white space. In it `sha256` is
the digest of the whole file, with zeros in the place of its own 64 digits.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from pipeline.artifacts.codec import refuse_constant
from pipeline.errors import ArtifactDamaged
from pipeline.shown import is_plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KEY = "xuxie"
_METADATA = "__metadata__"
_PREFIX = 8  # bytes that tell the header's length, and to a multiple of which it is filled up
LONGEST_HEADER = 16 * 2**20  # bytes: a vocabulary of a million words
_DTYPES = {"I64": "<i8", "F32": "<f4", "I32": "<i4", "F16": "<f2", "U8": "|u1"}  # name → numpy's
_NO_DIGEST = "0" * 64
# As it stands in the file: JSON inside a string of JSON.
_DIGEST = re.compile(rb'\\"sha256\\":\\"([0-9a-f]{64})\\"')
_NAME = re.compile(r"[a-z0-9_.]{1,64}")
_FIELDS = {"dtype", "shape", "data_offsets"}
_AXES = 2  # no array has more


def write_tensor_file(
    file: IO[bytes], tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
) -> None:
    """Write arrays by name and `facts`, which are JSON values, with the digest of it all."""
    import numpy as np

    rows: dict[str, NDArray[Any]] = {}
    for dtype in _DTYPES.values():  # the widest first, so that every array lies even
        for name in sorted(tensors):
            if tensors[name].dtype == np.dtype(dtype):
                rows[name] = np.array(tensors[name], order="C", copy=None)
    if len(rows) != len(tensors):
        odd = sorted(set(tensors) - set(rows))
        raise TypeError(f"expected arrays of {', '.join(_DTYPES)}, got others: {odd}")
    header = _make_header(rows, {**facts, "sha256": _NO_DIGEST})
    digest = hashlib.sha256(header)
    for row in rows.values():
        digest.update(row.reshape(-1).view(np.uint8).data)
    own = _DIGEST.search(header)
    if own is None:
        raise ValueError("expected the digest's place in the header, found none")
    file.write(header[: own.start(1)] + digest.hexdigest().encode() + header[own.end(1) :])
    for row in rows.values():
        file.write(row.reshape(-1).view(np.uint8).data)


def _make_header(rows: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> bytes:
    """Return the header of these arrays in this order, its length before it."""
    codes = {dtype: code for code, dtype in _DTYPES.items()}
    entries: dict[str, Any] = {_METADATA: {_KEY: _sorted_json(facts)}}
    stop = 0
    for name, row in rows.items():
        start, stop = stop, stop + row.nbytes
        code = codes[row.dtype.newbyteorder("<").str]
        entries[name] = {"dtype": code, "shape": list(row.shape), "data_offsets": [start, stop]}
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _PREFIX)
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"expected a header of at most {LONGEST_HEADER} bytes, got {len(text)}")
    return len(text).to_bytes(_PREFIX, "little") + text


def _sorted_json(value: Any) -> str:
    """Return JSON with sorted keys, no white space and Chinese as it is; NaN is refused.

    A key's digest has another form, in ASCII: `pipeline.runner.canonical`.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


class Mapped(NamedTuple):
    """A file that is mapped: its arrays, which cannot be written to, and its facts.

    `verify` waits for the digest, which is computed meanwhile, and raises `ArtifactDamaged` if the
    file has other bytes than were written. Before it has returned, nothing may be believed.
    """

    tensors: dict[str, NDArray[Any]]
    facts: dict[str, Any]
    verify: Callable[[], None]


def read_tensor_file(path: Path) -> Mapped:
    """Map a file; its digest is computed beside, on another core where there is one.

    Raises
    ------
    ArtifactDamaged
        The file is no such file, or is cut short.
    OSError
        It cannot be read.
    """
    import numpy as np

    with path.open("rb") as file:
        header, size = _read_header(file)
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    entries, facts = _parse_header(header[_PREFIX:])
    _check_places(entries, size - len(header))
    verify = _start_digest(header, memoryview(data)[len(header) :], facts)
    tensors = {
        name: np.frombuffer(
            data,
            dtype=_DTYPES[entry["dtype"]],
            count=math.prod(entry["shape"]),
            offset=len(header) + entry["data_offsets"][0],
        ).reshape(entry["shape"])
        for name, entry in entries.items()
    }
    return Mapped(tensors, facts, verify)


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts alone, without reading the arrays, and so without their digest."""
    with path.open("rb") as file:
        header, size = _read_header(file)
    entries, facts = _parse_header(header[_PREFIX:])
    _check_places(entries, size - len(header))
    return facts


def _read_header(file: IO[bytes]) -> tuple[bytes, int]:
    """Return the header with its length before it, and the size of the whole file."""
    size = file.seek(0, 2)
    file.seek(0)
    prefix = file.read(_PREFIX)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < _PREFIX or not 2 <= length <= min(LONGEST_HEADER, size - _PREFIX):
        raise ArtifactDamaged(f"a header of {length:,} bytes in a file of {size:,}")
    if length % _PREFIX:
        raise ArtifactDamaged(f"a header of {length:,} bytes, no multiple of {_PREFIX}")
    header = prefix + file.read(length)
    if len(header) != _PREFIX + length:
        raise ArtifactDamaged("a file that ends in its header")
    return header, size


def _parse_header(text: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays' entries and the facts."""
    entries = _parse(text.decode("utf-8", errors="replace"))
    metadata = entries.pop(_METADATA, None)
    if not isinstance(metadata, dict) or set(metadata) != {_KEY}:
        raise ArtifactDamaged("safetensors of another program")
    if not isinstance(metadata[_KEY], str):
        raise ArtifactDamaged(f"metadata {_KEY} that is no text")
    return entries, _parse(metadata[_KEY])


def _parse(text: str) -> dict[str, Any]:
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


def _check_places(entries: Mapping[str, Any], size: int) -> None:
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


def _start_digest(header: bytes, data: memoryview, facts: Mapping[str, Any]) -> Callable[[], None]:
    """Begin to compute the digest of a file; return what compares it with the one it carries."""
    found = list(_DIGEST.finditer(header))
    if len(found) != 1 or found[0][1].decode() != facts.get("sha256"):
        raise ArtifactDamaged("a file without its digest")
    own = found[0]
    digest = hashlib.sha256(header[: own.start(1)] + _NO_DIGEST.encode() + header[own.end(1) :])
    thread = threading.Thread(target=digest.update, args=(data,), daemon=True)
    thread.start()

    def verify() -> None:
        thread.join()
        if digest.hexdigest() != facts["sha256"]:
            raise ArtifactDamaged("other bytes than were written")

    return verify
