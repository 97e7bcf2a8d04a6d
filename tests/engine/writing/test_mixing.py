"""Writing with several models: what a mixture writes, and what it keeps to."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import random_network
from models import small_model
from writers import HOT, IDS, MARKS, PLAIN, WORDS, remember, text_of

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.bundle.model import rare_words
from pipeline.engine.memories.mixed import MixedModel, Part
from pipeline.engine.memories.next_word import Model
from pipeline.engine.memories.voice import Voice
from pipeline.engine.writing.constraints.order import constrain
from pipeline.engine.writing.mixed_evidence import find_mixed_evidence
from pipeline.engine.writing.mixing import MixedWriter, mixed_writer
from pipeline.engine.writing.options import BARE, WritingOptions
from pipeline.engine.writing.prompt import Prompt, constraints_for
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.session import choices_of, open_session
from pipeline.engine.writing.session import text_of as session_text
from pipeline.engine.writing.turns import answer
from pipeline.engine.writing.writer import Writer
from pipeline.errors import SettingsError

OTHER = (PARAGRAPH_BREAK, *MARKS, *WORDS[25:], "龙马", "沙", "白龙")
TEXT = np.random.default_rng(3).integers(0, len(WORDS), 400).astype(np.int32)
OTHER_TEXT = np.random.default_rng(4).integers(0, len(OTHER), 400).astype(np.int32)
ONE_NOVEL = Model(random_network(5, words=WORDS, unseen=0.01), remember(TEXT))
OTHER_NOVEL = Model(
    random_network(6, words=OTHER, unseen=0.01, carry_state=True), remember(OTHER_TEXT)
)
FREE = WritingOptions(words=40, finish=False)


def mixed(*models: tuple[Model, float]) -> MixedModel:
    return MixedModel(tuple(Part(name, *own) for name, own in zip("甲乙", models, strict=False)))


def writer_of(one: float = 0.5, other: float = 0.5) -> MixedWriter:
    writers = [Writer(own.network, own.memories) for own in (ONE_NOVEL, OTHER_NOVEL)]
    return mixed_writer({"甲": (writers[0], one), "乙": (writers[1], other)})


def texts(model: Voice, writing: WritingOptions, sampling: Sampling, count: int = 6) -> list[str]:
    prompt = Prompt(model, (20, IDS["，"]), constraints_for(model, writing))
    return [text_of(list(prompt.stream(sampling=sampling, rng_seed=n))) for n in range(count)]


@pytest.mark.parametrize("sampling", [Sampling(), PLAIN, Sampling(temperature=0)])
@pytest.mark.parametrize("writing", [BARE, FREE, WritingOptions(sentences=3)])
def test_all_weight_on_the_first_model_writes_its_text(
    writing: WritingOptions, sampling: Sampling
) -> None:
    alone = texts(ONE_NOVEL, writing, sampling)
    assert texts(mixed((ONE_NOVEL, 1.0), (OTHER_NOVEL, 0.0)), writing, sampling) == alone


def test_half_the_weight_each_writes_another_text() -> None:
    half = texts(mixed((ONE_NOVEL, 0.5), (OTHER_NOVEL, 0.5)), FREE, Sampling())
    assert half != texts_of_one_novel()


@functools.cache
def texts_of_one_novel() -> list[str]:
    return texts(ONE_NOVEL, FREE, Sampling())


@settings(max_examples=10, deadline=None)
@given(st.floats(0.001, 0.999))
def test_two_copies_write_the_models_text_whatever_they_weigh(weight: float) -> None:
    twice = mixed((ONE_NOVEL, weight), (ONE_NOVEL, 1 - weight))
    assert texts(twice, FREE, Sampling()) == texts_of_one_novel()


def test_pieces_that_only_one_model_has_are_written_and_told_to_be_its() -> None:
    writer = writer_of()
    seed = writer.understand(WORDS[25])
    choices = list(writer.stream(seed, writing=FREE, words=300, sampling=HOT, rng_seed=1))
    told = {choice.word: {name.split("·")[0] for name in choice.shares} for choice in choices}
    assert told["龙马"] == {"乙"}
    assert told[WORDS[18]] == {"甲"}
    assert told[WORDS[26]] == {"甲", "乙"}


def test_equal_seeds_write_equal_texts_whatever_the_order_and_the_scale_of_weights() -> None:
    own, other = (Writer(m.network, m.memories) for m in (ONE_NOVEL, OTHER_NOVEL))
    phrase = WORDS[25] + "，"
    expected = writer_of(0.75, 0.25).continue_text(phrase, words=30, rng_seed=4)
    assert writer_of(0.75, 0.25).continue_text(phrase, words=30, rng_seed=4) == expected
    turned = mixed_writer({"乙": (other, 1), "甲": (own, 3)})
    assert turned.continue_text(phrase, words=30, rng_seed=4) == expected
    assert writer_of(0.25, 0.75).continue_text(phrase, words=30, rng_seed=4) != expected


@pytest.mark.parametrize("sampling", [PLAIN, Sampling()])
def test_side_by_side_each_text_is_that_of_its_seed_alone(sampling: Sampling) -> None:
    writer = writer_of()
    prompt = writer.prompt(writer.understand("白龙" + WORDS[25]), writing=WritingOptions(words=20))
    seeds = range(5)
    singly = [text_of(list(prompt.stream(sampling=sampling, rng_seed=n))) for n in seeds]
    together = [text_of(list(s)) for s in prompt.streams(sampling=sampling, rng_seeds=seeds)]
    assert together == singly
    assert "龙" in "".join(singly)


def barred_after(model: Voice, run: Sequence[str], limit: int) -> set[str]:
    """The words that may not come after a run, where copies alone are barred."""
    constraints = constraints_for(
        model, WritingOptions(finish=False, marks=False, no_repeat=0, max_copy=limit)
    )
    ids = [model.words.index(word) for word in run]
    weights = np.ones(len(model.words), dtype=np.float32)
    constrain(weights, Prompt(model, tuple(ids), constraints).begin().state)
    return {model.words[i] for i in np.flatnonzero(weights == 0)} - {PARAGRAPH_BREAK}


def test_no_long_run_is_copied_from_any_of_the_novels() -> None:
    model = mixed((ONE_NOVEL, 0.6), (OTHER_NOVEL, 0.4))
    for words, text in ((WORDS, TEXT), (OTHER, OTHER_TEXT)):
        run = [words[i] for i in text[100:107]]
        assert PARAGRAPH_BREAK not in run
        assert run[-1] in barred_after(model, run[:-1], 6)
        assert run[-1] not in barred_after(model, run[1:-1], 6), "a shorter one is free"
    run = [OTHER[i] for i in OTHER_TEXT[100:107]]
    alone = mixed((ONE_NOVEL, 1.0), (OTHER_NOVEL, 0.0))
    assert run[-1] not in barred_after(alone, run[:-1], 6), "what has no say copies nothing"


def test_a_session_takes_words_that_one_model_lacks() -> None:
    writer = writer_of()
    session, context = open_session(
        writer,
        writer.understand(WORDS[25]),
        writing=WritingOptions(),
        sampling=PLAIN,
        rng_seed=1,
    )
    reply = answer(session, "白龙" + WORDS[18], context)
    assert (reply.note, session_text(reply.session)) == ("", "白龙" + WORDS[18])
    assert {name[0] for name in choices_of(reply.session)[0].shares} == {"乙"}
    after = answer(reply.session, "", context).session
    assert len(choices_of(after)) == 3
    assert answer(after, "1", context).session.turns[-1].way == "own"
    assert session_text(answer(after, "u", context).session) == "白龙" + WORDS[18]


def test_evidence_is_of_the_novel_whose_model_says_most() -> None:
    novels = {"甲": small_model(0), "乙": small_model(1)}
    writers = {name: Writer(own.network, own.memories) for name, own in novels.items()}
    writer = mixed_writer({"甲": (writers["甲"], 0.5), "乙": (writers["乙"], 0.5)})
    prompt = writer.prompt(writer.understand("丁丂"), writing=BARE, words=40)
    rare = {name: rare_words(own) for name, own in novels.items()}
    found = find_mixed_evidence(
        prompt.stream(rng_seed=2), prompt.seed_ids, mixture=writer.model(), rare_words=rare
    )
    speakers = set()
    for choice, evidence in found:
        shares = dict.fromkeys(novels, 0.0)
        for component, share in choice.shares.items():
            shares[component[0]] += share
        loudest = max(shares, key=lambda name: shares[name])
        for passage, quote in evidence:
            speakers.add(loudest)
            assert passage.chapter in (f"{loudest} 第一回", f"{loudest} 第三回")
            assert quote.word == choice.word
    assert speakers == {"甲", "乙"}


def test_components_and_prior_weight_are_chosen_for_all_models() -> None:
    novels = [small_model(0), small_model(1)]
    writers = [Writer(own.network, own.memories) for own in novels]
    writer = mixed_writer({"甲": (writers[0], 2), "乙": (writers[1], 1)}).remembering("ngram")
    assert writer.weights == {"甲": pytest.approx(2 / 3), "乙": pytest.approx(1 / 3)}
    (choice,) = writer.stream(writer.understand("丁丂"), writing=BARE, words=1, rng_seed=1)
    assert {name.split("·")[1] for name in choice.shares} <= {"network", "ngram"}
    assert writer.model(0.0).parts[1].model.network.prior_weight == 0
    assert writer.model() is writer.model(), "texts of one voice are written together"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"甲": 1.0}, "expected 2 to 8 models, got 1"),
        (dict.fromkeys("一二三四五六七八九", 1.0), "expected 2 to 8 models, got 9"),
        ({"甲": 1.0, "乙": 0.0}, "expected weights above 0, got 0 for 乙"),
        ({"甲": float("nan"), "乙": 1.0}, "expected weights above 0, got nan for 甲"),
        ({"甲": 1e308, "乙": 1e308}, "expected smaller weights"),
    ],
)
def test_weights_that_make_no_mixture_are_refused(weights: dict[str, float], message: str) -> None:
    own = Writer(ONE_NOVEL.network)
    with pytest.raises(SettingsError, match=message):
        mixed_writer({name: (own, weight) for name, weight in weights.items()})
