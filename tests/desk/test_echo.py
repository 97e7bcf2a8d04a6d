"""A prompt given back: its pieces put together are the prompt, whatever stands in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models import WORDS
from served import NAME, shelve

from pipeline.desk.api.echo import align, echoes
from pipeline.desk.loaded import Loaded, Models
from pipeline.engine.memories.next_word import begin
from pipeline.engine.memories.voice import foretell
from pipeline.engine.writing.seed import cut_lines
from pipeline.errors import DataError

characters = st.sampled_from([*WORDS[1:9], *' \n\r\t　\x85\u2028x,"永'])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("shelf")
    shelve(folder)
    return Models(folder).load(NAME)


@settings(deadline=None)  # the first loads OpenCC
@given(st.lists(characters, max_size=30).map("".join))
def test_the_pieces_of_a_prompt_are_the_prompt(loaded: Loaded, text: str) -> None:
    words = list(cut_lines(text, loaded.writer.tokenizer))
    spans = align(text, words)
    assert "".join(spans) == (text if words else "")
    assert len(spans) == len(words)


def test_their_log_probabilities_are_those_of_what_stands_before(loaded: Loaded) -> None:
    text = f"{WORDS[4]}{WORDS[7]}。\r\n  {WORDS[4]}"
    first, *others = echoes(loaded, text, 3)
    assert (first.logprob, first.ranking) == (None, ())
    model, ids = loaded.writer.model(), [first.id]
    for piece in others:
        next_word = foretell(begin(model, ids), model)
        assert piece.logprob == pytest.approx(float(np.log(next_word.probs[piece.id])), rel=1e-4)
        assert piece.likely[0].id == int(next_word.probs.argmax())
        ids.append(piece.id)
    assert [piece.text for piece in others] == [WORDS[7], "。", "\r\n  ", WORDS[4]]


def test_a_character_that_the_novel_never_uses_is_as_improbable_as_one_can_be(
    loaded: Loaded,
) -> None:
    _, strange = echoes(loaded, f"{WORDS[4]}永", 1)
    assert strange.logprob == -9999.0  # the small model's vocabulary is closed
    assert strange.ranking[-1] == ("永", len(WORDS), -9999.0)


def test_only_what_is_read_is_scored(loaded: Loaded) -> None:
    assert len(echoes(loaded, WORDS[4] * 3_000, None)) == 3_000
    with pytest.raises(DataError, match="at most 2,048 pieces"):
        echoes(loaded, WORDS[4] * 3_000, 0)
