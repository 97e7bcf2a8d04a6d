"""A training's checkpoint: no changed bit is gone on with, and no broken one bars the way."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from test_loop import EMBEDDING, one_batch

from pipeline.artifacts.embedding import log_frequencies
from pipeline.learning.backend import prepare_tensorflow
from pipeline.learning.checkpoint import (
    FILE_NAME,
    Checkpoint,
    digest,
    load_checkpoint,
    save_checkpoint,
)
from pipeline.learning.loop import fit
from pipeline.learning.network import Network, build_network, export_weights
from pipeline.learning.objectives import OBJECTIVES
from pipeline.learning.plan import Plan, Schedule
from pipeline.learning.resume import State, resume
from pipeline.learning.step import build_optimizer

DAMAGED = "the checkpoint of the interrupted training is damaged; beginning anew"
STATE: dict[str, Any] = {"rows": [{"perplexity": 2.0}], "best_epoch": 1}
ARRAYS = {"weights/a": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array(7)}


def test_every_flipped_bit_is_seen(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, Checkpoint(arrays=ARRAYS, state=STATE))
    path = tmp_path / FILE_NAME
    data = path.read_bytes()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << random.Random(place).randrange(8)
        path.write_bytes(changed)
        found = load_checkpoint(tmp_path)
        if found is not None:  # a blank that the header is padded with
            assert bytes([data[place]]).isspace()
            assert found.state == STATE
            assert all(np.array_equal(found.arrays[name], ARRAYS[name]) for name in ARRAYS)


def test_the_digest_knows_names_types_and_shapes() -> None:
    zeros = np.zeros((2, 3), np.float32)
    variants = [
        digest({"a": zeros}, "{}"),
        digest({"b": zeros}, "{}"),
        digest({"a": zeros.astype(np.int32)}, "{}"),
        digest({"a": zeros.reshape(3, 2)}, "{}"),
        digest({"a": zeros}, "[]"),
    ]
    assert len(set(variants)) == len(variants)
    # By hand: a name's line, four bytes of zero, the state.
    by_hand = hashlib.sha256(b'["a", "float32", [1]]' + b"\0" * 4 + b"{}").hexdigest()
    assert digest({"a": np.zeros(1, np.float32)}, "{}") == by_hand


def new_network() -> Network:
    prepare_tensorflow()
    return build_network(
        EMBEDDING.vectors,
        log_frequencies(EMBEDDING.counts),
        hidden=4,
        vectors_mode="frozen",
        seed=1,
    )


def plan_of(epochs: int) -> Plan:
    return Plan(epochs=epochs, patience=9, schedule=Schedule(0.01, shape="constant"), clip_norm=1.0)


def train(folder: Path, epochs: int = 3) -> tuple[dict[str, Any], list[str], list[float]]:
    """Train for some epochs; return the weights, what was said, and the progress."""
    said: list[str] = []
    heard: list[float] = []
    weights, _ = fit(
        new_network(),
        OBJECTIVES["contrastive"].loss,
        plan_of(epochs),
        make_batches=lambda generator: (1, iter([one_batch(generator, 1)])),
        validate=lambda weights: {"perplexity": 9.0 - len(heard)},
        generator=np.random.default_rng(1),
        scratch_path=folder,
        progress=lambda done, total, note: heard.append(done),
        say=said.append,
    )
    return weights, said, heard


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The weights of a training that nothing interrupted."""
    return train(tmp_path_factory.mktemp("whole"))[0]


@pytest.fixture(scope="module")
def first_epoch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scratch folder after the first epoch of that training."""
    folder = tmp_path_factory.mktemp("first")
    train(folder, epochs=1)
    return folder


@pytest.fixture
def begun(first_epoch: Path, tmp_path: Path) -> Path:
    """A copy of that folder for one test."""
    return Path(shutil.copytree(first_epoch, tmp_path / "begun"))


def edited(folder: Path, **changes: Any) -> None:
    """Give the checkpoint another state, with the digest that belongs to it."""
    found = load_checkpoint(folder)
    assert found is not None
    state = {name: value for name, value in (found.state | changes).items() if value is not ...}
    save_checkpoint(folder, Checkpoint(arrays=found.arrays, state=state))


def flip(folder: Path) -> None:
    path = folder / FILE_NAME
    data = bytearray(path.read_bytes())
    data[-5] ^= 4
    path.write_bytes(data)


def nest(folder: Path) -> None:
    arrays = load_file(folder / FILE_NAME)
    state = "[" * 100_000 + "]" * 100_000
    facts = {"state": state, "digest": digest(arrays, state)}
    save_file(arrays, folder / FILE_NAME, metadata=facts)


def no_digest(folder: Path) -> None:
    """As earlier versions wrote it."""
    arrays = load_file(folder / FILE_NAME)
    save_file(arrays, folder / FILE_NAME, metadata={"state": json.dumps(STATE)})


def as_folder(folder: Path) -> None:
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME / "inner").mkdir(parents=True)
    (folder / (FILE_NAME + ".draft")).mkdir()


def as_pipe(folder: Path) -> None:
    (folder / FILE_NAME).unlink()
    os.mkfifo(folder / FILE_NAME)


def other_arrays(folder: Path) -> None:
    found = load_checkpoint(folder)
    assert found is not None
    arrays = {name: array for name, array in found.arrays.items() if "bias" not in name}
    save_checkpoint(folder, Checkpoint(arrays=arrays, state=found.state))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a flipped bit": flip,
    "nested state": nest,
    "no digest": no_digest,
    "a folder": as_folder,
    "fewer arrays": other_arrays,
    "no rows": lambda folder: edited(folder, rows=...),
    "rows as text": lambda folder: edited(folder, rows="x"),
    "rows of numbers": lambda folder: edited(folder, rows=[1]),
    "no best epoch": lambda folder: edited(folder, best_epoch=...),
    "a best epoch to come": lambda folder: edited(folder, best_epoch=7),
    "no generator": lambda folder: edited(folder, generator=...),
    "another generator": lambda folder: edited(folder, generator={"bit_generator": "MT19937"}),
    "a pipe": as_pipe,
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_of_a_damaged_checkpoint_is_taken_and_a_line_tells_so(
    damage: str, begun: Path
) -> None:
    DAMAGES[damage](begun)
    network, generator = new_network(), np.random.default_rng(1)
    said: list[str] = []
    optimizer = build_optimizer(network, plan_of(3))
    before = export_weights(network)

    state = resume(network, optimizer, generator, begun, said.append)

    assert said == [DAMAGED]
    assert state == State()
    assert generator.bit_generator.state == np.random.default_rng(1).bit_generator.state
    for name, array in export_weights(network).items():
        assert array.tobytes() == before[name].tobytes(), name


@pytest.mark.slow
def test_a_training_that_begins_anew_ends_the_same(begun: Path, whole: dict[str, Any]) -> None:
    flip(begun)
    weights, said, heard = train(begun)
    assert said == [DAMAGED]
    assert len(heard) == 3
    for name, array in whole.items():
        assert weights[name].tobytes() == array.tobytes(), name


@pytest.mark.slow
def test_a_sound_checkpoint_is_gone_on_with_in_silence(begun: Path, whole: dict[str, Any]) -> None:
    weights, said, heard = train(begun)
    assert (said, len(heard)) == ([], 2)
    for name, array in whole.items():
        assert weights[name].tobytes() == array.tobytes(), name
