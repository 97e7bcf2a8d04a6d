"""An array that grows at its end in a file without a name, and is mapped when it is whole."""

from __future__ import annotations

import mmap
import tempfile
import weakref
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

D = TypeVar("D", bound=np.generic)


class Column(Generic[D]):
    """Values of one dtype in a file that nobody else sees, and that goes when nobody holds it.

    What is appended takes no memory of the process. `folder` is where the file lies, by default
    where the system has such files.
    """

    def __init__(self, dtype: type[D], folder: Path | None = None) -> None:
        self.dtype = np.dtype(dtype)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115, it lives as long as this
        weakref.finalize(self, self._file.close)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, values: NDArray[Any]) -> None:
        """Write values (n,) of this dtype, or of one that fits into it, to the end."""
        self.put(self._length, values)

    def put(self, start: int, values: NDArray[Any]) -> None:
        """Write values (n,) from a place on; what is left out before them is zeros."""
        own = np.ascontiguousarray(values, dtype=self.dtype)
        self._file.seek(start * self.dtype.itemsize)
        self._file.write(own.data)
        self._length = max(self._length, start + len(own))

    def read(self, start: int, stop: int) -> NDArray[D]:
        """Return the values from `start` to `stop`, (stop − start,), in memory."""
        found = np.empty(stop - start, dtype=self.dtype)
        self._file.seek(start * self.dtype.itemsize)
        if self._file.readinto(found.data) != found.nbytes:
            raise EOFError(f"expected values {start} to {stop}, got {self._length}")
        return found

    def mapped(self) -> NDArray[D]:
        """Return all values so far as an array that cannot be written to, read when it is used."""
        self._file.flush()
        if not self._length:
            return np.empty(0, dtype=self.dtype)  # an empty file cannot be mapped
        data = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(data, dtype=self.dtype)
