"""Words become pieces: the best cut, nothing lost, and one escape for what was never seen."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise, product
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import PRIORS, context_in, random_embedding, segmentation_of

from pipeline.artifacts.embedding import EMBEDDING, Embedding, log_frequencies, tokenizer_of
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import Tokenizer, best_cut
from pipeline.artifacts.windows import WINDOWS
from pipeline.stages.window import WindowConfig, window

UNKNOWN = -1e6
texts = st.text(alphabet="宝玉听了，鳖X", max_size=8)


def tokenizer(*, parts: bool = True) -> Tokenizer:
    return Tokenizer(tuple(PRIORS), PRIORS.values(), parts=parts)


def test_a_tokenizer_goes_with_its_last_user() -> None:
    """At V = 100,000 it has 18 MB: it must not wait for garbage to be collected."""
    held = weakref.ref(own := tokenizer())
    own.pieces("鳖宝玉")
    gc.disable()
    try:
        del own
        assert held() is None
    finally:
        gc.enable()


def all_cuts(text: str) -> list[list[str]]:
    """Every way to cut a text into pieces."""
    cuts = []
    for ends in product([False, True], repeat=max(len(text) - 1, 0)):
        bounds = [0, *(i + 1 for i, end in enumerate(ends) if end), len(text)]
        cuts.append([text[a:b] for a, b in pairwise(bounds)])
    return cuts


def value(cut: list[str]) -> float:
    """Log probability of a cut; only single characters may be unknown."""
    return sum(PRIORS.get(piece, UNKNOWN if len(piece) == 1 else float("-inf")) for piece in cut)


@settings(deadline=None, max_examples=150)
@given(texts.filter(bool))
def test_no_cut_is_more_probable(text: str) -> None:
    found = best_cut(text, PRIORS)
    assert "".join(found) == text
    assert value(found) == max(map(value, all_cuts(text)))


@given(texts)
def test_nothing_is_lost_between_pieces(text: str) -> None:
    assert "".join(tokenizer().cut(text)) == text
    assert "".join(tokenizer().pieces(text)) == text


def test_a_word_of_the_vocabulary_is_its_own_piece_and_another_is_parted() -> None:
    cut = tokenizer()
    assert cut.pieces("宝玉") == ("宝玉",)
    assert cut.pieces("宝玉听") == ("宝玉", "听")
    assert cut.pieces("鳖宝") == ("鳖", "宝")
    assert list(cut.token_ids(["宝玉听", "鳖宝", "，"])) == [0, 4, 8, 1, 5]


def test_a_closed_vocabulary_parts_nothing() -> None:
    cut = tokenizer(parts=False)
    assert cut.pieces("宝玉听") == ("宝玉听",)
    assert list(cut.token_ids(["宝玉听", "宝玉"])) == [8, 0]


def test_no_text_is_cut_into_the_paragraph_break() -> None:
    cut = tokenizer()
    assert cut.cut(PARAGRAPH_BREAK) == list(PARAGRAPH_BREAK)
    assert cut.pieces(PARAGRAPH_BREAK) == (PARAGRAPH_BREAK,), "the word that stands for it stays"


def test_a_long_word_is_parted_quickly_enough_to_be_read() -> None:
    word = "鳖" * 20_000
    assert len(tokenizer().pieces(word)) == 20_000


def test_frequencies_sum_to_one_and_what_never_stands_alone_has_some() -> None:
    found = log_frequencies([6, 3, 0])
    np.testing.assert_allclose(np.exp(found), [0.6, 0.3, 0.1], rtol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("unseen", "expected", "coverage"),
    [(0.1, [0, 1, 2, 4, 3, 4, 2], 11 / 13), (0.0, [0, 1, 2, 4, 4, 2], 10 / 12)],
    ids=["open", "closed"],
)
def test_the_stage_parts_words_of_an_open_vocabulary(
    unseen: float, expected: list[int], coverage: float, tmp_path: Path
) -> None:
    plain = random_embedding(words=("一", "二", PARAGRAPH_BREAK, "三"))
    embedding = Embedding(plain.words, plain.counts, plain.vectors, unseen)
    segmentation = segmentation_of(
        [("train", ["一 二", "鳖三 鳖"]), ("validation", ["一 一"]), ("test", ["三 一"])]
    )
    windows = window(
        WindowConfig(steps=2), segment=segmentation, embed=embedding, context=context_in(tmp_path)
    )
    assert windows.ids.tolist()[: len(expected)] == expected
    assert WINDOWS.describe(windows)["coverage"] == round(coverage, 4)


def test_the_artifact_keeps_what_makes_a_vocabulary_open(tmp_path: Path) -> None:
    plain = random_embedding()
    for unseen in (0.0, 0.25):
        EMBEDDING.save(Embedding(plain.words, plain.counts, plain.vectors, unseen), tmp_path)
        found = EMBEDDING.load(tmp_path)
        assert found.unseen == unseen
        assert tokenizer_of(found).parts == (unseen > 0)
        assert tokenizer_of(found).log_priors[plain.words[0]] == pytest.approx(
            log(plain.counts[0] / plain.counts.sum())
        )
