"""The text of a page or of a book's XML, whatever encoding it declares and whatever it is in."""

from __future__ import annotations

import re

from pipeline.errors import SettingsError
from pipeline.text.cleaning.encoding import Decoded, check_encoding, decode

_HEAD = 4096  # bytes in which a page says its encoding
_DECLARED = re.compile(
    rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:\-]{2,40})|<meta[^>]*?charset\s*=\s*["']?\s*([\w.:\-]{2,40})""",
    re.IGNORECASE,
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CHINESE = ("gb18030", "big5hkscs")
_SHORT = 2_000  # bytes
_PRIVATE = "\ue000"  # the first character that no standard knows; other encodings misread give such


def page_text(data: bytes, *, name: str) -> str:
    """Return a page's text; see `decode_page`."""
    return decode_page(data, name=name).text


def decode_page(data: bytes, *, name: str) -> Decoded:
    """Return a page's text and its encodings; what cannot be read is U+FFFD.

    A byte-order mark is believed, then bytes that are UTF-8 throughout, whatever is declared: pages
    are converted more often than their declarations. Else the bytes are looked at as those of any
    text are; a declaration counts where the page is too short for that.
    """
    if data.startswith(_MARKS):
        return decode(data, name=name)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError:
        return _as_declared(data) if len(data) < _SHORT else decode(data, name=name)


def _as_declared(data: bytes) -> Decoded:
    """Return a short page in the Chinese encoding that it declares, if it is in it."""
    declared = _declared(data[:_HEAD])
    try:
        text = data.decode(declared) if declared in _CHINESE else _PRIVATE
    except UnicodeDecodeError:
        text = _PRIVATE
    if any(_PRIVATE <= own <= "\uf8ff" for own in text):
        return decode(data)
    return Decoded(text, declared, 0)


def _declared(head: bytes) -> str:
    """Return the encoding that a page declares, "" for none and for one that is unknown."""
    found = _DECLARED.search(head)
    if found is None:
        return ""
    try:
        return check_encoding((found[1] or found[2]).decode("ascii"))
    except (SettingsError, UnicodeDecodeError):
        return ""
