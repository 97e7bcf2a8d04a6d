"""Files put together from parts in different encodings, and files that have lost bytes."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.text.cleaning.encoding import Decoded, Reach, decode, show_map

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
ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be")


def part(encoding: str, times: int) -> tuple[str, bytes]:
    """A part of a file: its text, and its bytes."""
    text = (TRADITIONAL if encoding == "big5hkscs" else SIMPLIFIED) * times
    return text, text.encode(encoding)


def alike(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning."""
    pairs = zip(one, other, strict=False)
    return len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(ENCODINGS, 2)))
@pytest.mark.parametrize(("long", "short"), [(60, 60), (300, 8), (8, 300)])
def test_two_parts_are_read_each_for_itself(first: str, second: str, long: int, short: int) -> None:
    (one, data), (two, more) = part(first, long), part(second, short)

    found = decode(data + more)

    assert found.text.replace("\ufeff", "") == one + two
    assert found.replaced == 0


def test_a_large_part_hides_no_small_one() -> None:
    # the sample that once decided was of 200,000 bytes
    (one, data), (two, more) = part("gb18030", 3_000), part("utf-8", 4)
    assert len(data) > 300_000

    found = decode(data + more + data)

    assert found.text == one + two + one
    assert found.map == (
        Reach(1, "gb18030"),
        Reach(9_001, "utf-8"),
        Reach(9_013, "gb18030"),
    )
    assert show_map(found) == "gb18030 to line 9,000, utf-8 to line 9,012, gb18030 from there"
    assert found.encoding == "gb18030"


def test_a_map_of_many_changes_is_told_in_one_short_line() -> None:
    reaches = tuple(Reach(line, ("utf-8", "gb18030")[line % 2]) for line in range(1, 31))

    shown = show_map(Decoded("", "utf-8", 0, reaches))

    assert shown.startswith("gb18030 to line 1, utf-8 to line 2, ")
    assert shown.endswith(", utf-8 to line 8, and 21 more changes, most in utf-8")


def test_one_encoding_needs_no_map() -> None:
    assert show_map(decode(part("gb18030", 9)[1])) == ""


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("place", [0.113, 0.531, 0.927])
def test_a_lost_byte_garbles_one_line(encoding: str, place: float) -> None:
    text, data = part(encoding, 50)
    at = int(len(data) * place)

    found = decode(data[:at] + data[at + 1 :])

    wrong = [
        (old, new)
        for old, new in zip(text.split("\n"), found.text.split("\n"), strict=True)
        if old != new
    ]
    assert len(wrong) <= 1
    for old, new in wrong:  # read on in step: three characters at most are others
        assert alike(old, new) + alike(old[::-1], new[::-1]) >= len(old) - 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("distance", [1_001, 54])  # bytes: some losses in a line
def test_utf16_is_read_on_in_step_after_every_loss(encoding: str, distance: int) -> None:
    text, data = part(encoding, 100)
    lost = bytearray(data)
    del lost[500::distance]

    found = decode(bytes(lost))

    assert found.encoding == encoding
    assert found.replaced == pytest.approx(len(data) - len(lost), rel=0.2)
    same = (Counter(text) & Counter(found.text)).total()
    assert same >= len(text) - 3 * (len(data) - len(lost))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_rare_signs_in_utf16_are_no_loss(encoding: str) -> None:
    rare = (
        "ひらがなカタカナ\n□━━━━①②\n\ue801\ue802\ue803\ue804雪\n한글한글한글\n㐀㐁㐂㐃㐄\n😀😀😀\n"
    )
    text = SIMPLIFIED * 20 + rare + SIMPLIFIED * 20

    assert decode(text.encode(encoding)).text == text


def test_nuls_at_the_end_are_no_damage() -> None:
    text, data = part("gb18030", 20)

    assert decode(data + b"\x1a" + bytes(5_000)).text.rstrip("\0\x1a") == text


@pytest.mark.parametrize("garbled", [b"\xff\xfe\xfd\xfc\xfb", "饷⒁".encode("gb18030")])
def test_a_garbled_stretch_in_utf8_stays_local(garbled: bytes) -> None:
    text, data = part("utf-8", 30)

    found = decode(data + garbled + b"\n" + data)

    assert found.text.startswith(text)
    assert found.text.endswith(text)
    assert found.encoding == "utf-8"


