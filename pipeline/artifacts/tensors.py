"""Large arrays by name in a plain safetensors file: written one by one, mapped when they are read.

The bytes are those that the library writes. What is mapped is read when it is used; where memory is
short the system drops it, to read it again. A file may be renamed or removed meanwhile, as the
runner does: what is mapped stays. Whoever cuts it short in its place ends the process that reads
what is gone, as with every mapped file; nothing of ours writes to a file that has its name.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.layout import (
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


def write_large_tensors(path: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name, as `codec.write_tensors` does, without joining them in memory."""
    rows = in_order(tensors)
    with path.open("wb") as file:
        file.write(make_header(rows, {}))
        for row in rows.values():
            file.write(bytes_of(row))


def map_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Map all arrays of a file, which cannot be written to.

    Raises
    ------
    ArtifactDamaged
        It cannot be read, is no such file, or is cut short; an array's place cannot be.
    """
    try:
        with path.open("rb") as file:
            header, size = read_header(file)
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        entries = parse_object(header[PREFIX:].decode("utf-8", errors="replace"))
        check_places(entries, size - len(header))
    except (OSError, ArtifactDamaged) as error:
        raise ArtifactDamaged(f"{path.name}: expected safetensors, got {error}") from error
    return map_arrays(data, entries, len(header))
