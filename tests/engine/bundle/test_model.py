"""A model's file: equal bytes for equal models, any reader opens it, nothing forged passes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import chapters_of_noise
from models import Arrays, Facts, assert_equal_models, bytes_of, forged, small_model
from safetensors import safe_open
from safetensors.numpy import load_file

from pipeline.artifacts.layout import LONGEST_HEADER
from pipeline.engine.bundle.model import Cutting, model_arrays, pack_words, rare_words, save_model
from pipeline.engine.bundle.opening import load_card, load_model
from pipeline.engine.memories.ngram import train_kneser_ney
from pipeline.errors import ArtifactDamaged

MODEL = small_model()
A_PLACE = int(MODEL.memories.held["neighbours"].positions[0])


def refused(path: Path) -> str:
    """The one line with which a file is refused, free of what a terminal obeys."""
    with pytest.raises(ArtifactDamaged) as caught:
        load_model(path)
    line = str(caught.value)
    assert line.isprintable(), line
    assert len(line) < 250
    return line


def test_there_and_back(tmp_path: Path) -> None:
    save_model(MODEL, tmp_path / "a.safetensors")
    found = load_model(tmp_path / "a.safetensors")
    assert_equal_models(found, MODEL)
    assert found.card == MODEL.card
    assert found.cutting == MODEL.cutting
    assert rare_words(found) == rare_words(MODEL)
    assert rare_words(MODEL)[:2] == ("生僻0", "生僻1")
    assert load_card(tmp_path / "a.safetensors") == (MODEL.card, 30)


def test_a_model_without_memories_and_upper_layers(tmp_path: Path) -> None:
    bare = small_model(layers=1)
    bare = replace(
        bare,
        memories=replace(bare.memories, weights={"network": 1.0}, subsets=(), held={}),
    )
    save_model(bare, tmp_path / "a.safetensors")
    assert_equal_models(load_model(tmp_path / "a.safetensors"), bare)


def test_equal_models_have_equal_bytes_and_others_other_ones(tmp_path: Path) -> None:
    save_model(MODEL, tmp_path / "a")
    save_model(small_model(), tmp_path / "b")
    save_model(load_model(tmp_path / "a"), tmp_path / "c")
    save_model(small_model(1), tmp_path / "d")
    first = (tmp_path / "a").read_bytes()
    assert (tmp_path / "b").read_bytes() == first
    assert (tmp_path / "c").read_bytes() == first
    assert (tmp_path / "d").read_bytes() != first


def test_arrays_are_mapped_and_cannot_be_written_to(tmp_path: Path) -> None:
    save_model(MODEL, tmp_path / "a")
    arrays = model_arrays(load_model(tmp_path / "a"))
    assert not any(array.flags.owndata or array.flags.writeable for array in arrays.values())
    assert all(array.ctypes.data % array.itemsize == 0 for array in arrays.values())


def test_the_library_reads_it(tmp_path: Path) -> None:
    """Transposed arrays too, which the library itself would write in the wrong order."""
    turned = replace(
        MODEL.network, projection_kernel=np.asfortranarray(MODEL.network.projection_kernel)
    )
    save_model(replace(MODEL, network=turned), tmp_path / "a.safetensors")
    arrays = model_arrays(MODEL)
    found = load_file(tmp_path / "a.safetensors")
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
    with safe_open(tmp_path / "a.safetensors", "numpy") as file:
        metadata = file.metadata()
    assert list(metadata) == ["xuxie"]
    facts = json.loads(metadata["xuxie"])
    assert facts["words"] == list(MODEL.network.words)
    canonical = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert metadata["xuxie"] == canonical


def test_hidden_characters_are_spelled_out_when_written(tmp_path: Path) -> None:
    evil = replace(
        MODEL,
        card=replace(MODEL.card, title="澄\x1b[2J\u202e阁"),
        rare_text=pack_words(["a\nb", "c\u200b"]),
    )
    save_model(evil, tmp_path / "a")
    assert load_model(tmp_path / "a").card.title == "澄\\x1b[2J\\u202e阁"
    assert evil.rare_text.tobytes().decode() == "a\\nb\nc\\u200b\n"


def test_whatever_a_novel_holds_its_model_can_be_opened(tmp_path: Path) -> None:
    words = ("", "a" * 65, "a" * 66, "\x1b[2J", "\u202e" * 64, *MODEL.network.words[5:])
    chapters = (("第" * 2000, 0, 600), ("\x1b", 700, 720))
    odd = replace(
        MODEL,
        network=replace(MODEL.network, words=words, examples=("\u200b",)),
        memories=replace(MODEL.memories, chapters=chapters),
        cutting=Cutting(user_words=(("好" * 99, 3, None), ("好", 3, "n" * 99)), names=("好" * 99,)),
        card=replace(MODEL.card, title="长" * 999, seed_phrase="青" * 9999),
    )
    save_model(odd, tmp_path / "a")
    found = load_model(tmp_path / "a")
    assert found.network.words[0] == "‹0›"
    assert found.network.words[3] == "\\x1b[2J‹3›"
    assert found.network.words[5:] == MODEL.network.words[5:]
    assert found.cutting == Cutting()
    assert len(found.card.title) == 200


def test_a_flipped_bit_anywhere_is_seen(tmp_path: Path) -> None:
    data, path = bytes_of(MODEL), tmp_path / "a"
    generator = np.random.default_rng(5)
    header = int.from_bytes(data[:8], "little") + 8
    positions = [
        *range(8),
        *generator.integers(8, header, 92),
        *generator.integers(0, len(data), 100),
    ]
    for position in map(int, positions):
        flipped = data[position] ^ (1 << int(generator.integers(8)))
        path.write_bytes(data[:position] + bytes([flipped]) + data[position + 1 :])
        refused(path)
    path.write_bytes(data)
    load_model(path)


def test_a_file_cut_short_or_too_long_is_seen(tmp_path: Path) -> None:
    data, path = bytes_of(MODEL), tmp_path / "a"
    header = int.from_bytes(data[:8], "little") + 8
    for size in (0, 1, 7, 8, 9, header - 1, header, header + 1, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        refused(path)
    path.write_bytes(data + b"\0")
    assert "cut short" in refused(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "a"
    for data in (b"PK\x03\x04" * 100, b"\xff" * 100, "宝玉听了，".encode() * 100):
        path.write_bytes(data)
        assert refused(path).startswith("another kind of file")
    path.write_bytes(b"{}")
    refused(path)
    save_file({"a": np.zeros(3, dtype=np.float32)}, path)
    assert refused(path) == "safetensors of another program"
    save_file({"a": np.zeros(3, dtype=np.float32)}, path, metadata={"xuxie": "[]"})
    assert refused(path) == "a header that is no JSON object"


def test_a_header_of_99_mb_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.write((99_000_000).to_bytes(8, "little") + b"{")
        file.truncate(100_000_000)  # a hole: nothing is written
    assert refused(path).startswith("a header of 99,000,000 bytes")
    assert LONGEST_HEADER < 99_000_000
    path.write_bytes((2**63).to_bytes(8, "little") + b"{}" * 50)
    assert refused(path).startswith("a header of 9,223,372,036,854,775,808 bytes")


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"__metadata__":{"xuxie":"' + b"[" * 100_000 + b'"}}',
        b'{"__metadata__":{"xuxie":"{}"},"__metadata__":{"xuxie":"{}"}}',
        b'{"__metadata__":{"xuxie":"{}","other":""}}',
        b'{"__metadata__":{"xuxie":3}}',
        b'{"__metadata__":{"xuxie":"{\\"schema\\":NaN}"}}',
        b'{"__metadata__":{"xuxie":"{}"},"\x1b[2J":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}',
        b'{"__metadata__":{"xuxie":"{}"},"a":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}',
        b'{"__metadata__":{"xuxie":"{}"},"a":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}}',
        b'{"__metadata__":{"xuxie":"{}"},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        b'{"__metadata__":{"xuxie":"{}"},"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}',
        b'{"__metadata__":{"xuxie":"{}"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
        b'"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        b'{"__metadata__":{"xuxie":"{\\"n\\":' + b"9" * 5000 + b'}"}}',
    ],
    ids=range(14),
)
def test_headers_that_lie_are_refused(tmp_path: Path, header: bytes) -> None:
    header += b" " * (-len(header) % 8)
    path = tmp_path / "a"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    refused(path)


def setting(path: str, value: Any) -> Callable[[Facts, Arrays], None]:
    """A forgery that puts a value in the place of a fact: `card.title`."""

    def change(facts: Facts, arrays: Arrays) -> None:
        *folders, last = path.split(".")
        for folder in folders:
            facts = facts[folder]
        facts[last] = value

    return change


def writing(name: str, index: Any, value: Any) -> Callable[[Facts, Arrays], None]:
    """A forgery that writes a number into an array."""

    def change(facts: Facts, arrays: Arrays) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][index] = value

    return change


def replacing(name: str, value: Any) -> Callable[[Facts, Arrays], None]:
    """A forgery that puts another array in the place of one, or takes it away."""

    def change(facts: Facts, arrays: Arrays) -> None:
        if value is None:
            del arrays[name]
        else:
            arrays[name] = value

    return change


WORDS = list(MODEL.network.words)
FORGERIES = {
    "newer schema": setting("schema", 4),
    "schema of text": setting("schema", "1"),
    "another fact": setting("more", 1),
    "huge scale": setting("network.scale", 1e308),
    "negative scale": setting("network.scale", -1),
    "scale of text": setting("network.scale", "20"),
    "huge prior": setting("network.prior_weight", -1e308),
    "many steps": setting("network.steps", 10**9),
    "no steps": setting("network.steps", 0),
    "half a step": setting("network.steps", 1.5),
    "true steps": setting("network.steps", True),
    "many layers": setting("network.layers", 9),
    "fewer layers": setting("network.layers", 1),
    "unseen of text": setting("network.unseen", "yes"),
    "unseen above one": setting("network.unseen", 1.5),
    "words that are numbers": setting("words", [1] * 30),
    "one word that is none": setting("words", [*WORDS[:-1], None]),
    "a word twice": setting("words", [*WORDS[:-1], WORDS[0]]),
    "too few words": setting("words", WORDS[:-1]),
    "no words": setting("words", []),
    "a word of 65": setting("words", [*WORDS[:-1], "长" * 65]),
    "an empty word": setting("words", [*WORDS[:-1], ""]),
    "a word with ESC": setting("words", [*WORDS[:-1], "\x1b[2J"]),
    "a word with a line end": setting("words", [*WORDS[:-1], "a\nb"]),
    "a word turned round": setting("words", [*WORDS[:-1], "\u202e宝玉"]),
    "half a character": setting("examples", ["\x9b31m"]),
    "a title with ESC": setting("card.title", "澄\x1b[31m"),
    "a title with C1": setting("card.title", "澄\x9b31m"),
    "a title turned round": setting("card.title", "澄\u2066阁"),
    "a long title": setting("card.title", "澄" * 201),
    "a note turned round": setting("card.licence_note", "\u202e"),
    "a seed phrase with ESC": setting("card.seed_phrase", "\x1b]0;x\x07"),
    "an example with ESC": setting("examples", ["\x1b]0;x\x07"]),
    "a chapter with ESC": setting("chapters", [["\x1b", 0, 4]]),
    "a chapter beyond the end": setting("chapters", [["第一回", 0, 10**9]]),
    "a chapter backwards": setting("chapters", [["第一回", 4, 2]]),
    "chapters that overlap": setting("chapters", [["第一回", 0, 9], ["第二回", 5, 10]]),
    "a version with ESC": setting("card.made_with", {"xuxie": "\x1b"}),
    "a setting with ESC": setting("card.settings", {"a\x1b": 1}),
    "a setting with a list": setting("card.settings", {"a": [1]}),
    "scores of text": setting(
        "card.scores", dict.fromkeys(("top1", "mrr", "perplexity", "coverage"), "1")
    ),
    "other scores": setting("card.scores", {"top1": 1}),
    "a long digest": setting("card.origin", "0" * 65),
    "an engine of its own": setting("cutting.engine", "os"),
    "a user word with ESC": setting("cutting.user_words", [["\x1b", None, None]]),
    "a frequency of 10^12": setting("cutting.user_words", [["宝玉", 10**12, None]]),
    "a name with ESC": setting("cutting.names", ["\x1b"]),
    "weights that sum to two": setting("memories.weights", {"network": 1, "cache": 1}),
    "a negative weight": setting("memories.weights", {"network": 2, "cache": -1}),
    "weights of a stranger": setting("memories.weights", {"network": 0.5, "\x1b": 0.5}),
    "weights of infinity": setting("memories.weights", {"network": 10**400}),
    "a huge cache": setting("memories.cache.words", 10**9),
    "a sharp cache": setting("memories.cache.sharpness", 1e308),
    "a topic of all words ever": setting("memories.topic.words", 10**9),
    "a topic without a novel": setting("memories.topic.novel_words", 0),
    "a higher order": setting("memories.ngram.order", 8),
    "order 1": setting("memories.ngram.order", 1),
    "no n-grams": setting("memories.ngram", None),
    "a least count of 0": setting("memories.ngram.min_count", 0),
    "a least count that is none": setting("memories.ngram.min_count", None),
    "many neighbours": setting("memories.neighbours.count", 10**9),
    "NaN in the network": writing("recurrent_kernel", (3, 3), math.nan),
    "infinity in the network": writing("gate_table", (0, 0), math.inf),
    "1e30 in the network": writing("kernel_2", (0, 0), 1e30),
    "a long vector": writing("output_vectors", (0, 0), 2),
    "a log prior above 0": writing("log_prior", 0, 1),
    "an id of 2V + 1": writing("text_ids", 5, 61),
    "an id of -2": writing("text_ids", 5, -2),
    "keys out of order": writing("ngram.2.keys", 0, 900),
    "keys out of range": writing("ngram.2.keys", -1, 31 * 31),
    "a negative key": writing("ngram.3.keys", 0, -1),
    "a key of another history": writing("ngram.3.keys", -1, 10**4),
    "an offset out of range": writing("ngram.2.offsets", 3, 10**9),
    "offsets that fall": writing("ngram.2.offsets", 1, 500),
    "a weight of NaN": writing("ngram.2.weights", 0, math.nan),
    "a weight of 7": writing("ngram.3.weights", 0, 7),
    "a backoff of -1": writing("ngram.2.backoff", 0, -1),
    "no word of any chance": writing("ngram.unigram", slice(None, -1), 0),
    "a half of NaN": writing("neighbours.keys", (0, 0), math.nan),
    "a half of infinity": writing("neighbours.keys", (0, 0), -math.inf),
    "a long half": writing("neighbours.keys", (0, 0), -3),
    "a place beyond the end": writing("neighbours.positions", 0, 10**6),
    "a place of an unknown word": writing("text_ids", A_PLACE, 30),
    "an array of another shape": replacing("log_prior", np.zeros(29, dtype=np.float32)),
    "an array of another dtype": replacing("log_prior", np.zeros(30, dtype=np.float16)),
    "an array too many": replacing("more", np.zeros(30, dtype=np.float32)),
    "an array too few": replacing("log_prior", None),
    "no projection": replacing("projection_kernel", None),
    "no units": replacing("projection_kernel", np.zeros((0, 6), dtype=np.float32)),
    "no text": replacing("text_ids", np.zeros(0, dtype=np.int32)),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    refused(forged(tmp_path / "a", MODEL, FORGERIES[name]))


def test_a_newer_schema_says_so(tmp_path: Path) -> None:
    path = forged(tmp_path / "a", MODEL, setting("schema", 4))
    assert refused(path) == "schema 4, expected 3: made by a newer xuxie"


def test_a_base_is_told_from_a_model(tmp_path: Path) -> None:
    path = forged(tmp_path / "a", MODEL, lambda facts, _: facts.update(kind="base"))
    assert "a base, which can only begin a training" in refused(path)


def age(schema: int) -> Callable[[Facts, Arrays], None]:
    """Turn a model into one as an older program wrote it."""

    def change(facts: Facts, arrays: Arrays) -> None:
        facts["schema"] = schema
        del facts["network"]["carry_state"]
        if schema == 1:
            del facts["network"]["unseen"], facts["network"]["foreign_names"]
            facts["network"]["suffixes"] = {}

    return change


@pytest.mark.parametrize("schema", [1, 2])
def test_a_model_of_an_older_schema_reads_windows(tmp_path: Path, schema: int) -> None:
    network = load_model(forged(tmp_path / "a", MODEL, age(schema))).network
    assert not network.carry_state
    assert network.unseen == (0 if schema == 1 else MODEL.network.unseen)


def test_rare_words_that_do_not_fit_the_text_are_refused(tmp_path: Path) -> None:
    path = forged(tmp_path / "a", MODEL, replacing("rare_text", pack_words(["生僻"])))
    with pytest.raises(ArtifactDamaged, match=r"rare_text: expected \d+ words, got 1"):
        rare_words(load_model(path))
    odd = np.frombuffer(b"\xff\x1b[2J\n" * len(rare_words(MODEL)), dtype=np.uint8)
    found = rare_words(load_model(forged(tmp_path / "b", MODEL, replacing("rare_text", odd))))
    assert set(found) == {"\ufffd\\x1b[2J"}


@pytest.mark.parametrize("min_count", [2, 10**6])
def test_a_model_keeps_pruned_ngrams(tmp_path: Path, min_count: int) -> None:
    windows = chapters_of_noise()
    pruned = train_kneser_ney(
        windows.ids, windows.spans["train"], vocabulary_size=30, order=3, min_count=min_count
    )
    held = {**MODEL.memories.held, "ngram": pruned}
    model = replace(MODEL, memories=replace(MODEL.memories, held=held))
    path = tmp_path / "a"
    save_model(model, path)
    found = load_model(path)
    assert_equal_models(found, model)
    assert found.memories.held["ngram"].min_count == min_count
    assert len(pruned.levels[1].keys) < len(MODEL.memories.held["ngram"].levels[1].keys)