@pytest.mark.parametrize("line", ["诗曰", "　　雪", "又诗曰：", "讀\n\n"])
@pytest.mark.parametrize(
    ("own", "other"), [("gb18030", "utf-8"), ("utf-8", "gb18030"), ("big5hkscs", "utf-8")]
)
def test_a_short_line_goes_with_the_part_that_makes_chinese_of_it(
    line: str, own: str, other: str
) -> None:
    # 诗曰 in GB18030 and 讀 in Big5 are letters in UTF-8: ʫԻ and Ū
    line = line if own != "big5hkscs" or "诗" not in line else "讀"
    (one, data), (two, more) = part(own, 20), part(other, 20)
    short = (line + "\n\n").encode(own)

    assert decode(data + short + more).text == f"{one}{line}\n\n{two}"
    assert decode(more + b"\n" + short + data).text == f"{two}\n{line}\n\n{one}"


def test_letters_in_utf8_stay_letters() -> None:
    text = part("utf-8", 20)[0] + "é\n··\ncafé\n" + part("utf-8", 20)[0]

    assert decode(text.encode()).text == text
    assert decode("но и Она".encode()).text == "но и Она"


@given(
    st.lists(
        st.sampled_from(
            [b"\n", b"\xff", b"\0", b"a", b"\xff\xfe", b"\xe4\xb8\xad", b"\xb0\xa1", b"\n\0"]
        ),
        max_size=300,
    )
)
@settings(deadline=None)
def test_any_bytes_are_covered_in_order(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    try:
        found = decode(data)
    except DataError:
        return
    found.text.encode("utf-8")
    assert len(found.text) + found.replaced <= 2 * len(data) + 1
    assert [reach.line for reach in found.map] == sorted(reach.line for reach in found.map)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("change", ["lost", "added"])
def test_utf16_that_has_lost_two_bytes_of_a_hundred_is_told(encoding: str, change: str) -> None:
    # in step for 25 units at a time: common characters at any byte tell the order
    text, data = part(encoding, 60)
    damaged = bytearray(data)
    for at in reversed(range(45, len(data), 50)):
        damaged[at : at + 1] = b"" if change == "lost" else bytes([data[at], 0x9C])

    found = decode(bytes(damaged))

    assert found.encoding.startswith("utf-16")
    assert (Counter(text) & Counter(found.text)).total() >= len(text) - 3 * (len(data) // 50)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_first_byte_is_told(encoding: str) -> None:
    text, data = part(encoding, 20)

    found = decode(data[1:])

    assert found.encoding == encoding
    assert found.text.split("\n")[1:] == text.split("\n")[1:]


SHORT = ("他来了，说话也不多。", "又下雨了。", "只得跟着去")


@pytest.mark.parametrize("host", ["gb18030", "big5hkscs", "utf-8"])
@pytest.mark.parametrize("guest", ["gb18030", "big5hkscs", "utf-8"])
@pytest.mark.parametrize("line", SHORT)
def test_a_single_line_in_another_encoding_is_read_for_itself(
    host: str, guest: str, line: str
) -> None:
    line = line if guest != "big5hkscs" else line.translate(str.maketrans("来说话着", "來說話著"))
    if host == "utf-8" and len(line) < 6:
        pytest.skip("so few bytes may be a garbled line in UTF-8")
    text, data = part(host, 30)

    found = decode(data + (line + "\n").encode(guest) + data)

    assert found.text == f"{text}{line}\n{text}"
    assert found.replaced == 0


def test_kana_and_rare_words_in_gb18030_are_no_big5() -> None:
    # kana are frequent characters for Big5, and 孙大圣 in traditional characters ends as its do
    text = SIMPLIFIED * 30 + "ああ、そうですか\n" + "孫大聖與惠岸\n種菊怡紅公子\n" + SIMPLIFIED * 30

    assert decode(text.encode("gb18030")).text == text


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(ENCODINGS[2:], 2)))
def test_parts_that_meet_in_mid_line_garble_that_line_alone(first: str, second: str) -> None:
    (one, data), (two, more) = part(first, 60), part(second, 60)
    half = len((SIMPLIFIED[:-10] if first != "big5hkscs" else TRADITIONAL[:-10]).encode(first)) & ~1

    found = decode(data + data[:half] + more)

    lines = found.text.split("\n")
    assert "\n".join(lines[:180]) == one.rstrip("\n")
    assert "\n".join(lines[-180:]) == "\n".join(two.split("\n")[-180:])


@pytest.mark.parametrize("encoding", ["hz", "utf-7"])
def test_chinese_in_seven_bits_is_told(encoding: str) -> None:
    text = SIMPLIFIED * 10

    found = decode(text.replace("　", "").encode(encoding))

    assert (found.text, found.encoding) == (text.replace("　", ""), encoding)
