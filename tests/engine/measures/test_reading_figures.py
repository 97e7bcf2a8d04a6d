"""What a reader feels, counted by hand on small texts; words are parted by spaces here."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.evaluation import READING
from pipeline.engine.measures.reading import (
    commonest_words,
    compare_reading,
    reading_figures,
    stretches,
)


def cut(text: str) -> Sequence[str]:
    return text.split(" ")


def figure(name: str, *texts: str) -> float | None:
    return reading_figures(texts, frozenset(), cut)[name]


def test_the_figures_are_those_of_the_artifact_and_within_its_bounds() -> None:
    figures = reading_figures(["他道：“是。”\n“好。”\n我我我把书，的。\n"], {"他道"}, cut)
    assert list(figures) == list(READING)
    assert all(0 <= (value or 0) <= READING[name][1] for name, value in figures.items())


def test_of_nothing_nothing_is_told() -> None:
    assert set(reading_figures([""], frozenset(), cut).values()) == {None}


def test_marks_are_no_words() -> None:
    # Two of four words are common; the comma and the stop do not count.
    figures = reading_figures(["我 ， 来 了 。\n他"], {"我", "了", "，"}, cut)
    assert figures["common_words"] == 2 / 4


def test_the_hundred_commonest_words_are_counted_over_all_texts() -> None:
    many = " ".join(f"字{number}" for number in range(100))
    common = commonest_words([f"{many} 罕 ，", f"{many} ，\n，"], cut)
    assert len(common) == 100
    assert not {"罕", "，"} & common


def test_different_words_are_counted_in_300_and_the_rest_left_over() -> None:
    two, one = " ".join(["甲 乙"] * 150), " ".join(["甲"] * 300)
    assert figure("different_words", two, one) == pytest.approx((2 / 300 + 1 / 300) / 2)
    assert figure("different_words", two, "甲 乙 丙") == 2 / 300
    assert figure("different_words", "甲 " * 299) is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pronouns", "我看你\n他笑她走了，好", 40.0),  # 4 of 10 characters, the line end aside
        ("dao", "他道，知道了。。。。", 20.0),
        ("doubled_words", "他他来了了，人人说好", 2_000.0),  # 人人 is a word like any other
        ("doubled_words", "的的的走", 2_500.0),  # one pair, and a third
        ("threefold", "好好好，呵呵，一二三", 1_000.0),
        ("threefold", "……………………", 0.0),
        ("stranded_ba", "把青棠，走了。他把书拿去了，", 1_000 * 10 / 14),
        ("stranded_de", "好的，青的。他的书是的", 2_000 * 10 / 11),
        ("nested_speech", "：“他笑道：“好”：“是”", 10_000 / 13),
        ("nested_speech", "他笑道：“好”他道：“是", 0.0),
    ],
)
def test_slips_and_words_are_told_by_characters(name: str, text: str, expected: float) -> None:
    assert figure(name, text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("青棠道：“好。”青棠道：“是。”", 1),
        ("青棠笑道：“好。”青棠道：“是。”青棠说：“去。”", 2),
        ("青棠道：“好。”\n青棠笑道：“是。”", 1),
        ("青棠道：“好。”来喜道：“是。”", 0),
        ("青棠道：“好。”青棠走了。", 0),
    ],
)
def test_one_speaker_twice_running(text: str, times: int) -> None:
    characters = len(text.replace("\n", ""))
    assert figure("same_speaker", text) == pytest.approx(times * 10_000 / characters)


def test_short_quotes_are_those_of_at_most_two_characters() -> None:
    assert figure("short_quotes", "“是。”她道：“好的！”又道：“走罢了。”", "“你来") == 2 / 3


def test_sentences_are_told_by_their_ends() -> None:
    # Ends: 。 。” with its line end, a line end, ！. Of the 17 Chinese characters those of the
    # first and the last, which may be cut off, count, but have no length of their own.
    text = "头一句。她道：“来了。”\n第三\n她走了很远的路！尾"
    assert figure("sentence_characters", text) == pytest.approx(17 / 4)
    # Whole ones: 她道来了 4, 第三 2, 她走了很远的路 7.
    assert figure("short_sentences", text) == 1 / 3


def test_a_sentence_ends_once_at_its_marks() -> None:
    assert figure("sentence_characters", "她走了？！……”\n\n") == 3


def test_paragraphs_are_told_by_line_ends() -> None:
    text = "甲乙丙丁\n“好。”\n他道：“好。”\n“好。”“是。”\n尾"
    assert figure("paragraph_characters", text) == pytest.approx((4 + 4 + 7 + 8 + 1) / 4)
    # Whole paragraphs: three, one of them a quotation and nothing else.
    assert figure("bare_quotes", text) == 1 / 3
    assert figure("bare_quotes", "“好。”\n“好。”") is None


def test_texts_do_not_run_into_each_other() -> None:
    assert figure("doubled_words", "他的", "的") == 0
    assert figure("stranded_de", "他的", "。他") == 0


def test_stretches_are_equally_long_and_neighbours_lie_apart() -> None:
    assert stretches("甲甲乙乙丙丙丁丁戊", size=2, apart=2) == ["甲甲", "丙丙", "乙乙", "丁丁"]
    assert stretches("甲乙", size=3, apart=1) == ["甲乙"]


@given(st.text("甲乙丙", max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_no_stretch_is_lost_or_taken_twice(text: str, size: int, apart: int) -> None:
    whole = [text[start : start + size] for start in range(0, len(text) - size + 1, size)]
    assert sorted(stretches(text, size=size, apart=apart)) == sorted(whole or [text])


def test_the_novel_is_measured_as_the_written_texts_are() -> None:
    novel = "我道：“来。”\n" * 40
    figures = compare_reading(novel, [novel[7:39], novel[3:35]], {"我道"}, cut)
    assert figures["novel"]["paragraph_characters"] == 7
    assert figures["novel"]["pronouns"] == pytest.approx(100 / 7)
    # Of equally long stretches at other places: nearly the same.
    assert figures["writer"]["pronouns"] == pytest.approx(100 / 7, rel=0.2)
    assert figures["writer"]["bare_quotes"] == figures["novel"]["bare_quotes"] == 0
