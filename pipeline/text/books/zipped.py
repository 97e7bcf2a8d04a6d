"""A zip archive, trusted in nothing: its members by readable names, unpacked within bounds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import DataError
from pipeline.shown import shown
from pipeline.text.books.document import Document, Limits

MOST_MEMBERS = 20_000  # the longest serials have some ten thousand chapters
_LONGEST_NAME = 1_000  # characters; what is longer is cut
_RATIO = 200  # unpacked bytes for each packed one; text has three to ten …
_FREE = 16 * 2**20  # … but so many unpacked bytes are let be whatever their ratio
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
# First bytes of the common characters, and the least second byte (GB18030's others lie below it).
_COMMON = {"gb18030": (0xB0, 0xD7, 0xA1), "big5hkscs": (0xA4, 0xC6, 0x40)}
_UNICODE_PATH = 0x7075  # the extra field that holds a name in UTF-8


@dataclass(frozen=True)
class Archive:
    """An archive as its directory tells it: names as people read them, in the archive's order.

    Attributes
    ----------
    name : str
        What messages call it.
    names : tuple of str
        Paths with / between, without `..`, a root or a drive; folders are none of them.
    read : str → bytes
        Unpacks one; a `DataError` where it is encrypted, damaged or beyond the bounds.
    """

    name: str
    names: tuple[str, ...]
    read: Callable[[str], bytes]


def open_zip(document: Document, limits: Limits) -> Archive:
    """Return a zip archive.

    Raises
    ------
    DataError
        It is none, it is cut off or damaged, or it has more than `MOST_MEMBERS` members.
    """
    name = shown(document.name)
    try:
        file = zipfile.ZipFile(io.BytesIO(document.data))
        # Python 3.11's is_dir() stumbles over a name of no characters.
        infos = [info for info in file.infolist() if not info.filename.endswith("/")]
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise DataError(
            f"{name}: expected a whole zip archive, got one that is cut off or damaged "
            f"({shown(str(error))}); get it anew"
        ) from error
    if len(infos) > MOST_MEMBERS:
        raise DataError(
            f"{name}: expected an archive of at most {MOST_MEMBERS:,} files, got {len(infos):,}; "
            "unpack it and give the folder"
        )
    members = dict(zip(_names(infos), infos, strict=True))
    return Archive(name, tuple(members), _reader(file, members, name, limits))


def _reader(
    file: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, limits: Limits
) -> Callable[[str], bytes]:
    """Return what unpacks members, all together at most `limits.max_bytes` bytes."""
    left = limits.max_bytes

    def read(member: str) -> bytes:
        nonlocal left
        info = members[member]
        where = f"{name}: {shown(member)}"
        if info.flag_bits & _ENCRYPTED:
            raise DataError(
                f"{name}: expected an archive without a password, got an encrypted one; unpack it "
                "and give the folder"
            )
        try:
            with file.open(info) as packed:
                data = packed.read(left + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise DataError(
                f"{where}: expected a sound member, got a damaged one ({shown(str(error))}); get "
                "the archive anew"
            ) from error
        except (NotImplementedError, RuntimeError) as error:
            raise DataError(
                f"{where}: expected a common kind of packing, got {shown(str(error))}; unpack it "
                "and give the folder"
            ) from error
        left -= check_size(len(data), info.compress_size, left, name=where, limits=limits)
        return data

    return read


def check_size(size: int, packed: int, left: int, *, name: str, limits: Limits) -> int:
    """Return the size of something unpacked, within bounds.

    Raises
    ------
    DataError
        It has more bytes than are left, or hardly anything packed made much.
    """
    if size > left:
        raise DataError(
            f"{name}: expected at most {limits.max_bytes:,} bytes unpacked, got more; if it is a "
            "novel, raise fetch.max_bytes"
        )
    if size > _FREE and size > _RATIO * max(1, packed):
        raise DataError(
            f"{name}: expected a text, got {size:,} bytes packed in {packed:,}, as no text is; "
            "unpack it and give the .txt if it is one"
        )
    return size


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names as people read them, each once."""
    raw = [_raw_name(info) for info in infos]
    encoding = encoding_of([name for name in raw if isinstance(name, bytes)])
    names: dict[str, None] = {}
    for own in raw:
        text = own.decode(encoding, errors="replace") if isinstance(own, bytes) else own
        names[unused(clean_path(text[:_LONGEST_NAME]), names)] = None
    return list(names)


def _raw_name(info: zipfile.ZipInfo) -> str | bytes:
    """Return a member's name; its bytes where the archive does not say what they mean."""
    if info.flag_bits & _UTF8_NAME:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", errors="replace")
    return _unicode_path(info.extra, raw) or raw


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """Return the name in UTF-8 that an extra field holds, if it is still this name's."""
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        own = extra[place + 4 : place + 4 + size]
        if kind == _UNICODE_PATH and len(own) > 5 and own[0] == 1:
            (crc,) = struct.unpack_from("<I", own, 1)
            if crc == zlib.crc32(raw):
                return own[5:].decode("utf-8", errors="replace")
        place += 4 + size
    return ""


def encoding_of(names: list[bytes]) -> str:
    """Return the encoding that the names of an archive are in, told from all of them together.

    What is no UTF-8 is Big5 where that makes more common characters of it than GB18030 does; both
    standards list theirs first, by the first byte.
    """
    joined = b"/".join(names)
    try:
        joined.decode("utf-8")
    except UnicodeDecodeError:
        shares = {name: _common_share(joined, name) for name in _COMMON}
        return max(_COMMON, key=lambda name: shares[name])
    return "utf-8"


def _common_share(data: bytes, encoding: str) -> float:
    """Return the share of common characters among those of two bytes."""
    first, last, least = _COMMON[encoding]
    pairs = [own.encode(encoding) for own in data.decode(encoding, errors="ignore")]
    pairs = [own for own in pairs if len(own) > 1]
    common = sum(first <= own[0] <= last and own[1] >= least for own in pairs)
    return common / max(1, len(pairs))


def clean_path(path: str) -> str:
    r"""Return a member's path without root, drive and `..`: a label, never a place on the disk.

    >>> clean_path("C:\\books\\..\\..\\第一章.txt")
    'books/第一章.txt'
    """
    parts = path.replace("\\", "/").split("/")
    return "/".join(p for p in parts if p not in ("", ".", "..") and not p.endswith(":")) or "_"


def unused(name: str, names: dict[str, None]) -> str:
    """Return a name that is not among others: a second one gets a ~ behind it."""
    while name in names:
        name = f"{name}~"
    return name
