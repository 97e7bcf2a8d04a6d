"""A speaker names and answers himself, and quotes speech, as often as in the novel."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.constraints.constraint import Given
from pipeline.engine.writing.constraints.draft import Draft, follow
from pipeline.engine.writing.constraints.marks import Marks, find_marks
from pipeline.engine.writing.constraints.speaking import NovelSpeech
from pipeline.engine.writing.constraints.speeches import find_speeches, places_within
from pipeline.engine.writing.options import WritingOptions

CURLY = (PARAGRAPH_BREAK, *"，。：“”‘’《》", *"道听来好去笑", "宝玉", "黛玉", "袭人")
STRAIGHT = tuple('"' if word == "“" else word for word in CURLY if word not in "”‘’")
CORNERS = tuple({"“": "「", "”": "」", "‘": "『", "’": "』"}.get(word, word) for word in CURLY)
SETS = (CURLY, STRAIGHT, CORNERS)
OPTIONS = WritingOptions(words=60)

SPOKEN = (
    "宝玉 道 ： “ 来 好 。 ” 黛玉 听 来 ， 笑 道 ： “ 好 去 宝玉 。 ” ¶ "
    "黛玉 去 。 ¶ “ 来 。 ” 袭人 来 。"
)


def spelt(text: str, words: tuple[str, ...]) -> list[int]:
    """The ids of words parted by blanks, in the marks of a vocabulary; ¶ is a break."""
    marks = {"¶": PARAGRAPH_BREAK}
    for curly, straight, corner in (("“", '"', "「"), ("”", '"', "」")):
        marks[curly] = next(mark for mark in (curly, straight, corner) if mark in words)
    return [words.index(marks.get(word, word)) for word in text.split()]


def ids_of(text: str, words: tuple[str, ...] = CURLY) -> NDArray[np.int32]:
    return np.array(spelt(text, words), dtype=np.int32)


def written(text: str, rule: NovelSpeech, words: tuple[str, ...] = CURLY) -> Draft:
    """A draft of that text, which the rule has noted."""
    draft = Draft(words, find_marks(words), OPTIONS)
    for word_id in spelt(text, words):
        follow(draft, word_id)
        rule.note(draft)
    return draft


def rule_for(novel: NDArray[np.int32], words: tuple[str, ...] = CURLY) -> NovelSpeech:
    return NovelSpeech(find_marks(words), novel)


def held(rule: NovelSpeech, draft: Draft, words: tuple[str, ...] = CURLY) -> dict[str, float]:
    """The words that are held, with the share that is left to each where all were as likely."""
    weights = np.full(len(words), 1 / len(words), dtype=np.float32)
    before = weights.copy()
    assert rule.constrain(weights, draft) is False
    lowered = np.flatnonzero(weights < before)
    return {words[i]: float(weights[i] / weights.sum()) for i in lowered}


@pytest.mark.parametrize("words", SETS)
def test_speeches_are_found_with_their_speakers_and_verbs(words: tuple[str, ...]) -> None:
    novel = ids_of(SPOKEN, words)
    found = find_speeches(novel, find_marks(words))
    assert [words[i] for i in found.speakers] == ["宝玉", "黛玉"], "“来。” has none"
    assert [words[i] for i in found.verbs] == ["道", "道"]
    places, owners = places_within(found, 0, 2)
    said = [[words[novel[p]] for p in places[owners == n]] for n in (0, 1)]
    assert said == [["来", "好", "。"], ["好", "去", "宝玉", "。"]]
    second, owners = places_within(found, 1, 9)
    assert second.tolist() == places[3:].tolist()
    assert owners.tolist() == [1] * 4


def test_gaps_and_paragraphs_stop_a_speech_and_speeches_within_are_part_of_it() -> None:
    novel = np.concatenate(
        [
            ids_of("宝玉 道 ： “ 来 。 ¶ 好 。"),
            [-1],
            ids_of("黛玉 道 ： “ 来 ： ‘ 去 。 ’ ”"),
            ids_of("宝玉 道 ： “ 好"),
            [-1],
            ids_of("去 。"),
        ]
    ).astype(np.int32)
    found = find_speeches(novel, find_marks(CURLY))
    assert (found.stops - found.starts - 1).tolist() == [2, 6, 1]


def test_shares_are_those_of_the_novel_as_if_at_one_place_more() -> None:
    found = rule_for(ids_of(SPOKEN))
    assert [CURLY[i] for i in found.verbs] == ["道"]
    assert found.within == pytest.approx(1 / 8), "道 at none of seven places"
    names = {name: CURLY.index(name) for name in ("宝玉", "黛玉", "袭人")}
    assert found.named[names["宝玉"]] == pytest.approx(1 / 4), "named by another alone"
    assert found.named[names["黛玉"]] == pytest.approx(1 / 5)
    assert found.again[names["宝玉"]] == pytest.approx(1 / 2)
    assert found.again[names["黛玉"]] == 1, "after the break she comes again"
    assert found.named[names["袭人"]] == found.again[names["袭人"]] == 1, "never speaks"


def talk(words: tuple[str, ...] = CURLY) -> NDArray[np.int32]:
    """A novel in which two speak in turn and nobody is named in speech."""
    return ids_of("宝玉 道 ： “ 来 好 。 ” ¶ 黛玉 道 ： “ 去 。 ” 袭人 来 。 " * 50, words)


@pytest.mark.parametrize("words", SETS)
def test_in_speech_the_speaker_and_the_verb_are_held(words: tuple[str, ...]) -> None:
    for so_far in ("宝玉 道 ： “", "宝玉 听 来 ， 笑 道 ： “ 好 。 来", "来 。 宝玉 道 ： “ 去"):
        rule = rule_for(talk(words), words)
        draft = written(so_far, rule, words)
        left = held(rule, draft, words)
        assert left.keys() == {"宝玉", "道"}
        assert left["宝玉"] == pytest.approx(1 / 151, rel=0.02)
        assert left["道"] == pytest.approx(1 / 251, rel=0.1), "a little of what the name lost"


@pytest.mark.parametrize("words", SETS)
def test_after_a_speech_its_speaker_is_held(words: tuple[str, ...]) -> None:
    for so_far in ("宝玉 道 ： “ 来 。 ”", "宝玉 道 ： “ 来 。 ” ¶"):
        rule = rule_for(talk(words), words)
        left = held(rule, written(so_far, rule, words), words)
        assert left == {"宝玉": pytest.approx(1 / 51, rel=0.02)}


def test_nothing_is_held_elsewhere() -> None:
    for so_far in (
        "宝玉 道",
        "宝玉 道 ： “ 来 。 ” 黛玉",
        "宝玉 道 ： “ 来 。 ” 黛玉 来 《",
        "袭人 道 ： “ 来 。 ”",
        "“ 来 。 ”",
        "宝玉 道 ： “ 来 。 ” 黛玉 听 “ 去 ”",
    ):
        rule = rule_for(talk())
        assert held(rule, written(so_far, rule)) == {}, so_far


def test_a_quotation_that_nobody_introduces_has_no_speaker() -> None:
    rule = rule_for(talk())
    assert held(rule, written("宝玉 来 “ 好", rule)).keys() == {"道"}


def test_a_name_that_a_title_holds_ends_no_speech() -> None:
    rule = rule_for(talk())
    assert held(rule, written("宝玉 道 ： “ 来 《 好 》", rule)).keys() == {"宝玉", "道"}


def test_forks_note_on_their_own() -> None:
    rule = rule_for(talk())
    draft = written("宝玉 道 ： “", rule)
    other = rule.fork()
    follow(draft, CURLY.index("”"))
    other.note(draft)
    assert (other._inside, other._spoken) == (False, True)
    assert (rule._inside, rule._spoken) == (True, False)


def test_it_asks_for_the_novel_and_for_marks_in_order() -> None:
    marks: Marks = find_marks(CURLY)

    def given(text_ids: NDArray[np.int32] | None, options: WritingOptions) -> Given:
        return Given(options, CURLY, marks, text_ids, log_priors={})

    free = WritingOptions(marks=False)
    assert NovelSpeech.made_for(given(None, OPTIONS)) is None
    assert NovelSpeech.made_for(given(talk(), free)) is None
    assert NovelSpeech.made_for(given(talk(), OPTIONS)) is not None


@pytest.mark.parametrize("novel", ["来 。", "来", "“ 来 。 ”", "宝玉 道 ： “"])
def test_novels_without_speech_hold_nothing_but_what_they_show(novel: str) -> None:
    rule = rule_for(ids_of(novel))
    assert "黛玉" not in held(rule, written("黛玉 道 ： “ 来", rule))
