"""What is lost of a text: told above a thousandth of it, refused above two hundredths."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.chinese import is_chinese
from pipeline.errors import DataError
from pipeline.plural import counted
from pipeline.text.cleaning.encoding import Decoded

WARN = 0.001  # of the characters
REFUSE = 0.02

# U+FFFD, twice, once written in UTF-8 and read in another encoding.
_REPLACED = re.compile("锟斤拷|嚙踝蕭|ï¿½")
_LOST = re.compile(f"\ufffd|{_REPLACED.pattern}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def refuse_lost(
    decoded: Decoded, size: int, *, document: str, advice: str, garbled: int = 0
) -> list[str]:
    """Return a warning where bytes could not be read; `size` is how many there are.

    Counted are U+FFFD too, what becomes of it when it is read in a wrong encoding, as 锟斤拷, and
    the `garbled` characters of `Mended`.

    Raises
    ------
    DataError
        They are more than 2 % of the text.
    """
    text = decoded.text
    misread = [found.group() for found in _REPLACED.finditer(text)]
    notes = []
    if misread:
        notes.append(
            f"{document}: {counted(len(misread), 'time')} {misread[0]}, the first in line "
            f"{_line_of(_REPLACED, text):,}: characters that were lost before"
        )
    lost = text.count("\ufffd") + sum(map(len, misread))
    if decoded.encoding == "big5hkscs":  # letters are left of some, of which no U+FFFD tells
        lost = max(lost, decoded.replaced)
    share = max(decoded.replaced / max(1, size), (lost + garbled) / max(1, len(text)))
    if share <= WARN:
        return notes
    first = _line_of(_LOST, text)
    got = f"{100 * share:.1f} % unreadable, the first in line {first:,}, read as {decoded.encoding}"
    if share > REFUSE:
        if misread:
            got, advice = f"{got} ({misread[0]})", "take the file that it was made from"
        raise DataError(f"{document}: expected a text, got one that is {got}; {advice}")
    return [*notes, f"{document}: {got}: these places are garbled"]


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    """Return the line of the first match, 1 if there is none."""
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def refuse_private(counts: Mapping[str, int], *, document: str) -> list[str]:
    """Return a warning where characters are of a font of its own, as protected pages use them.

    `counts` says how often which character occurs.

    Raises
    ------
    DataError
        They are more than 2 % of the Chinese ones.
    """
    private = sum(n for character, n in counts.items() if _PRIVATE.match(character))
    chinese = sum(n for character, n in counts.items() if is_chinese(character))
    share = private / max(1, private + chinese)
    if share <= WARN:
        return []
    got = f"{private:,} private-use characters ({100 * share:.1f} %)"
    if share > REFUSE:
        raise DataError(
            f"{document}: expected Chinese characters, got {got}, which only the font of the page "
            "that they come from can show; take the text from elsewhere"
        )
    return [f"{document}: {got}: what they stand for is not known"]
