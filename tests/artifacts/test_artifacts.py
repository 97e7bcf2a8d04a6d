"""Every artifact: there and back, the same bytes each time, and no damage unseen."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import (
    random_embedding,
    random_network,
    random_weights,
    segmentation_of,
    windows_of,
)

from pipeline.artifacts.codec import (
    Codec,
    check_array,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from pipeline.artifacts.corpus import CORPUS, Chapter, Corpus
from pipeline.artifacts.embedding import EMBEDDING
from pipeline.artifacts.evaluation import EVALUATION, READING, Evaluation
from pipeline.artifacts.network import NETWORK
from pipeline.artifacts.segmentation import SEGMENTATION, Segmentation, section_words
from pipeline.artifacts.training import TRAINING, Training
from pipeline.artifacts.windows import WINDOWS
from pipeline.errors import ArtifactDamaged

ROW = {"bits_per_character": 5.5, "top1": 0.1, "mrr": 0.2, "perplexity": 90.5, "cosine": None}
INTERVAL = {"top1": [0.05, 0.15], "mrr": [0.1, 0.3], "perplexity": [80.5, 101.0]}
READS: dict[str, float | None] = dict.fromkeys(READING, 0.5)
VALUES: dict[str, tuple[Codec[Any], Any]] = {
    "corpus": (
        CORPUS,
        Corpus(
            paragraphs=("第一回 宝玉", "他说：“好。”", "a\u3000b"),
            chapters=(Chapter("第一回 宝玉", 0, 3),),
            encoding="gb18030",
            replaced=1,
            rejoined_lines=3,
            source_digest="0" * 64,
        ),
    ),
    "segmentation": (
        SEGMENTATION,
        segmentation_of([("train", ["宝玉 听了 ，", "笑道"]), ("test", ["黛玉"])]),
    ),
    "embedding": (EMBEDDING, random_embedding(words=("</s>", "宝玉", "a", "𠀀"))),
    "windows": (
        WINDOWS,
        windows_of(
            [("train", range(9)), ("validation", [3] * 9), ("test", [10] * 9)],
            steps=3,
            vocabulary_size=10,
        ),
    ),
    "training": (
        TRAINING,
        Training(
            weights=random_weights(),
            history={
                "objective": "mse",
                "best_epoch": 1,
                "epochs": [{"epoch": 1, "train_loss": 2.5, **ROW}],
            },
        ),
    ),
    "network": (NETWORK, random_network()),
    "evaluation": (
        EVALUATION,
        Evaluation(
            scores={
                "validation": {"network": {**ROW, "interval": None, "against_kneser_ney": None}},
                "test": {
                    "unigram": {**ROW, "interval": INTERVAL},
                    "writer": {
                        **ROW,
                        "interval": INTERVAL,
                        "against_kneser_ney": {
                            "bits_difference": [-0.2, -0.1],
                            "top1_difference": [-0.01, 0.03],
                            "perplexity_ratio": [0.5, 0.75],
                        },
                    },
                },
            },
            ablation={
                "test": [
                    {
                        "name": "network+cache",
                        "bits_per_character": 5.5,
                        "top1": 0.1,
                        "mrr": 0.2,
                        "perplexity": 80.5,
                        "weights": {"network": 0.75, "cache": 0.25},
                    }
                ]
            },
            writing={"default": {"distinct2": 0.5, "longest_copy": 7.0, "sentence_length": None}},
            books={
                "test": [
                    {
                        "title": "甲",
                        "targets": 9,
                        "characters": 12,
                        "writer": {"bits_per_character": 5.5, "interval": None},
                    }
                ]
            },
            reading={"text": "whole novel", "novel": READS, "writer": {**READS, "dao": None}},
        ),
    ),
}
every_artifact = pytest.mark.parametrize("name", VALUES)


def saved(name: str, folder: Path) -> dict[str, bytes]:
    """The files of an artifact, after saving it in a new folder."""
    codec, value = VALUES[name]
    folder.mkdir()
    codec.save(value, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def plain(value: Any) -> Any:
    """A value that `==` can compare: arrays become (dtype, nested lists)."""
    if isinstance(value, np.ndarray):
        return (str(value.dtype), value.tolist())
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


@every_artifact
def test_there_and_back(name: str, tmp_path: Path) -> None:
    saved(name, tmp_path / "first")
    codec, value = VALUES[name]
    assert plain(codec.load(tmp_path / "first")) == plain(value)


@every_artifact
def test_equal_values_give_equal_bytes_at_any_time(name: str, tmp_path: Path) -> None:
    first = saved(name, tmp_path / "first")
    assert saved(name, tmp_path / "second") == first
    codec = VALUES[name][0]
    (tmp_path / "third").mkdir()
    codec.save(codec.load(tmp_path / "first"), tmp_path / "third")
    third = {path.name: path.read_bytes() for path in (tmp_path / "third").iterdir()}
    assert third == first, "what was loaded is saved as it was"
    for path in (tmp_path / "first").glob("*.npz"):
        with zipfile.ZipFile(path) as archive:
            stamps = {entry.date_time for entry in archive.infolist()}
        assert stamps == {(1980, 1, 1, 0, 0, 0)}, "a zip's own zero: no clock in the file"


@every_artifact
def test_facts_are_json_and_short(name: str) -> None:
    codec, value = VALUES[name]
    facts = codec.describe(value)
    assert facts
    assert len(json.dumps(facts, ensure_ascii=False, allow_nan=False)) < 500


@every_artifact
def test_no_file_is_a_pickle(name: str, tmp_path: Path) -> None:
    for data in saved(name, tmp_path / "first").values():
        # A pickle begins with 0x80, from protocol 2 on, and ends with a full stop.
        assert not (data.startswith(b"\x80") and data.endswith(b"."))


def test_a_segmentation_yields_its_words_and_paragraph_breaks() -> None:
    value: Segmentation = VALUES["segmentation"][1]
    words = list(section_words(value, value.sections[0]))
    assert words == ["宝玉", "听了", "，", "</s>", "笑道", "</s>"]
    assert SEGMENTATION.describe(value)["words"] == 5


# Damage


def rewrite_tensors(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    arrays = read_tensors(path)
    change(arrays)
    write_tensors(path, arrays)


def rewrite_json(path: Path, **changes: Any) -> None:
    write_json(path, read_json(path) | changes)


def poison(arrays: dict[str, Any], name: str) -> None:
    arrays[name] = np.full_like(arrays[name], np.nan)


TENSOR_DAMAGE: dict[str, Callable[[dict[str, Any]], None]] = {
    "missing": lambda arrays: arrays.pop("recurrent_kernel"),
    "missing the array that gives the sizes": lambda arrays: arrays.pop("projection_kernel"),
    "extra": lambda arrays: arrays.update(hat=np.zeros(2, np.float32)),
    "too short": lambda arrays: arrays.update(output_vectors=arrays["output_vectors"][:-1]),
    "turned": lambda arrays: arrays.update(
        recurrent_kernel=np.ascontiguousarray(arrays["recurrent_kernel"].T)
    ),
    "flat": lambda arrays: arrays.update(projection_kernel=arrays["projection_kernel"].reshape(-1)),
    "scalar": lambda arrays: arrays.update(output_vectors=np.zeros((), np.float32)),
    "doubles": lambda arrays: arrays.update(
        projection_bias=arrays["projection_bias"].astype(np.float64)
    ),
    "not a number": lambda arrays: poison(arrays, "projection_bias"),
    "infinite": lambda arrays: arrays.update(
        recurrent_kernel=arrays["recurrent_kernel"] + np.float32(np.inf)
    ),
}


@pytest.mark.parametrize("kind", TENSOR_DAMAGE)
@pytest.mark.parametrize(("name", "file"), [("training", "weights"), ("network", "network")])
def test_damaged_arrays_are_refused(name: str, file: str, kind: str, tmp_path: Path) -> None:
    saved(name, tmp_path / "a")
    rewrite_tensors(tmp_path / "a" / f"{file}.safetensors", TENSOR_DAMAGE[kind])
    with pytest.raises(ArtifactDamaged) as caught:
        VALUES[name][0].load(tmp_path / "a")
    assert "\n" not in str(caught.value)


def test_wrong_weights_are_never_saved(tmp_path: Path) -> None:
    weights = random_weights()
    weights["bias"][3] = np.nan
    with pytest.raises(ArtifactDamaged, match="bias: expected finite"):
        TRAINING.save(Training(weights=weights, history={}), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("schema", [0, 1, 2, 3, 5, "4", None])
def test_a_network_of_another_schema_is_refused(schema: Any, tmp_path: Path) -> None:
    saved("network", tmp_path / "a")
    rewrite_json(tmp_path / "a" / "network.json", schema=schema)
    with pytest.raises(ArtifactDamaged, match=r"expected schema 4, got .*run decode again"):
        NETWORK.load(tmp_path / "a")


@pytest.mark.parametrize(
    ("fact", "value"),
    [("scale", np.nan), ("scale", "3"), ("prior_weight", np.inf), ("steps", 0), ("steps", None)],
)
def test_a_network_of_impossible_numbers_is_refused(fact: str, value: Any, tmp_path: Path) -> None:
    saved("network", tmp_path / "a")
    path = tmp_path / "a" / "network.json"
    path.write_text(json.dumps(read_json(path) | {fact: value}), encoding="utf-8")
    with pytest.raises(ArtifactDamaged, match=r"expected a (number|JSON file)"):
        NETWORK.load(tmp_path / "a")


def test_a_network_with_one_word_too_few_is_refused(tmp_path: Path) -> None:
    saved("network", tmp_path / "a")
    words = read_json(tmp_path / "a" / "network.json")["words"]
    rewrite_json(tmp_path / "a" / "network.json", words=words[:-1])
    with pytest.raises(ArtifactDamaged, match="gate_table"):
        NETWORK.load(tmp_path / "a")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("corpus", "corpus.json"),
        ("segmentation", "segment.json"),
        ("embedding", "vectors.bin"),
        ("embedding", "vocabulary.json"),
        ("windows", "ids.npy"),
        ("windows", "windows.npz"),
        ("windows", "split.json"),
        ("training", "weights.safetensors"),
        ("training", "history.json"),
        ("network", "network.safetensors"),
        ("network", "network.json"),
        ("evaluation", "evaluation.json"),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.97])
def test_a_truncated_file_is_refused(name: str, file: str, share: float, tmp_path: Path) -> None:
    saved(name, tmp_path / "a")
    path = tmp_path / "a" / file
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(ArtifactDamaged) as caught:
        VALUES[name][0].load(tmp_path / "a")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("reading", "complaint"),
    [
        (None, "reading: expected the keys novel, text, writer, got None"),
        ({"text": "whole novel", "novel": READS}, "reading: expected the keys"),
        ({"text": "\x1b[2J", "novel": READS, "writer": READS}, "none of them hidden"),
        ({"text": "", "novel": READS, "writer": {"dao": 1.0}}, "reading.writer: expected the keys"),
        ({"text": "", "novel": {**READS, "dao": 101.0}, "writer": READS}, "a number from 0 to 100"),
        ({"text": "", "novel": READS, "writer": {**READS, "dao": "1"}}, "reading.writer.dao"),
    ],
)
def test_figures_of_reading_are_checked(reading: Any, complaint: str, tmp_path: Path) -> None:
    saved("evaluation", tmp_path / "a")
    path = tmp_path / "a" / "evaluation.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**facts, "reading": reading}), encoding="utf-8")
    with pytest.raises(ArtifactDamaged, match=complaint):
        EVALUATION.load(tmp_path / "a")
    path.write_text(json.dumps({**facts, "reading": {}}), encoding="utf-8")
    assert EVALUATION.load(tmp_path / "a").reading == {}


@pytest.mark.parametrize("file", ["ids.npy", "windows.npz"])
def test_a_pickled_array_is_never_unpickled(file: str, tmp_path: Path) -> None:
    saved("windows", tmp_path / "a")
    trap = np.array([Trap(str(tmp_path / "sprung"))], dtype=object)
    spans = dict.fromkeys(("train_spans", "validation_spans", "test_spans"), trap)
    if file == "ids.npy":
        np.save(tmp_path / "a" / file, trap, allow_pickle=True)
    else:
        np.savez(tmp_path / "a" / file, **spans)  # type: ignore[arg-type]
    with pytest.raises(ArtifactDamaged):
        WINDOWS.load(tmp_path / "a")
    assert not (tmp_path / "sprung").exists()


class Trap:
    """Makes a folder where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (self.path,)


