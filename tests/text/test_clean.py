from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines import CORPORA

from pipeline.text.cleaning.adverts import is_advert
from pipeline.text.cleaning.clean import clean, clean_characters, tidy
from pipeline.text.cleaning.reflow import columns, wrap_width

# Written for these tests: paragraphs of prose longer than any wrapping width used below.
PROSE = (
    "那年冬天来得格外早，院子里的海棠还没有落尽叶子，头一场雪就压了下来，丫头们扫了半日也没有扫出一条路。",
    "老太太坐在炕上听了外头的动静，叫人把窗子支起来看，只见白茫茫一片，连东边的角门也瞧不见了，心里便有些不自在。",
    "她想起三十年前也是这样一场雪，家里的车马陷在城外，等到天黑才有人回来报信，那一夜全家上下没有一个合眼的。",
    "正说着，外头有人来回话，说是南边的信到了，请太太过去看，众人听见这话，一时都静了下来，只有炉子里的炭轻轻响着。",
    "信上写得简短，只说一路平安，二月里便可到家，又问老太太的身子好不好，末了还添了两句，问园子里的梅花开了没有。",
)


def wrap(text: str, width: int, *, indent: str = "") -> list[str]:
    """Break at every `width` columns, as an old e-mail program would."""
    lines = [indent]
    for character in text:
        if columns(lines[-1]) + 2 * lines[-1].count("\u3000") + columns(character) > width:
            lines.append("")
        lines[-1] += character
    return lines


