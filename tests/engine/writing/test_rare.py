"""After a rare character comes what came after it in the novel."""

from __future__ import annotations

import numpy as np
from writers import HOT, IDS, WORDS, ids_of, model_of, written

from pipeline.engine.writing.constraints.rare import rare_followers
from pipeline.engine.writing.options import WritingOptions

COMMON, RARE, HALF, LAST = WORDS[16:20]
TEXT = f"{COMMON}，" * 6000 + f"{RARE}{HALF}{COMMON}。\n{RARE}，{COMMON}{LAST}"
TEXT_IDS = np.array(ids_of(TEXT), dtype=np.int32)


def test_followers_are_those_of_the_text() -> None:
    found = rare_followers(WORDS, TEXT_IDS)
    assert set(found) == {IDS[RARE], IDS[HALF]}, "neither a frequent one, nor a mark, nor the last"
    assert found[IDS[RARE]].tolist() == sorted([IDS["，"], IDS[HALF]])
    assert found[IDS[HALF]].tolist() == [IDS[COMMON]]


def test_what_lies_outside_the_training_chapters_follows_nothing() -> None:
    text = TEXT_IDS.copy()
    text[-6:] = -1
    assert rare_followers(WORDS, text)[IDS[RARE]].tolist() == [IDS[HALF]]


def test_a_text_without_rare_characters_has_no_entry() -> None:
    assert rare_followers(WORDS, np.array(ids_of("，。" * 5000), dtype=np.int32)) == {}


def test_in_a_short_text_none_is_rare() -> None:
    assert rare_followers(WORDS, TEXT_IDS[-20:]) == {}


def after_rare(writing: WritingOptions) -> set[str]:
    """What is written after the rare character."""
    found = set()
    for seed in range(60):
        model = model_of(seed % 4, text_ids=TEXT_IDS)
        (choice, *_) = written(
            model, writing, seed_ids=[20, IDS[RARE]], sampling=HOT, rng_seed=seed
        )
        found.add(choice.word)
    return found


def test_it_is_kept_to_unless_marks_are_free() -> None:
    assert after_rare(WritingOptions(words=1)) == {"，", HALF}
    assert len(after_rare(WritingOptions(words=1, marks=False))) > 5
