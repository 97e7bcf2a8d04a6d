"""Why a word was written: lines by hand, and the evidence for a text that a writer wrote."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_up import random_network, segmentation_of, words_with_break
from numpy.typing import NDArray

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, section_words
from pipeline.commands.why import (
    explained_json,
    give_reasons,
    percentages,
    quote_line,
    word_json,
    word_lines,
)
from pipeline.commands.words import choice_line, generation_json
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.evidence import Evidence, Passage, Quote, find_evidence
from pipeline.engine.writing.generate import Candidate, Choice
from pipeline.engine.writing.values import choice_json
from pipeline.engine.writing.writer import Writer

CHOICE = Choice(
    word="什么",
    cosine=0.514,
    probability=0.2,
    candidates=(Candidate("什么", 0.514, 0.2), Candidate(PARAGRAPH_BREAK, -0.1, 0.01)),
    word_id=7,
    vector=np.zeros(3, dtype=np.float32),
    shares={"network": 0.05, "cache": 0.0, "ngram": 0.15},
)
EVIDENCE = (
    (
        Passage(position=912, chapter="第三十五回", cosine=0.9441, agreement=2),
        Quote(
            before=("道", "：", PARAGRAPH_BREAK, "作"), word="什么", after=("？", PARAGRAPH_BREAK)
        ),
    ),
    (
        Passage(position=31, chapter="第一回", cosine=0.5, agreement=1),
        Quote(before=(), word="什么", after=("OK", "yes")),
    ),
    (
        Passage(position=90, chapter="第一回", cosine=-0.25, agreement=0),
        Quote(before=("，",), word="什么", after=()),
    ),
)


def test_lines_by_hand() -> None:
    assert list(word_lines(CHOICE, EVIDENCE)) == [
        "什么 +0.51 0.200  │  什么 +0.51 0.200  ¶ -0.10 0.010",
        "    said by ngram 75 %, network 25 %, cache 0 %",
        "    +0.94  …道：¶作【什么】？¶…  (第三十五回; the same 2 words before it)",
        "    +0.50  …【什么】OK yes…  (第一回; the same word before it)",
        "    -0.25  …，【什么】…  (第一回)",
    ]
    assert list(word_lines(CHOICE, ()))[-1] == "    no passage found"


def test_json_by_hand() -> None:
    row = word_json(CHOICE, EVIDENCE[:2])
    assert row["word"] == "什么"
    assert row["candidates"][1] == {"word": PARAGRAPH_BREAK, "cosine": -0.1, "probability": 0.01}
    assert row["shares"] == {"network": 0.05, "cache": 0.0, "ngram": 0.15}
    assert row["passages"] == [
        {
            "chapter": "第三十五回",
            "position": 912,
            "cosine": 0.9441,
            "agreement": 2,
            "before": "道：\n作",
            "word": "什么",
            "after": "？\n",
        },
        {
            "chapter": "第一回",
            "position": 31,
            "cosine": 0.5,
            "agreement": 1,
            "before": "",
            "word": "什么",
            "after": "OK yes",
        },
    ]
    assert json.loads(json.dumps(row)) == row


def test_samples_hold_the_reasons_of_each_word() -> None:
    seed = WRITER.understand(WORDS[5] + WORDS[6])
    samples: list[tuple[int, list[tuple[Choice, Evidence | None]]]] = [
        (1, [(CHOICE, EVIDENCE)]),
        (2, [(CHOICE, ()), (CHOICE, None)]),
    ]
    document = explained_json("甲乙", seed, samples)
    texts = [{"rng_seed": 1, "choices": [CHOICE]}, {"rng_seed": 2, "choices": [CHOICE] * 2}]
    expected = generation_json("甲乙", seed, texts)
    rows = [sample.pop("words") for sample in document["samples"]]
    assert rows == [[word_json(*word) for word in words] for _, words in samples]
    assert [sample.pop("words")[-1] for sample in expected["samples"]][1] == rows[1][1]
    assert document == expected, "all else is as without reasons"


def test_nothing_is_told_where_nothing_was_asked() -> None:
    (told,) = give_reasons([CHOICE], [5], Model(WRITER.network), None)
    assert told == (CHOICE, None)
    assert list(word_lines(*told)) == [choice_line(CHOICE)]
    assert word_json(*told) == choice_json(CHOICE)


def test_a_written_paragraph_break_is_shown() -> None:
    quote = Quote(before=("。",), word=PARAGRAPH_BREAK, after=("Mr", "Lin"))
    assert quote_line(quote) == "…。【¶】Mr Lin…"


def test_percentages_sum_to_a_hundred_the_greatest_first() -> None:
    found = percentages({"network": 0.001, "cache": 0.003, "ngram": 0.0})
    assert list(found) == ["cache", "network", "ngram"]
    assert list(found.values()) == pytest.approx([75, 25, 0])
    assert percentages({"network": 0.0}) == {"network": 0.0}


WORDS = words_with_break(12)


def small_novel() -> NDArray[np.int32]:
    """The ids of a random novel of known words in three chapters, the second held out."""
    generator = np.random.default_rng(4)
    lines = [" ".join(generator.choice(WORDS[1:], 30)) for _ in range(30)]
    segmentation = segmentation_of(
        [("train", lines[:12]), ("test", lines[12:18]), ("train", lines[18:])]
    )
    stream = [word for part in segmentation.sections for word in section_words(segmentation, part)]
    ids = np.array([WORDS.index(word) for word in stream], dtype=np.int32)
    ids[12 * 31 : 18 * 31] = -1
    return ids


IDS = small_novel()
MEMORIES = Memories(
    weights={"network": 1.0},
    text_ids=IDS,
    chapters=(("第0回", 0, 12 * 31), ("第2回", 18 * 31, 30 * 31)),
)
WRITER = Writer(random_network(2, words=WORDS), MEMORIES)


def test_every_written_word_is_shown_where_the_novel_writes_it() -> None:
    seed = WRITER.understand(WORDS[5] + WORDS[6] + WORDS[7])
    seed_ids = WRITER.seed_ids(seed)
    choices = list(WRITER.stream(seed, words=20, rng_seed=3, candidates=2))
    explained = list(find_evidence(choices, seed_ids, model=WRITER.model(), rare_words=()))
    assert [choice.word for choice, _ in explained] == [choice.word for choice in choices]
    written = [*seed_ids, *(choice.word_id for choice in choices)]
    for number, (choice, evidence) in enumerate(explained, len(seed_ids)):
        assert len(evidence) == 3
        for passage, quote in evidence:
            assert quote.word == choice.word
            assert IDS[passage.position] == choice.word_id
            # By what was written: so many words agree, and not one more.
            same = passage.agreement
            before = IDS[passage.position - same : passage.position].tolist()
            assert before == written[number - same : number]
            if same < min(WRITER.network.steps, number):
                assert IDS[passage.position - same - 1] != written[number - same - 1]
        assert sum(word_json(choice, evidence)["shares"].values()) == pytest.approx(
            choice.probability, abs=1e-6
        )
    assert any(passage.agreement for _, evidence in explained for passage, _ in evidence)


def test_evidence_comes_as_the_words_do() -> None:
    seed = WRITER.understand(WORDS[5] + WORDS[6])
    taken = []

    def stream() -> object:
        for choice in WRITER.stream(seed, words=5, rng_seed=3):
            taken.append(choice)
            yield choice

    explained = find_evidence(stream(), [5, 6], model=WRITER.model(), rare_words=())  # type: ignore[arg-type]
    next(explained)
    assert len(taken) == 1


def test_a_writer_without_memories_knows_no_passage() -> None:
    explained = find_evidence([CHOICE], [5], model=Model(WRITER.network), rare_words=())
    assert list(explained) == [(CHOICE, ())]
