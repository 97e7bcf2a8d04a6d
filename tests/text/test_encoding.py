from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from pipelines import CORPORA, NOVELLA

from pipeline.errors import DataError, SettingsError
from pipeline.text.cleaning.encoding import decode, refuse_misread
from pipeline.text.cleaning.losses import refuse_lost

SIMPLIFIED = (
    "第三章　夜雨\n　　话说那日她回到院中，天已经黑了。丫头们说道：“太太叫你过去，问你昨日的事。”"
    "她听了心里一惊，只得跟着去了。\n"
    "　　进了上房，只见老太太坐在那里，也不说话，只是看着手里的书。\n"
)
TRADITIONAL = (
    "第三章　夜雨\n　　話說那日她回到院中，天已經黑了。丫頭們說道：「太太叫你過去，問你昨日的事。」"
    "她聽了心裡一驚，只得跟著去了。\n"
    "　　進了上房，只見老太太坐在那裡，也不說話，只是看著手裡的書。\n"
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (TRADITIONAL, "utf-8"),
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5hkscs"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (TRADITIONAL, "utf-16-le"),
        (TRADITIONAL, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("times", [1, 50])
def test_encodings_are_found_without_a_mark(
    text: str, encoding: str, line_end: str, times: int
) -> None:
    text = (text * times).replace("\n", line_end)

    found = decode(text.encode(encoding))

    assert (found.text, found.encoding, found.replaced) == (text, encoding, 0)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\x00\x00", "utf-32-le"),
    ],
)
def test_byte_order_marks_decide_and_are_dropped(mark: bytes, encoding: str) -> None:
    found = decode(mark + "梦".encode(encoding))  # one character: nothing else could decide

    assert (found.text, found.encoding, found.replaced) == ("梦", encoding, 0)


@pytest.mark.parametrize("name", ["hongloumeng", "xiyouji"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_real_novels_survive_every_encoding(name: str, encoding: str) -> None:
    path = CORPORA / f"{name}.txt"
    if not path.exists():
        pytest.skip("../shared/corpora is absent")
    text = path.read_bytes().decode("utf-8")

    found = decode(text.encode(encoding))

    assert (found.encoding, found.replaced) == (encoding, 0)
    assert found.text == text


def test_a_few_damaged_bytes_leave_utf8_utf8() -> None:
    data = bytearray((SIMPLIFIED * 20).encode())
    for place in (100, 1000, 5000):
        data[place] = 0xFF

    found = decode(bytes(data))

    assert found.encoding == "utf-8"
    # 0xFF itself is undecodable, and so are the one or two bytes left of its character
    assert 3 <= found.replaced <= 9
    assert found.text.count("\ufffd") >= 3


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le"])
def test_a_text_cut_inside_a_character_keeps_its_encoding(encoding: str) -> None:
    data = (TRADITIONAL * 10 + "說").encode(encoding)[:-1]

    found = decode(data)

    assert found.encoding == encoding
    assert found.text == TRADITIONAL * 10 + "\ufffd"
    assert found.replaced == len(data) - len((TRADITIONAL * 10).encode(encoding))


def test_damaged_gb18030_is_still_gb18030() -> None:
    data = bytearray((SIMPLIFIED * 20).encode("gb18030"))
    data[200] = data[2000] = 0xFF  # never a lead byte

    found = decode(bytes(data))

    assert found.encoding == "gb18030"
    assert 2 <= found.replaced <= 4


def test_plain_ascii_is_no_utf16() -> None:
    # read in pairs, ASCII letters look like Chinese characters
    found = decode(b"Bush hid the facts and the quick brown fox jumps. " * 20)

    assert found.encoding == "utf-8"


@pytest.mark.parametrize(
    ("given_name", "read_as"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("Big5", "big5hkscs"), ("UTF8", "utf-8")],
)
def test_a_given_encoding_is_widened(given_name: str, read_as: str) -> None:
    found = decode("喆".encode(read_as), given_name)  # 喆 is in GBK, not in GB2312

    assert (found.text, found.encoding) == ("喆", read_as)


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ("gb18030", "big5"),
        ("big5hkscs", "gbk"),
        ("utf-8", "utf-16"),
        ("utf-8", "latin-1"),
        ("gb18030", "utf-8"),
        ("utf-16-le", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("times", [1, 1_000])
def test_an_encoding_that_makes_no_chinese_is_refused(own: str, named: str, times: int) -> None:
    data = ((TRADITIONAL if own == "big5hkscs" else SIMPLIFIED) * times).encode(own)

    refuse_misread(data, own, name="雪.txt")
    with pytest.raises(DataError, match=f"雪.txt: expected Chinese text in .*Chinese in {own}"):
        refuse_misread(data, named, name="雪.txt")


def test_a_named_encoding_decides_where_nothing_makes_chinese() -> None:
    refuse_misread("La neige. Été. ".encode("latin-1") * 500, "latin-1", name="")
    refuse_misread("雪".encode("gb18030"), "gb18030", name="")
    japanese = ("これは日本語の文章です。今日は天気がいいですね。" * 30).encode("shift_jis")
    refuse_misread(japanese, "shift_jis", name="")
    with pytest.raises(DataError, match=r"expected Chinese text in utf-16.*; name another"):
        refuse_misread(Random(0).randbytes(20_000), "utf-16-le", name="")


@pytest.mark.parametrize("name", ["gb-nonsense", "hex", "rot13", "undefined", "", "x\0y"])
def test_an_unknown_encoding_is_refused_with_examples(name: str) -> None:
    with pytest.raises(SettingsError, match="such as utf-8, gb18030"):
        decode(b"abc", name)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("これは日本語の文章です。今日は天気がいいですね。" * 30, "shift_jis"),
        ("Съешь же ещё этих мягких французских булок, да выпей чаю. " * 30, "cp1251"),
    ],
)
def test_other_languages_are_refused_rather_than_guessed(text: str, encoding: str) -> None:
    with pytest.raises(DataError, match="name the encoding"):
        decode(text.encode(encoding))


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_give_text_or_a_data_error(data: bytes) -> None:
    try:
        found = decode(data)
    except DataError:
        return
    found.text.encode("utf-8")  # no lone surrogate is left
    assert 0 <= found.replaced <= len(data)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=100))
