"""What is advertising goes, and what a novelist could have written stays."""

from __future__ import annotations

from random import Random

import pytest

from pipeline.text.cleaning.adverts import is_advert
from pipeline.text.cleaning.clean import clean
from pipeline.text.cleaning.signs import HINT, _hint_words

STORY = (
    "那年冬天来得格外早，院子里的海棠还没有落尽叶子。",
    "老太太坐在炕上听了外头的动静，叫人把窗子支起来看。",
    "信上写得简短，只说一路平安，二月里便可到家。",
)

# One or two of each kind that was measured: 150 lines to tune on, and 150 only measured.
ADVERTS = """
请记住本站域名：www.example.com
一秒记住【青苇小说网】，精彩小说无弹窗免费阅读！
手机用户请浏览m.example.com阅读，更优质的阅读体验。
更新最快的墨香中文网，无弹窗！请收藏本站（www.example.com）
山海集最新章节、山海集全文阅读、山海集txt下载
本电子书由青苇小说网网友收集制作，www.example.com
本书仅供学习交流，请在下载后24小时内删除，不得用于商业用途，否则后果自负。
（未完待续。）
新书上传，跪求收藏和推荐票！
恳请各位读者支持正版订阅！
感谢书友“夜雨江南”打赏的100起点币！
感谢投出地雷的小天使：阿九 1个；
PS：今天有事，更新晚了，晚上还有一章。
书友群：123456789
粉丝群：５５６６７７８８９，欢迎书友加群
关注作者微信公众号“qingwei”，看更多番外
下载青苇小说网客户端，免费阅读全本小说！
ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ
请登陆Ｗｗｗ．ｅｘａｍｐｌｅ．ｃｃ阅读全文
請記住本站：青葦小說網，最新章節，無彈窗
本書由落霞文學網整理製作，轉載請註明
青_苇~小_说_网 无^弹^窗
今天三更完毕，求推荐票！
推荐一本朋友的书：《剑雨》，书荒的可以看看，求收藏
百度搜索“青苇小说网”，阅读最新章节
章节错误，点此举报，本站会尽快处理
由于域名更换，最新网址www.example.com，请收藏
投推荐票 上一章 章节目录 下一章 加入书签
青苇小说网诚招签约作者，稿费丰厚，详情见www.example.com
此章为防盗章，半小时后替换
上架感言
第一更送到，第二更晚上八点
今日三更，这是第二更
-->>（第1/3页）
域名被墙，请牢记永久地址发布页
新用户注册即送彩金，秒到账
w w w . e x a m p l e . c c
www.ｅxаmｐlе.ｃοｍ
最快更新，请到【青苇】【小说】【网】
本书＋最新＋章节＋在＋青＋苇＋文＋学
分类：玄幻　字数：318万　状态：连载
字体：大 中 小　背景：护眼
发布时间：2014-06-11 21:33:08　字数：3021
热门推荐：剑雨 长街 天明
温馨提示：方向键左右(← →)前后翻页
登录用户可保存阅读进度
Copyright © 2015 All Rights Reserved
本书由网友“阿九”整理上传
请把网址发给您的朋友
""".strip().splitlines()

STORIES = """
校长要求推荐一名代表进京。
台下掌声雷动，更多精彩的节目还在后头。
售票处前挤满求票的人。
日记的上一页写满字，下一页却是空白。
这段姻缘，未完待续。
盒盖上刻着一行小字：仅供试看。
请收藏好这把钥匙。
公交车本站停靠，首发车六点开！
本书由祖父整理，传到今天已是第三代。
手机阅读的灯光照亮半张脸。
加入书签，合上电脑，天已经亮。
书友群里，月票和推荐票涨得飞快！
“求月票，求推荐票，求收藏！”林晓对着镜头喊，声音都哑了。
主播感谢观众的打赏，关掉镜头。
网址发过来，www.example.com，点开却是一片空白。
乱整理整理，便出来。
邮箱是lin.xiao@example.com，三年没有换过。
百度搜索了一夜，没有一条结果和那年的火灾有关。
最新章节写到女主角死去，读者在评论区吵成一片。
月票涨到一百五十块，学生票减半！
PS：记得给猫喂食。
作者的话总是不可信的，小说家最会撒谎。
新书：三百二十本；旧书：一千一百本。
第一集 初遇
已是三更！
亲们，今天的直播就到这里，记得点赞收藏关注！
求票！求票！求票！黄牛的声音在体育馆外此起彼伏。
更新最快的永远是流言！
上一章是春天，下一章是冬天！
24小时内必须找到证据！
公告：三号楼停电！
章节目录 第六章 归去来兮
PS：别告诉爸爸。
翻到下一页，只有一个字：逃。
今日三更，城隍庙后。
请假一天，陪母亲去医院。
公众号停更那天，老周一个人喝酒。
【系统提示：请选择背景颜色与初始职业】
作者按：此处原稿缺三行。
状态：中毒　体力：12　精神：7
分类：丙。编号：零零七。处置：销毁。
盟主令下，七派弟子三日之内齐聚华山！
按下回车键，屏幕黑下去。
← 出口
相关推荐：无
""".strip().splitlines()


