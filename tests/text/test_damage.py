"""Damage that decoding does not see is named: mended where the way back is exact, else refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from test_stretches import SIMPLIFIED, TRADITIONAL

from pipeline.errors import DataError
from pipeline.text.cleaning.damage import mend
from pipeline.text.cleaning.encoding import Decoded
from pipeline.text.cleaning.losses import refuse_lost, refuse_private

# As read in a wrong encoding that has a character for each of its bytes, and saved so.
WAYS = [
    ("utf-8", "latin-1"),
    ("gb18030", "latin-1"),
    ("big5hkscs", "gb18030"),
    ("gb18030", "big5hkscs"),
]


def garble(text: str, right: str, wrong: str) -> str:
    """Read the text's lines in a wrong encoding, as far as that goes without a loss."""
    lines = []
    for line in text.split("\n"):
        try:
            lines.append(line.encode(right).decode(wrong))
        except UnicodeError:
            continue
    return "\n".join(lines)


@pytest.mark.parametrize(("right", "wrong"), WAYS)
def test_the_way_back_is_taken_where_it_is_exact(right: str, wrong: str) -> None:
    # every second character of the common ones, in lines that the wrong encoding can hold
    words = "的一是了不在人有我他这来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
    if right == "big5hkscs":
        words = "的一是了不在人有我他來上大和到以要就出可也你生能而子那得下自之年"
    lines = [words[at:] + words[:at] for at in range(len(words))] * 8
    text = "\n".join(lines)
    broken = garble(text, right, wrong)
    mended_lines = set(text.split("\n"))
    if len(broken) < 1_000:
        pytest.skip("the wrong encoding holds too few of these lines")

    mended = mend(Decoded(broken, "utf-8", 0), document="雪.txt")

    assert set(mended.text.split("\n")) <= mended_lines
    (cut,) = mended.cuts
    assert (cut.reason, cut.line, cut.document) == ("garbled text", 1, "雪.txt")
    assert mended.notes[0].endswith(f"{right} once read as {wrong}: mended")


def test_where_characters_were_lost_it_is_refused() -> None:
    broken = (SIMPLIFIED * 30).encode().decode("gb18030", errors="replace")

    with pytest.raises(
        DataError, match=r"雪\.txt: expected Chinese text, got .* by it, \d+\.\d %, lines [12]-"
    ):
        mend(Decoded(broken, "utf-8", 0), document="雪.txt")


def test_a_garbled_part_is_found_in_a_sound_text() -> None:
    sound = SIMPLIFIED * 100
    broken = (SIMPLIFIED * 100).encode("gb18030").decode("latin-1")

    mended = mend(Decoded(sound + broken + sound, "utf-8", 0), document="雪.txt")

    assert mended.text.count("话说那日她回到院中") == 300
    assert len(mended.cuts) == 1


def read_by_windows(line: str) -> str:
    """Read UTF-8 as Windows' GBK does, which has one byte more than GB18030: 0x80."""
    return line.encode().decode("gb18030", errors="replace").replace("\ufffd", "€")


@pytest.mark.parametrize(
    "read", [read_by_windows, lambda line: line.encode().decode("latin-1")], ids=["gbk", "latin-1"]
)
def test_a_few_garbled_lines_are_mended_one_by_one(read: Callable[[str], str]) -> None:
    line = "　　他说：“这里没有人。你去看看，"
    sound = SIMPLIFIED * 60

    mended = mend(Decoded(f"{sound}{read(line)}\n{sound}{read(line)}", "utf-8", 0), document="雪")

    assert mended.text == f"{sound}{line}\n{sound}{line}"
    assert [cut.line for cut in mended.cuts] == [181, 362]
    (note,) = mended.notes
    assert note.startswith("雪: lines 181, 362: utf-8 once read as ")
    assert mended.garbled == 0


TWICE = [("latin-1", "latin-1"), ("latin-1", "gb18030"), ("gb18030", "gb18030")]


@pytest.mark.parametrize(("first", "second"), TWICE)
def test_what_was_misread_twice_is_mended_too(first: str, second: str) -> None:
    # every line is UTF-8 that both encodings hold without a loss
    line = (
        "守门太监验过腰牌守门太监验过腰牌"
        if first == "gb18030"
        else "他说：“这里没有人。你去看看，"
    )
    broken = line.encode().decode(first).encode().decode(second)
    sound = SIMPLIFIED * 60

    whole = mend(Decoded(f"{broken}\n" * 90, "utf-8", 0), document="雪")
    one = mend(Decoded(f"{sound}{broken}\n{sound}", "utf-8", 0), document="雪")

    way = f"utf-8 once read as {first}, and that as {second}: mended"
    assert (whole.text, whole.notes) == (f"{line}\n" * 90, (f"雪: lines 1-90: {way}",))
    assert (one.text, one.notes) == (f"{sound}{line}\n{sound}", (f"雪: line 181: {way}",))


