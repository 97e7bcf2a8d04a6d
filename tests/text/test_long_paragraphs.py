"""Long paragraphs, cut at the ends of sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts.corpus import Chapter
from pipeline.text.chapters.long_paragraphs import part_long_paragraphs

WHOLE = [Chapter("全文", 0, 1)]


def test_a_piece_ends_with_a_sentence() -> None:
    found, chapters = part_long_paragraphs(["她走了。“天黑了。”雨下着！"], WHOLE, most=8)
    assert found == ("她走了。", "“天黑了。”", "雨下着！")
    assert chapters == (Chapter("全文", 0, 3),)


def test_a_long_sentence_is_cut_where_it_must_be() -> None:
    assert part_long_paragraphs(["字" * 7], WHOLE, most=3)[0] == ("字字字", "字字字", "字")


def test_short_paragraphs_stay_and_chapters_move() -> None:
    chapters = [Chapter("一", 0, 2), Chapter("二", 2, 3, volume="春")]
    found, moved = part_long_paragraphs(["雪。", "她走了。他来。", "月。"], chapters, most=5)
    assert found == ("雪。", "她走了。", "他来。", "月。")
    assert moved == (Chapter("一", 0, 3), Chapter("二", 3, 4, volume="春"))


@given(st.text("字。！”…", min_size=1, max_size=80), st.integers(1, 20))
def test_no_character_is_lost(paragraph: str, most: int) -> None:
    found, _ = part_long_paragraphs([paragraph], WHOLE, most=most)
    assert "".join(found) == paragraph
    assert all(len(piece) > 0 for piece in found)
