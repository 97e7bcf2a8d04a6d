"""Marks that stand where characters were lost or struck out: ? of a program, □ of an editor.

A program that cannot write a character writes ? for it: the text is damaged as it is by U+FFFD. □
and its like are warned of alone: old novels are printed so where a word was censored or could not
be read.
"""

from __future__ import annotations

import re

from pipeline.chinese import CHINESE_CLASS
from pipeline.errors import DataError
from pipeline.text.cleaning.losses import REFUSE, WARN

_OUT_OF_PLACE = 0.05  # of the ? : where no question ends, as a tenth of all characters stand
_LEAST = 5

_BESIDE = rf"[{CHINESE_CLASS}，。、；：！“”‘’「」『』《》（）…—]"
_LOST = re.compile(rf"(?:(?<={_BESIDE})|^)\?+(?={_BESIDE}|$)", re.MULTILINE)
# No question ends before these marks, nor behind those that have just begun a clause.
_NO_QUESTION = re.compile(
    rf"(?<=[，、；：“‘「『《（。])\?+(?=[{CHINESE_CLASS}，。、；：])|(?<=[{CHINESE_CLASS}])\?+(?=[，。、；：])"
)
_MARKS = "□■＊"
_STRUCK = re.compile(rf"(?<={_BESIDE})[{_MARKS}]+(?={_BESIDE})")  # at a line's start it is a bullet


def refuse_stand_ins(text: str, *, document: str) -> list[str]:
    """Return warnings of marks that stand in Chinese text for characters that are not there.

    Raises
    ------
    DataError
        ? stands so for more than 2 % of the text.
    """
    notes = _lost(text, document)
    if sum(map(text.count, _MARKS)) > WARN * len(text):
        what = "characters that were struck out or lost before"
        notes += _told(_STRUCK, text, document, what)
    return notes


def _lost(text: str, document: str) -> list[str]:
    """Return what is said of ?; nothing where they end questions."""
    marks = text.count("?")
    if marks <= WARN * len(text):
        return []
    out_of_place = [found.start() for found in _NO_QUESTION.finditer(text)]
    if len(out_of_place) < max(_LEAST, _OUT_OF_PLACE * marks):
        return []
    what = "characters that were lost before"
    return _told(_LOST, text, document, what, refuse=REFUSE, first=out_of_place[0])


def _told(
    pattern: re.Pattern[str],
    text: str,
    document: str,
    what: str,
    *,
    refuse: float = 1.0,
    first: int = 0,
) -> list[str]:
    """Return a warning where a pattern's marks are more than 0.1 % of a text.

    `first` is where one stands that is surely such a mark, if the first that is found may be none.
    """
    found = list(pattern.finditer(text))
    count = sum(len(own.group()) for own in found)
    share = count / max(1, len(text))
    if share <= WARN or len(found) < _LEAST:
        return []
    kinds = "".join(dict.fromkeys(own.group()[0] for own in found))
    line = text.count("\n", 0, first or found[0].start()) + 1
    got = f"{count:,} {kinds} between Chinese characters ({100 * share:.1f} %), the first in line"
    if share > refuse:
        raise DataError(
            f"{document}: expected a text, got {got} {line:,}: {what}; take the file that it was "
            "made from"
        )
    return [f"{document}: {got} {line:,}: {what}"]
