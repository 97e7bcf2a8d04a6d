"""? and □ for characters that are not there are told, and ? at the end of questions is none."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from pipeline.chinese import is_chinese
from pipeline.errors import DataError
from pipeline.text.cleaning.stand_ins import refuse_stand_ins

NOVELLA = Path("data/novella.txt").read_text(encoding="utf-8")
CARELESS = NOVELLA.replace("？", "?")


def lose(text: str, mark: str, share: float) -> str:
    rng = Random(7)
    return "".join(mark if is_chinese(c) and rng.random() < share else c for c in text)


@pytest.mark.parametrize("text", [NOVELLA, CARELESS])
def test_a_program_s_question_marks_are_refused_above_two_hundredths(text: str) -> None:
    with pytest.raises(DataError, match=r"a\.txt: expected a text, got .* \? between Chinese"):
        refuse_stand_ins(lose(text, "?", 0.06), document="a.txt")
    (note,) = refuse_stand_ins(lose(text, "?", 0.005), document="a.txt")
    assert "the first in line" in note
    assert "characters that were lost before" in note


@pytest.mark.parametrize("mark", "□■＊")
def test_struck_out_characters_are_warned_of_alone(mark: str) -> None:
    (note,) = refuse_stand_ins(lose(NOVELLA, mark, 0.06), document="a.txt")
    assert f" {mark} between Chinese characters (4." in note
    assert not refuse_stand_ins(lose(NOVELLA, mark, 0.0005), document="a.txt")


@pytest.mark.parametrize(
    "text", [NOVELLA, CARELESS, CARELESS.replace("！", "??"), "■夜雨\n□归人\n＊＊＊\n" * 200]
)
def test_questions_and_rules_are_none(text: str) -> None:
    assert not refuse_stand_ins(text, document="a.txt")