@pytest.mark.parametrize(
    "ids", [np.zeros(9, np.int64), np.zeros((3, 9), np.int32), np.zeros(9, np.float32)]
)
def test_a_token_stream_of_another_kind_is_refused(ids: Any, tmp_path: Path) -> None:
    saved("windows", tmp_path / "a")
    np.save(tmp_path / "a" / "ids.npy", ids)
    with pytest.raises(ArtifactDamaged, match=r"ids: expected int32"):
        WINDOWS.load(tmp_path / "a")


def test_check_array_says_what_it_wanted() -> None:
    good = np.zeros((2, 3), np.float32)
    assert check_array("x", good, shape=(2, 3), dtype=np.float32) is good
    with pytest.raises(ArtifactDamaged, match=r"array x: expected shape \(2, 3\), got nothing"):
        check_array("x", None, shape=(2, 3), dtype=np.float32)
    with pytest.raises(ArtifactDamaged, match=r"float32 \(3, 2\), got float32 \(2, 3\)"):
        check_array("x", good, shape=(3, 2), dtype=np.float32)


def test_json_has_no_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})


@pytest.mark.parametrize("changes", [{"counts": [3, 2, 1]}, {"words": ["</s>", "宝玉", "a", "b"]}])
def test_a_vocabulary_that_does_not_fit_its_vectors_is_refused(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    saved("embedding", tmp_path / "a")
    rewrite_json(tmp_path / "a" / "vocabulary.json", **changes)
    with pytest.raises(ArtifactDamaged):
        EMBEDDING.load(tmp_path / "a")
