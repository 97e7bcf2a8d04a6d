"""The body of an HTTP answer as it comes in: unpacked piece by piece, whole or refused."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from pipeline.errors import DownloadRefused
from pipeline.shown import shown

_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_BITS = 16 + zlib.MAX_WBITS  # zlib's sign for the gzip header and its checksum
_PIECE = 64 * 1024  # bytes unpacked at a time; a packed one may stand for a thousand

# What may stand before an HTML page's own mark: white space, comments, an XML declaration.
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body|title|meta)[\s>]", re.IGNORECASE)
_HEAD = 4096  # bytes after the comments in which the mark must stand
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def unpack(pieces: Iterable[bytes], encoding: str, *, name: str) -> Iterator[bytes]:
    """Yield a body without its Content-Encoding, some bytes at a time.

    Raises
    ------
    DownloadRefused
        The encoding is neither plain nor gzip, the packed data is damaged, or it ends too soon.
    """
    kind = encoding.strip().lower()
    if kind in _PLAIN:
        yield from pieces
    elif kind in _GZIP:
        try:
            yield from _gunzip(pieces, name)
        except zlib.error as error:
            raise DownloadRefused(
                f"{name}: expected a sound gzip answer, got {error}; try again later"
            ) from error
    else:
        raise DownloadRefused(
            f"{name}: expected a plain or a gzip answer, got Content-Encoding "
            f"{shown(encoding, 40)}; download the text by other means and give the file"
        )


def _gunzip(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Unpack one gzip member after another."""
    unpacker = zlib.decompressobj(_GZIP_BITS)
    started = False
    for piece in pieces:
        data = piece
        while data:
            if unpacker.eof:
                unpacker, started = zlib.decompressobj(_GZIP_BITS), False
            started = True
            yield unpacker.decompress(data, _PIECE)
            data = unpacker.unconsumed_tail or unpacker.unused_data
    if started and not unpacker.eof:
        yield unpacker.flush()
    if started and not unpacker.eof:
        raise DownloadRefused(
            f"{name}: expected the whole text, got a gzip answer that ends too soon; try again"
        )


def is_html(data: bytes) -> bool:
    r"""Return whether a text is an HTML page, whatever comments it begins with.

    >>> is_html(b"\xef\xbb\xbf <!-- saved --> <!DOCTYPE html><html>")
    True
    """
    wide = _WIDE_MARKS.get(data[:2])
    if wide:
        data = data[2 : 2 + 8 * _HEAD].decode(wide, errors="replace").encode()
    place = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while True:
        place = _after_space(data, place)
        for opening, closing in ((b"<!--", b"-->"), (b"<?xml", b"?>")):
            if data[place : place + len(opening)].lower() == opening:
                stop = data.find(closing, place)
                if stop < 0:
                    return True  # an unclosed comment hides all that follows
                place = stop + len(closing)
                break
        else:
            return _HTML.match(data, place, place + _HEAD) is not None


def _after_space(data: bytes, place: int) -> int:
    """Return where the white space at a place ends."""
    found = re.compile(rb"\s*").match(data, place)
    return found.end() if found else place
