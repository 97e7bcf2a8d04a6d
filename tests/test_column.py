"""An array that grows in a file: what is mapped stays, and nothing else does."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np

from pipeline.column import Column


def test_what_is_mapped_stays_when_its_column_goes_and_the_file_is_closed(tmp_path: Path) -> None:
    column = Column(np.int64, tmp_path)
    column.append(np.arange(5))
    file, values = column._file, column.mapped()
    del column
    gc.collect()
    assert file.closed, "or each would be a warning of its own"
    assert values.tolist() == [0, 1, 2, 3, 4]
    assert list(tmp_path.iterdir()) == []
