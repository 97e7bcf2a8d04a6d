"""A line that speaks to readers or visitors goes, and what tells a story stays."""

from __future__ import annotations

import pytest

from pipeline.text.cleaning.clean import clean

STORY = (
    "那年冬天来得格外早，院子里的海棠还没有落尽叶子。",
    "老太太坐在炕上听了外头的动静，叫人把窗子支起来看。",
    "信上写得简短，只说一路平安，二月里便可到家。",
) * 3

SPOKEN = """
存稿用完了，明天起改成一天一章
两章合成一章发了，不算欠更
新坑文案放专栏了，喜欢的点个预收
终章已发，番外随缘掉落
网盘链接失效的在评论区喊我，看到就补
换了新服务器，书架要重新登录才会同步
看书不花钱，认准云海书局三个字
首充翻倍，提现秒到
≮云海书局≯
感谢编编给的推荐位，也谢谢大家的月票！
前面那位就差三十票了，兄弟们冲啊！
又来了一位舵主，给老板倒茶
均订掉了两成，求全订，拜托大家了。
两更完毕，睡了
补昨天的，今晚还有。
前排签到！！
★★★★☆ 剧情不错，主角太闷，扣一星。
防盗内容替换中，请勿订阅
登录后可见隐藏内容，伸手党自重
书友三群已满，请加4群
未经授权不得摘编，违者必究。云海书局法务部
开个投票帖，师姐要不要活？书评区扣字
三十天瘦了十斤，看看她怎么做到的>>
ˇˇ云海阁ˇˇyunhaigeˇˇ
""".strip().splitlines()

TOLD = """
存稿箱里的信，一封也没有寄出去。
订阅栏空着，编辑部的灯亮到天明。
家里来信了，说一切都好，请勿挂念
今晚八点，老地方见
姓名：叶修文
力量12，敏捷9，体质15，剩余可分配点数：3
春风又绿江南岸，明月何时照我还
招租：朝南单间，月租八百，押一付三
各位乘客，前方到站，柳树街，请下车的乘客提前做好准备
祝大家新年快乐，万事如意！
◆听雨楼◆
我们就差三票！
全靠各位帮忙，这房子才盖得起来。
三更完毕，更夫收了梆子。
沙发！沙发！搬到左边去！
★★★☆☆ 评语：牛排太老，服务尚可。
隐藏内容都在第三页
今晚七点开会，不来的扣一个月奖金，迟到的扣二十
全勤奖三百，迟到一次扣五十
同志们，后面的敌人追上来了！
她说存稿用完了，明天起改成一天一章
""".strip().splitlines()


@pytest.mark.parametrize("line", SPOKEN)
def test_a_line_that_speaks_to_readers_goes(line: str) -> None:
    cleaned = clean("\n".join([*STORY, line, *STORY]))

    assert cleaned.paragraphs == STORY * 2
    assert [cut.text for cut in cleaned.cuts] == [line]


@pytest.mark.parametrize("line", TOLD)
def test_a_line_that_tells_stays(line: str) -> None:
    assert clean("\n".join([*STORY, line, *STORY])).paragraphs == (*STORY, line, *STORY)


def test_it_stays_where_paragraphs_have_no_stops() -> None:
    verse = tuple(line.rstrip("。") for line in STORY)

    assert clean("\n".join([*verse, SPOKEN[0]])).paragraphs == (*verse, SPOKEN[0])


def test_it_stays_where_it_is_announced() -> None:
    told = (*STORY, "手机上只有一行字：", SPOKEN[0], *STORY)

    assert clean("\n".join(told)).paragraphs == told


def test_a_plain_frame_is_a_site_s_at_the_end_of_a_chapter_alone() -> None:
    shield = "◆◇◆ 听雨楼 ◆◇◆"
    chapter = ("第一章\u3000雪", *STORY)

    assert clean("\n".join([*chapter, shield, "第二章 夜"])).paragraphs[:-1] == chapter
    assert shield in clean("\n".join([*chapter, shield, *STORY])).paragraphs


@pytest.mark.parametrize("count", ["第三更！", "7/10"])
def test_a_count_of_instalments_stands_at_the_end_of_a_chapter(count: str) -> None:
    chapter = ("第一章\u3000雪", *STORY)

    assert clean("\n".join([*chapter, count, "第二章 夜"])).paragraphs[:-1] == chapter
    assert count in clean("\n".join([*chapter, count, *STORY])).paragraphs


def test_a_story_that_an_advert_hangs_on_stays() -> None:
    line = "雪落了一夜，天亮才停。存稿用完了，明天起改成一天一章"

    assert clean("\n".join([*STORY, line, *STORY])).paragraphs == (*STORY, line, *STORY)


@pytest.mark.parametrize(
    "title", ["求收藏家", "雪夜\u3000求收藏家的画", "雪夜\u3000求推荐信", "雪夜\u3000求支持者"]
)
def test_a_title_that_begins_like_a_plea_stays(title: str) -> None:
    assert clean(f"第一章 {title}\n她走了。").paragraphs == (f"第一章\u3000{title}", "她走了。")
