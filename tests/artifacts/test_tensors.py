"""Large arrays in a plain safetensors file: the library's bytes, mapped, and no damage unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save

from pipeline.artifacts.checks import rises
from pipeline.artifacts.tensors import map_tensors, write_large_tensors
from pipeline.errors import ArtifactDamaged

ARRAYS: dict[str, NDArray[Any]] = {
    "text_ids": np.arange(5, dtype=np.int32),
    "ngram.2.keys": np.array([3, 2**62], dtype=np.int64),
    "ngram.2.weights": np.array([[0.5, 0.25]], dtype=np.float32),
    "neighbours.keys": np.eye(3, dtype=np.float16),
    "empty": np.empty(0, dtype=np.int64),
    "bytes": np.arange(7, dtype=np.uint8),
}


def test_the_bytes_are_those_of_the_library(tmp_path: Path) -> None:
    write_large_tensors(tmp_path / "a", ARRAYS)
    assert (tmp_path / "a").read_bytes() == save(ARRAYS)


def test_arrays_come_back_mapped_and_stay_when_the_file_goes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_large_tensors(path, ARRAYS)
    found = map_tensors(path)
    path.unlink()
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=True)
        assert not found[name].flags.writeable


def test_transposed_and_sliced_arrays_are_written_as_they_are(tmp_path: Path) -> None:
    whole = np.arange(12, dtype=np.int32).reshape(3, 4)
    write_large_tensors(tmp_path / "a", {"turned": whole.T, "part": whole[:, 1:3]})
    found = map_tensors(tmp_path / "a")
    np.testing.assert_array_equal(found["turned"], whole.T)
    np.testing.assert_array_equal(found["part"], whole[:, 1:3])


def test_another_dtype_is_refused_when_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"got others: .'odd'"):
        write_large_tensors(tmp_path / "a", {"odd": np.zeros(2, dtype=np.complex64)})


@given(cut=st.integers(0, len(save(ARRAYS)) - 1))
def test_a_file_that_is_cut_short_is_refused(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a"
    path.write_bytes(save(ARRAYS)[:cut])
    with pytest.raises(ArtifactDamaged, match=r"^a: expected safetensors, got "):
        map_tensors(path)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2]},
        None,
    ],
)
def test_a_place_that_cannot_be_is_refused(entry: Any, tmp_path: Path) -> None:
    header = json.dumps({"a": entry}).encode()
    header += b" " * (-len(header) % 8)
    (tmp_path / "a").write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises(ArtifactDamaged, match=r"^a: expected safetensors, got "):
        map_tensors(tmp_path / "a")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactDamaged, match="expected safetensors"):
        map_tensors(tmp_path / "a")


@pytest.mark.parametrize("place", [0, 2**18 - 1, 2**18, 2**19 - 2])
def test_what_does_not_rise_is_found_at_the_bounds_of_blocks(place: int) -> None:
    values = np.arange(2**19, dtype=np.int64)
    assert rises(values, strictly=True)
    values[place + 1] = values[place]
    assert rises(values, strictly=False)
    assert not rises(values, strictly=True)
    values[place + 1] = values[place] - 1
    assert not rises(values, strictly=False)
