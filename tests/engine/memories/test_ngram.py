"""Kneser–Ney against a slow dictionary version of the same formulas, and its promises."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import context_in
from numpy.typing import NDArray
from pipelines import CORPORA

from pipeline.artifacts.ngram import KneserNey
from pipeline.artifacts.windows import evaluation_starts
from pipeline.engine.measures.baselines import score_kneser_ney
from pipeline.engine.measures.metrics import summarise
from pipeline.engine.memories.ngram import count_few, discounts, train_kneser_ney
from pipeline.engine.memories.ngram_probs import (
    next_known,
    next_probabilities,
    share_among_known,
)
from pipeline.stages.embed import EmbedConfig, embed
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.stages.segment import SegmentConfig, segment
from pipeline.stages.window import WindowConfig, window

VOCABULARY = 5  # ids 0 to 4; 5 is the unknown word

Text = list[int]
Gram = tuple[int, ...]

texts = st.lists(
    st.lists(st.integers(0, VOCABULARY), min_size=6, max_size=60), min_size=1, max_size=3
)
contexts = st.lists(st.integers(0, VOCABULARY), min_size=4, max_size=4)
orders = st.integers(2, 5)


def discount(counts: Counter[Gram], count: int) -> float:
    """D(count) of Chen & Goodman 1999, written down once more from the counts of counts."""
    n = [sum(value == k for value in counts.values()) for k in range(5)]
    if not count:
        return 0.0
    if not all(n[1:]):
        return 0.75
    y = n[1] / (n[1] + 2 * n[2])
    values = [k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)]
    return 0.75 if any(value <= 0 for value in values) else values[min(count, 3) - 1]


def slow_counts(spans: list[Text], order: int) -> list[Counter[Gram]]:
    """Counts of each order: plain ones for the highest, of different predecessors below it."""
    grams = [
        {
            (n, i): tuple(text[i : i + k])
            for n, text in enumerate(spans)
            for i in range(len(text) - k + 1)
        }
        for k in range(1, order + 2)
    ]
    counts = []
    for k in range(1, order):
        longer = set(grams[k].values())
        counts.append(Counter(dict.fromkeys(grams[k - 1].values(), 0)))
        counts[-1].update(gram[1:] for gram in longer)
    return [*counts, Counter(grams[order - 1].values())]


def slow_probability(counts: list[Counter[Gram]], history: Gram, word: int) -> float:
    """p_k(word | history) by recursion."""
    table = counts[len(history)]
    # Unigrams are over all words, those without a count too.
    words = range(VOCABULARY + 1)
    following = {w: table[*history, w] for w in words}
    total = sum(following.values())
    lower = slow_probability(counts, history[1:], word) if history else 1 / (VOCABULARY + 1)
    if not total:
        return lower
    freed = sum(discount(table, count) for count in following.values())
    own = following[word] - discount(table, following[word])
    return own / total + freed / total * lower


def joined(spans: list[Text]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """One stream, and where each span lies in it."""
    ends = np.cumsum([len(span) for span in spans])
    bounds = np.stack([ends - [len(span) for span in spans], ends], axis=1).astype(np.int64)
    return np.array([word for span in spans for word in span], dtype=np.int32), bounds


@given(spans=texts, context=contexts, order=orders)
@settings(max_examples=60, deadline=None)
def test_probabilities_are_those_of_the_formulas(
    spans: list[Text], context: Text, order: int
) -> None:
    ids, bounds = joined(spans)
    model = train_kneser_ney(ids, bounds, vocabulary_size=VOCABULARY, order=order)
    counts = slow_counts(spans, order)
    history = tuple(context[-(order - 1) :])
    expected = np.array([slow_probability(counts, history, w) for w in range(VOCABULARY + 1)])
    found = next_probabilities(model, np.array([context], dtype=np.int32))[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@given(spans=texts, context=contexts, order=orders)
@settings(max_examples=60, deadline=None)
def test_probabilities_sum_to_one(spans: list[Text], context: Text, order: int) -> None:
    model = train_kneser_ney(*joined(spans), vocabulary_size=VOCABULARY, order=order)
    found = next_probabilities(model, np.array([context, [VOCABULARY] * 4], dtype=np.int32))
    assert found.shape == (2, VOCABULARY + 1), "all words and the unknown one"
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


@given(
    spans=texts,
    several=st.lists(st.lists(st.integers(0, VOCABULARY), max_size=7), min_size=1, max_size=5),
    order=orders,
)
@settings(max_examples=60, deadline=None)
def test_contexts_of_any_length_are_read_alike_one_by_one_and_together(
    spans: list[Text], several: list[Text], order: int
) -> None:
    model = train_kneser_ney(*joined(spans), vocabulary_size=VOCABULARY, order=order)
    found = next_known(model, several)
    expected = np.stack(
        [
            next_probabilities(model, np.array([context], dtype=np.int32))[0]
            if context
            else model.unigram
            for context in several
        ]
    )  # (N, V + 1)
    assert found.speaks.all()
    whole = found.whole(np.zeros((len(several), VOCABULARY), dtype=np.float32))
    np.testing.assert_allclose(whole, share_among_known(expected), atol=1e-5)
    np.testing.assert_allclose(whole, expected[:, :-1] / (1 - expected[:, -1:]), rtol=1e-3)
    rows = np.arange(len(several))
    for word_id in range(VOCABULARY):
        said = found.of(rows, np.full(len(rows), word_id), whole[:, word_id])
        np.testing.assert_allclose(said, whole[:, word_id], rtol=1e-4)


def test_a_context_shorter_than_the_order_uses_what_there_is() -> None:
    ids, bounds = joined([[0, 1, 2, 0, 1, 3]])
    long, short = (
        train_kneser_ney(ids, bounds, vocabulary_size=VOCABULARY, order=order) for order in (5, 3)
    )
    context = np.array([[1]], dtype=np.int32)
    # Of one word before, only the pairs speak: in both models 1 is followed by 2 and by 3.
    for model in (long, short):
        probs = next_probabilities(model, context)[0]
        assert probs[2] == probs[3] > probs[[0, 1, 4]].max()


def arrays(model: KneserNey) -> list[Any]:
    """All numbers of a model."""
    return [
        model.unigram.tolist(),
        *([array.tolist() for array in astuple(level)] for level in model.levels),
    ]


def test_no_ngram_crosses_the_start_of_a_span() -> None:
    ids, bounds = joined([[0, 1, 2], [3, 4, 0]])
    model = train_kneser_ney(ids, bounds, vocabulary_size=VOCABULARY, order=3)
    pairs, triples = model.levels
    base = VOCABULARY + 1
    assert [divmod(key, base) for key in pairs.keys.tolist()] == [(0, 1), (1, 2), (3, 4), (4, 0)]
    # A triple is the number of its first pair and its last word: (0 1) 2 and (3 4) 0.
    assert [divmod(key, base) for key in triples.keys.tolist()] == [(0, 2), (2, 0)]
    # As one span there would be 2 3 as well.
    whole = train_kneser_ney(ids, np.array([[0, 6]]), vocabulary_size=VOCABULARY, order=3)
    assert (2, 3) in [divmod(key, base) for key in whole.levels[0].keys.tolist()]


@given(spans=texts, order=orders)
@settings(max_examples=30, deadline=None)
def test_the_order_of_spans_changes_nothing(spans: list[Text], order: int) -> None:
    there, back = (
        train_kneser_ney(*joined(each), vocabulary_size=VOCABULARY, order=order)
        for each in (spans, spans[::-1])
    )
    assert arrays(there) == arrays(back)


@given(spans=texts, held_out=texts, order=orders)
@settings(max_examples=30, deadline=None)
def test_what_lies_outside_the_spans_contributes_nothing(
    spans: list[Text], held_out: list[Text], order: int
) -> None:
    ids, bounds = joined(spans)
    between = [held_out[number % len(held_out)] for number in range(len(spans) + 1)]
    mixed = [between[0]]
    for span, after in zip(spans, between[1:], strict=True):
        mixed += [span, after]
    all_ids, all_bounds = joined(mixed)
    alone = train_kneser_ney(ids, bounds, vocabulary_size=VOCABULARY, order=order)
    among = train_kneser_ney(all_ids, all_bounds[1::2], vocabulary_size=VOCABULARY, order=order)
    assert arrays(alone) == arrays(among)


def test_discounts_by_hand() -> None:
    counts = np.array([0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 9])  # n₁ to n₄ = 4, 2, 1, 1; Y = 4/8
    # 1 − 2·½·2/4, 2 − 3·½·1/2, 3 − 4·½·1/1
    np.testing.assert_allclose(discounts(count_few(counts)), [0, 0.5, 1.25, 1])


def test_a_text_without_all_counts_gets_one_discount() -> None:
    np.testing.assert_allclose(discounts(count_few(np.array([1, 1, 2, 3]))), [0, 0.75, 0.75, 0.75])


@pytest.mark.parametrize("few", [[0, 100, 50, 20, 40], [0, 10, 4, 9, 1]])
def test_discounts_that_would_take_nothing_off_are_one_for_all(few: list[int]) -> None:
    np.testing.assert_allclose(discounts(np.array(few)), [0, 0.75, 0.75, 0.75])


def test_after_any_history_of_a_text_of_formulas_any_word_may_come() -> None:
    # Pairs: 40 once, 20 twice, 10 three times, 30 four times: D₃ of the formula is below 0.
    times = np.repeat([1, 2, 3, 4], [40, 20, 10, 30])
    pairs = np.stack([np.arange(100), np.arange(100) + 100], axis=1)  # all of other words
    ids = np.repeat(pairs, times, axis=0).astype(np.int32)
    starts = 2 * np.arange(len(ids))
    model = train_kneser_ney(
        ids.ravel(), np.stack([starts, starts + 2], axis=1), vocabulary_size=200, order=2
    )
    probs = next_probabilities(model, np.arange(100, dtype=np.int32)[:, None])
    assert (probs > 0).all()
    np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)


def test_scores_equal_brute_force() -> None:
    steps, order = 6, 4
    ids = np.random.default_rng(0).integers(0, VOCABULARY + 1, size=240, dtype=np.int32)
    ids[::3] = 2  # so that some histories come again
    spans = np.array([[0, 90], [120, 200]])
    starts = np.r_[90 - steps : 120 - steps, 200 - steps : 240 - steps]
    counts = slow_counts([ids[start:stop].tolist() for start, stop in spans], order)
    model = train_kneser_ney(ids, spans, vocabulary_size=VOCABULARY, order=order)
    found = score_kneser_ney(ids, starts, model, steps=steps)
    logs = []
    for number, place in enumerate((starts + steps).tolist()):
        history = tuple(ids[place - order + 1 : place].tolist())
        target = int(ids[place])
        assert found.known[number] == (target < VOCABULARY)
        if target == VOCABULARY:
            assert found.ranks[number] == VOCABULARY + 1, "below every word"
            continue
        probs = np.array([slow_probability(counts, history, w) for w in range(VOCABULARY)])
        # Words of equal probability may fall either way in float32.
        better, no_worse = ((probs > probs[target] + gap).sum() for gap in (1e-6, -1e-6))
        assert 1 + better <= found.ranks[number] <= no_worse
        logs.append(np.log(probs[target] / probs.sum()))  # the known words' shares alone
        assert found.log_probs[number] == pytest.approx(logs[-1], abs=1e-4)
    assert 0 < len(logs) < len(starts), "known and unknown targets"
    summary = summarise(found)
    assert summary["perplexity"] == pytest.approx(np.exp(-np.mean(logs)), rel=1e-4)
    assert summary["coverage"] == len(logs) / len(starts)


@pytest.mark.slow
def test_figures_of_a_classic(tmp_path: Path) -> None:
    """红楼梦 as the stages read it; the figures are those measured when the model was chosen.

    The vectors are as cheap as can be: n-grams need the vocabulary alone.
    """
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    context = context_in(tmp_path)
    corpus = fetch(FetchConfig(source=str(CORPORA / "hongloumeng.txt")), context=context)
    segmentation = segment(SegmentConfig(user_dictionary=""), fetch=corpus, context=context)
    cheap = EmbedConfig(epochs=1, vector_size=2, negative=1, characters=False)
    embedding = embed(cheap, segment=segmentation, context=context)
    windows = window(WindowConfig(), segment=segmentation, embed=embedding, context=context)
    model = train_kneser_ney(
        windows.ids, windows.spans["train"], vocabulary_size=windows.vocabulary_size
    )
    starts = evaluation_starts(windows, "test")
    scores = score_kneser_ney(windows.ids, starts, model, steps=windows.steps)
    found = summarise(scores)
    assert found["top1"] == pytest.approx(0.212, rel=0.03)
    assert found["mrr"] == pytest.approx(0.286, rel=0.03)
    assert found["perplexity"] == pytest.approx(135.5, rel=0.03)