@settings(deadline=None)
def test_utf8_text_comes_back_when_named(text: str) -> None:
    assert decode(text.encode(), "utf-8").text == text.removeprefix("\ufeff")


def test_a_lone_surrogate_is_no_character() -> None:
    # +2AA- is U+D800 in UTF-7 (RFC 2152), whose decoder passes lone surrogates on
    decoded = decode("她".encode("utf-7") + b"+2AA-" + "走".encode("utf-7"), "utf-7")

    assert (decoded.text, decoded.replaced) == ("她\ufffd走", 1)


def _in_big5() -> str:
    """Return the bundled novella in traditional characters that Big5 has."""
    text: str = OpenCC("s2t").convert(NOVELLA.read_text(encoding="utf-8"))
    return text.encode("big5hkscs", "ignore").decode("big5hkscs")


@pytest.mark.parametrize("distance", [1_001, 301])
def test_big5_that_has_lost_bytes_is_told_though_all_of_the_rest_make_characters(
    distance: int,
) -> None:
    whole = _in_big5().encode("big5hkscs")
    places = [at for at in range(distance, len(whole), distance) if whole[at] >= 0x80]
    kept = set(places)
    data = bytes(byte for at, byte in enumerate(whole) if at not in kept)
    assert whole.count(b"\n") == data.count(b"\n")

    found = decode(data)

    assert found.encoding == "big5hkscs"
    assert found.replaced == pytest.approx(len(places), rel=0.2)
    share = 100 * found.replaced / len(found.text)
    (note,) = refuse_lost(found, len(data), document="雪.txt", advice="")
    assert note.startswith(f"雪.txt: {share:.1f} % unreadable, the first in line ")


@pytest.mark.parametrize("letters", ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "xyzabctvQKJTABCDE"])
def test_letters_that_stand_alone_in_sound_big5_are_no_damage(letters: str) -> None:
    random = Random(7)
    pieces = (c + random.choice(letters) if random.random() < 0.004 else c for c in _in_big5())
    text = "".join(pieces)

    found = decode(text.encode("big5hkscs"))

    assert (found.text, found.replaced) == (text, 0)
