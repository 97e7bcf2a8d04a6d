"""Scoring a stream of words: against `score_places`, word-by-word reading, and `summarise`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import log
from pathlib import Path

import numpy as np
import pytest
from made_up import chapters_of_noise, context_in, random_network

from pipeline.artifacts.network import Network
from pipeline.artifacts.tokens import HAN
from pipeline.artifacts.windows import evaluation_starts, target_sections
from pipeline.engine.measures.metrics import piece_lengths, summarise
from pipeline.engine.measures.mixtures import score_mixtures
from pipeline.engine.measures.score import allow_unseen, score_places
from pipeline.engine.measures.stream import ScoredPiece, ScoredWord, Tally, score_words
from pipeline.engine.memories.batches import component_batches
from pipeline.engine.memories.next_word import Model, begin, read
from pipeline.engine.memories.voice import foretell
from pipeline.stages.remember import RememberConfig, remember

NETWORK = random_network(3)  # 30 words, 5 of context
OPEN = random_network(3, unseen=0.125)
CARRIED = random_network(3, unseen=0.125, carry_state=True)
UNKNOWN = 30
IDS = np.random.default_rng(1).integers(0, 31, size=200, dtype=np.int32)
WORDS = [NETWORK.words[i] if i < UNKNOWN else "龘" for i in IDS.tolist()]


def tally_of(scored: list[ScoredWord]) -> Tally:
    tally = Tally()
    for word in scored:
        tally.add(word)
    return tally


@pytest.mark.parametrize("batch", [1, 2, 5, 7, 64, 1024])
@pytest.mark.parametrize("network", [NETWORK, OPEN], ids=["closed", "open"])
def test_with_full_context_the_scores_are_those_of_windows(network: Network, batch: int) -> None:
    found = list(score_words(WORDS, Model(network), batch=batch))
    starts = np.arange(len(IDS) - network.steps)
    expected = allow_unseen(score_places(IDS, starts, network), network.unseen)
    assert [scored.word for scored in found] == WORDS
    assert expected.cosines is not None
    for number, scored in enumerate(found[network.steps :]):
        assert scored.known == expected.known[number]
        if expected.scored[number]:
            log_prob = expected.log_probs[number]
            assert scored.log_probability == pytest.approx(log_prob, abs=1e-5)
        else:
            assert scored.log_probability is None
        if not scored.known:
            assert (scored.rank, scored.cosine) == (None, None)
            continue
        assert scored.rank == expected.ranks[number]
        assert scored.cosine == pytest.approx(expected.cosines[number], abs=1e-5)


@pytest.mark.parametrize("network", [NETWORK, replace(CARRIED, unseen=0)])
def test_every_word_is_scored_as_the_reader_foretells_it(network: Network) -> None:
    """The reader keeps states of its own: an independent way to the same numbers."""
    known = [word for word in WORDS if word != "龘"][:12]
    model = Model(network)
    reading = begin(model, [])
    for number, scored in enumerate(score_words(known, model, batch=4)):
        position = NETWORK.words.index(scored.word)
        assert scored.pieces[0].context == (
            number if network.carry_state else min(number, NETWORK.steps)
        )
        if number:
            next_word = foretell(reading, model)
            log_probs = np.log(next_word.probs)
            assert scored.cosine == pytest.approx(next_word.cosine_of(position), abs=1e-5)
            assert scored.log_probability == pytest.approx(float(log_probs[position]), abs=1e-5)
            assert scored.rank == 1 + int((log_probs > log_probs[position]).sum())
        reading = read(reading, position, model)


def test_a_carried_state_is_scored_alike_by_stretches_and_as_a_stream() -> None:
    found = list(score_words(WORDS, Model(CARRIED), batch=7))[CARRIED.steps :]
    starts = np.arange(len(IDS) - CARRIED.steps)
    expected = allow_unseen(score_places(IDS, starts, CARRIED), CARRIED.unseen)
    for scored, value in zip(found, expected.log_probs, strict=True):
        assert scored.log_probability == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("batch", [3, 50, 1000])
def test_the_memories_speak_as_in_the_evaluation(
    batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A text alone is a chapter whose first tokens were read before: the cache starts empty."""
    windows = chapters_of_noise()
    context = context_in(tmp_path_factory.mktemp("scratch"))
    model = Model(OPEN, remember(RememberConfig(), window=windows, decode=OPEN, context=context))
    assert set(model.weights) == {"network", "cache", "topic", "ngram"}
    starts = evaluation_starts(windows, "validation")
    batches = component_batches(windows.ids, starts, target_sections(windows, starts), model)
    (expected,) = score_mixtures(batches, OPEN, {"all": model.weights}).values()
    expected = allow_unseen(expected, OPEN.unseen)
    ids = windows.ids[starts[0] : starts[-1] + windows.steps + 1]
    words = [OPEN.words[i] if i < UNKNOWN else "龘" for i in ids.tolist()]
    found = list(score_words(words, model, batch=batch))[windows.steps :]
    assert len(found) == len(starts)
    # The cache of the text also holds its first tokens, which the evaluation does not count:
    # nothing else differs, and with an empty cache nothing at all.
    alone = Model(OPEN, model.memories and None)
    same = list(score_words(words, alone, batch=batch))[windows.steps :]
    network = allow_unseen(score_places(windows.ids, starts, OPEN), OPEN.unseen)
    for one, value in zip(same, network.log_probs, strict=True):
        assert one.log_probability == pytest.approx(value, abs=1e-5)
    ours = np.array([one.log_probability for one in found])
    assert np.corrcoef(ours, expected.log_probs)[0, 1] > 0.9
    assert not np.allclose(ours, network.log_probs)


