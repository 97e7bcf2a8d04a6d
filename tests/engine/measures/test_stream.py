"""Scoring a stream of words: against `score_windows`, word-by-word reading, and `summarise`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from made_up import random_network

from pipeline.engine.measures.metrics import summarise
from pipeline.engine.measures.score import score_windows
from pipeline.engine.measures.stream import ScoredWord, Tally, score_words
from pipeline.engine.memories.next_word import Model, begin, next_word_distribution, read

NETWORK = random_network(3)  # 30 words, 5 of context
UNKNOWN = 30
IDS = np.random.default_rng(1).integers(0, 31, size=200, dtype=np.int32)
WORDS = [NETWORK.words[i] if i < UNKNOWN else "龘" for i in IDS.tolist()]


def tally_of(scored: list[ScoredWord]) -> Tally:
    tally = Tally()
    for word in scored:
        tally.add(word)
    return tally


@pytest.mark.parametrize("batch", [1, 2, 5, 7, 64, 1024])
def test_with_full_context_the_scores_are_those_of_windows(batch: int) -> None:
    found = list(score_words(WORDS, NETWORK, batch=batch))
    expected = score_windows(IDS, np.arange(len(IDS) - NETWORK.steps), NETWORK)
    assert [scored.word for scored in found] == WORDS
    assert expected.cosines is not None
    for number, scored in enumerate(found[NETWORK.steps :]):
        assert scored.known == expected.known[number]
        if not scored.known:
            assert (scored.rank, scored.log_probability, scored.cosine) == (None, None, None)
            continue
        assert scored.rank == expected.ranks[number]
        assert scored.log_probability == pytest.approx(expected.log_probs[number], abs=1e-5)
        assert scored.cosine == pytest.approx(expected.cosines[number], abs=1e-5)


def test_every_word_is_scored_as_the_reader_foretells_it() -> None:
    """The reader keeps states of its own: an independent way to the same numbers."""
    known = [word for word in WORDS if word != "龘"][:12]
    model = Model(NETWORK)
    reading = begin(model, [])
    for number, scored in enumerate(score_words(known, NETWORK, batch=4)):
        position = NETWORK.words.index(scored.word)
        assert scored.context == min(number, NETWORK.steps)
        if number:
            next_word = next_word_distribution(reading, model)
            log_probs = next_word.log_probs
            assert scored.cosine == pytest.approx(float(next_word.cosine[position]), abs=1e-5)
            assert scored.log_probability == pytest.approx(float(log_probs[position]), abs=1e-5)
            assert scored.rank == 1 + int((log_probs > log_probs[position]).sum())
        reading = read(reading, position, model)


def test_the_first_word_has_no_scores_whether_known_or_not() -> None:
    known, unknown = NETWORK.words[4], "龘"
    assert list(score_words([known], NETWORK)) == [ScoredWord(known, context=0, known=True)]
    assert next(score_words([unknown, known], NETWORK)) == ScoredWord(unknown, 0, known=False)
    assert list(score_words([], NETWORK)) == []


def test_only_a_batch_is_read_ahead() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield NETWORK.words[taken % 30]

    assert len(list(islice(score_words(endless(), NETWORK, batch=8), 20))) == 20
    assert taken == 24


def test_the_tally_is_the_summary_of_the_windows() -> None:
    full = [s for s in score_words(WORDS, NETWORK) if s.context == NETWORK.steps]
    expected = summarise(score_windows(IDS, np.arange(len(IDS) - NETWORK.steps), NETWORK))
    found = tally_of(full).summary()
    assert (found["words"], found["targets"]) == (195, 195)
    assert found["known"] == sum(IDS[5:] < UNKNOWN)
    for name in ("top1", "top5", "top10", "mrr", "cosine", "perplexity", "coverage"):
        assert found[name] == pytest.approx(expected[name], rel=1e-6), name


def test_a_tally_by_hand() -> None:
    tally = tally_of(
        [
            ScoredWord("甲", 0, True),
            ScoredWord("乙", 1, True, rank=1, log_probability=np.log(0.5), cosine=0.8),
            ScoredWord("丙", 2, True, rank=8, log_probability=np.log(0.125), cosine=0.2),
            ScoredWord("丁", 3, False),
        ]
    )
    # Three targets; perplexity (½·⅛)^(−½) = 4.
    assert tally.summary() == pytest.approx(
        {"words": 4, "targets": 3, "known": 2, "coverage": 2 / 3, "top1": 1 / 3, "top5": 1 / 3}
        | {"top10": 2 / 3, "mrr": (1 + 1 / 8) / 3, "cosine": 0.5, "perplexity": 4}
    )


def test_means_over_nothing_are_none() -> None:
    summary = tally_of([ScoredWord("甲", 0, True)]).summary()
    assert (summary["words"], summary["targets"], summary["known"]) == (1, 0, 0)
    assert {summary[name] for name in ("coverage", "mrr", "cosine", "perplexity")} == {None}
