"""Signs of advertising in a stretch of text, by what they speak of: each kind is one sign.

The patterns are written in simplified characters and half-width letters; `fold` makes any text
look so, character by character, so that places stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

from pipeline.chinese import CHINESE_CLASS
from pipeline.text.cleaning.notices import DATUM, NOTICES

# A host's label has at most 63 characters (RFC 1035). Without bounds, and were a label not taken
# whole (++), a long run of letters and dots would be read once for each of its characters.
_TOP = r"(?:com|net|org|cn|cc|info|xyz|top|vip|club|la|me|tv|tw|hk|us|in|pw|site|online)"
ADDRESS = re.compile(
    r"(?=[\w\-])(?:"  # how all of them begin: in Chinese text, nearly nowhere
    r"(?:https?://|(?<![A-Za-z])w ?w ?w ?[.。·点])[\w./\-?=&%#。·]{1,200}+"
    r"|(?<![A-Za-z])w w w ?[.。点](?: ?[\w.\-]){3,60}"  # spaced out
    rf"|(?<![@\w.\-])[\w\-]{{1,63}}+(?:[.。·][\w\-]{{1,63}}+){{0,8}}(?:\.|[。·点](?=com|net"
    rf"|cc)){_TOP}"
    r"(?![\w\-])(?:/[\w./\-?=&%#]{0,200}+)?)",
    re.ASCII | re.IGNORECASE,
)
_GIFT = (
    r"打赏|月票|推荐票|霸王票|评价票|更新票|催更[票符]|起点币|书币|潇湘币|捧场|飘红|投雷"
    r"|灌溉.{0,6}营养液|营养液和"
    # what a story has as well: only with what a site calls its readers
    r"|(?:地雷|手榴弹|火箭炮|鱼雷|浅水炸弹|营养液|鲜花|红包|刀片|盟主|舵主)"
    r"(?=.{0,12}(?:小天使|书友|读者|\d ?[个瓶]|打赏))|小天使"
)
_PLEA = (
    r"(?:月票|推荐票?|收藏|订阅|打赏|鲜花|红票|票票|票|支持|点击|评论|书评|好评|追读|首订|自订"
    r"|包养"
    r"|花花|留言)"
)
_KINDS: dict[str, str] = {
    "site": (
        r"小说(?:网|站|吧|城|屋|阁|楼|馆|库|频道|论坛|族)|文学(?:网|站|吧|支持|论坛|屋|馆|阅读"
        r"|首发|城(?=\W|首发|最新|更新|$))"
        r"|(?:中文|阅读|读书|看书|书|电子书|下载)(?:网|论坛)|笔趣[阁岛库]|书友(?:收集|整理|报名"
        r"|上传|分享)"
    ),
    "download": (
        r"txt\S{0,6}(?:下载|电子书|全[集本])|(?:全[本集]|电子书|小说|全文|离线)(?:txt|免费)?下载"
        r"|电子书(?=\W|下载|$)"
    ),
    "reading": (
        r"最新章[节回]|最快更新|更新(?:更快|最快|快|速度(?:更快|最快)?)|全文(?:免费)?(?:阅读|字版?)|免费(?:阅读"
        r"|下载|看|读)"
        r"|在线(?:阅读|观看)|无(?:弹窗|广告|错版?)|首发(?=于|网|站|更新|地址|域名|$"
        r"|[,，!！。:：\s])"
        r"|手机(?:阅读|看书?|用户|版|站|端)(?=[:：请，,\s访到电看]|$|[a-z]|更|同步)"
        r"|更多(?:精彩|好看|好书|章节|小说|免费|原创|最新|番外)"
        r"|更新通知|第一时间(?:看|阅读|更新|通知)|方便您?下次|下次(?:继续|接着)看|追更|不迷路"
        r"|海量小说|阅读体验|体验更[佳好]|离线阅读|纯文字|(?<!失)手打(?=[吧中版组]|小组|更新|首发|\W|$)|全本(?:小说|阅读)|精彩(?:小说|阅读"
        r"|章节|内容)|热门小说"
        r"|看书(?:福利|抽(?:现金|红包|奖)|领(?:现金|红包))|最(?:全|好看)的小说|正版(?:阅读|首发|订阅)|更新管理员|看(?:小说|书)(?:就|请|上|到|来"
        r"|更)|(?:好看|热门)的小说"
    ),
    "unfinished": (
        r"本章(?:未完|完|尚未)|未完待续|这个?章节?(?:没完|没有结束|后面还有)|后面更精彩"
        r"|请(?:点击)?翻页|请翻到下|(?:章节|本章)没有结束|没有结束"
        r"|欲知后事如何.{0,3}请看下"
    ),
    "faulty": (
        r"章节(?:内容)?有?(?:误|错误|报错|缺失)|本章节?(?:有错误|内容更新)|内容(?:有误|缺失)"
        r"|稍后刷新"
    ),
    "turning": (
        r"(?:加入|放入)书[签架]|返回(?:目录|书页|书目|首页|列表)|上一[章页]|下一[章页]"
        r"|点击(?:下方|下一页|阅读|进入|继续|此处|这里|下载|收藏)|点此[察查举][看报]|继续阅读"
        r"|阅读下一章"
        r"|直达底部|回到顶部|请点.{0,4}(?:按钮|接着看)|投推荐票|我的书架|快捷键|举报(?:本章|错误)|点击[举报][报错]|请举报"
        r"|联系管理员|投票推荐|留言反馈|推荐本书|全文完?阅读"
    ),
    "keeping": (
        r"记得我们的?网[站址]|记住(?:本站|本书|新?网址|我们|地址|新?域名|【|\[|一下)|(?:天才)?一秒(?:钟)?记住|收藏(?:本站|网址"
        r"|本页|我们|本书)|[最]?新(?:网址|域名|地址)"
        r"|本站(?:地址|网址|域名|最新|首发|所有|长期|永久|推荐|更新|小说|提供|已|将|不|的|$"
        r"|[,，:：!！])|(?:备用|永久|官方)(?:网址|域名|网站|站)"
        r"|网址(?=[:：])|(?:百度|搜狗|神马|搜索引擎)(?:一下[\W]|(?:一下)?(?:搜索?|输入))"
        r"|防(?:丢失|失联|走失)|请(?:登[录陆]|访问|搜索|下载|前往|移步)"
        r"|尽在|无法(?:打开|访问|显示)本?站?"
    ),
    "app": r"客户端|(?<![a-z])app(?![a-z])|小程序",
    "appeal": (
        rf"(?<![要请追恳乞征寻需渴哀祈强苛索访谋央])[求跪]+(?:一?波|一?下|个|点|些|几?张|大家"
        rf"|各位|各种|保底|双倍)*{_PLEA}"
        r"(?=$|[^\w]|求|啊|呀|哦|啦|了|和|与|支持|推荐|收藏|冲|上)"
        r"|(?:请|望|希望|恳请|拜托|麻烦|欢迎)(?:大家|各位|书友|读者|亲们|诸位|兄弟|姐妹|朋友|您"
        r"|你们|喜欢的|多多|们|给|能|继续|的|来|起点|,|，){0,8}"
        r"(?:收藏(?=$|\W|本|一下|推荐|支持|并|和|此)|推荐(?=$|\W|本|一下|收藏|票|支持)|投(?:票"
        r"|推荐|月票|一?张)|订阅(?=$|\W|本|支持|正版)"
        r"|支持(?=正版|本书|作者|新书|本站)|评论(?=$|\W|区)|打赏|点击收藏|转发)"
        r"|[投砸赏](?:出|上|点|几张|一?张|个|给|来|一下|下|些){0,3}(?:你们?|您|宝贵|手中"
        r"|大家)?的?(?:月票|推荐票?|红票|票票|鲜花|小红花)"
        r"|(?:月票|推荐票?|收藏|红票|订阅|打赏)(?:[、,，/\s]+(?:月票|推荐票?|收藏|订阅|红票|打赏"
        r"|评论|鲜花|点击|票票)){1,6}"
        r"|(?:月票|推荐票|票票)[^，,。!]{0,4}投(?:起来|给我|出来)|有(?:月票|推荐票)的(?:兄弟|朋友"
        r"|书友|投)"
        r"|(?:月票|推荐票|票票|收藏)(?:在哪里|走起|砸过来|投过来|来吧|加更|有没有)|支持(?:正版"
        r"|作者|本书|本站|新书)|来(?:点|张|一?波)(?:月票|推荐票?|收藏|票)"
    ),
    "group": (
        r"(?:书友|读者|粉丝|qq|VIP|全订|订阅|交流|催更|官方|作者|本书|企鹅|扣扣|书迷|普通|正版"
        r"|微信)(?:交流|讨论|互动|书友|读者|粉丝|qq)?(?:[1-9一二三四五]|大)?群"
        r"|公众号|微信号|加群|入群|群号|(?:关注|搜索)(?:作者)?(?:微博|微信|公众|抖音)"
        r"|(?:作者)?微博[:：@]"
    ),
    "follow": (
        r"欢迎(?:大家|各位|书友|读者)?(?:加入|加群|关注|来玩|入群)|敲门砖|关注(?=作者|公众|微信"
        r"|微博)|扫(?:一扫)?码"
        r"|(?:微信|微博)搜索?|加(?:作者)?微信|送番外|领(?:取)?(?:现金)?(?:红包|福利)|送(?:红包"
        r"|福利)"
    ),
    "promoted": r"友情推[书文]|(?:推荐|安利)(?:一本|朋友|好友|基友|友人).{0,6}书|书荒|友情推荐",
    "fattened": r"已肥|[,，]可宰",
    "made": (
        r"本(?:书|文|作品|小说|电子书)(?:由|来自|源自|下载[自于])|(?:整理|制作|上传|校对|收集"
        r"|搜集|录入|扫描|精校|出品)"
        r"(?=$|\W|自|于|by|制作|整理|上传|校对|发布|者[:：])|(?:录入|校对|扫描|制作|整理"
        r"|排版)[:：]"
    ),
    "law": (
        r"版权(?:归|所有|属)|仅供(?:试[看读阅]|学习|交流|参考|预览|个人)|(?:仅|只)[作做为]学习"
        r"|转载(?:请|必究|须|自)|[著着]作权归"
        r"|侵(?:犯|权)|免责声明|不代表本站|购买正版|支持正版|与本站(?:无关|立场)|立场无关|盗版"
        r"|一切后果"
    ),
    "limit": (
        r"(?:24|二十四)小时之?内?.{0,4}删除|(?:下载|试[看读阅])后.{0,12}删除|不[做作负承担]{1,2}.{0,4}(?:负责|责任)|不得(?:用于"
        r"|作)?.{0,6}(?:商业|用途)|非?商业性?转载请?|注明(?:出处|来源)|联系作者获得授权"
    ),
    "hiring": (
        r"诚[招邀聘]|招(?:聘|募|收).{0,6}(?:作者|编辑|管理|写手|志愿)|签约作者|稿费|征文|欢迎投稿"
    ),
    "frame": r"e-?text prepared by|^produced by|project gutenberg",
    "thanks": rf"^鸣谢[:：]|(?:^|[\W])(?:鸣谢|[感多谢]谢|感恩)(?=.{{0,60}}(?:{_GIFT}))",
    "gift": _GIFT,
    "note": (
        r"(?:^|[(（【\[*])p\.s\.(?=\s)|(?:^|[(（【\[*])(?:ps|p\.s\.?|题外话|作者(?:的话|有话(?:要)?说|按|注|君?语|ps)|上架感言"
        r"|请假条|更新(?:说明|公告)"
        r"|本章说|加更说明|预收|推书|完结感言|防盗)\d?[:：,，]"
    ),
    **NOTICES,
    "disguise": (
        r"[3三] ?[(（]?w[)）]? ?点|(?<=[\w)）\-])点\W?"
        r"(?:康[母姆]|c\W?[o0]\W?m|c\W?c|n\W?e\W?t)(?![a-z])"
        r"|[扣企][扣鹅]?裙"
    ),
    "author": (
        r"更新(?!换代|了?系统|数据|升级)|加更|[一二三四五两几\d]更(?!生|半|天)|更[一两三二晚]|码字|存稿|新书|新文|老书|完本|完结|书评区?|评论区|催更|欠更|上架|追读|订阅|收藏|本书|本文|下[一]?章|这章|本章|读者"
        r"|书友|大章|预收|专栏|字数|大纲|双倍|兄弟们|大大"
    ),
}
KINDS = frozenset(_KINDS) | {"afterword", "row"}


def find_kinds(words: Mapping[str, str]) -> re.Pattern[str]:
    """Return what finds any word of a table; the group that matches is its kind.

    What matches one kind is not looked at for another: signs are independent of each other. A
    Chinese character can begin a word only where it stands in a class, or after no other one.
    """
    anything = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in words.items())
    beginnings = {
        character
        for found in re.finditer(rf"\[[^\]]*\]|(?<![{CHINESE_CLASS}])[{CHINESE_CLASS}]", anything)
        for character in re.findall(f"[{CHINESE_CLASS}]", found.group())
    }
    first = f"(?=[{''.join(sorted(beginnings))}])|(?![{CHINESE_CLASS}])"
    return re.compile(rf"(?:{first})(?:{anything})", re.IGNORECASE)


_SIGN = find_kinds(_KINDS)
# What stories of today have as well.
EVERYDAY = frozenset({"group", "follow", "app"})

# The traditional characters of the words above and below, and their simplified forms in order.
_TRADITIONAL = (
    "與專業東絲丟兩個爲為舉麼習書買於親僅從們價衆眾會傳兒關養內寫衝幾擊創動區參雙發號後聽員國場壇聲處備頭學寶對尋將"
    "盡屬島幣並廣庫應開張彈強歸當錄徵懇戶執掃報換據數斷無時顯機權條來欄樣樓歡氣沒淺瀟點煩熱爺電盜著碼禮種筆籤紅級純綱"
    "線經結給統繼續網羣聯節薦營補見觀視覽訂討讓記講論訪評試話該語誤說説請諸讀誰謀謝責購貴費賞車轉載輸達過還這進裏裡鍾"
    "錯鍵長門問閣閱閲陸頁頂須預頻題風飄館馬魚鮮鳴鵝贊讚檢貼隱黨"
)
_SIMPLIFIED = (
    "与专业东丝丢两个为为举么习书买于亲仅从们价众众会传儿关养内写冲几击创动区参双发号后听员国场坛声处备头学宝对寻将"
    "尽属岛币并广库应开张弹强归当录征恳户执扫报换据数断无时显机权条来栏样楼欢气没浅潇点烦热爷电盗着码礼种笔签红级纯纲"
    "线经结给统继续网群联节荐营补见观视览订讨让记讲论访评试话该语误说说请诸读谁谋谢责购贵费赏车转载输达过还这进里里钟"
    "错键长门问阁阅阅陆页顶须预频题风飘馆马鱼鲜鸣鹅赞赞检贴隐党"
)
_FOLDED: dict[int, int | str] = {
    **{0xFF01 + place: 0x21 + place for place in range(0x5E)},
    **str.maketrans(_TRADITIONAL, _SIMPLIFIED),
    **str.maketrans(
        "шχηωοΟоОаеЕсСхХмМрРтТⅹⅩυνВК", "wxnwoOoOaeEcCxXmMpPtTxXuvBK"
    ),  # they look alike
    **{0x2460 + digit: 0x31 + digit for digit in range(9)},
    **{0x2488 + digit: 0x31 + digit for digit in range(9)},
    0x3000: " ",
}
_QUOTED = re.compile(r"[“\"「『‘【][^“”\"「」『』‘’【】]{1,12}[”\"」』’】]")  # a name
# One of these is in everything that has a sign: most lines are done with after this look.
_HINTS = """
    网 票 推荐 收藏 订阅 阅读 打赏 书友 文学 更新 免费 下载 最新 无弹 无广 无错 首发 手机 手打
    电子 更多 精彩 章节 全本 正版 书签 书架 返回 上一章 上一页 下一章 下一页 本章 未完 翻页 点击
    点此 记住 本站 百度 搜狗 搜索 防丢 防失 防走 防盗 请登 请访 请前 请移 尽在 客户端 小程序 支持
    公众 公告 微信 微博 扫一 扫码 本书 本文 本作 本小 整理 制作 上传 上架 校对 收集 搜集 录入 扫描
    精校 出品 版权 仅供 仅作 用途 侵犯 侵权 声明 立场 感谢 谢谢 多谢 鸣谢 感恩 题外 作者 感言 请假
    通知 推书 新书 新文 完结 直达 回到顶 快捷 举报 热门 好看的小 群号 交流群 友群 者群 丝群 Q群
    q群 P群 加群 入群 群： 群: 域名 地址 更） 更) 更】 点这 这章 这个章 欲知 内容有 内容缺 刷新
    下次 追更 盗版 盗取 替换 首订 爆更 更， 更, 更晚 更送 更奉 更合 更完 请假 卡文 欠大 欠各 欠你
    欠的 万赏 粉丝 保底 好评 字大章 布页 永久 新站 线路 页) 页） 键 回车 ← → -> 登录 转码 广告
    换源 书功 声版 护眼 维码 背景 字体 字数 类： 类: 类小 气小 喜欢： 喜欢: 独家 载自 opyright ©
    ights 体书 虚构 彩金 厂家 点我， 偷偷用 百家乐 博彩 老虎机 包邮 注册 书评 评论 催更 积分 抽奖
    转载 著作权 全靠 进前 均订 高订 全订 卷终 卷完 补昨 已肥 可宰 楼下 按钮 更得 剧场 存稿 被攻 阵地
    签名 结局 抖音 裙： 裙: 缺失 Ｗ点 w点 W点 点康 ω 】【 ][ 搜书 书名 收听 不迷路 海量 体验 离线
    书荒 敲门砖 推荐 联系 24 ２４ roduced utenberg prepared PS ps Ps ＰＳ ｐｓ P.S p.s APP app App
    ＡＰＰ txt TXT Txt ＴＸＴ ｔｘｔ
"""


def _hint_words() -> set[str]:
    """Return the hints in simplified and traditional characters, with those that are patterns."""
    forms: dict[str, str] = {}
    for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True):
        forms[new] = forms.get(new, new) + old
    words = {
        "".join(form)
        for word in _HINTS.split()
        for form in product(*(forms.get(character, character) for character in word))
    }
    words |= {first + last for first in ".．。·点點" for last in _letters()}
    return words | {w + gap + w for w in "wWｗＷ" for gap in ("", " ")} | set("^~*～|_＋")


def _hint() -> re.Pattern[str]:
    """Return what finds any of the hints.

    The search runs from one first character to the next. The alternatives are what can follow it,
    each with what it may then begin with: few, as most hints have two characters.
    """
    words = _hint_words()
    single = {word for word in words if len(word) == 1}
    firsts: dict[str, set[str]] = {}  # the rest of a word → what it begins with
    for word in words - single:
        firsts.setdefault(word[1:], set()).add(word[0])
    rests: dict[tuple[int, str], list[str]] = {}  # its length, what it begins with → rests alike
    for rest, begin in sorted(firsts.items()):
        rests.setdefault((len(rest), _class(begin)), []).append(rest)
    behind = "|".join(
        rf"{_class(alike) if size == 1 else f'(?:{_any(alike)})'}(?<={begin}.{{{size}}})"
        for (size, begin), alike in rests.items()
    )
    first = _class({word[0] for word in words})
    second = _class({rest[0] for rest in firsts})
    return re.compile(f"{first}(?:(?<={_class(single)})|(?={second})(?:{behind}))")


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


def _letters() -> Iterator[str]:
    """Yield the Latin letters, half-width and full-width."""
    for first in "AaＡａ":
        yield from map(chr, range(ord(first), ord(first) + 26))


def _class(characters: Iterable[str]) -> str:
    """Return a class of characters."""
    return f"[{''.join(map(re.escape, sorted(characters)))}]"


HINT = _hint()
_NOISE = re.compile(
    r"[\^~*～|_·\s+]|】【|\]\["
)  # strewn into words so that filters miss them: 小^说*网
_STREWN = re.compile(r"\w(?:[\^~*|_+]|】【|\]\[)\w")
_DISGUISED = re.compile(r"^w ?w ?w ?[。·]|[。·](?:com|net|org|cn|cc|la|info)$", re.IGNORECASE)
_NAME = 2  # characters of a site's name before what makes it one
_AFTERWORD = re.compile(r"作者(?:有话(?:要)?说|ps)|感言", re.IGNORECASE)
# What stands between the words of an advert and says nothing.
_FILLING = re.compile(
    r"[\W\d_a-z]|(?:大家|各位|朋友|点此|使用|安装|喜欢|觉得|如果|发现|我们|你们|一下|更多|欢迎"
    r"|继续|阅读|支持|推荐|收藏|精彩|小说|本书|本文|本站"
    r"|正版|最新|章节|手机|请到|可以|谢谢|感谢|作者|读者|书友|内容|提供|访问|搜索|关注|下载|搜|请"
    r"|在|的|是|和|与|及|或|您|您的|到|给|能|把|向"
    r"|有|为|来|去|上|吧|哦|啊|呀|啦|呢|吗|了|都|也|就|还|于|由|看|书|票|群|号|第|页|章|免费|全|新|好|快|目录|书架)",
    re.IGNORECASE,
)


def fold(text: str) -> str:
    """Return a text in simplified characters and half-width letters, as long as it was.

    >>> fold("請到ｗｗｗ．ｘ．ｃｏｍ")
    '请到www.x.com'
    """
    return text.translate(_FOLDED)


@lru_cache(maxsize=1024)  # a line is looked at whole, and again for what hangs on it
def signs_of(text: str) -> frozenset[str]:
    """Return the kinds of signs that a stretch has; `text` is folded.

    "noise" is one where words can be read only without the marks strewn into them, as an address
    with 。 for its dots; "address" an address, "bare" that there is hardly anything beside the
    others, "number" that of a group.
    """
    signs = _kinds_in(ADDRESS.sub(" ", text))
    plain = _NOISE.sub("", text)
    if len(plain) < len(text):
        read = _kinds_in(plain)
        if read - signs and _STREWN.search(text):
            signs.add("noise")
        signs |= read
    if address := ADDRESS.search(text):
        signs.add("address")
        if _DISGUISED.search(address.group()):
            signs.add("noise")
    if "group" in signs and re.search(r"\d{5,12}", plain):
        signs.add("number")
    if _is_row(text):
        signs |= {"row", "reading"}
    if "note" in signs and _AFTERWORD.search(text):
        signs.add("afterword")
    if len(signs & EVERYDAY) > 1:  # groups and apps are the stuff of stories too: one sign
        signs -= EVERYDAY - {min(signs & EVERYDAY)}
    if "thanks" not in signs:
        signs.discard("gift")
    if not signs & {"note", "appeal", "thanks", "number", "update", "votes", "sale"}:
        signs.discard("author")
    return frozenset(signs)


def _is_row(text: str) -> bool:
    """Return whether a line is a row of a book's data: 分类：玄幻 字数：318万."""
    return len(text) <= 120 and len(set(DATUM.findall(text))) > 1


def _kinds_in(text: str) -> set[str]:
    return {found.lastgroup for found in _SIGN.finditer(text) if found.lastgroup}


def own_start(text: str) -> int:
    """Return where the advertising of a folded stretch begins: what stands before is the story's.

    It is the clause of the first sign, or the sign itself where its clause says more before it
    than the beginning of a site's name, as 品 of 品书网.

    >>> own_start("老人推开门,最新章节请到www.x.com"), own_start("院门开了最新章节请到www.x.com")
    (6, 4)
    """
    signs = (pattern.search(text) for pattern in (ADDRESS, _SIGN))
    first = min((found.start() for found in signs if found), default=0)
    clause = max(text.rfind(mark, 0, first) for mark in ",，、;；:： ") + 1
    site = _SIGN.match(text, first)
    named = site is not None and site.lastgroup == "site" and first - clause <= _NAME
    return clause if named or not left_over(text[clause:first]) else first


@lru_cache(maxsize=1024)
def left_over(text: str) -> int:
    """Return how many characters a folded stretch has beside its signs and what says nothing."""
    text = _QUOTED.sub("", text)
    return len(_FILLING.sub("", _SIGN.sub("", ADDRESS.sub("", _NOISE.sub("", text)))))