@pytest.mark.parametrize("width", [40, 56, 72, 76])
@pytest.mark.parametrize("indent", ["\u3000\u3000", ""])
def test_hard_wrapped_text_is_joined(width: int, indent: str) -> None:
    paragraphs = [PROSE[i % 5] + PROSE[(i + i // 5) % 5] for i in range(30)]
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += wrap(paragraph, width, indent=indent) + ([] if indent else [""])

    cleaned = clean("\r\n".join(lines))

    assert cleaned.paragraphs == tuple(paragraphs)
    filled = sum(bool(line) for line in lines)
    assert cleaned.rejoined_lines == filled - len(paragraphs)


@pytest.mark.parametrize("gap", [[], [""]])
def test_indents_of_half_width_count_where_characters_are_counted(gap: list[str]) -> None:
    paragraphs = [PROSE[i % 5] + PROSE[(i + 1) % 5][: 7 * i % 50] for i in range(20)]
    lines: list[str] = []
    for paragraph in paragraphs:
        text = f"    {paragraph}"
        lines += [*(text[at : at + 40] for at in range(0, len(text), 40)), *gap]

    assert clean("\n".join(lines)).paragraphs == tuple(paragraphs)


def hold_back(text: str, width: int) -> list[str]:
    """Break at every `width` characters, with no punctuation at a line's wrong end."""
    lines: list[str] = []
    while text:
        end = min(width, len(text))
        while end < len(text) and (text[end] in "，。：”" or text[end - 1] == "“"):
            end -= 1
        lines.append(text[:end])
        text = text[end:]
    return lines


@pytest.mark.parametrize("careful", [False, True])
def test_a_paragraph_ends_where_a_full_line_has_room_left(careful: bool) -> None:
    width = 30
    # the last lines: 29 characters, where one more had room; then speech behind speech
    paragraphs = [
        (PROSE[i % 5] + PROSE[(i + 1) % 5])[: 59 + 30 * (i % 2) - 1] + "。" for i in range(30)
    ]
    paragraphs[7:7] = [f"“{PROSE[0][:27]}。”", f"“{PROSE[1][:26]}。”"]
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += hold_back(paragraph, width) if careful else wrap(paragraph, 2 * width)

    found = clean("\n".join(lines)).paragraphs

    assert "".join(found) == "".join(paragraphs)
    missed = len(set(paragraphs) - set(found))
    assert missed == 0 if not careful else missed < 10


def test_wide_lines_are_joined_though_few_are_full() -> None:
    spoken = "“天黑了，回去罢。”"
    paragraphs = [
        line for i in range(20) for line in (PROSE[i % 5] + PROSE[(i + 1) % 5], *[spoken] * 2)
    ]
    lines = [line for p in paragraphs for line in wrap(p, 148, indent="\u3000\u3000")]

    assert clean("\n".join(lines)).paragraphs == tuple(paragraphs)


def test_double_spaced_wrapped_text_is_joined() -> None:
    paragraphs = [PROSE[i % 5] + PROSE[(i + 1) % 5] for i in range(20)]
    lines = [line for p in paragraphs for line in wrap(p, 60, indent="\u3000\u3000")]

    assert clean("\n\n".join(lines)).paragraphs == tuple(paragraphs)


@pytest.mark.parametrize("empty", [[], [""]])
@pytest.mark.parametrize("adverts", [1, 2])
def test_an_advert_between_wrapped_lines_goes_alone(empty: list[str], adverts: int) -> None:
    paragraphs = tuple(PROSE[i % 5] + PROSE[(i + 1) % 5] for i in range(20))
    wrapped = [wrap(p, 60, indent="\u3000\u3000") for p in paragraphs]
    between = [*empty, *["最新章节请登录www.xuehua.com阅读"] * adverts, *empty]
    lines = [line for first, *more in wrapped for line in (first, *between, *more)]

    cleaned = clean("\n".join(lines))

    assert cleaned.paragraphs == paragraphs
    assert [cut.reason for cut in cleaned.cuts] == ["advert"] * 20 * adverts
    assert cleaned.cuts[0].line == 2 + len(empty)
    assert len(clean("\n".join(lines), adverts="keep").cuts) == 0


@pytest.mark.parametrize("indent", ["\u3000\u3000", ""])
def test_an_advert_that_ends_a_wrapped_paragraph_is_the_story_s(indent: str) -> None:
    told = "那日她收到一封信，看见信纸上没有写字，底下只印着这么一行"
    told += "最新章节请登录www.xuehua.com阅读"
    paragraphs = [PROSE[i % 5] + PROSE[(i + 1) % 5] for i in range(20)] + [told, PROSE[0]]
    width = 60 if indent else 56
    lines = [line for p in paragraphs for line in (*wrap(p, width, indent=indent), "")]
    assert "最新章节请登录www.xuehua.com阅读" in lines

    assert clean("\n".join(lines)).paragraphs == tuple(paragraphs)


def test_headings_and_verse_in_wrapped_text_stay_apart() -> None:
    lines: list[str] = []
    for number in "一二三四五六":
        lines += [f"第{number}章 夜雨", *wrap(PROSE[0] + PROSE[1], 60, indent="\u3000\u3000")]
        lines += ["\u3000\u3000于是吟道：", "帘外雨潺潺春意阑珊，", "罗衾不耐五更寒。"]
        lines += wrap(PROSE[2] + PROSE[3], 60, indent="\u3000\u3000")

    paragraphs = clean("\n".join(lines)).paragraphs

    assert paragraphs[:6] == (
        "第一章\u3000夜雨",
        PROSE[0] + PROSE[1],
        "于是吟道：",
        "帘外雨潺潺春意阑珊，",
        "罗衾不耐五更寒。",
        PROSE[2] + PROSE[3],
    )


def test_a_paragraph_a_line_is_left_alone() -> None:
    text = "\n".join(PROSE * 6)

    cleaned = clean(text)

    assert cleaned.paragraphs == PROSE * 6
    assert cleaned.rejoined_lines == 0


def test_verse_a_line_each_is_left_alone() -> None:
    lines = ["帘外雨潺潺春意阑珊，", "罗衾不耐五更寒如水。"] * 20

    assert wrap_width(lines) is None
    assert clean("\n".join(lines)).paragraphs == tuple(lines)


def test_rejoining_can_be_forced_and_forbidden() -> None:
    lines = wrap(PROSE[0], 40)  # too few lines to prove a habit

    assert clean("\n".join(lines)).paragraphs == tuple(lines)
    assert clean("\n".join(lines), rejoin_lines="always").paragraphs == (PROSE[0],)
    many = [line for p in PROSE * 6 for line in [*wrap(p, 40), ""]]
    assert len(clean("\n".join(many), rejoin_lines="never").paragraphs) > 60


@pytest.mark.parametrize(
    "line",
    [
        "更多精彩，请访问 http://www.example.com/book/1.html",
        "www.example.com",
        "手机阅读：m.example.com",
        "本书由某某小说网整理制作",
        "最新章节请到某某小说网",
        "TXT下载",
        "求月票，求推荐票！",
        "请大家收藏本站",
        "（本章未完，请翻页）",
        "天才一秒记住本站地址",
        "小^说*网 最新章节~免费阅读",
        "上一章 返回目录 下一章",
        "------------",
        "★★★☆☆★★★",
        "Produced by a volunteer",
    ],
)
def test_adverts_are_cut(line: str) -> None:
    assert is_advert(line)
    assert clean(f"她走了。\n{line}\n天黑了。").paragraphs == ("她走了。", "天黑了。")
    (cut,) = clean(f"她走了。\n{line}\n天黑了。", document="雪.txt").cuts
    assert (cut.document, cut.line, cut.text) == ("雪.txt", 2, line)
    assert len(clean(f"她走了。\n{line}\n天黑了。", adverts="keep").paragraphs) == 3


@pytest.mark.parametrize(
    "line",
    [
        "他打开www.example.com，输入了名字。",
        "他在小说网上看最新章节。",
        "“请收藏这幅画。”",
        "我求他收藏这幅画。",
        "宝玉整理衣冠，转身而去。",
        "这座书城里有很多书友。",
        "他的人生未完待续",
        "……",
        "——",
        "第三章 最新章节",
        "布下十八架天罗地网，把那山围得水泄不通。",
    ],
)
def test_narrative_lines_are_kept(line: str) -> None:
    assert not is_advert(line)
    assert clean(line).paragraphs == (tidy(line),)


def test_adverts_inside_a_line_are_cut_out() -> None:
    # the shapes found in the wild: a shouted sentence, and noise that ends in an address
    shouted = "全文字版小说阅读更新更快尽在某某文学网!那人听了，回头就走。"
    address = "楼下不见了人。小^说^无广告的~某某*小说~网www.example.com这个也来问，那个也来寻。"

    assert clean(shouted).paragraphs == ("那人听了，回头就走。",)
    assert clean(address).paragraphs == ("楼下不见了人。这个也来问，那个也来寻。",)


def test_gutenberg_frame_is_cut() -> None:
    text = (
        "The Project Gutenberg EBook of 某书\n\nLanguage: Chinese\n\n"
        "*** START OF THIS PROJECT GUTENBERG EBOOK 某书 ***\n\n她走了。\n\n"
        "*** END OF THIS PROJECT GUTENBERG EBOOK 某书 ***\nUpdated editions will replace\n"
    )

    cleaned = clean(text)

    assert cleaned.paragraphs == ("她走了。",)
    assert [(cut.reason, cut.line) for cut in cleaned.cuts] == [("licence", 1), ("licence", 9)]
    assert cleaned.cuts[0].text.startswith("The Project Gutenberg EBook of 某书\n\nLanguage")


def test_characters() -> None:
    text = "\ufeff她\u200b走\u00ad了。\x00<br/>天&nbsp;黑&#40657;。\u0085雪\u2028停\r了\r\n。<某书>"

    assert clean_characters(text).split("\n") == [
        "她走了。",
        "天\xa0黑黑。",
        "雪",
        "停",
        "了",
        "。<某书>",
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("\u3000\u3000宝玉 听 了\u3000“好” 字", "宝玉听了“好”字"),
        ("他说 hello  world 了", "他说 hello world 了"),
        ("第一回  甄士隐\u3000贾雨村", "第一回\u3000甄士隐\u3000贾雨村"),
        (" \t ", ""),
    ],
)
def test_tidy(line: str, expected: str) -> None:
    assert tidy(line) == expected


@given(st.text(alphabet="宝玉道，。“”第一回章 \u3000\t\r\n-*&<>abc.com\u200b\ufeff", max_size=200))
@settings(deadline=None)
def test_clean_paragraphs_are_single_trimmed_lines(text: str) -> None:
    for paragraph in clean(text).paragraphs:
        assert paragraph
        assert paragraph == paragraph.strip()
        assert len(paragraph.splitlines()) == 1


@given(st.text(alphabet="宝玉听了笑道，。？！“”：", min_size=1, max_size=60))
@settings(deadline=None)
def test_plain_chinese_text_is_not_changed(line: str) -> None:
    assert clean(line).paragraphs == (line,)


@pytest.mark.parametrize(
    ("name", "kept", "removed"),
    # 2,654 and 3,311 lines hold text; two lines of 红楼梦 recruit for a web site, and two lines of
    # 西游记 have advertising inside
    [("hongloumeng", 2652, 2), ("xiyouji", 3311, 2)],
)
def test_novels_as_found_in_the_wild(name: str, kept: int, removed: int) -> None:
    path = CORPORA / f"{name}.txt"
    if not path.exists():
        pytest.skip("../shared/corpora is absent")

    cleaned = clean(path.read_bytes().decode("utf-8"))

    assert len(cleaned.paragraphs) == kept
    assert (len(cleaned.cuts), cleaned.rejoined_lines) == (removed, 0)
