"""Damage that decoding does not see is named: mended where the way back is exact, else refused."""

from __future__ import annotations

from collections import Counter

import pytest
from test_stretches import SIMPLIFIED, TRADITIONAL

from pipeline.errors import DataError
from pipeline.text.cleaning.damage import mend, refuse_lost, refuse_private
from pipeline.text.cleaning.encoding import Decoded

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
        DataError, match=r"雪\.txt: expected Chinese text, got .* from line [12] on"
    ):
        mend(Decoded(broken, "utf-8", 0), document="雪.txt")


def test_a_garbled_part_is_found_in_a_sound_text() -> None:
    sound = SIMPLIFIED * 100
    broken = (SIMPLIFIED * 100).encode("gb18030").decode("latin-1")

    mended = mend(Decoded(sound + broken + sound, "utf-8", 0), document="雪.txt")

    assert mended.text.count("话说那日她回到院中") == 300
    assert len(mended.cuts) == 1


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
