"""The desk's mixtures: one writer for each set of weights, whatever way it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from models import small_model

from pipeline.desk.job import Job, begin
from pipeline.desk.loaded import Models
from pipeline.desk.mixes import Mixes
from pipeline.engine.bundle.model import save_model
from pipeline.engine.writing.making import advance
from pipeline.engine.writing.options import WritingOptions
from pipeline.errors import SettingsError


def mixes(folder: Path) -> tuple[Mixes, Models]:
    (folder / "models").mkdir()
    for number, name in enumerate("甲乙丙丁戊"):
        save_model(small_model(number), folder / "models" / f"{name}.safetensors")
    models = Models(folder)
    return Mixes(models), models


def test_equal_weights_are_one_writer_until_a_model_is_loaded_anew(tmp_path: Path) -> None:
    own, models = mixes(tmp_path)
    writer = own.open({"甲": 0.75, "乙": 0.25}).writer
    assert writer.weights == {"甲": 0.75, "乙": 0.25}
    assert own.open({"乙": 1, "甲": 3}).writer is writer
    assert own.open({"乙": 3, "甲": 1}).writer is not writer
    assert own.open({"甲": 0.75, "乙": 0.25}).writer is writer, "still kept"
    path = tmp_path / "models" / "乙.safetensors"
    path.unlink()
    save_model(small_model(9), path)
    assert own.open({"甲": 0.75, "乙": 0.25}).writer is writer, "the old one serves on"
    models.reload("乙")
    assert own.open({"甲": 0.75, "乙": 0.25}).writer is not writer


def test_texts_of_one_mixture_are_written_together_each_as_alone(tmp_path: Path) -> None:
    own, _ = mixes(tmp_path)
    writing = WritingOptions(words=12, finish=False)
    jobs = [Job("丁丂", writing, rng_seed=number) for number in range(3)]
    texts = [begin(own.open({"甲": 2, "乙": 1}).writer, job) for job in jobs]
    assert len({id(text.model) for text in texts}) == 1
    while any(text.asks for text in texts):
        advance(texts)
    for text, job in zip(texts, jobs, strict=True):
        writer = own.open({"甲": 2, "乙": 1}).writer
        alone = writer.stream(writer.understand("丁丂"), writing=writing, rng_seed=job.rng_seed)
        assert [c.word for c in text.written] == [c.word for c in alone]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"甲": 1.0}, "expected 2 to 8 models, got 1"),
        (dict.fromkeys("甲乙丙丁戊", 1.0), "expected 2 to 4 models, got 5"),
        ({"甲": 1.0, "乙": -1.0}, "expected weights above 0, got -1 for 乙"),
        ({"甲": 1.0, "己": 1.0}, "己"),
        ({"甲": 1.0, "甲.safetensors": 1.0}, "one"),
    ],
)
def test_what_is_no_mixture_of_the_shelf_is_refused(
    tmp_path: Path, weights: dict[str, float], message: str
) -> None:
    own, _ = mixes(tmp_path)
    with pytest.raises(SettingsError, match=message):
        own.open(weights)
