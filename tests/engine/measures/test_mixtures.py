"""The mixture: word by word as in writing and in batches as in scoring, the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from made_up import chapters_of_noise, context_in, random_network

from pipeline.artifacts.windows import evaluation_starts, target_sections
from pipeline.engine.measures.ablation import ablation
from pipeline.engine.measures.mixtures import score_mixtures
from pipeline.engine.measures.score import score_places
from pipeline.engine.memories import batches as batching
from pipeline.engine.memories.batches import Batch, chapter_runs, component_batches, true_probs
from pipeline.engine.memories.cache import empty_recent
from pipeline.engine.memories.next_word import Model, begin, read
from pipeline.engine.memories.voice import Upcoming, foretell
from pipeline.engine.writing.components import choose_components
from pipeline.stages.remember import RememberConfig, remember

WINDOWS = chapters_of_noise()
NETWORK = random_network(4)
UNKNOWN = len(NETWORK.words)
STARTS = evaluation_starts(WINDOWS, "test")
CHAPTERS = target_sections(WINDOWS, STARTS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A network with all its memories, at weights that give each a say."""
    config = RememberConfig.model_validate(
        {
            "cache_words": 12,
            "topic_words": 9,
            "ngram_order": 3,
            "neighbours": True,
            "neighbours_count": 7,
        }
    )
    context = context_in(tmp_path_factory.mktemp("scratch"))
    memories = remember(config, window=WINDOWS, decode=NETWORK, context=context)
    weights = {"network": 0.3, "cache": 0.3, "topic": 0.1, "ngram": 0.2, "neighbours": 0.1}
    return Model(NETWORK, replace(memories, weights=weights))


def batches(model: Model) -> Iterator[Batch]:
    return component_batches(WINDOWS.ids, STARTS, CHAPTERS, model)


def test_runs_end_where_a_chapter_or_the_stretch_does() -> None:
    # Chapters 1, 4 and 5 of `chapters_of_noise`, of 100 words each; the last two touch.
    assert chapter_runs(STARTS, CHAPTERS) == [(0, 100), (100, 200), (200, 300)]
    assert chapter_runs(STARTS[:0], CHAPTERS[:0]) == []


def test_scoring_and_writing_foretell_alike(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "BATCH", 32)  # so that a chapter takes several
    memories = model.memories
    assert memories is not None
    found = score_mixtures(batches(model), NETWORK, {"whole": model.weights})["whole"]
    for first, last in chapter_runs(STARTS, CHAPTERS):
        before = WINDOWS.ids[STARTS[first] :][: WINDOWS.steps].tolist()
        # Scoring starts each chapter with an empty cache.
        reading = replace(begin(model, before), recent=empty_recent(6))
        for number in range(first, last):
            target = int(WINDOWS.ids[STARTS[number] + WINDOWS.steps])
            next_word = foretell(reading, model)
            assert found.known[number] == (target != UNKNOWN)
            if target != UNKNOWN:
                chance = np.log(next_word.probs)[target]
                assert found.log_probs[number] == pytest.approx(chance, abs=2e-4)
                # Words of nearly equal probability may fall either way in float32.
                better, no_worse = (
                    (np.log(next_word.probs) > chance + gap).sum() for gap in (1e-4, -1e-4)
                )
                assert 1 + better <= found.ranks[number] <= no_worse
                assert found.cosines is not None
                assert found.cosines[number] == pytest.approx(next_word.cosine_of(target), abs=1e-5)
            reading = read(reading, target, model)


def test_every_component_gives_a_distribution(model: Model) -> None:
    for batch in batches(model):
        assert list(batch.probs) == ["network", "cache", "topic", "ngram", "neighbours"]
        for probs in batch.probs.values():
            assert (probs >= 0).all()
            np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-4)


def test_shares_sum_to_the_probabilities(model: Model) -> None:
    found = model.next_words([begin(model, WINDOWS.ids[:stop].tolist()) for stop in (40, 31)])
    assert set(found.parts) == set(model.weights)
    for row, word_id in product(range(2), range(UNKNOWN)):
        shares = Upcoming(found, row).shares(word_id)
        assert sum(shares.values()) == pytest.approx(float(found.probs[row, word_id]), rel=1e-5)
    for name, (weights, part) in found.parts.items():
        assert weights == pytest.approx(model.weights[name])
        assert part.whole(found.own).sum(axis=1) == pytest.approx(1, rel=1e-4)


def test_an_empty_cache_leaves_its_weight_to_the_network(model: Model) -> None:
    found = model.next_words([begin(model, [3]), begin(model, [3, 4])])
    assert found.shares(np.array([0, 1]), np.array([3, 3]))[0].keys() == {
        "network",
        "ngram",
        "neighbours",
    }
    assert found.parts["network"][0] == pytest.approx([0.3 + 0.3 + 0.1, 0.3], rel=1e-5)
    assert found.probs.sum(axis=1) == pytest.approx(1, rel=1e-5)


