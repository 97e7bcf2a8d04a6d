"""What cannot be seen goes, and what only stands for a character becomes it."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.text.cleaning.clean import clean

# One of each kind that is known to be strewn into texts.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200d\u2060\u2066\u2800\u3164\ufe0f\ufeff\uffa0"
    "\ufff9\ufffc\u0335\u0336\u0338\U000e0020\U000e0100"
)


@pytest.mark.parametrize("character", INVISIBLE, ids=lambda c: f"{ord(c):X}")
def test_invisible_characters_go(character: str) -> None:
    cleaned = clean(f"她{character}走了{character * 2}。")

    assert cleaned.paragraphs == ("她走了。",)
    (cut,) = cleaned.cuts
    assert cut.reason == "invisible character"
    assert f"U+{ord(character):04X}" in cut.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("⼀国⼟名⽈傲来国，⼈都说好。", "一国土名曰傲来国，人都说好。"),
        ("⻅了⻓⻔⻛，⻢⻜⻤⻳。", "见了长门风，马飞鬼龟。"),
        ("石猴︓﹁好︐走︒﹂︕︖︙", "石猴：「好，走。」！？…"),
        ("︱她走了︒︱", "—她走了。—"),
        ("樂\uf914行\uf9e9\uf9f4", "樂樂行里林"),
        ("好﹐走﹒﹔﹕﹖﹗﹙一﹚", "好，走．；：？！（一）"),
    ],
)
def test_stand_ins_become_what_they_stand_for(text: str, left: str) -> None:
    cleaned = clean(text)

    assert cleaned.paragraphs == (left,)
    assert {cut.reason for cut in cleaned.cuts} == {"compatibility form"}


def test_the_radicals_stand_for_what_their_names_say() -> None:
    # Unicode names each radical of the supplement: those with a decomposition tell the same
    for code in range(0x2F00, 0x2FD6):
        normal = unicodedata.normalize("NFKC", chr(code))
        assert clean(f"她{chr(code)}。").paragraphs == (f"她{normal}。",)
    assert clean("她⺟⻳。").paragraphs == ("她母龟。",)


@pytest.mark.parametrize("text", ["她︱走了。", "﨎﨏﨑", "ＡＢＣ", "①②", "㎡"])
def test_what_stands_for_itself_stays(text: str) -> None:
    assert clean(text).paragraphs == (text,)
    assert clean(text).cuts == ()


def test_controls_and_colours_go_and_unreadable_bytes_are_recorded() -> None:
    cleaned = clean("\x1b[31m她走\x1b[m了\x00。天\ufffd\ufffd黑了。")

    assert cleaned.paragraphs == ("她走了。天\ufffd\ufffd黑了。",)
    assert [cut.reason for cut in cleaned.cuts] == ["control character", "unreadable byte"]
