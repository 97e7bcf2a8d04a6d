"""One person keeps one name when traditional characters become simplified ones."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning.script import to_simplified


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        (
            "孫乾說道。孫乾道：「走。」孫乾隆重地擦乾了手",
            "孙乾说道。孙乾道：「走。」孙乾隆重地擦干了手",
        ),
        ("鍾繇與鍾會、鍾離權敲鐘", "钟繇与钟会、钟离权敲钟"),
        ("錢鍾書", "钱锺书"),
        ("乾坤袋裡的餅乾", "乾坤袋里的饼干"),
        ("他看著作業，跟著笑，沈著而沈默", "他看着作业，跟着笑，沉着而沉默"),
        ("名著、原著，著有《史記》，土著顯著", "名著、原著，著有《史记》，土著显著"),
        ("莫名著急，著火，著涼", "莫名着急，着火，着凉"),
        ("沈先生", "沈先生"),
    ],
)
def test_words_and_names(traditional: str, simplified: str) -> None:
    assert to_simplified([traditional, ""]) == [simplified, ""]


def test_a_name_is_decided_by_the_whole_book() -> None:
    paragraphs = ["張著來了，張著說好。", "張著作風樸素。"]

    forms = {text[1] for line in to_simplified(paragraphs) for text in line.split("，")}

    assert len({form for form in forms if form in "着著"}) == 1
