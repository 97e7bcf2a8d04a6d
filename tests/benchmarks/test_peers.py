"""The peers: the same characters as `evaluate`'s, probabilities that add up, rows and reasons."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pipelines import Trained

from benchmarks.compare import LeftOut
from benchmarks.peers.characters import bits_per_character, number_characters, targets_of
from benchmarks.peers.command import line, peers
from benchmarks.peers.novel import Novel, read_novel
from benchmarks.peers.rows import Foretold, missing, own_rows
from pipeline.artifacts.segmentation import Part
from pipeline.artifacts.tokens import HAN
from pipeline.errors import NotReady

CHAPTERS: tuple[tuple[Part, str], ...] = (
    ("train", "甲乙甲\n"),
    ("test", "乙丙\n"),
    ("validation", "甲\n"),
    ("train", "甲丁\n"),
)


def novel_of(chapters: tuple[tuple[Part, str], ...] = CHAPTERS) -> Novel:
    """Return a novel of which only the text matters."""
    return Novel(
        chapters=chapters,
        piece_ids=np.zeros(0, dtype=np.int32),
        piece_spans={},
        vocabulary_size=0,
        unseen=0.0,
        scores={"unigram": 8.0, "kneser_ney": 7.0, "network": 6.5, "writer": 6.0},
        seconds=1.0,
        seconds_are="measured",
        base="",
    )


def test_characters_are_numbered_by_how_often_the_training_chapters_have_them() -> None:
    found = number_characters(novel_of())
    # 甲 stands three times, a line end twice, 乙 and 丁 once: two of seven characters.
    assert found.ids.tolist() == [0, 2, 0, 1, 2, 4, 1, 0, 1, 0, 3, 1]
    assert found.unseen == pytest.approx(2 / 7)
    assert targets_of(found, "test").tolist() == [4, 5, 6]
    assert targets_of(found, "train").tolist() == [0, 1, 2, 3, 9, 10, 11]
    assert found.ids[5] == found.vocabulary_size  # 丙 stands in no training chapter


def test_bits_per_character_by_hand() -> None:
    characters = number_characters(novel_of())
    targets = targets_of(characters, "test")
    # 乙 and the line end at ¼ of 5/7 each; 丙 at 2/7 of one Chinese character in all.
    expected = (2 * math.log2(4 * 7 / 5) + math.log2(HAN * 7 / 2)) / 3
    log_probs = np.full(3, math.log(1 / 4))
    assert bits_per_character(characters, targets, log_probs) == pytest.approx(expected)


def test_ppmd_finds_cheap_what_it_has_read() -> None:
    pytest.importorskip("pyppmd")
    from benchmarks.peers.ppmd import bits, foretell

    text = "".join(map(chr, range(0x4E00, 0x4E00 + 400)))
    novel = novel_of((("train", text), ("validation", text[::-1]), ("test", text)))
    # Its own text again costs next to nothing; read backwards, each character costs a byte or so.
    assert bits(novel, "test", 6, "utf-8") < 1.5 < 5 < bits(novel, "validation", 6, "utf-8")
    found, encoding = foretell(novel, 6)
    assert found == bits(novel, "test", 6, encoding)


def test_each_network_reads_only_what_stands_before() -> None:
    torch = pytest.importorskip("torch")
    from benchmarks.peers.networks import character_gpt, character_lstm
    from benchmarks.peers.training import score, train

    verse = "甲乙丙丁\n"
    novel = novel_of((("train", verse * 200), ("validation", verse * 20)))
    characters = number_characters(novel)
    for build in (character_gpt, character_lstm):
        torch.manual_seed(0)
        network = build(characters.log_frequencies)
        ids = torch.from_numpy(characters.ids[:60])[None]
        before, _ = network.logits(ids, None, 0.0)
        after, _ = network.logits(ids[:, :30], None, 0.0)
        assert torch.allclose(before[:, :30], after, atol=1e-5)
        # Untrained it says how frequent characters are; two seconds find what follows on what.
        untrained = score(network, characters, "validation")
        read, best = train(network, characters, 2.0, lambda done, note: None)
        assert read > 0
        assert score(network, characters, "validation") == pytest.approx(best, rel=1e-4)
        assert best < untrained


def test_places_are_scored_with_the_network_s_own_probabilities() -> None:
    torch = pytest.importorskip("torch")
    from benchmarks.peers.networks import character_gpt
    from benchmarks.peers.training import score

    characters = number_characters(novel_of((*CHAPTERS * 10,)))  # shorter than a context
    network = character_gpt(characters.log_frequencies)
    padded = [characters.line_end] * 64 + characters.ids.tolist()
    targets = targets_of(characters, "validation")
    first = int(targets[0])
    # The first window: 64 characters before the first target, 64 from it on; one after the other.
    read = torch.tensor([padded[first - 1 : first + 127]])
    log_probs = torch.log_softmax(network.logits(read, None, 0.0)[0], dim=-1)[0].detach().numpy()
    inside = targets[targets < first + 64]
    own = np.array([log_probs[64 + n - first, characters.ids[n]] for n in inside])
    few = replace(
        characters,
        spans={**characters.spans, "test": np.array([[n, n + 1] for n in inside])},
    )
    assert score(network, few, "test") == pytest.approx(
        bits_per_character(characters, inside, own), rel=1e-5
    )


def test_rows_as_lines() -> None:
    assert [row.bits_per_character for row in own_rows(novel_of())] == [8.0, 7.0, 6.5, 6.0]
    foretold = Foretold("PPMd order 6", 6.5532, 1.4, "on bytes")
    assert line(foretold) == "PPMd order 6           6.553        1  on bytes"
    assert line(LeftOut("GPT", "no such library")) == "GPT               left out: no such library"


def test_what_is_missing_is_said() -> None:
    assert missing("json") == ""
    assert missing("nopackagehasthisname").startswith("nopackagehasthisname is not installed")


def test_a_folder_without_a_run_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"expected in .* what a run up to evaluate leaves"):
        read_novel(tmp_path)
    with pytest.raises(SystemExit, match=r"^peers: expected in [^\n]*$"):
        next(peers(["--artifacts", str(tmp_path)]))


@pytest.mark.slow
def test_peers_foretell_the_characters_that_evaluate_has_scored(trained: Trained) -> None:
    artifacts = trained.artifacts
    (text,) = peers(["--artifacts", str(artifacts), "--seconds", "1", "--json"])
    found = json.loads(text)
    (path,) = artifacts.glob("evaluate/*/evaluation.json")
    tests = json.loads(path.read_text(encoding="utf-8"))["test"]
    assert found["test_characters"] == tests["writer"]["characters"]
    rows = {row["row"]: row for row in found["rows"]}
    assert rows["xuxie writer"]["bits_per_character"] == tests["writer"]["bits_per_character"]
    assert {"PPMd order 6", "KenLM order 5", "character GPT", "character LSTM"} <= rows.keys()
    for row in rows.values():
        assert row.get("reason") or 0 < row["bits_per_character"] < 20