@pytest.mark.parametrize("advert", ADVERTS)
def test_an_advert_between_paragraphs_goes(advert: str) -> None:
    cleaned = clean("\n".join([*STORY, advert, *STORY]))

    assert cleaned.paragraphs == STORY * 2
    assert [(cut.line, cut.text) for cut in cleaned.cuts] == [(4, advert)]


@pytest.mark.parametrize("line", STORIES)
def test_a_line_of_the_story_stays(line: str) -> None:
    cleaned = clean("\n".join([*STORY, line, *STORY]))

    assert cleaned.cuts == ()
    assert len(cleaned.paragraphs) == 7


@pytest.mark.parametrize("line", STORIES)
@pytest.mark.parametrize("times", [2, 3, 5])
def test_a_refrain_stays(line: str, times: int) -> None:
    chapter = (*STORY, "天亮得很慢。", "河上起雾。", "渡船迟迟不来。") * 2
    chapters = [
        (f"第{number}章 雪", *chapter, *([line] if place < times else []))
        for place, number in enumerate("一二三四五六")
    ]

    cleaned = clean("\n".join(text for chapter in chapters for text in chapter))

    assert cleaned.cuts == ()


HUNG = "天才一秒记住本站地址：[青苇小说网]，最快更新，无广告！"


@pytest.mark.parametrize(
    "advert", [HUNG, "感谢“暗夜”打赏的1000起点币", "www.example.com", "（本章完）"]
)
@pytest.mark.parametrize(
    "story",
    [
        "章节末尾打着“求月票”三个字，想了想，又删掉了。",
        "“请支持正版。”摊主说，身后是一整墙的盗版碟。",
        "请假一天，陪母亲去医院。",
        "下一页的标题是空的，书就断在这里。",
        "米，三斤。盐，一包。火柴，两盒。",
    ],
)
def test_an_advert_that_hangs_on_a_paragraph_goes_alone(story: str, advert: str) -> None:
    cleaned = clean("\n".join([*STORY, story + advert, *STORY]))

    assert cleaned.paragraphs == (*STORY, story, *STORY)
    assert [cut.text for cut in cleaned.cuts] == [advert]


def test_an_advert_before_a_paragraph_goes_alone() -> None:
    assert clean(f"{HUNG}{STORY[0]}").paragraphs == (STORY[0],)


def test_an_advert_after_a_colon_goes_where_verse_or_speech_is_announced() -> None:
    speech = "他问：“谁？”"
    advert = "求月票！求推荐票！求月票！"

    assert clean(f"诗曰：\n{advert}\n{STORY[0]}").paragraphs == ("诗曰：", STORY[0])
    assert clean(f"{speech}\n她答道：\n{advert}").paragraphs == (speech, "她答道：")
    kept = clean(f"{STORY[0]}\n她答道：\n{advert}").paragraphs  # no speech in quotes here
    assert kept == (STORY[0], "她答道：", advert)


def test_a_line_that_another_announces_stays() -> None:
    shown = "请记住本站：www.example.com"

    assert clean(f"她走了。\n{shown}").paragraphs == ("她走了。",)
    assert clean(f"那人只留下一句：\n{shown}").paragraphs == ("那人只留下一句：", shown)
    heading = "第三章 雪夜（求月票）"  # what is announced was verse, which the file has lost
    assert clean(f"有诗为证：\n{heading}").paragraphs == ("有诗为证：", "第三章\u3000雪夜")


