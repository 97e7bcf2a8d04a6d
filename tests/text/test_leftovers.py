"""Tags go where they are tags; what only looks like one is the author's."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning.clean import clean, clean_characters


@pytest.mark.parametrize(
    "line",
    [
        "屏幕上只有一行字：<I love you>，然后黑了。",
        "系统提示：<A 级任务>已开启，奖励<B 级宝箱>一只。",
        "玩家面板：<Title：无名者>，<Table 3>号桌，<Link Start>。",
        "a<b，且x>c，证毕。",
        "选<a>还是选<b>，没有人知道。",
        "他敲下</div>，又删掉。",
        "if (x < 3 && y > 5) return;",
        "AT&T和R&D，Q&A。",
    ],
)
def test_what_is_no_tag_stays(line: str) -> None:
    cleaned = clean(line)

    assert cleaned.paragraphs == (line,)
    assert cleaned.cuts == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('<p class="a">她<b>走</b>了。</p><p>天<i>黑</i>了。</p>', "她走了。|天黑了。"),
        ("<p>她走了。\n<p>天黑了。\n<p>雪停了。", "她走了。|天黑了。|雪停了。"),
        ("她走了。<br>\n天黑了。<br/>雪停了。", "她走了。|天黑了。|雪停了。"),
        ("她走了。<font color=red size='2'>天黑了。", "她走了。天黑了。"),
        ("她<!-- 第二页 <b> -->走了。", "她走了。"),
        ('<!DOCTYPE html><?xml version="1.0"?>她走了。', "她走了。"),
        ("<select><option>第一章</option></select>她走了。", "她走了。"),
        ("那<ruby>猴<rp>(</rp><rt>hóu</rt><rp>)</rp></ruby>走了。", "那猴走了。"),
        ("那<ruby>悟空<rt>ㄨˋㄎㄨㄥ</ruby>走了。", "那悟空走了。"),
        ("&nbsp&nbsp她走了&amp;#58;&quot;好&quot&hellip", '她走了:"好"…'),
        ("&lt;p&gt;她走了。&lt;/p&gt;&lt;p&gt;天黑了。&lt;/p&gt;", "她走了。|天黑了。"),
        ("他写：&lt;I love you&gt;。", "他写：<I love you>。"),
        ("她&amp;amp;lt;走了", "她<走了"),
        ("&bogus;她&#0000065;", "&bogus;她A"),
    ],
)
def test_markup_goes_and_is_recorded(text: str, left: str) -> None:
    cleaned = clean(text)

    assert cleaned.paragraphs == tuple(left.split("|"))
    assert bool(cleaned.cuts) == (text != left)


def test_cuts_know_their_lines() -> None:
    text = "她走了。\n<script>\nvar a;\n</script>天<b>黑</b>了。\n\n雪&nbsp;停了。\u200b"

    cuts = clean(text, document="雪.txt").cuts

    assert [(cut.reason, cut.line) for cut in cuts] == [
        ("script", 2),
        ("tag", 4),
        ("entity", 6),
        ("invisible character", 6),
    ]
    assert {cut.document for cut in cuts} == {"雪.txt"}
    assert clean(text).lines == (1, 4, 6)


def test_what_a_script_or_a_comment_cannot_hold_stays() -> None:
    story = ["雪停了。" * 5] * 2_000
    text = "她<script>走了。<!-- 天黑了。\n" + "\n".join(story) + "</script>-->"

    kept = clean(text).paragraphs

    assert len(kept) == 2_001
    assert kept[1:-1] == tuple(story[:-1])


def test_two_gutenberg_texts_in_one_file_are_both_kept() -> None:
    one = (
        "Title: 雪\n*** START OF THE PROJECT GUTENBERG EBOOK ***\n{}\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK ***\nUpdated editions\n"
    )
    cleaned = clean(one.format("她走了。") + one.format("天黑了。"))

    assert cleaned.paragraphs == ("她走了。", "天黑了。")
    assert [(cut.reason, cut.line) for cut in cleaned.cuts] == [
        ("licence", 1),
        ("licence", 4),
        ("licence", 9),
    ]


def test_another_text_outside_gutenberg_s_marks_is_kept() -> None:
    own = ["她走了。" + "雪" * 60] * 10
    frame = "*** START OF THE PROJECT GUTENBERG EBOOK ***\n{}\n*** END OF THE PROJECT GUTENBERG ***"

    text = frame.format("天黑了。") + "\nUpdated editions\n" + "\n".join(own)

    assert clean(text).paragraphs == ("天黑了。", *own)


def test_a_piece_is_cleaned_like_a_text() -> None:
    assert clean_characters("<p>她</p>\r\n走") == "\n她\n\n走"
