"""Going on from where the writer stopped: the same text as when all is read, without reading it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from models import WORDS, small_model

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.job import CONTEXT, Job, Opened, begin
from pipeline.desk.ready import Ready
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.generate import spell
from pipeline.engine.writing.making import Text, advance
from pipeline.engine.writing.mixing import mixed_writer
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.text_writer import TextWriter
from pipeline.engine.writing.writer import Writer

SHORT = "".join(WORDS[5:9]) + "，"
LONG = "\n".join("".join(WORDS[4 + (7 * n + k) % 20] for k in range(25)) for n in range(120))
OPTIONS = WritingOptions(words=12, no_repeat=0, max_copy=0)  # random weights know no novel


def writer_of(kind: str) -> TextWriter:
    first, other = (small_model(seed) for seed in (0, 1))
    writer = Writer(first.network, first.memories)
    if kind == "one":
        return writer
    return mixed_writer({"甲": (writer, 0.7), "乙": (Writer(other.network, other.memories), 0.3)})


def written(text: Text) -> list[str]:
    while text.asks:
        advance([text])
    return [choice.word for choice in text.written]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many words were read at each beginning."""
    counts: list[int] = []
    usual = Model.begin

    def counting(model: Model, word_ids: tuple[int, ...]) -> object:
        counts.append(len(word_ids))
        return usual(model, word_ids)

    monkeypatch.setattr(Model, "begin", counting)
    return counts


@pytest.mark.parametrize("kind", ["one", "mixed"])
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "beyond what is read"])
@pytest.mark.parametrize("learn_from", ["", LONG[:300]])
def test_going_on_writes_what_reading_all_of_it_writes(
    kind: str, text: str, learn_from: str, begun: list[int]
) -> None:
    writer = writer_of(kind)
    ready = Ready(writer)
    for seed in range(4):
        job = Job(text, OPTIONS, Sampling(), rng_seed=seed, learn_from=learn_from, at_break=True)
        begun.clear()
        words = written(begin(writer, job, ready))
        assert bool(begun) == (seed == 0), "all is read but once"
        assert words == written(begin(writer, job))
        text += spell(words, previous=writer.understand(text[-20:]).words[-1])
    assert len(LONG) > CONTEXT


def test_what_is_typed_between_is_read_and_what_has_changed_is_read_anew(begun: list[int]) -> None:
    writer = writer_of("one")
    ready = Ready(writer)
    for text, reads in ((LONG, 1), (f"{LONG}{WORDS[6]}", 0), (LONG, 0), (f"{WORDS[6]}{SHORT}", 1)):
        begun.clear()
        words = written(begin(writer, Job(text, OPTIONS, rng_seed=3), ready))
        assert len(begun) == reads
        assert words == written(begin(writer, Job(text, OPTIONS, rng_seed=3)))


def test_texts_that_go_on_from_one_place_do_not_meet() -> None:
    """Readings share what they remember: each gets its own."""
    writer = writer_of("one")
    ready = Ready(writer)
    job = Job(LONG, OPTIONS, rng_seed=1)
    jobs = [job, replace(job, rng_seed=2), replace(job, text=f"{LONG}{WORDS[6]}")]
    alone = [written(begin(writer, own)) for own in jobs]
    texts = [begin(writer, own, ready) for own in jobs]
    while any(text.asks for text in texts):
        for text in texts:
            advance([text])
    assert [[choice.word for choice in text.written] for text in texts] == alone


def test_other_options_are_kept_to_and_little_is_kept() -> None:
    writer = writer_of("one")
    ready = Ready(writer)
    for number in range(20):
        banned = WORDS[10 + number % 12]
        job = Job(WORDS[4 + number] + SHORT, replace(OPTIONS, ban=(banned,)), rng_seed=number)
        opened = Opened(writer, job, ready)
        assert banned not in written(opened.begin())
    assert (len(ready._readings), len(ready._constraints)) == (4, 8)


def test_a_paragraph_that_has_ended_is_another_place(begun: list[int]) -> None:
    writer = writer_of("one")
    ready = Ready(writer)
    job = Job(SHORT, OPTIONS, rng_seed=5, at_break=True)
    written(begin(writer, job, ready))
    ended = replace(job, text=f"{SHORT}\n")
    opened = Opened(writer, ended, ready)
    assert opened.seed.words[-1] == PARAGRAPH_BREAK
    assert written(opened.begin()) == written(begin(writer, ended))