def test_the_same_line_in_many_places_is_a_sign() -> None:
    once = "老站长新开了阅读网，域名比从前好认得多，也更短，大家一看就懂。"
    paragraphs = [paragraph for paragraph in STORY for _ in range(3)]

    assert clean("\n".join([*paragraphs, once])).cuts == ()
    cleaned = clean("\n".join(line for paragraph in paragraphs for line in (paragraph, once)))
    assert cleaned.paragraphs == tuple(paragraphs)


def test_strict_cuts_for_one_sign_and_keep_for_none() -> None:
    one, two = "最新章节随风而去！没有人看得见了，也没有人记得！", "求月票，请访问www.example.com"
    text = "\n".join([*STORY, one, two])

    assert len(clean(text, adverts="keep").paragraphs) == 5
    assert len(clean(text, adverts="careful").paragraphs) == 4
    assert len(clean(text, adverts="strict").paragraphs) <= 4


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("猴子耍了一会。[求书网www.a.com更新快，无弹窗]那山涧里", "猴子耍了一会。那山涧里"),
        ("直接大mianhua.cc [棉花糖小说网]海之波。", "直接大海之波。"),
        ("第三章 雪夜（第三更！求月票、求订阅！感谢书友的打赏！）", "第三章\u3000雪夜"),
        ("第三章 雪夜，求推荐票", "第三章\u3000雪夜"),
        ("第廿三章 雪夜（求月票）", "第廿三章\u3000雪夜"),
        ("山海集第廿三章 更新最快，求收藏求推荐", "山海集第廿三章\u3000更新最快，求收藏求推荐"),
        ("第三章 雪夜（上）", "第三章\u3000雪夜（上）"),
        ("他写下一行字（见上一页），又划掉。", "他写下一行字（见上一页），又划掉。"),
    ],
)
def test_a_stretch_inside_a_line_goes(line: str, left: str) -> None:
    assert clean(line).paragraphs == (left,)


def test_an_author_s_note_ends_a_chapter() -> None:
    note = "作者有话要说：\n这章写得很慢\n明天见\n"
    text = "第一章 雪\n她走了。\n" + note + "第二章 夜\n天黑了。\n" + note

    cleaned = clean(text)

    assert cleaned.paragraphs == ("第一章\u3000雪", "她走了。", "第二章\u3000夜", "天黑了。")
    assert {cut.reason for cut in cleaned.cuts} == {"author's note"}


@pytest.mark.parametrize(
    "follows",
    ["她走了。\n" * 500, "“你走吧。”她说。\n", "她走了。\n"],
    ids=["too long", "dialogue", "at the beginning"],
)
def test_what_may_be_a_chapter_is_no_note(follows: str) -> None:
    told = follows.splitlines()
    before = "" if len(told) == 1 and "“" not in follows else "天黑了。\n"

    kept = clean(f"第一章 雪\n{before}作者有话要说：\n{follows}").paragraphs

    assert kept[-len(told) :] == tuple(told)


def test_the_story_behind_an_author_s_note_stays() -> None:
    told = "她推开窗，雪已经停了。\n院子里没有一个脚印。\n他不会来了。\n"
    text = f"第一章 雪\n天黑了。\n作者有话要说：\n这章写得很慢\n{told}第二章 夜\n天亮了。\n"

    cleaned = clean(text)

    assert cleaned.paragraphs[2:5] == tuple(told.splitlines())
    assert [cut.text for cut in cleaned.cuts] == ["作者有话要说：", "这章写得很慢"]


def test_in_wrapped_text_whole_paragraphs_are_judged() -> None:
    # each of these lines alone would be one: 求月票 in the one, an address in the other
    story = "那一日他在城门口看见有人举着牌子求月票便停下来问缘故那人说不识字是替别人举的牌子而已"
    lines = [story[at : at + 20] for at in range(0, len(story), 20)]

    cleaned = clean("\n".join(["\u3000\u3000" + lines[0], *lines[1:]] * 15))

    assert cleaned.cuts == ()
    assert "".join(cleaned.paragraphs) == story * 15


