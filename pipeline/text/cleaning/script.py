"""From traditional characters to simplified ones, such that one person keeps one name.

A few characters have two simplified forms, and OpenCC chooses by the words around: 孫乾 becomes
孙干, and 孫乾道 stays as it is. Here a name is decided once for the whole book.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from pipeline.errors import DataError

# Characters with two simplified forms that stand in names.
_TWO_FORMS = re.compile("[乾鍾著餘徵藉於甯昇閒範薑夥祐穀萬葉崙懷]")
_SURNAMES = frozenset(
    "王李張劉陳楊黃趙周吳徐孫馬朱胡郭何林羅鄭梁宋謝唐韓馮于董蕭程曹袁鄧許傅曾彭呂蘇盧蔣蔡賈丁魏薛葉"
    "閻余潘杜戴夏鍾汪田任姜范方石姚譚廖鄒熊金陸孔白崔康毛邱秦江史顧侯邵孟龍段雷錢湯尹黎武喬賀賴龔文"
)
_DRY = "乾"  # as a name, always the one that does not mean dry
# Words that OpenCC's table for Taiwan leaves half converted: 沈 is a surname to it, 沉 the verb.
_SINK = re.compile("沈(?=[着默重浮没思迷沦痛吟醉睡静闷甸淀溺积湎郁寂稳住下入])")
# 著 is 着, but in words of writing and of being known: 原著, 显著, 著称; 看著作業 has none of them.
_WRITTEN = re.compile(
    r"(?<=名)(?<!莫名)着(?![急火凉迷实])|(?<=原)着(?=[的作中里党粉者，。、》”]|$)"
    r"|(?<=显)(?<![彰凸]显)着|(?<=[巨专昭卓土拙遗])着|着(?=[名述称录]|书立说|有《)",
    re.MULTILINE,
)
_NOT_WRITTEN = re.compile(
    "(?<=[看跟等忙听拿抱带随望想说])著(?=作)|著(?=[急火凉迷])|(?<=[彰凸]显)著"
)
_FAMILY = re.compile("(?<!钱)锺|锺(?!书)")  # 钟, but in a writer's own name
_WORDS = ((_NOT_WRITTEN, "着"), (_WRITTEN, "著"), (_SINK, "沉"), (_FAMILY, "钟"))


def to_simplified(paragraphs: Sequence[str]) -> list[str]:
    """Turn traditional characters into simplified ones, paragraph by paragraph.

    Raises
    ------
    DataError
        OpenCC is not installed.
    """
    try:
        import opencc
    except ImportError as error:
        raise DataError(
            "fetch.simplify: expected the package opencc, found none; run pip install opencc"
        ) from error
    # tw2s and not t2s, which leaves 跟著 and 看著 as they are: most Big5 novels write 着 that way
    converter = opencc.OpenCC("tw2s")
    text = "\n".join(paragraphs)
    simplified: str = converter.convert(text)
    if len(simplified) == len(text):  # character by character, so that places are the same
        simplified = _decide_names(text, simplified)
    for pattern, form in _WORDS:
        simplified = pattern.sub(form, simplified)
    return simplified.split("\n")


def _decide_names(text: str, simplified: str) -> str:
    """Give a character after a surname one form in the whole book: the one it has most often."""
    places: dict[str, list[int]] = defaultdict(list)
    for found in _TWO_FORMS.finditer(text, 1):
        at = found.start()
        if text[at - 1] in _SURNAMES:
            places[text[at - 1 : at + 1]].append(at)
    characters: list[str] | None = None
    for name, own in places.items():
        forms = Counter(simplified[at] for at in own)
        form = _DRY if name[1] == _DRY else forms.most_common(1)[0][0]
        if len(forms) > 1 or form not in forms:
            characters = characters or list(simplified)
            for at in own:
                characters[at] = form
    return "".join(characters) if characters else simplified
