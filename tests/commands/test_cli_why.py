"""`generate --why` on a really trained small model: the evidence is in the novel."""

from __future__ import annotations

import json

import pytest
from commands import SEED_PHRASE, generate, invoke, model_options
from pipelines import Trained

from pipeline.artifacts.segmentation import Segmentation, load_segmentation


def segmented(trained: Trained) -> Segmentation:
    (folder,) = (path for path in (trained.artifacts / "segment").iterdir() if path.is_dir())
    return load_segmentation(folder)


def test_each_word_has_shares_and_passages_that_stand_in_their_chapter(trained: Trained) -> None:
    output, _ = generate(trained, "--why", "--json", "--rng-seed", "1")
    plain, _ = generate(trained, "--show-candidates", "--json", "--rng-seed", "1")

    (sample,), (same,) = json.loads(output)["samples"], json.loads(plain)["samples"]
    assert sample["text"] == same["text"]
    novel = segmented(trained)
    chapters = {
        section.title: "\n".join(
            line.replace(" ", "") for line in novel.lines[section.start : section.stop]
        )
        for section in novel.sections
        if section.part == "train"
    }
    passages = 0
    for row, without in zip(sample["words"], same["words"], strict=True):
        assert {name: row[name] for name in without} == without
        assert sum(row["shares"].values()) == pytest.approx(row["probability"], abs=1e-6)
        for passage in row["passages"]:
            assert passage["word"] == row["word"].replace("</s>", "\n")
            quoted = passage["before"] + passage["word"] + passage["after"]
            assert quoted.strip("\n") in chapters[passage["chapter"]]
        cosines = [passage["cosine"] for passage in row["passages"]]
        assert cosines == sorted(cosines, reverse=True)
        passages += len(cosines)
    assert passages > len(sample["words"]), "most words stand in more than one place"


def test_lines_for_people(trained: Trained) -> None:
    output, errors = generate(trained, "--why", "--rng-seed", "1")

    blocks = output.split("    said by ")
    assert len(blocks) > 12
    assert "network" in blocks[1]
    assert "【" in output
    assert errors == ""
    words, _ = generate(trained, "--show-candidates", "--rng-seed", "1")
    words, _, text = words.partition("\n\n")
    assert [line for line in output.splitlines() if "  │  " in line] == words.splitlines()
    assert output.endswith(f"\n\n{text}")
    assert text == generate(trained, "--rng-seed", "1")[0], "the whole text, clearly apart"


def test_a_session_gives_no_reasons(trained: Trained) -> None:
    code, output, errors = invoke(
        "generate", SEED_PHRASE, "--why", "--interactive", *model_options(trained)
    )
    assert (code, output) == (2, "")
    assert errors == (
        "xuxie: --why: expected no --interactive beside it, got both; leave one out\n"
    )