def test_the_first_word_is_as_probable_as_it_is_frequent() -> None:
    known, strange = OPEN.words[4], "龘"
    (first,) = score_words([known], Model(OPEN))
    assert (first.rank, first.cosine, first.known) == (None, None, True)
    assert first.log_probability == pytest.approx(float(OPEN.log_prior[4]) + log(1 - 0.125))
    assert next(score_words([strange], Model(OPEN))) == ScoredWord(
        strange, (ScoredPiece(strange, 0, False, log_probability=log(0.125 / HAN)),)
    )
    assert next(score_words([strange, known], Model(NETWORK))).log_probability is None
    assert list(score_words([], Model(NETWORK))) == []


def test_a_word_is_as_probable_as_its_pieces_together() -> None:
    pieces = OPEN.words[2:5]
    word = "".join(pieces)
    model = Model(OPEN)
    before = list(OPEN.words[:6])
    (whole,) = list(score_words([*before, word], model))[6:]
    apart = list(score_words([*before, *pieces], model))[6:]
    assert [own.piece for own in whole.pieces] == list(pieces)
    probabilities = [one.log_probability for one in apart]
    assert [own.log_probability for own in whole.pieces] == pytest.approx(probabilities, abs=1e-5)
    assert whole.log_probability == pytest.approx(sum(map(float, probabilities)), abs=1e-5)  # type: ignore[arg-type]
    assert (whole.rank, whole.cosine, whole.known) == (None, None, True)


def test_only_a_batch_is_read_ahead() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield NETWORK.words[taken % 30]

    assert len(list(islice(score_words(endless(), Model(NETWORK), batch=8), 20))) == 20
    assert taken == 24


def test_the_tally_is_the_summary_of_the_windows() -> None:
    full = list(score_words(WORDS, Model(OPEN)))[OPEN.steps :]
    scores = allow_unseen(score_places(IDS, np.arange(len(IDS) - OPEN.steps), OPEN), OPEN.unseen)
    expected = summarise(scores, piece_lengths(OPEN.words, IDS[5:]))
    found = tally_of(full).summary()
    assert (found["words"], found["targets"], found["characters"]) == (195, 195, 195)
    assert found["known"] == sum(IDS[5:] < UNKNOWN)
    names = ("top1", "top5", "top10", "mrr", "cosine", "perplexity", "coverage")
    for name in ("bits_per_character", *names):
        assert found[name] == pytest.approx(expected[name], rel=1e-6), name


def piece(text: str, context: int, **scores: float | int) -> ScoredPiece:
    return ScoredPiece(text, context, "rank" in scores or not context, **scores)  # type: ignore[arg-type]


def test_a_tally_by_hand() -> None:
    tally = tally_of(
        [
            ScoredWord("甲", (piece("甲", 0, log_probability=log(0.25)),)),
            ScoredWord("乙乙", (piece("乙乙", 1, rank=1, log_probability=log(0.5), cosine=0.8),)),
            ScoredWord(
                "丙丁",
                (
                    piece("丙", 2, rank=8, log_probability=log(0.125), cosine=0.2),
                    piece("丁", 3, log_probability=log(0.25)),
                ),
            ),
        ]
    )
    # Three targets; perplexity (½·⅛·¼)^(−⅓) = 4; 2 + 1 + 3 + 2 bits over five characters.
    assert tally.summary() == pytest.approx(
        {"words": 3, "characters": 5, "targets": 3, "known": 2, "coverage": 1}
        | {"bits_per_character": 8 / 5, "top1": 1 / 3, "top5": 1 / 3, "top10": 2 / 3}
        | {"mrr": (1 + 1 / 8) / 3, "cosine": 0.5, "perplexity": 4}
    )


def test_means_over_nothing_are_none() -> None:
    summary = tally_of([ScoredWord("甲", (ScoredPiece("甲", 0, True),))]).summary()
    assert (summary["words"], summary["targets"], summary["known"]) == (1, 0, 0)
    names = ("coverage", "mrr", "cosine", "perplexity", "bits_per_character")
    assert {summary[name] for name in names} == {None}


@pytest.mark.parametrize("network", [OPEN, CARRIED], ids=["windows", "carried"])
@pytest.mark.parametrize("batch", [3, 1000])
def test_what_was_learnt_before_is_as_if_it_were_scored(
    network: Network, batch: int, tmp_path: Path
) -> None:
    memories = remember(
        RememberConfig.model_validate({"cache_words": 30, "topic_words": 40}),
        window=chapters_of_noise(),
        decode=network,
        context=context_in(tmp_path),
    )
    model = Model(network, memories)
    whole = list(score_words(WORDS, model))
    found = list(score_words(WORDS[150:], model, learnt=WORDS[:150], batch=batch))
    # Only the last 40 words and those before them are kept, whatever the state is carried on from.
    assert model.lookback < 150
    for one, other in zip(found, whole[150:], strict=True):
        assert (one.word, one.rank) == (other.word, other.rank)
        assert one.log_probability == pytest.approx(other.log_probability, abs=1e-3)
    nothing = list(score_words(WORDS[150:], model, learnt=[]))
    assert nothing == list(score_words(WORDS[150:], model))
    assert nothing[0].rank is None
