"""Burrows' Delta against examples worked by hand."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import numpy as np
import pytest

from pipeline.engine.measures.delta import burrows_delta, count_words


def test_three_texts_by_hand() -> None:
    """Frequencies 的 .4 .2 0, s = .2; 了 .1 .1 .4, s = √.03, so z of 的 differ by 1 and 2."""
    texts = [
        Counter(的=4, 了=1, 甲=1, 乙=1, 丙=1, 丁=1, 戊=1),
        Counter(的=2, 了=1, 己=2, 庚=2, 辛=2, 壬=1),
        Counter(了=4, 癸=2, 子=2, 丑=2),
    ]
    found = burrows_delta(texts, words=2)
    assert found is not None
    assert found.words == ("了", "的")  # .2 on average each: in the order of Unicode
    a_b, a_c, b_c = 0.5, (2 + sqrt(3)) / 2, (1 + sqrt(3)) / 2
    expected = [[0, a_b, a_c], [a_b, 0, b_c], [a_c, b_c, 0]]
    assert found.distances == pytest.approx(np.array(expected))


def test_the_spread_is_over_the_chapters_where_texts_have_some() -> None:
    """的 .2 .4 and .6 .8: s = √(.2 / 3) over the four chapters; the texts lie .4 apart."""
    chapters = [Counter(的=own, 了=10 - own) for own in (2, 4, 6, 8)]
    found = burrows_delta(chapters, [0, 0, 1, 1], words=1)
    assert found is not None
    assert found.distances[0, 1] == pytest.approx(0.4 / sqrt(0.2 / 3))


def test_long_chapters_weigh_more_in_their_text() -> None:
    """的 1 of 2 and 1 of 8 are 2 of 10 together: .2, and 3 of 10 in the other text."""
    chapters = [Counter(的=1, 了=1), Counter(的=1, 了=7), Counter(的=3, 了=7)]
    spread = sqrt(sum((own - 37 / 120) ** 2 for own in (0.5, 0.125, 0.3)) / 2)
    found = burrows_delta(chapters, [0, 0, 1], words=2)
    assert found is not None
    assert found.distances[0, 1] == pytest.approx(0.1 / spread)


def test_two_texts_alone_differ_by_the_root_of_two_whatever_they_are() -> None:
    for other in (Counter(的=5, 了=4), Counter(的=1, 了=90)):
        found = burrows_delta([Counter(的=5, 了=5), other])
        assert found is not None
        assert found.distances[0, 1] == pytest.approx(sqrt(2))


def test_words_that_all_use_alike_say_nothing() -> None:
    found = burrows_delta([Counter(的=1, 了=2, 他=1), Counter(的=1, 了=1, 他=2)])
    assert found is not None
    assert set(found.words) == {"了", "他"}
    assert burrows_delta([Counter(的=1), Counter(的=3)]) is None


@pytest.mark.parametrize("samples", [[], [Counter(的=1)]])
def test_one_text_has_no_distance(samples: list[Counter[str]]) -> None:
    assert burrows_delta(samples) is None


def test_marks_and_line_ends_are_no_words() -> None:
    assert count_words(["宝玉", "，", "</s>", "笑", "宝玉", "1"]) == Counter(宝玉=2, 笑=1)
