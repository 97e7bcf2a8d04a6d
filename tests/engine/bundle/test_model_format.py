"""The reader that docs/model-format.md shows, taken from there and run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from models import small_model
from pipelines import ROOT, Trained

from pipeline.engine.bundle.model import NovelModel, model_arrays, save_model
from pipeline.engine.bundle.opening import load_model
from pipeline.engine.writing.writer import Writer

PAGE = (ROOT / "docs" / "model-format.md").read_text(encoding="utf-8")
CODE = PAGE.partition("```python\n")[2].partition("```")[0]


def reader() -> dict[str, Any]:
    """The names that the page's code defines."""
    names: dict[str, Any] = {}
    exec(compile(CODE, "docs/model-format.md", "exec"), names)
    return names


def ranking(model: NovelModel, words: list[str]) -> list[str]:
    """The next word's ranking, by the engine with the network alone."""
    writer = Writer(model.network)
    seed = writer.understand("".join(words))
    choice = next(writer.stream(seed, words=1, candidates=len(model.network.words), rng_seed=1))
    assert list(seed.words) == words
    return [candidate.word for candidate in choice.candidates]


def test_it_is_short() -> None:
    lines = [line for line in CODE.splitlines() if line.strip()]
    assert len(lines) <= 31
    assert {line for line in lines if line.startswith(("import", "from"))} == {
        "import json",
        "import numpy as np",
    }


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_it_reads_a_model_and_ranks_the_next_word_alike(tmp_path: Path, layers: int) -> None:
    model = small_model(layers=layers)
    save_model(model, tmp_path / "a.safetensors")
    names = reader()
    facts, arrays = names["read_model"](tmp_path / "a.safetensors")
    for name, array in model_arrays(model).items():
        np.testing.assert_array_equal(arrays[name], array)
    words = list(model.network.words[4:12])  # more than the five that are read
    assert names["next_words"](facts, arrays, words) == ranking(model, words)


@pytest.mark.slow
def test_it_reads_a_trained_model(trained: Trained) -> None:
    (path,) = (trained.artifacts / "models").glob("*.safetensors")
    model = load_model(path)
    names = reader()
    words = list(Writer(model.network).understand("青棠听了，").words)
    found = names["next_words"](*names["read_model"](path), words)
    expected = ranking(model, words)
    assert found[:20] == expected[:20]
    assert np.mean([a == b for a, b in zip(found, expected, strict=True)]) > 0.98


def test_every_array_and_fact_is_on_the_page() -> None:
    for name in (*model_arrays(small_model()), "scale", "sharpness", "made_with", "origin"):
        general = name.replace("ngram.2.", "ngram.k.").replace("ngram.3.", "ngram.k.")
        general = general.replace("kernel_2", "kernel_n").replace("bias_2", "bias_n")
        assert f"`{general}`" in PAGE, name
