"""Several models as one voice: what each says is mixed, and each reads in its own pieces."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import random_network
from models import small_model
from writers import WORDS, remember

from pipeline.engine.memories.mixed import MixedModel, Part
from pipeline.engine.memories.next_word import Model, begin
from pipeline.engine.memories.voice import Upcoming, foretell

ONE = (*WORDS, "一丁七")  # a word that the other reads in three pieces
OTHER = (*WORDS[:18], *WORDS[22:], "龙马", "沙")
FIRST = Model(random_network(1, words=ONE, unseen=0.01, carry_state=True))
SECOND = Model(random_network(2, words=OTHER, unseen=0.01))


def mixed(*weights: float, models: tuple[Model, ...] = (FIRST, SECOND)) -> MixedModel:
    parts = zip("甲乙丙", models, weights, strict=False)
    return MixedModel(tuple(Part(*part) for part in parts))


def test_the_vocabulary_is_the_union_and_the_first_models_ids_stay() -> None:
    words = mixed(0.6, 0.4).words
    assert words[: len(ONE)] == ONE
    assert set(words) == {*ONE, *OTHER}
    assert len(set(words)) == len(words)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 0.99), st.lists(st.integers(0, len(ONE) + 2), min_size=1, max_size=12))
def test_probabilities_sum_to_one_and_are_each_models_weighed(
    weight: float, ids: list[int]
) -> None:
    model = mixed(weight, 1 - weight)
    found = model.next_words([model.begin(ids)])
    next_word = Upcoming(found, 0)
    assert next_word.probs.sum() == pytest.approx(1, abs=1e-5)
    for word_id in (1, model.words.index("龙马"), model.words.index("一丁七")):
        own = [
            part.weight * said.probs[0, i] if (i := model.own_id(n, word_id)) is not None else 0.0
            for n, (part, said) in enumerate(zip(model.parts, found.said, strict=True))
        ]
        assert next_word.probs[word_id] == pytest.approx(sum(own), rel=1e-5)
        shares = next_word.shares(word_id)
        assert sum(shares.values()) == pytest.approx(next_word.probs[word_id], rel=1e-5)
        assert {name.split("·")[0] for name in shares} == {
            name for name, share in zip("甲乙", own, strict=True) if share
        }
        number = int(np.argmax(own))
        loudest, own_id = Upcoming(found.said[number], 0), model.own_id(number, word_id)
        assert own_id is not None
        assert next_word.cosine_of(word_id) == loudest.cosine_of(own_id)
        np.testing.assert_array_equal(next_word.vector_of(word_id), loudest.vector)


def test_a_text_is_as_probable_as_two_models_of_one_vocabulary_say_together() -> None:
    both = (FIRST, Model(random_network(7, words=ONE, unseen=0.01)))
    model = mixed(0.3, 0.7, models=both)
    text = [20, 1, 5, 22, 3, 19, 30]
    for stop in range(1, len(text)):
        chances = [foretell(begin(m, text[:stop]), m).probs[text[stop]] for m in both]
        next_word = foretell(model.begin(text[:stop]), model)
        expected = math.log(sum(w * p for w, p in zip((0.3, 0.7), chances, strict=True)))
        assert math.log(next_word.probs[text[stop]]) == pytest.approx(expected, rel=1e-5)


def test_each_model_reads_a_piece_that_it_lacks_in_its_own() -> None:
    model = mixed(0.5, 0.5)
    ids = model.tokenizer.ids
    text = [ids["龙马"], ids["一丁七"], ids["，"], ids["沙"], len(model.words)]
    read = model.begin(text[:1])
    for word_id in text[1:]:
        (read,) = model.read_all([read], [word_id])
    own = FIRST.tokenizer.ids  # 龙, 马 and 沙 are characters that it never met
    first = [len(ONE)] * 2 + [own["一丁七"], own["，"], len(ONE), len(ONE)]
    assert read.own[0].history == begin(FIRST, first).history
    own = SECOND.tokenizer.ids
    second = [own["龙马"], *(own.get(c, len(OTHER)) for c in "一丁七"), own["，"], own["沙"]]
    expected = begin(SECOND, [*second, len(OTHER)])
    assert read.own[1].history == expected.history
    assert read.own[1].vector == pytest.approx(expected.vector, rel=1e-4, abs=1e-6)
    whole = model.begin(text)
    assert [r.history for r in whole.own] == [r.history for r in read.own]


def test_texts_are_read_side_by_side_as_alone() -> None:
    model = mixed(0.5, 0.5)
    words = [model.words.index(word) for word in ("一丁七", "，", "龙马")]
    begun = [model.begin([20 + number]) for number in range(3)]
    together = model.read_all(begun, words)
    for reading, word_id, found in zip(begun, words, together, strict=True):
        (alone,) = model.read_all([reading], [word_id])
        for one, other in zip(alone.own, found.own, strict=True):
            assert one.history == other.history
            assert one.vector == pytest.approx(other.vector, rel=1e-4, abs=1e-6)


def test_the_chance_of_a_word_is_weighed_like_its_probability() -> None:
    model = mixed(0.3, 0.7)
    next_word = foretell(model.begin([20]), model)
    for word_id in (1, model.words.index("龙马")):
        # Without memories nothing looks back: the chance is the probability.
        found = next_word.log_chance(word_id)
        assert found == pytest.approx(math.log(next_word.probs[word_id]), rel=1e-5)


def test_components_of_a_model_with_memories_are_told_apart() -> None:
    own = small_model(0)
    remembering = Model(own.network, own.memories)
    model = mixed(0.5, 0.5, models=(remembering, SECOND))
    next_word = foretell(model.begin([4, 5, 6]), model)
    assert set(next_word.shares(1)) >= {"甲·network", "甲·ngram", "乙·network"}


def test_a_piece_that_only_a_weightless_model_has_is_told_by_that_one() -> None:
    model = mixed(1.0, 0.0)
    word_id = model.words.index("龙马")
    assert word_id >= len(ONE)
    next_word = foretell(model.begin([20]), model)
    other = foretell(SECOND.begin(model.own_ids(1, [20])), SECOND)
    own_id = model.own_id(1, word_id)
    assert own_id is not None
    assert next_word.cosine_of(word_id) == pytest.approx(other.cosine_of(own_id), abs=1e-5)


def test_frequencies_are_mixed_and_what_weighs_nothing_is_never_cut() -> None:
    model = mixed(1.0, 0.0)
    np.testing.assert_array_equal(model.log_prior[: len(ONE)], FIRST.log_prior)
    assert model.tokenizer.cut("一丁七，丁") == FIRST.tokenizer.cut("一丁七，丁")
    both = mixed(0.5, 0.5)
    assert np.exp(both.log_prior.astype(np.float64)).sum() == pytest.approx(1, abs=1e-5)


def test_texts_of_the_novels_are_told_in_ids_of_the_union() -> None:
    one, other = np.array([20, 1, len(ONE), -1], np.int32), np.array([18, 26, -1, 40], np.int32)
    models = (Model(FIRST.network, remember(one)), Model(SECOND.network, remember(other)))
    other[3] = len(OTHER)
    model = mixed(0.5, 0.5, models=models)
    first, second = model.novels
    assert first.text_ids.tolist() == [20, 1, len(model.words), -1]
    ids = model.tokenizer.ids
    assert second.text_ids.tolist() == [ids[OTHER[18]], ids[OTHER[26]], -1, len(model.words)]
    assert len(mixed(1.0, 0.0, models=models).novels) == 1, "the other has no say"


def test_a_name_is_foreign_unless_one_of_the_novels_has_it() -> None:
    names = ("龙马", "沙龙", "马沙")
    text = np.array([OTHER.index("沙"), OTHER.index("龙马")], np.int32)  # 沙龙马: 沙龙 stands there
    first = Model(replace(FIRST.network, foreign_names=names))
    second = Model(replace(SECOND.network, foreign_names=("远方",)), remember(text))
    assert mixed(0.5, 0.5, models=(first, second)).foreign_names == ("马沙", "远方")
    assert mixed(1.0, 0.0, models=(first, second)).foreign_names == (*names, "远方")
    both = Model(replace(SECOND.network, foreign_names=names), remember(text))
    assert mixed(0.5, 0.5, models=(first, both)).foreign_names == names, "foreign to both"
