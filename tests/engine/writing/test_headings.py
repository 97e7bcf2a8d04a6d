"""Chapter headings are known by the novel's own chapters, and are not written."""

from __future__ import annotations

import numpy as np
from writers import HOT, IDS, WORDS, ids_of, model_of

from pipeline.artifacts.memories import Memories
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.constraints.headings import heading_words, titular_words
from pipeline.engine.writing.constraints.marks import find_marks
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.side_by_side import write

ONE, TWO, OTHER = WORDS[16], WORDS[17], WORDS[18]
CHAPTER = f"{ONE}{OTHER}\n{OTHER}{TWO}。\n{TWO}，{OTHER}。\n"
TEXT = np.array(ids_of(CHAPTER * 3), dtype=np.int32)
STARTS = [len(CHAPTER) * number for number in range(3)]
CHAPTERS = tuple(("", start, start + len(CHAPTER)) for start in STARTS)


def test_a_word_that_begins_chapters_alone_is_one_of_headings() -> None:
    assert heading_words(WORDS, TEXT, STARTS, IDS["</s>"]).tolist() == [IDS[ONE]]


def test_one_chapter_is_not_enough() -> None:
    assert heading_words(WORDS, TEXT, STARTS[:1], IDS["</s>"]).tolist() == []


def test_a_word_that_begins_as_many_paragraphs_of_the_story_is_free() -> None:
    text = np.array(ids_of((CHAPTER + f"{ONE}，{OTHER}。\n") * 3), dtype=np.int32)
    starts = [len(text) // 3 * number for number in range(3)]
    assert heading_words(WORDS, text, starts, IDS["</s>"]).tolist() == []


def test_words_outside_the_training_chapters_count_for_nothing() -> None:
    text = TEXT.copy()
    text[STARTS[1] :] = -1
    assert heading_words(WORDS, text, STARTS, IDS["</s>"]).tolist() == []


def first_words(writing: WritingOptions) -> set[str]:
    """The words that begin written paragraphs."""
    memories = Memories(weights={"network": 1.0}, text_ids=TEXT, chapters=CHAPTERS)
    models = [Model(model_of(seed).network, memories) for seed in range(5)]
    constraints = [constraints_for(model, writing) for model in models]
    found = set()
    for seed in range(300):
        model = models[seed % 5]
        choices = write(
            model,
            [IDS[TWO], IDS["。"], IDS["</s>"]],
            constraints=constraints[seed % 5],
            sampling=HOT,
            generator=np.random.default_rng(seed),
        )
        found.add(next(iter(choices)).word)
    return found


def test_none_is_written_unless_marks_are_free() -> None:
    assert ONE not in first_words(WritingOptions(words=1))
    assert ONE in first_words(WritingOptions(words=1, marks=False))


def test_other_words_with_the_same_first_character_are_of_headings_too() -> None:
    words = ("</s>", "第", "第三", "三", "他")
    text = np.array([1, 3, 0, 4, 3, 0, 1, 3, 0, 4, 0, 2, 3, 0, 4, 0], dtype=np.int32)
    assert heading_words(words, text, [0, 6, 11], 0).tolist() == [1, 2]


def titular(text: str, starts: list[int]) -> list[str]:
    ids = np.array(ids_of(text), dtype=np.int32)
    found = titular_words(len(WORDS), ids, starts, find_marks(WORDS))
    return [WORDS[i] for i in found]


def test_what_stands_in_headings_above_all_is_written_nowhere() -> None:
    chapter = f"{ONE}{TWO}，\n{TWO}{OTHER}。\n{OTHER}{TWO}，\n"
    starts = [len(chapter) * number for number in range(3)]
    assert titular(chapter * 3, starts) == [ONE], "the mark is none"
    assert titular(chapter * 3, starts[:1]) == [], "one chapter is not enough"
    assert titular(chapter * 3 + f"{ONE}。\n", starts) == [], "three of its four places"
    # Without a break to end it, a heading is the rest of the text.
    assert titular(f"{ONE}\n{TWO}。\n{ONE}", [0, 5]) == [ONE]


def test_no_titular_word_is_written_within_a_paragraph() -> None:
    memories = Memories(weights={"network": 1.0}, text_ids=TEXT, chapters=CHAPTERS)
    written = {}
    for marks in (True, False):
        model = Model(model_of(1).network, memories)
        constraints = constraints_for(model, WritingOptions(words=2000, marks=marks, no_repeat=0))
        stream = write(
            model,
            [IDS[TWO]],
            constraints=constraints,
            sampling=HOT,
            generator=np.random.default_rng(1),
        )
        written[marks] = {choice.word for choice in stream}
    assert ONE in written[False]
    assert ONE not in written[True]