def test_without_memories_the_network_speaks_alone(model: Model) -> None:
    assert model.memories is not None
    words = WINDOWS.ids[:9].tolist()
    bare = Model(NETWORK)
    none = Model(NETWORK, choose_components(model.memories, []))
    first, second = (each.next_words([begin(each, words)]) for each in (bare, none))
    np.testing.assert_array_equal(np.log(first.probs), np.log(second.probs))
    assert list(first.parts) == list(second.parts) == ["network"]
    weights, part = first.parts["network"]
    assert weights == 1
    np.testing.assert_allclose(part.whole(first.own), first.probs, rtol=1e-6)


def test_only_as_many_words_are_read_as_matter(model: Model) -> None:
    # 5 words of context for the first of the 12 that the cache holds.
    ids = WINDOWS.ids.tolist()
    whole, last = (
        foretell(begin(model, words), model) for words in (ids[:300], ids[300 - 17 : 300])
    )
    np.testing.assert_allclose(np.log(whole.probs), np.log(last.probs), atol=1e-4)
    shorter = foretell(begin(model, ids[300 - 12 : 300]), model)
    assert not np.allclose(np.log(whole.probs), np.log(shorter.probs), atol=1e-4)


def test_a_reading_can_be_read_on_in_two_ways(model: Model) -> None:
    start = begin(model, WINDOWS.ids[:30].tolist())
    expected = np.log(foretell(start, model).probs).copy()
    left = np.log(foretell(read(start, 1, model), model).probs).copy()
    read(read(start, 2, model), 3, model)
    np.testing.assert_array_equal(np.log(foretell(start, model).probs), expected)
    np.testing.assert_array_equal(np.log(foretell(read(start, 1, model), model).probs), left)


def test_nothing_read_foretells_nothing(model: Model) -> None:
    with pytest.raises(ValueError, match="at least one word"):
        foretell(begin(model, []), model)


def test_the_network_of_an_ablation_is_scored_as_the_network_is(model: Model) -> None:
    assert model.memories is not None
    mixtures = ablation(model.memories)
    found = score_mixtures(batches(model), NETWORK, mixtures)
    assert list(found) == [
        "network",
        "network+cache",
        "network+topic",
        "network+ngram",
        "network+neighbours",
        "all",
    ]
    alone = score_places(WINDOWS.ids, STARTS, NETWORK)
    np.testing.assert_array_equal(found["network"].ranks, alone.ranks)
    np.testing.assert_allclose(found["network"].log_probs, alone.log_probs, atol=1e-5)
    own = true_probs(batches(model))
    for name, weights in mixtures.items():
        expected = sum(weight * own[part] for part, weight in weights.items())
        np.testing.assert_allclose(
            found[name].log_probs[found[name].known], np.log(expected), atol=1e-4
        )


def test_the_cache_of_a_chapter_knows_nothing_of_the_one_before(model: Model) -> None:
    rows = np.concatenate([batch.probs["cache"] for batch in batches(model)])
    network = np.concatenate([batch.probs["network"] for batch in batches(model)])
    same = (rows == network).all(axis=1)  # the network speaks for an empty cache
    first_known = [
        next(n for n in range(first, last) if WINDOWS.ids[STARTS[n] + WINDOWS.steps] != UNKNOWN)
        for first, last in chapter_runs(STARTS, CHAPTERS)
    ]
    empty = [*range(first_known[0] + 1), *range(100, first_known[1] + 1)]
    empty += range(200, first_known[2] + 1)
    assert np.flatnonzero(same).tolist() == empty


def test_a_sentence_is_weighed_without_what_looks_back_at_the_text(model: Model) -> None:
    """The weights are those fitted for just the rest, not the rest of all weights."""
    assert model.memories is not None
    found = model.next_words([begin(model, WINDOWS.ids[:40].tolist())])
    (weights,) = (
        own for own in model.memories.subsets if set(own) == {"network", "ngram", "neighbours"}
    )
    for word_id in (0, 7, 29):
        said = {n: float(found.parts[n][1].whole(found.own)[0, word_id]) for n in weights}
        expected = sum(weight * said[name] for name, weight in weights.items())
        chance = Upcoming(found, 0).log_chance(word_id)
        assert chance == pytest.approx(float(np.log(expected)), abs=1e-5)
    kept = {"network": 0.3, "ngram": 0.2, "neighbours": 0.1}
    assert weights != pytest.approx({name: own / 0.6 for name, own in kept.items()})