@pytest.mark.parametrize(("first", "second"), TWICE[1:])
def test_what_lost_characters_when_it_was_misread_twice_is_refused(first: str, second: str) -> None:
    broken = (SIMPLIFIED * 30).encode().decode(first, errors="replace")
    broken = broken.encode().decode(second, errors="replace").replace("聹", "?")

    with pytest.raises(DataError, match="got text that was once read in a wrong encoding"):
        mend(Decoded(broken, "utf-8", 0), document="雪")


@pytest.mark.parametrize(("right", "wrong"), [("utf-8", "gb18030"), ("gb18030", "big5hkscs")])
def test_a_few_lines_that_lost_characters_are_named_and_counted(right: str, wrong: str) -> None:
    lost = "丫头们说道：“太太叫你过去，问你昨日的事。".encode(right).decode(wrong, errors="replace")
    assert "\ufffd" in lost
    text = SIMPLIFIED * 60 + f"{lost}\n" * 3 + SIMPLIFIED * 60

    mended = mend(Decoded(text, "utf-8", 0), document="雪")

    assert (mended.text, mended.garbled) == (text, 3 * len(lost) + 3)
    assert mended.notes[0].startswith("雪: lines 181-183: once read in a wrong encoding")
    (note,) = refuse_lost(Decoded("雪" * 9_000, "", 0), 9_000, document="", advice="", garbled=90)
    assert "1.0 % unreadable" in note
    with pytest.raises(DataError, match=r"%, lines 61-70 "):
        mend(Decoded(SIMPLIFIED * 20 + f"{lost}\n" * 10, "utf-8", 0), document="雪")


@pytest.mark.parametrize(
    "line", ["人参、当归、黄芪、甘草、茯苓、泽泻", "いろはにほへと", "Été — là-bas"]
)
def test_a_line_of_rare_characters_is_no_damage(line: str) -> None:
    text = SIMPLIFIED * 60 + line + "\n" + SIMPLIFIED * 60

    mended = mend(Decoded(text, "utf-8", 0), document="")

    assert (mended.text, mended.notes, mended.garbled) == (text, (), 0)


@pytest.mark.parametrize("wrong", ["gb18030", "big5hkscs", "latin-1"])
def test_what_became_of_lost_characters_counts_as_lost(wrong: str) -> None:
    read = ("\ufffd" * 2).encode().decode(wrong)[:3]  # 锟斤拷
    text = f"雪\n雪{read}雪" + "雪" * 2_000
    notes = refuse_lost(Decoded(text, "utf-8", 0), 6_000, document="雪.txt", advice="")

    assert notes[0].startswith(f"雪.txt: 1 time {read}, the first in line 2")
    assert len(notes) == 2
    with pytest.raises(DataError, match=r"% unreadable, .*; take the file that it was made from"):
        refuse_lost(Decoded(text + read * 30, "utf-8", 0), 6_000, document="雪.txt", advice="")


@pytest.mark.parametrize("text", [SIMPLIFIED * 60, TRADITIONAL * 60, "La neige. Été. " * 500, ""])
def test_a_sound_text_is_left_alone(text: str) -> None:
    mended = mend(Decoded(text, "utf-8", 0), document="")

    assert (mended.text, mended.cuts, mended.notes) == (text, (), ())


@pytest.mark.parametrize(("lost", "warned"), [(0, False), (1, False), (5, True), (40, False)])
def test_lost_bytes_are_warned_of_and_refused(lost: int, warned: bool) -> None:
    # of 2,000 bytes 0.05 %, 0.25 % and 2 %
    decoded = Decoded("雪\n" * 1_000 + "\ufffd" * min(lost, 1), "gb18030", lost)
    if lost > 20:
        decoded = Decoded(decoded.text, "gb18030", lost + 1)
        with pytest.raises(DataError, match=r"2\.1 % unreadable.*; name its encoding"):
            refuse_lost(decoded, 2_000, document="雪.txt", advice="name its encoding")
        return
    notes = refuse_lost(decoded, 2_000, document="雪.txt", advice="")
    assert [("0.2 % unreadable" in note, "line 1,001" in note) for note in notes] == (
        [(True, True)] if warned else []
    )


@pytest.mark.parametrize(("private", "notes"), [(0, 0), (1, 0), (10, 1)])
def test_private_characters_are_warned_of_and_refused(private: int, notes: int) -> None:
    counts = Counter("雪" * 2_000 + "\ue800" * private)

    assert len(refuse_private(counts, document="雪.txt")) == notes
    counts.update("\uf123" * 50)
    with pytest.raises(DataError, match=r"private-use characters \(\d\.\d %\)"):
        refuse_private(counts, document="雪.txt")
