from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from functools import cache
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.processes import Processes
from pipeline.text.words.dictionary import UserWord
from pipeline.text.words.paragraphs import _cut_batch, _make_batches, cut_paragraphs
from pipeline.text.words.segment import Cut, Engine, make_cut
from pipeline.workers import HERE, Item, Result

OWN = (UserWord("沉香榭", 20, "ns"), UserWord("大观园"))
MIXED = st.text(st.sampled_from("宝玉听了笑道沉香榭来去，。“”…ab1 \t\u3000\u3400😀"), max_size=40)


@cache
def cut() -> Cut:
    return make_cut("rjieba")


def test_words_white_space_and_new_words() -> None:
    # In jieba's dictionary are 宝玉 and 夫人; 宝鼎 is made by its model.
    lines, new = cut_paragraphs(["宝玉 听了\u3000。", "", "ABC宝玉。", *["宝鼎夫人到了"] * 2])

    assert lines == ["宝玉 听 了 。", "", "ABC 宝玉 。", *["宝鼎 夫人 到 了"] * 2]
    assert new == {"宝鼎": 2}
    own = [UserWord("宝鼎"), UserWord("鼎夫")]
    assert cut_paragraphs(["宝鼎夫人到了"], user_words=own)[1] == {}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "times"), [("rjieba", 3000), ("jieba", 300)])
def test_workers_find_the_same_words(name: Engine, times: int) -> None:
    # 沉香榭 is in no dictionary: the workers have been told of it. 宝鼎 is made by the model.
    paragraphs = [f"第{n % 7}日，宝鼎夫人又到沉香榭去了。" * 22 for n in range(times)]

    alone = cut_paragraphs(paragraphs, user_words=OWN)
    several = cut_paragraphs(paragraphs, engine=name, user_words=OWN, workers=Processes(2))

    assert several == alone
    assert " 沉香榭 " in alone[0][0]
    assert alone[1] == {"宝鼎": 22 * times}


class NoWorkers:
    """What must not be asked for several."""

    count, lasting = 2, False

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        assert most == 1
        return HERE.map(function, items)


@pytest.mark.parametrize(("characters", "most"), [(999_990, 0), (1_000_000, 1)])
def test_a_short_text_and_one_worker_start_no_process(characters: int, most: int) -> None:
    paragraphs = ["她又到沉香榭里去了。"] * (characters // 10)

    lines, _ = cut_paragraphs(paragraphs, workers=NoWorkers(), most=most)

    assert len(lines) == characters // 10


@given(
    st.lists(st.one_of(MIXED, st.just("宝玉听了，笑道：“好！”")), max_size=12), st.integers(1, 90)
)
@settings(deadline=None)
def test_words_do_not_depend_on_the_batches(paragraphs: list[str], characters: int) -> None:
    batches = list(_make_batches(paragraphs, characters))
    parts = [_cut_batch(batch, engine="rjieba", user_words=()) for batch in batches]

    assert [paragraph for batch in batches for paragraph in batch] == paragraphs
    words = [cut()(paragraph) for paragraph in paragraphs]
    assert [line for part in parts for line in part.text.split("\n")] == list(map(" ".join, words))
    counts = Counter(chain.from_iterable(words))
    for part in parts:
        counts.subtract(part.new)
    assert all(count >= 0 for count in counts.values())
