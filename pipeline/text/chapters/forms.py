"""What the forms of heading lines share: levels of units, decoration, and what speaks for prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["volume", "chapter", "section"]

GAP = r"[\s\u3000:：、．.·—\-_【《〈（(「|/]"  # what parts a number from its title
OPENING = r"[\s\u3000☆★◆◇■□●○※§#＃=＝*＊·•・~～—\-_+>▲△▼◎、.【\[〈「『〔（(]"
CLOSING = r"[\s\u3000】\]〉」』〕）)=＝*＊·~～—\-☆★◆◇■□●#＃]"
Identity = tuple[str, int | None, int | None, tuple[str, int] | None, str]
BOOK = r"(?:《[^》]{1,20}》)?(?:正文|VIP章节)?[\s\u3000】]*"  # what may stand before a heading
NAMED = "named"  # the unit of headings such as 楔子
STRONG = 2  # points of form from which a line is a heading by itself

# Points of a unit: how seldom prose begins a line with 第 and it. The level is its usual one.
_UNITS: dict[str, tuple[Level, int]] = {
    **dict.fromkeys("章回", ("chapter", 3)),
    **dict.fromkeys("话話讲講折出齣幕", ("chapter", 2)),
    **dict.fromkeys("节節场場", ("section", 2)),
    **dict.fromkeys("卷部集册冊篇季编編", ("volume", 2)),
    "部分": ("volume", 2),
}
_SAME = str.maketrans("話講齣節場冊編", "话讲出节场册编")
UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))

_END = re.compile(r"(?:[。，；、,;．：:]|[。，．！？…][”’」』])$")
_INNER = re.compile(r"[，。；：“”‘’,;]")
_PLEA = re.compile(
    r"(?:[（(【\[][^（()）【】\[\]]*[）)】\]]|[，,、！!\s]*[跪恳]?求[^，。、]{0,8}[票藏荐订阅薦訂閱持][^，。]{0,4})\s*$"
)
_ONE_COMMA = re.compile(r"[^，。；：“”‘’,;]{1,15}，[^，。；：“”‘’,;]{1,15}")
_PROSE = re.compile(r"[他她它我你您咱]|的时候|時候|了$|着")
_BEFORE = re.compile(rf"^(?:{GAP}|{CLOSING})+")
_AFTER = re.compile(r"[\s\u3000=＝*＊·~～—\-☆★◆◇■□●○#＃]+$")
_CLOSED = re.compile(rf"(?:{CLOSING})+$")
_COUNTER = re.compile(r"[（(\[]\s*\d+\s*[/／]\s*\d+\s*[）)\]]\s*$")  # （2/3）
_PAGE = re.compile(r"[\s\u3000.．…·・\-—_]+\d{1,4}\s*$")  # …… 12
_LINK = re.compile(r"\]\s*\([^()\s]*\)\s*$")  # [夜雨](#c1)
_NOT_WORD = re.compile(r"[\W_]+")
_MOST_TITLE = 40  # characters of a heading without what stands in brackets at its end


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading line says.

    Attributes
    ----------
    title : str
        The line itself.
    name : str
        What stands beside the number: "" where there is nothing.
    unit : str
        What is counted, and the family of headings with it: 章, "chapter", "1.".
    level : Level
        The unit's usual level; the book decides.
    first, last : int or None
        The number, or the first and last of a merged heading such as 第三、四章; None without one.
    outer : tuple of (str, int), or None
        Unit and number of the volume that stands in the same line, with its words in `volume`.
    form : int
        How much the line alone looks like a heading: from `STRONG` it needs no other sign.
    front : str
        Words before the number that are none of the known ones, such as a book's name.
    part : int
        The part of its chapter that it names, 0 without one (`parts`).
    identity : tuple
        What is equal for a heading and its entry in the contents, page numbers apart.
    """

    title: str
    name: str
    unit: str
    level: Level
    first: int | None = None
    last: int | None = None
    outer: tuple[str, int] | None = None
    volume: str = ""
    form: int = STRONG
    front: str = ""
    part: int = 0
    identity: Identity = field(init=False)

    @property
    def key(self) -> tuple[str, int] | str:
        """Unit and number, or the line of a heading without a number."""
        return (self.unit, self.first) if self.first is not None else self.title

    def __post_init__(self) -> None:
        """Compute what headings are compared by, once."""
        words = plain_words(self.name)
        outer = None if words else self.outer
        words += f" {self.part}" * (self.part > 0)
        object.__setattr__(self, "identity", (self.unit, self.first, self.last, outer, words))


def plain_words(title: str) -> str:
    """Return the words of a title without marks, spaces, the page where it stands, and a link.

    >>> plain_words("积善之家　……… 12"), plain_words("夜雨（2/3）")
    ('积善之家', '夜雨')
    """
    return _NOT_WORD.sub("", _PAGE.sub("", _COUNTER.sub("", _LINK.sub("", title))))


def canonical_unit(unit: str) -> str:
    """Return one spelling for a unit.

    >>> canonical_unit("話")
    '话'
    """
    return unit.translate(_SAME)


def level_of(unit: str) -> Level:
    """Return the usual level of a unit of 第…."""
    return _UNITS[unit][0]


def points_of(unit: str) -> int:
    """Return how much a line that begins with 第… and a unit looks like a heading."""
    return _UNITS[unit][1]


def bare_title(text: str) -> str:
    """Return a title without the signs around it.

    >>> bare_title("　初见 】===")
    '初见'
    """
    name = _AFTER.sub("", _BEFORE.sub("", text))
    if not any(opening in name for opening in "（(【[「『〈〔"):
        return _CLOSED.sub("", name)
    return name


def prose_points(line: str, name: str, *, parted: bool, lenient: bool = False) -> int:
    """Return how many points a line loses for what speaks for prose.

    `name` is the line's title, `parted` whether a gap or a sign stands before it. What asks for
    votes at the end counts for nothing. `lenient` forgives a comma in a title that is not parted.
    """
    text = _PLEA.sub("", line)
    name = _PLEA.sub("", name)
    points = 2 * (len(text) > _MOST_TITLE) + bool(_END.search(text)) + 2 * text.endswith("——")
    if parted:
        return points + bool(_INNER.search(_END.sub("", name)))
    if lenient and not _PROSE.search(name) and _ONE_COMMA.fullmatch(name):
        return points + 1
    return points + 1 + min(3, 2 * bool(_INNER.search(name)) + len(_PROSE.findall(name)))
