"""The lab article: which windows, its training, its measures, and a whole run on a small novel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines import write_small_novel
from pydantic import ValidationError

from pipeline.artifacts.picture import PNG
from pipeline.artifacts.windows import Windows
from pipeline.commands.lab import open_lab, run_lab
from pipeline.errors import DataError, StageFailed
from pipeline.labs.article import network as next_vector
from pipeline.labs.article.lab import LAB
from pipeline.labs.article.network import fit, judge, nearest_words, predict, variance
from pipeline.labs.article.train import TrainConfig
from pipeline.labs.article.windows import first_windows, stretches, unseen_windows

UNKNOWN = 9  # of a vocabulary of nine words


def windows_of(ids: list[int], train: int, steps: int = 3) -> Windows:
    """A token stream whose first `train` tokens are to learn from and whose rest is held out."""
    spans = {"train": [[0, train]], "validation": [], "test": [[train, len(ids)]]}
    return Windows(
        ids=np.array(ids, dtype=np.int32),
        spans={p: np.array(s, dtype=np.int64).reshape(-1, 2) for p, s in spans.items()},  # type: ignore[misc]
        steps=steps,
        vocabulary_size=UNKNOWN,
        sections=(),
    )


def silent(done: float, total: float, note: str = "") -> None:
    """Report nothing."""


def small_fit(epochs: int, **changes: Any) -> tuple[dict[str, Any], list[float]]:
    """Train on three windows of random vectors."""
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(3, 4, 5)).astype(np.float32)  # (N, T, E)
    targets = generator.normal(size=(3, 5)).astype(np.float32)  # (N, E)
    settings = {"hidden": 6, "learning_rate": 0.5, "seed": 1, **changes}
    return fit(inputs, targets, epochs=epochs, progress=silent, **settings)


def test_unknown_words_are_left_out_before_windows_are_cut() -> None:
    windows = windows_of([1, UNKNOWN, 2, 3, UNKNOWN, 4, 5, 6, 7], train=7)

    # Known words to learn from: 1 2 3 4 5; held out: 6 7, too few for a window of 3 + 1.
    (train,) = stretches(windows, "train")
    np.testing.assert_array_equal(train, [[1, 2, 3, 4], [2, 3, 4, 5]])
    assert not list(stretches(windows, "test"))


@given(st.lists(st.integers(0, UNKNOWN), min_size=1, max_size=60), st.integers(0, 60))
def test_windows_hold_known_words_of_their_own_part(ids: list[int], train: int) -> None:
    train = min(train, len(ids))
    known = [word for word in ids[:train] if word != UNKNOWN]

    found = stretches(windows_of(ids, train), "train")

    cut = [window for stretch in found for window in stretch.tolist()]
    assert cut == [known[k : k + 4] for k in range(len(known) - 3)]


def test_the_first_windows_go_on_in_the_next_stretch() -> None:
    windows = windows_of(list(range(UNKNOWN)) * 2, train=5)
    windows.spans["train"] = np.array([[0, 5], [5, 8], [8, 18]], dtype=np.int64)

    # 0 1 2 3 4 makes two windows of 3 + 1, 5 6 7 none; the next stretch starts with 8.
    first = first_windows(windows, 3)

    np.testing.assert_array_equal(first, [[0, 1, 2, 3], [1, 2, 3, 4], [8, 0, 1, 2]])


def test_many_rows_are_answered_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, _ = small_fit(2)
    generator = np.random.default_rng(3)
    vectors = generator.normal(size=(9, 5)).astype(np.float32)  # (V, E)
    ids = generator.integers(0, 9, size=(7, 4)).astype(np.int32)  # (N, T)
    whole = predict(ids, vectors, weights)
    words = nearest_words(whole, vectors)

    monkeypatch.setattr(next_vector, "AT_ONCE", 3)  # 3 + 3 + 1 rows

    np.testing.assert_allclose(predict(ids, vectors, weights), whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(nearest_words(whole, vectors), words)


def test_a_text_that_is_too_short_is_refused() -> None:
    windows = windows_of([1, 2, 3, 4, 5, UNKNOWN], train=5)

    assert len(first_windows(windows, 2)) == 2
    with pytest.raises(DataError, match="expected 3 windows of 3 known words, got 2"):
        first_windows(windows, 3)
    with pytest.raises(DataError, match="held-out chapters, got none"):
        unseen_windows(windows, 10)


def test_the_engine_answers_as_the_network_was_trained() -> None:
    """What is trained in Keras is asked in numpy: the error after k steps must be the same."""
    generator = np.random.default_rng(1)
    inputs = generator.normal(size=(3, 4, 5)).astype(np.float32)
    targets = generator.normal(size=(3, 5)).astype(np.float32)
    weights, _ = small_fit(7)
    _, losses = small_fit(8)  # the last is the error before step 8, which is after step 7

    vectors = inputs.reshape(-1, 5)  # each step of each window is a word
    guess = predict(np.arange(12, dtype=np.int32).reshape(3, 4), vectors, weights)

    np.testing.assert_allclose(np.mean((guess - targets) ** 2), losses[7], rtol=1e-5)


def test_few_windows_are_learnt_by_heart() -> None:
    _, losses = small_fit(300, learning_rate=1.0)

    assert losses[-1] < losses[0] / 100  # more weights than numbers to learn


@pytest.mark.slow
def test_the_seed_decides_the_weights_and_nothing_else_does() -> None:
    first, again, other = (small_fit(3, seed=seed)[0] for seed in (1, 1, 2))

    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    assert not np.array_equal(first["kernel"], other["kernel"])


def test_a_rate_that_is_too_high_is_said() -> None:
    with pytest.raises(StageFailed, match=r"expected finite numbers.*train\.learning_rate"):
        small_fit(200, learning_rate=1e6)


def test_the_measures_by_what_they_mean() -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)  # (V, E)
    ids = np.arange(7, dtype=np.int32)
    targets = vectors[ids]  # (N, E)

    perfect = judge(targets, ids, vectors, unit=targets)
    assert (perfect["top1"], perfect["mse"]) == (1.0, 0.0)
    assert perfect["cosine"] == pytest.approx(1)

    mean = np.broadcast_to(targets.mean(axis=0), targets.shape)
    assert judge(mean, ids, vectors, unit=targets)["mse_by_variance"] == pytest.approx(1)
    nothing = judge(np.zeros_like(targets), ids, vectors, unit=targets)
    assert nothing["mse_by_mean_square"] == pytest.approx(1)
    assert nothing["cosine"] == 0


def test_relative_errors_do_not_depend_on_the_scale_of_the_vectors() -> None:
    vectors = np.random.default_rng(2).normal(size=(9, 4)).astype(np.float32)
    ids = np.array([1, 5, 3], dtype=np.int32)
    guess = vectors[:3] + 1

    plain = judge(guess, ids, vectors, unit=vectors[ids])
    large = judge(10 * guess, ids, 10 * vectors, unit=10 * vectors[ids])

    assert large["mse"] == pytest.approx(100 * plain["mse"])
    for name in ("top1", "cosine", "mse_by_variance", "mse_by_mean_square"):
        assert large[name] == pytest.approx(plain[name])
    # By hand: points 0 and 2 on a line lie 1 from their mean.
    assert variance(np.array([[0], [2]], dtype=np.float32)) == 1


@pytest.mark.slow
def test_a_run_on_a_small_novel(tmp_path: Path) -> None:
    novel = write_small_novel(tmp_path)
    sizes = ["embed.vector_size=16", "segment.holdout_every=3", "segment.validation_chapter=1"]
    sizes += [
        "embed.seed=5",
        "segment.test_chapter=2",
        "train.hidden=8",
        "train.epochs=20",
        "evaluate.unseen=50",
    ]
    opened = open_lab(LAB, tmp_path, overrides=sizes, source=str(novel))

    result = run_lab(opened, force=False, quiet=True)

    facts = result["facts"]
    assert facts["article"] == {"cosine": 0.9418, "mse": 0.33673}  # the article's, as published
    assert len(facts["losses"]) == 20
    assert len(facts["right_words"]) == len(facts["predicted_words"]) == 10
    assert facts["cosines"][0] == pytest.approx(facts["window_0"]["cosine"])
    assert np.mean(facts["cosines"]) == pytest.approx(facts["learnt"]["cosine"])
    assert facts["unseen_windows"] == 50
    assert [row[0] for row in result["rows"][:3]] == ["window 0", "window 0", "all 10 learnt"]
    # columns: windows, guess, right, cosine, MSE, MSE / variance; its MSE is its training's loss
    theirs = [row for row in result["rows"] if row[1] == "the article's"]
    assert theirs == [
        ("window 0", "the article's", "–", "0.9418", "–", "–"),
        ("all 10 learnt", "the article's", "–", "–", "0.33673", "–"),
    ]
    assert "Seeds: 5 (word vectors), 1 (network)." in result["notes"][-1]
    assert facts["unseen"]["mean_vector"]["mse_by_variance"] >= 1 - 1e-6  # no constant is better
    assert Path(result["picture"]).read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    "setting",
    [{"windows": 1}, {"hidden": 0}, {"epochs": 0}, {"learning_rate": 0}, {"seed": 2**31}],
    ids=str,
)
def test_settings_out_of_range_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(setting))):
        TrainConfig(**setting)