def test_a_line_by_itself() -> None:
    assert is_advert("求月票，求推荐票！")
    assert not is_advert("第三章 最新章节")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (
            "那天清早，老人推开门，最新章节请登录www.example.com阅读看见院子里落满了雪。",
            "那天清早，老人推开门，看见院子里落满了雪。",
        ),
        (
            "院门开了老人走出去最新章节请登录www.example.com阅读看见院子里落满了雪。",
            "院门开了老人走出去看见院子里落满了雪。",
        ),
        (
            "众人想笑，天才一秒记住本站地址：www.example.cc。又不敢。",
            "众人想笑，又不敢。",
        ),
        (
            "众人道：“好水！直接大example.cc [青苇小说网]海之波。”又往前走。",
            "众人道：“好水！直接大海之波。”又往前走。",
        ),
    ],
)
def test_an_advert_within_a_sentence_takes_no_word_of_it(line: str, left: str) -> None:
    assert clean("\n".join([*STORY, line])).paragraphs[-1] == left


@pytest.mark.parametrize(
    "line",
    [
        "请记住这个网址：www.example.org，寻找被拐的孩子。",
        "那个小说网站的网址是http://www.example.com/，门口的孩子每天都去看。",
    ],
)
def test_an_address_that_a_sentence_goes_on_from_is_of_the_story(line: str) -> None:
    assert clean("\n".join([*STORY, line])).paragraphs[-1] == line


def test_hints_are_found_wherever_their_words_are_and_nowhere_else() -> None:
    words = _hint_words()
    characters = sorted({character for word in words for character in word})
    generator = Random(0)
    texts = ["".join(generator.choices(characters, k=3)) for _ in range(5_000)]

    assert all(HINT.search(f"院{word}落") for word in words)
    assert [HINT.search(text) is not None for text in texts] == [
        any(word in text for word in words) for text in texts
    ]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("请大家记得我们的网站：品书网（www.example.com）山海集更新速度最快。", ""),
        (
            "她走了。（未完待续。您的支持，就是我最大的动力。手机用户请到m.example.com阅读。）",
            "她走了。",
        ),
        (
            "她道：“走罢。【看书福利】关注公众号【青苇书屋】，每天看书抽现金！雨停了。”",
            "她道：“走罢。雨停了。”",
        ),
        (
            "她道：“走罢。请记住本书首发域名：www.example.com。”说着去了。",
            "她道：“走罢。”说着去了。",
        ),
        ("她道：“走罢。ｗｗｗ。７７ｅ。ｎｅｔ”", "她道：“走罢。”"),
        ("著作权归作者所有。商业转载请联系作者获得授权，非商业转载请注明出处。", ""),
        ("未完待续……欢迎您来起点投推荐票、月票，您的支持，就是我最大的动力。", ""),
        # what a story says
        ("她道：“走罢。请记住网址：www.example.com。”说着去了。", None),
        ("她道：“你们的支持，就是我最大的动力。”", None),
        ("信上说，他把品书网（又名www.example.com）关了。", None),
        ("她道：“【看书福利】是什么意思？”", None),
    ],
)
def test_what_is_cut_is_whole(line: str, left: str | None) -> None:
    cleaned = clean("\n".join([*STORY, line, *STORY]))
    assert "".join(cleaned.paragraphs[3:-3]) == (line if left is None else left)
    assert bool(cleaned.cuts) == (left is not None)


@pytest.mark.parametrize(
    "line",
    [
        "书友交流③群已满，请加④群 771230058",
        "友情推书，作者“半盏茶”，仙侠，已肥，可宰。",
        "因线路被攻击，请大家转移阵地到 example.net",
        "《将军令》TXT全集下载地址见楼下。",
        "〓шww.χiaηdukοu.iηfο〓",
        "方便下次阅读，请点击下方的“收藏”留下（第418章 夜访）的阅读记录，下次打开书架即可看到！",
    ],
)
def test_a_notice_of_a_kind_goes(line: str) -> None:
    assert clean("\n".join([*STORY, line, *STORY])).paragraphs == STORY * 2
