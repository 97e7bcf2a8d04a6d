"""Reading a text in pieces: the same words wherever it is parted, and clean refusals."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, SettingsError
from pipeline.text.cleaning.clean import clean
from pipeline.text.cleaning.windows import decode_windows
from pipeline.text.reading import (
    CHINESE_WITHIN,
    LONGEST,
    decode_pieces,
    paragraph_pieces,
    read_file,
    read_pipe,
    read_words,
    require_chinese,
)
from pipeline.text.words.paragraphs import cut_paragraphs
from pipeline.text.words.segment import make_cut

CUT = make_cut("rjieba")
TEXT = "　　宝玉听了，笑 道：“好。”\r\n\r\n黛玉&nbsp;不信\u200b。<br>次日，\n \n众人都来了"


def expected_words(text: str) -> list[str]:
    """Cut as `fetch` and `segment` do."""
    paragraphs = clean(text, rejoin_lines="never").paragraphs
    lines, _ = cut_paragraphs(paragraphs)
    return [word for line in lines for word in [*line.split(" "), "</s>"]]


EXPECTED = expected_words(TEXT)


@settings(deadline=None)
@given(st.lists(st.integers(0, len(TEXT)), max_size=6))
def test_words_do_not_depend_on_where_the_text_is_parted(places: list[int]) -> None:
    bounds = [0, *sorted(places), len(TEXT)]
    pieces = [TEXT[a:b] for a, b in pairwise(bounds)]
    assert list(read_words(pieces, CUT)) == EXPECTED


def test_paragraph_breaks_stand_after_paragraphs_with_words() -> None:
    assert list(read_words(["好\n\n \n来"], CUT)) == ["好", "</s>", "来", "</s>"]
    assert list(read_words(["\n", " \u200b\n"], CUT)) == []


def test_a_paragraph_without_end_is_read_in_bounded_stretches() -> None:
    sentence = "宝玉听了，笑道：“妹妹来了。”"
    text = sentence * (3 * LONGEST // len(sentence))
    stretches = list(paragraph_pieces([text]))
    assert len(stretches) == 4
    assert max(len(stretch) for stretch, _ in stretches) <= LONGEST
    assert [ends for _, ends in stretches] == [False, False, False, True]
    assert list(read_words([text], CUT)) == [*CUT(text), "</s>"]
    # With no mark to part at, the stretch is parted where it is full.
    assert [len(stretch) for stretch, _ in paragraph_pieces(["好" * (LONGEST + 5)])] == [LONGEST, 5]


def test_a_stretch_that_ends_with_its_paragraph_still_gets_the_break() -> None:
    text = "好" * LONGEST + "。"
    assert list(read_words([text, "\n"], CUT))[-2:] == ["。", "</s>"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"])
def test_a_file_of_many_pieces_is_decoded_whole(tmp_path: Path, encoding: str) -> None:
    text = "他來到這裡，說了一句話。\n" * 60_000  # 1.5 to 2.2 MB: more than the first MiB
    path = tmp_path / "text.txt"
    path.write_bytes(text.encode(encoding))
    assert "".join(read_file(path)).removeprefix("\ufeff") == text


def test_bad_bytes_of_a_file_are_replaced_and_a_cut_end_too(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(("他来了。" * 100).encode() + b"\xff\xfe" + "好好".encode()[:5])
    assert "".join(read_file(path)) == "他来了。" * 100 + "\ufffd好\ufffd"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le"])
def test_characters_may_lie_across_pieces(encoding: str) -> None:
    data = "宝玉听了".encode(encoding, errors="ignore")
    pieces = [data[i : i + 1] for i in range(len(data))]
    found = "".join(decode_pieces(pieces, encoding, name="x", errors="strict"))
    assert found == data.decode(encoding)


def test_a_pipe_is_utf8_unless_named_otherwise() -> None:
    data = "宝玉听了".encode("gb18030")
    with pytest.raises(DataError, match="standard input: expected text in utf-8"):
        list(read_pipe(io.BytesIO(data), name="standard input"))
    assert "".join(read_pipe(io.BytesIO(data), name="x", encoding="gbk")) == "宝玉听了"
    with pytest.raises(SettingsError, match="encoding: expected a name"):
        read_pipe(io.BytesIO(data), name="x", encoding="klingon")


def test_text_without_chinese_is_refused_soon() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "no end of it\n" * 1000

    with pytest.raises(DataError, match="no Chinese character in 1,001,000 characters"):
        list(require_chinese(endless(), name="x"))
    assert taken == CHINESE_WITHIN // 13_000 + 1
    with pytest.raises(DataError, match="got an empty one"):
        list(require_chinese([" \n", ""], name="x"))
    assert list(islice(require_chinese(["Mr ", "宝玉"], name="x"), 2)) == ["Mr ", "宝玉"]


def test_a_file_of_parts_in_several_encodings_is_read_part_by_part(tmp_path: Path) -> None:
    sentence = "她听了这话，心里一惊，只得跟着去了，屋里的人都不言语。"
    parts = (sentence + "\n") * 40
    path = tmp_path / "glued.txt"
    path.write_bytes(parts.encode("gb18030") + parts.encode("utf-8"))
    assert "".join(read_file(path)) == parts + parts
    # A person who names the encoding has it so, damage and all.
    assert "\ufffd" in "".join(read_file(path, encoding="utf-8"))


SENTENCE = "她听了这话，心里一惊，只得跟着去了，屋里的人都不言语。"


@pytest.mark.parametrize("size", [40_000, 40_001])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize(
    "encodings",
    [
        ("gb18030", "utf-8", "gb18030"),
        ("utf-16-le", "gb18030", "utf-16-be"),
        ("utf-8", "utf-16-le", "utf-8"),
        ("gb18030",),
        ("utf-16-be",),
    ],
)
def test_windows_of_a_file_give_what_the_whole_file_gives(
    encodings: tuple[str, ...], end: str, size: int
) -> None:
    # windows end within lines and characters; a text without line ends is one part only
    part = (SENTENCE + end) * 2_000
    chosen = encodings if end else encodings[:1]
    data = io.BytesIO(b"".join(part.encode(encoding) for encoding in chosen))
    head = data.read(size)

    found = "".join(decode_windows(head, data.read, own="utf-8", size=size))

    assert found == part * len(chosen)
