"""The lab image-classifier: data, network, whole runs on digits and on a small CIFAR-10."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import invoke
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from test_lab_cifar import archive_of, record

from pipeline.artifacts.picture import PNG
from pipeline.commands.lab import open_lab, run_lab
from pipeline.errors import DataError, StageFailed
from pipeline.labs.artifacts import Trial
from pipeline.labs.image_classifier import cifar
from pipeline.labs.image_classifier.data import DataConfig, split_digits
from pipeline.labs.image_classifier.lab import LAB
from pipeline.labs.image_classifier.network import build_network, channel_statistics
from pipeline.labs.image_classifier.train import TrainConfig, draw_batches, train
from pipeline.labs.shared.divergence import refuse_divergence
from pipeline.stage import Context


def run(artifacts: Path, *overrides: str, source: str | None = None) -> dict[str, Any]:
    opened = open_lab(LAB, artifacts, overrides=overrides, source=source)
    return run_lab(opened, force=False, quiet=True)


def context(folder: Path, seed: int = 1) -> Context:
    return Context(lambda done, total, note="": None, np.random.default_rng(seed), folder)


def write_colours(folder: Path, records: int) -> Path:
    """An archive in which a class is a colour: what a network has to learn from it is little."""
    colours = [(k * 25, 250 - k * 25, (k % 2) * 200) for k in range(10)]
    labels = [k % 10 for k in range(records)]
    data = b"".join(record(label, *colours[label]) for label in labels)
    path = folder / "colours.tar.gz"
    path.write_bytes(archive_of(dict.fromkeys(cifar.FILES, data)))
    return path


@pytest.mark.slow
def test_digits_are_named_right(tmp_path: Path) -> None:
    result = run(tmp_path)

    facts = result["facts"]
    assert facts["accuracy"] >= 0.95  # what the issue asks of the default
    assert facts["accuracy"] == facts["accuracies"][-1]  # evaluate has train's weights
    assert [row[0] for row in result["rows"]] == [*"0123456789", "all"]
    assert sum(row[2] for row in result["rows"][:-1]) == result["rows"][-1][2]
    assert (facts["seed"], facts["data_seed"]) == (1, 1)
    assert "seeds 1 (what is held out) and 1 (network)" in result["notes"][0]
    assert Path(result["picture"]).read_bytes().startswith(PNG)


@pytest.mark.slow
def test_a_small_cifar_archive_is_learnt(tmp_path: Path) -> None:
    source = write_colours(tmp_path, 40)

    result = run(tmp_path, "train.epochs=25", source=str(source))

    assert result["facts"]["training_pictures"] == 5 * 40
    assert result["facts"]["held_out_pictures"] == 40
    assert result["facts"]["accuracy"] == 1.0  # a colour a class, and all are in the training
    assert result["rows"][0] == ("airplane", 4, 4, "100.0%", "–")
    # Those two are of the digits: CIFAR-10 comes divided, so no seed decides what is held out.
    assert not {"expected_accuracy", "data_seed"} & set(result["facts"])
    assert "seed 1;" in result["notes"][0]


def test_a_damaged_archive_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    source = write_colours(tmp_path, 2)
    source.write_bytes(source.read_bytes()[:-30])

    with pytest.raises(DataError, match="damaged") as caught:
        run(tmp_path, source=str(source))
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "labs").rglob("*.safetensors"))


def python_folder(path: Path) -> Path:
    """A folder as cifar-10-python.tar.gz unpacks to."""
    path.mkdir()
    for name in ("data_batch_1", "test_batch", "batches.meta"):
        (path / name).write_bytes(b"cposix\nsystem\n")
    return path


def incomplete_folder(path: Path) -> Path:
    """A folder of the binary version without its fourth file."""
    path.mkdir()
    for name in cifar.FILES:
        if name != "data_batch_4.bin":
            (path / name).write_bytes(record(1))
    return path


def damaged_archive(path: Path) -> Path:
    """The first half of an archive."""
    whole = archive_of(dict.fromkeys(cifar.FILES, record(1)))
    path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (python_folder, "the Python version, whose pickles could run any program"),
        (incomplete_folder, "found no data_batch_4.bin"),
        (damaged_archive, "got a damaged one"),
        (lambda path: path, "got No such file or directory"),
    ],
    ids=["python", "incomplete", "damaged", "missing"],
)
def test_the_command_refuses_what_is_not_cifar_in_one_line(
    tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    source = make(tmp_path / "given")

    code, output, errors = invoke(
        *("lab", "run", "image-classifier", "--source", str(source)),
        *("--artifacts", str(tmp_path / "artifacts")),
    )

    assert (code, output) == (3, "")
    said = [line for line in errors.splitlines() if line.startswith("xuxie: ")]
    assert len(said) == 1
    assert said[0].startswith(f"xuxie: {source}: expected")
    assert reason in said[0]
    assert not list(tmp_path.rglob("*.safetensors"))


def test_the_content_of_an_archive_enters_the_key_and_its_path_does_not(tmp_path: Path) -> None:
    source = write_colours(tmp_path, 1)
    config = DataConfig(source=str(source))

    assert list(config.files().values()) == [source]
    assert config.key_settings() == {}
    assert DataConfig(source="cifar-10").key_settings() == {"source": "cifar-10"}
    assert DataConfig().key_settings() == {"seed": 1}


def test_a_fifth_of_every_digit_is_held_out() -> None:
    pictures = split_digits(1)

    # scikit-learn's digits: 1,797 pictures of 174 to 183 a class.
    assert (len(pictures.train_labels), len(pictures.test_labels)) == (1437, 360)
    held_out = np.bincount(pictures.test_labels)
    total = held_out + np.bincount(pictures.train_labels)
    assert np.abs(held_out - total / 5).max() < 1


def test_a_pixel_of_a_digit_becomes_a_block() -> None:
    image = split_digits(1).train_images[0, :, :, 0]

    assert image.shape == (32, 32)
    blocks = image.reshape(8, 4, 8, 4)
    assert (blocks == blocks[:, :1, :, :1]).all()
    assert image.max() <= 16  # scikit-learn's digits count 0 to 16


def test_the_network_is_the_article_s() -> None:
    # 6·(3·25+1) + 16·(6·25+1) + 400·120+120 + 120·84+84 + 84·10+10, by hand
    assert build_network(3).count_params() == 456 + 2416 + 48120 + 10164 + 850

    images = np.random.default_rng(1).normal(size=(5, 32, 32, 1)).astype(np.float32)
    log_p = build_network(1)(images).numpy()
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, rtol=1e-5)


def test_channel_statistics_by_hand() -> None:
    images = np.zeros((2, 1, 1, 3), dtype=np.uint8)
    images[:, 0, 0, 0] = 10, 30  # mean 20, deviation 10
    images[:, 0, 0, 1] = 7  # never changes: deviation 1 instead of 0

    np.testing.assert_array_equal(channel_statistics(images), [[20, 7, 0], [10, 1, 1]])


@pytest.mark.slow
def test_training_is_repeatable_and_never_standardises_by_what_is_held_out(tmp_path: Path) -> None:
    pictures = split_digits(1)
    small = {name: array[:40] for name, array in pictures._asdict().items()}
    white = {**small, "test_images": np.full_like(small["test_images"], 255)}
    config = TrainConfig(epochs=1)

    first, second, other = (
        train(config, data=Trial(arrays, {}), context=context(tmp_path))
        for arrays in (small, small, white)
    )

    assert first.facts == second.facts
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])
        np.testing.assert_array_equal(array, other.arrays[name])
    np.testing.assert_array_equal(
        first.arrays["statistics"], channel_statistics(small["train_images"])
    )


def test_a_loss_that_is_no_number_is_said() -> None:
    refuse_divergence([2.3, 1.0])
    with pytest.raises(StageFailed, match=r"got nan in epoch 2.*train\.learning_rate"):
        refuse_divergence([2.3, float("nan")])


@given(st.integers(1, 50), st.integers(1, 60))
def test_batches_hold_different_pictures(count: int, size: int) -> None:
    batches = draw_batches(count, size, np.random.default_rng(1))

    assert batches.shape[1] == min(size, count)
    assert count - batches.size < batches.shape[1]  # only what fills no batch is left out
    assert len(set(batches.ravel().tolist()) & set(range(count))) == batches.size


@pytest.mark.parametrize(
    "setting",
    [
        {"epochs": 0},
        {"epochs": 1001},
        {"batch_size": 0},
        {"learning_rate": 0},
        {"momentum": 1},
        {"seed": -1},
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(setting))):
        TrainConfig(**setting)
