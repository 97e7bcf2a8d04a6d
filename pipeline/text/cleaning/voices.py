"""Who speaks to whom: a line that speaks to readers or to visitors, and tells nothing.

An author speaks to readers of a serial, a site to its visitors. What is spoken of is one sign, how
it is spoken another, and the form a third: paragraphs of a story end in a stop, what is put between
them often does not. The words of all this are in `serials`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.chinese import count_chinese
from pipeline.text.cleaning.serials import FAINT, LOOSE, MANNERS, SURE, TOLD, WORLD
from pipeline.text.cleaning.signs import find_kinds

_MAX_VOICE = 160  # characters
_FEW = 3  # Chinese characters that say nothing
_SENTENCE = 8  # Chinese characters of what may be a sentence
_VERSE = 5  # parts of equal length, and fewer than so many, are verse
_A_SURE = 2  # points of what only serials and the web speak of
_OPEN, _CRIED, _CLOSED = 2.0, 3.0, 3.5  # points that a line needs, by its end
_GREETING = 2  # manners of a line that greets for a feast
_CRIED_TO = 4  # manners of a cry that speaks of nothing


_SURE, _LOOSE, _MANNER = find_kinds(SURE), find_kinds(LOOSE), find_kinds(MANNERS)
_FAINT, _TOLD, _WORLD = (re.compile(words, re.IGNORECASE) for words in (FAINT, TOLD, WORLD))
_TALK = frozenset({"reader", "plea", "thanks", "chat", "self", "label"})  # else: when, in figures
_AUTHORS = frozenset({"serial", "race"})
_SPOKEN_TO = frozenset({"reader", "plea", "thanks", "chat"})
_NAMED = re.compile(r"《[^《》]{1,30}》|[“「『‘\"][^“”「」『』‘’\"。！？!?…，,]{1,14}[”」』’\"]")
_SITE = re.compile("小说|文学|中文|书[屋城苑斋阁吧院库坊]|网$|论坛|阅读")
_TEASER = re.compile("看[他她]")
_HERO = re.compile("(?<!其)[他她](?!俩)")
_SPEECH = re.compile("[“”「」『』]")
_DIALOGUE = re.compile("[:：，。！？…—][”」]|[:：][“「]")
_STOPS = "。．.…？?”」』’"
# One of these is in each line that has a stop and yet speaks to readers.
_CALL = re.compile(
    "大家|各位|诸位|亲|书友|读者|讀者|朋友|姐妹|兄弟|老铁|伙伴|看官|宝|寶|家人|太太|您|你们|你們|可爱|可愛|求|跪|拜托"
    "|恳|懇|请|請|麻烦|麻煩|欢迎|歡迎|支持|记得|記得|别忘|希望|勿|投|感谢|感謝|谢|謝|抱歉|对不|對不|不好意思|见谅"
    "|見諒|谅解|諒解|体谅|食言|欠|大伙|帮忙|谁来|更完|更送|更奉|补昨|道歉|歉意|久等|网友|網友|用户|用戶|呜|哈|啊|~|～|！！|!!|啦|哦|呀|哒"
)
_FULL_STOPS = re.compile("[。…]+")
_STREWN = re.compile(r"[^\w\s·—…\-、,.。!?]?(?:\w[^\w\s·—…\-、,.。!?]){2,}\w?\W?")
_MARKS = r"[^\w\s“”‘’「」《》()…—。,!?、:]{1,20}"
_FRAMED = re.compile(rf"(?P<left>{_MARKS})\s*(?P<name>\w{{2,8}}(?: \w{{2,4}})?)\s*{_MARKS}")
_TWIN = re.compile(r"(?P<left>[^\w\s“”。,!?]{3,20})\s*(?P<name>\w{2,8})\s*(?P=left)")
_HOUSE = re.compile("[楼阁斋吧屋苑轩坊居院网库站组社]$|小说|文学|中文|书")
# A line that is but the count of the day's instalments, what a reader thinks, or a first word.
_COUNT = r"[一二两三四五六七八九十\d]{1,3}"
_TALLY = re.compile(
    rf"\W{{0,3}}(?:第?{_COUNT}更(?:完毕?|送[到上]|奉上)[^。了]{{0,5}}|补[昨前]天的[^。了]{{0,8}})[。!)\s]*"
    r"|[★☆]{5}.*(?:文笔|剧情|更[得新]|作者|情节|人设|[男女]主|主角|[书文](?!房|具)).*"
    r"|(?:(?:沙发|板凳|地板|前排|打卡|签到)[!~]*){2,3}"
)
_SHARE = re.compile(
    rf"\W{{0,3}}(?:\d{{1,2}}/\d{{1,2}}|第{_COUNT}更)[)!~\s]*"
)  # of those due, at a chapter's end
_TWICE = re.compile(r"(\W\w{2,8}\W)\1+|ˇ+\w+ˇ+\w+ˇ+")
_ODD = re.compile("[≮≯∷〓┏┓┗┛╔╗∥▓█▌ˇ▂▃▅▆≈◢◣╭╮╰╯§]")
_MESSAGE = re.compile("【[^【】]*】")
_ASIDE = re.compile(r"[(（\[【★☆◆◇■□●○※=*#\-_~〓━┏].{2,120}[)）\]】★☆◆◇■□●○※=*#\-_~〓━┓]")
_CLOSED_END = re.compile(r"[。.…?”」』’;:,、][\s)\]】]*$")
_CRIED_END = re.compile(r"![\s)\]】]*$")


class _Voice(NamedTuple):
    """What a folded line speaks of, and how.

    Attributes
    ----------
    sure, loose : frozenset of str
        Kinds of what only serials and the web speak of, and of what others do as well.
    faint : int
        Words that say little by themselves.
    talk, rest : frozenset of str
        How it speaks to somebody; whether it has days and figures as notices have.
    told : int
        Signs of a story.
    """

    sure: frozenset[str]
    loose: frozenset[str]
    faint: int
    talk: frozenset[str]
    rest: frozenset[str]
    told: int


def speaks_to_readers(text: str, *, edge: bool, marked: bool, more: float = 0.0) -> bool:
    """Return whether a folded line speaks to readers or visitors, in a book whose paragraphs stop.

    Parameters
    ----------
    edge
        Whether it stands at the beginning or the end of a chapter.
    marked
        Whether its marks are unlike the book's.
    more
        Points that it needs beyond the usual.
    """
    text = text.strip()
    if not 2 <= len(text) <= _MAX_VOICE:
        return False
    if _is_shield(text, edge=edge) or _TALLY.fullmatch(text) or (edge and _SHARE.fullmatch(text)):
        return True
    plain = _TEASER.sub("看", _NAMED.sub(_name, text))
    closed = _CLOSED_END.search(text) is not None
    if _SPEECH.search(plain) or (closed and not _SURE.search(plain)) or _tells(plain):
        return False
    voice = _listen(plain)
    cried = _CRIED_END.search(text) is not None
    if _MESSAGE.fullmatch(text) and not voice.sure:
        return False  # what a game says in novels of today
    if not voice.sure and not voice.loose:
        return not (closed or more) and _chats(voice, plain, edge=edge, cried=cried)
    points = _A_SURE * len(voice.sure) + len(voice.talk) + marked - voice.told - more
    points += _ASIDE.fullmatch(text) is not None
    if closed:
        return _is_enough_closed(voice, points, edge=edge)
    return _is_enough_open(voice, plain, points, edge=edge, cried=cried)


def _is_enough_closed(voice: _Voice, points: float, *, edge: bool) -> bool:
    """Return whether a line with a stop has the points that it needs, with those of its words."""
    own = edge and bool(voice.sure & _AUTHORS)  # an author closes a chapter so
    points += bool(voice.loose) + (len(voice.rest) + own) / 2
    return bool(voice.talk & _SPOKEN_TO) and points >= _CLOSED


def _is_enough_open(voice: _Voice, plain: str, points: float, *, edge: bool, cried: bool) -> bool:
    """Return whether a line without a stop has the points that it needs, with those of its form."""
    long = _is_long(plain)
    points += (long and bool(voice.rest)) + (edge and bool(voice.talk))
    if cried:
        return bool(voice.sure) and points + min(2, len(voice.loose)) >= _CRIED
    points += len(voice.loose) + (long and bool(voice.faint)) + _has_clauses(plain)
    return not _HERO.search(plain) and points >= _OPEN


def may_speak(text: str, *, hinted: bool) -> bool:
    """Return whether a closer look at a line is needed; hardly any line of a story needs one.

    Nobody speaks in it; it has no stop, or else calls somebody and is `hinted`: it has one of
    `signs.HINT`.
    """
    if len(text) > _MAX_VOICE:
        return False
    end = text.rstrip()[-1:]
    if text.lstrip()[:1] in "★☆":
        return True
    if not end or (end in _STOPS and (not hinted or _HERO.search(text) or not _CALL.search(text))):
        return False
    return not _DIALOGUE.search(text)


def tells(text: str) -> bool:
    """Return whether a folded line is surely of a story: it stops, and is of him or her alone."""
    text = text.strip()
    return bool(_HERO.search(text)) and text[-1] in _STOPS and not has_voice(text)


def has_voice(text: str) -> bool:
    """Return whether a folded line speaks of what serials and the web speak of, or to somebody."""
    voice = _listen(text)
    return bool(voice.sure or voice.loose or voice.talk)


def _listen(plain: str) -> _Voice:
    if _STREWN.fullmatch(plain):  # 无错 stands for what such marks are a sign of
        plain = re.sub(r"\W", "", plain) + "无错"
    sure = _kinds(_SURE, plain)
    manners = _kinds(_MANNER, plain)
    return _Voice(
        sure=sure,
        loose=_kinds(_LOOSE, plain) - sure,
        faint=len(set(_FAINT.findall(plain))),
        talk=manners & _TALK,
        rest=manners - _TALK,
        told=len(set(_TOLD.findall(plain)))
        + 2 * len(set(_WORLD.findall(plain)))
        + (_MESSAGE.fullmatch(plain.strip()) is not None),
    )


def _tells(plain: str) -> bool:
    """Return whether one of several sentences speaks of other things: an advert hangs on it."""
    parts = [part for part in _FULL_STOPS.split(plain) if count_chinese(part) > _FEW]
    return len(parts) > 1 and not all(has_voice(part) or _FAINT.search(part) for part in parts)


def _kinds(words: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(found.lastgroup for found in words.finditer(text) if found.lastgroup)


def _name(found: re.Match[str]) -> str:
    """Return what stands for a name: that of a site says that it is one."""
    return "某小说网" if found.group()[0] != "《" and _SITE.search(found.group()) else "某"


def _chats(voice: _Voice, plain: str, *, edge: bool, cried: bool) -> bool:
    """Return whether a line without a stop that speaks of nothing in particular is a greeting."""
    talk = len(voice.talk)
    if voice.told or cried:
        return not voice.told and talk >= _CRIED_TO
    if talk > _GREETING and (voice.rest or {"thanks", "reader"} <= voice.talk):
        return True
    if edge and talk and "feast" in voice.rest and _has_clauses(plain):
        return True
    if talk >= _GREETING and "feast" in voice.rest:
        return True
    if not _has_clauses(plain):
        return False
    spoken = bool(voice.talk or voice.rest or edge) or voice.faint > 1
    return (bool(voice.faint) and spoken) or (edge and talk >= _GREETING)


def _is_shield(text: str, *, edge: bool) -> bool:
    """Return whether a line is a site's name in a frame; a scene's place may have a plain one."""
    if _TWICE.fullmatch(text) and _ODD.search(text):
        return True
    framed = _FRAMED.fullmatch(text) or _TWIN.fullmatch(text)
    if framed is None or not _HOUSE.search(framed["name"]):
        return False
    return edge or _ODD.search(framed["left"]) is not None


def _is_long(plain: str) -> bool:
    return count_chinese(plain) >= _SENTENCE


def _has_clauses(plain: str) -> bool:
    """Return whether a line has clauses, and not those of verse, which are of one length."""
    parts = [part for part in re.split("[,、 ]", plain) if part]
    if len(parts) == 1 or not _is_long(plain):
        return False
    return len(parts) >= _VERSE or len({len(part) for part in parts}) > 1
