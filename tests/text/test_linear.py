"""Cleaning takes time that grows with the length of a text alone, whatever it is made of.

Each of these texts once took between eight seconds and four minutes, at 200,000 characters: a
pattern, or a joining of lines, went over the rest of the text again for each of its pieces.
"""

from __future__ import annotations

import pytest
from growth import TIMES, assert_linear

from pipeline.text.chapters.chapters import divide
from pipeline.text.cleaning.clean import Cleaned, clean

CHARACTERS = 120_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<script>",
        "<script ",
        "<script></scr",
        "<style>",
        "a-",
        "a.",
        "E-text",
        "1.",
        "a.b ",
        "www.",
        "本书由",
        "*** START ",
        "字" * 36 + "\n",
        "第一章\n",
        "第一章\n第二章\n第三章\n",
        "第一卷\n第一章 雪\n她走了。\n",
        "1.雪\n她走了。\n1.月\n",
        "目录\n雪\n月\n风\n",
        "第一",
        "楔子\n",
        "（一",
        " ",
        "&#",
        "&amp;",
        "<!--",
        "<rt>",
        "<b>",
        "<p a=b",
        "<select></select>",
        "求月票",
        "[求月票",
        "第1章（求月票",
        "12\n",
        "作者有话说：\n",
        "\u2f00\u200b",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    pieces = CHARACTERS // TIMES // len(piece)

    assert_linear(
        lambda text: divide(clean(text).paragraphs), piece * pieces, piece * pieces * TIMES
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", [[], ["她走了。"]], ids=["headings alone", "over text"])
def test_many_headings_do_not_take_long(text: list[str]) -> None:
    def book(chapters: int) -> list[str]:
        headings = [f"第{n}章\u3000雪" for n in range(chapters)]
        return [*headings, *(line for heading in headings for line in (heading, *text))]

    # Twenty thousand headings are weighed: were each compared with each, it would take minutes.
    assert_linear(divide, book(10_000 // TIMES), book(10_000))
    assert len(divide(book(10_000)).chapters) == (10_000 if text else 1)


@pytest.mark.slow
def test_joining_every_line_does_not_take_long() -> None:
    def join(text: str) -> Cleaned:
        return clean(text, rejoin_lines="always")

    assert_linear(join, "字\n" * (CHARACTERS // TIMES), "字\n" * CHARACTERS)
    cleaned = join("字\n" * CHARACTERS)
    assert cleaned.paragraphs == ("字" * CHARACTERS,)
    assert cleaned.rejoined_lines == CHARACTERS - 1


class Counted(str):
    """A text that counts what is searched in it for the end of a tag."""

    looked_at = 0

    def find(self, *arguments: object) -> int:
        """Find as any text does."""
        place = super().find(*arguments)  # type: ignore[arg-type]
        start, stop = (int(str(argument)) for argument in arguments[1:])
        Counted.looked_at += (place if place >= 0 else min(stop, len(self))) - start + 1
        return place


@pytest.mark.parametrize("piece", ["<script>", "<script", "<script></script>", "<style><script>"])
def test_twice_the_tags_are_twice_the_work(piece: str) -> None:
    from pipeline.text.cleaning.markup import _find_held

    work = []
    for times in (1_000, 2_000):
        Counted.looked_at = 0
        list(_find_held(Counted(piece * times)))
        work.append(Counted.looked_at)
    assert work[1] < 2.1 * work[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("她<script>1 < 2</script>走了", "她走了"),
        ("她<SCRIPT type='a'>\n</Script\n>走了", "她走了"),
        ("她<style>a</style><script>b</script>走了", "她走了"),
        ("她<script>a<script>b</script>走了", "她走了"),
        ("她<style>a</script>走了</style>。", "她。"),
        ("她<script>走了", "她<script>走了"),
        ("她<script>走<style>a</style>了", "她<script>走了"),
        ("她<script></script", "她<script></script"),
        ("<scripture>她", "<scripture>她"),
    ],
)
def test_scripts_are_taken_out_with_what_they_hold(text: str, left: str) -> None:
    assert "".join(clean(text).paragraphs) == left.replace("\n", "")
