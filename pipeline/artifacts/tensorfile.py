"""A safetensors file with one key of metadata, equal bytes for equal values, opened by mapping it.

The metadata has one key, `xuxie`, of canonical JSON: sorted keys, no white space. In it `sha256` is
the digest of the whole file, with zeros in the place of its own 64 digits.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from pipeline.artifacts.layout import (
    METADATA,
    PREFIX,
    bytes_of,
    check_places,
    in_order,
    make_header,
    map_arrays,
    parse_object,
    read_header,
)
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KEY = "xuxie"
_NO_DIGEST = "0" * 64
# As it stands in the file: JSON inside a string of JSON.
_DIGEST = re.compile(rb'\\"sha256\\":\\"([0-9a-f]{64})\\"')


def write_tensor_file(
    file: IO[bytes], tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
) -> None:
    """Write arrays by name and `facts`, which are JSON values, with the digest of it all."""
    rows = in_order(tensors)
    header = make_header(rows, {_KEY: _sorted_json({**facts, "sha256": _NO_DIGEST})})
    digest = hashlib.sha256(header)
    for row in rows.values():
        digest.update(bytes_of(row))
    own = _DIGEST.search(header)
    if own is None:
        raise ValueError("expected the digest's place in the header, found none")
    file.write(header[: own.start(1)] + digest.hexdigest().encode() + header[own.end(1) :])
    for row in rows.values():
        file.write(bytes_of(row))


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
    with path.open("rb") as file:
        header, size = read_header(file)
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    entries, facts = _parse_header(header[PREFIX:])
    check_places(entries, size - len(header))
    verify = _start_digest(header, memoryview(data)[len(header) :], facts)
    return Mapped(map_arrays(data, entries, len(header)), facts, verify)


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts alone, without reading the arrays, and so without their digest."""
    with path.open("rb") as file:
        header, size = read_header(file)
    entries, facts = _parse_header(header[PREFIX:])
    check_places(entries, size - len(header))
    return facts


def _parse_header(text: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays' entries and the facts."""
    entries = parse_object(text.decode("utf-8", errors="replace"))
    metadata = entries.pop(METADATA, None)
    if not isinstance(metadata, dict) or set(metadata) != {_KEY}:
        raise ArtifactDamaged("safetensors of another program")
    if not isinstance(metadata[_KEY], str):
        raise ArtifactDamaged(f"metadata {_KEY} that is no text")
    return entries, parse_object(metadata[_KEY])


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
