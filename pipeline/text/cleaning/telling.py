"""What speaks like a story in a line that has signs of advertising, so that it stays."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Literal

from pipeline.text.cleaning.signs import ADDRESS, EVERYDAY, KINDS, left_over, own_start, signs_of

Adverts = Literal["keep", "careful", "strict"]

MAX_ADVERT = 300  # characters; a longer line is no advert
NEEDED = {"careful": 2, "strict": 1}
FEW_LEFT = 0.34  # of a line's characters beside its signs: it says hardly anything else
_MUCH_LEFT = 0.4  # it says mostly other things
_CLAUSE = 4  # characters before an advert that are a clause of the story
_TELLS = 5  # characters of a sentence that say something beside signs

# What only stories do: persons, speech, what somebody reads or sees, what has happened.
_STORY = re.compile(
    r"(?<!其)他|[她它]|我(?!们)|[“”「」『』‘’]|[说道想看读听问笑喊叫念唱骂答写印刻贴挂][着了道]|了(?:[，。一,]|$)"
    r"|(?:写|印|刻|贴|标|刷|挂|显示|弹出|跳出|念)[着出]|[一几]行|字样|屏幕|牌子|招牌|告示|海报|广告[牌上]|纸条|短信|横幅|传单|门口|墙上|柜台"
)
_NO_STORY = re.compile(r"了(?=[，,])|一行|是我(?=们?(?:最大|继续|码字|写作|更新|前进|创作))")
_NAMED_SITE = re.compile(r"[“「『‘][^“”「」『』‘’]{1,12}[”」』’]")
_NAMING = {
    "site",
    "address",
    "keeping",
    "group",
    "follow",
    "thanks",
    "promoted",
    "member",
}  # who or what may stand in quotes
LESS_SURE = EVERYDAY | {"turning", "unfinished", "keeping", "made"}
REFRAINS = LESS_SURE | {"note"}  # what a poem or a letter may say again and again
CONTENT = KINDS | {"address"}
STOPPED = re.compile(r"[。！？!?…”」』’;；:：,，、][\s)）\]】]*$")
ASIDE = re.compile(r"\s*[(（][^()（）]{2,80}[)）]\s*")
MESSAGE = re.compile(r"【[^【】]*】")  # what a game says in novels of today
GLUED = re.compile(
    rf"(?:{ADDRESS.pattern})\s{{0,3}}[\[【(（][^\[\]【】()（）]{{2,30}}[\]】)）]",
    re.ASCII | re.IGNORECASE,
)
_SENTENCES = re.compile(rf"[。！？!?]+|{ADDRESS.pattern}", re.ASCII | re.IGNORECASE)


def speaks(text: str, signs: Set[str]) -> bool:
    """Return whether a line speaks like a story."""
    own = signs & {"note", "thanks", "update", "sale", "votes", "theft", "moving", "support"}
    text = text.replace("他站", "")
    text = _NAMED_SITE.sub("", text) if signs & _NAMING else text
    found = _STORY.search(re.sub(r"我|了|[看说][着了]", "", text) if own else text)
    return found is not None


def says_more(text: str, share: float = _MUCH_LEFT) -> bool:
    """Return whether a sentence has more than a share of it beside its signs."""
    return STOPPED.search(text) is not None and left_over(text) > share * len(text)


def tells_more(text: str, mode: Adverts, signs: Set[str]) -> bool:
    """Return whether a line says more than its advert.

    Sentences of it, or what follows an address, have no sign; or one of several speaks like a
    story, whatever signs it has; or the advert stands within a sentence that goes on around it to
    its full stop.
    """
    around = [
        found for found in GLUED.finditer(text) if 0 < found.start() < found.end() < len(text)
    ]
    if text.endswith("。") and any(is_inline(found.group(), mode) for found in around):
        return True
    if text.endswith("。") and "often" not in signs and story_before(text):
        return True
    parts = [part for part in _SENTENCES.split(text) if re.search(r"\w", part)]
    several = len(parts) > 1 or ADDRESS.search(text)
    if several and any(speaks(part, signs) for part in parts):
        return True
    if several and "note" not in signs:
        sentences = (found.group() for found in re.finditer("[^。！？!?]+[。！？!?]", text))
        if any(left_over(one) >= _TELLS and may_be_refrain(one) for one in sentences):
            return True
    asked = re.match(r"[^。？！?!]{2,14}[？?]", text) if "form" in signs else None
    silent = [part for part in parts[asked is not None :] if not signs_of(part)]
    return sum(map(left_over, silent)) >= _TELLS


def may_be_refrain(text: str) -> bool:
    """Return whether a story may say a line again and again: it is a sentence, of few signs."""
    if MESSAGE.fullmatch(text):
        return not ADDRESS.search(text)
    if not STOPPED.search(text):
        return False
    return signs_of(text) & CONTENT <= REFRAINS or says_more(text, FEW_LEFT)


def story_before(stretch: str) -> int:
    """Return how many characters of a stretch are a clause of the story before its first sign."""
    begin = own_start(stretch)
    return begin if left_over(stretch[:begin]) >= _CLAUSE else 0


def is_inline(stretch: str, mode: Adverts) -> bool:
    """Return whether a stretch inside a line is advertising: two signs, and nothing of a story."""
    signs = signs_of(stretch)
    content = signs & (CONTENT - {"author", "gift", "law", "made"})
    if not content or _STORY.search(_NO_STORY.sub("", stretch)):
        return False
    if stretch.endswith("。") and says_more(stretch):
        return False
    plea = stretch.startswith("求月票")
    return plea or len(content) + ("noise" in signs) >= NEEDED[mode]
