"""Proper names: rather too many than too few, and no everyday words."""

from __future__ import annotations

import pytest
from pipelines import CORPORA

from pipeline.text.words.proper import proper_names

LINES = [
    *["宝玉 笑道 ： “ 什么 好 的 ” 。"] * 40,
    *["阿弥 走 到 流沙河 边 ， 看 了 一会 。"] * 4,
    *["青棠 青棠 青棠 来 了 ， 青棠 去 了 。"] * 10,
]


def test_speakers_places_and_words_of_its_own_are_names() -> None:
    names = proper_names(LINES)
    assert {"宝玉", "流沙河", "青棠"} <= set(names)
    assert not {"什么", "一会", "笑道"} & set(names)
    assert names[0] in ("宝玉", "青棠"), "the most frequent first"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("novel", "names"),
    [
        ("hongloumeng", "宝玉 黛玉 林黛玉 贾母 凤姐 袭人 平儿 北静王 荣国府 大观园"),
        ("xiyouji", "行者 八戒 沙僧 唐僧 悟空 三藏 流沙河 花果山 孙悟空 观音菩萨"),
    ],
)
def test_the_names_of_the_classics(novel: str, names: str) -> None:
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    import rjieba

    text = (CORPORA / f"{novel}.txt").read_text(encoding="utf-8")
    lines = [" ".join(rjieba.cut(line)) for line in text.splitlines() if line.strip()]
    found = proper_names(lines)
    assert set(names.split()) <= set(found)
    assert len(found) < 3000
    assert not {"什么", "一个", "如今", "我们", "起来", "听见", "只见"} & set(found)
