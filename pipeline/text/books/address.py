"""What of an address may be shown and stored: no user name or password, no query, no fragment.

A query can hold the token that opens a page; it belongs in the request and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

from pipeline.shown import shown

_SECRET = re.compile(r"(?<=://)[^/?#]*@|[?#].*", re.DOTALL)
_DIGEST = 16  # hexadecimal digits that tell two queries apart


def public_address(url: str) -> str:
    """Return an address as messages, titles and records may hold it.

    >>> public_address("https://user:secret@example.org/novel.txt?token=1#top")
    'https://example.org/novel.txt'
    """
    return shown(bare_address(url))


def bare_address(url: str) -> str:
    """Return an address without user name, password, query and fragment."""
    return _SECRET.sub("", url)


def entry_of(url: str) -> str:
    """Return what stands for an address in a record: a query only by its digest.

    >>> entry_of("https://example.org/novel.txt")
    'https://example.org/novel.txt'
    """
    plain = shown(bare_address(url), len(url))
    if plain == url:
        return url
    return f"{plain} {hashlib.sha256(url.encode()).hexdigest()[:_DIGEST]}"


def last_name(url: str) -> str:
    """Return the name of the file that an address leads to, "" where there is none.

    >>> last_name("https://example.org/%E7%BA%A2%E6%A5%BC%E6%A2%A6.txt?page=2")
    '红楼梦.txt'
    """
    path = bare_address(url).partition("://")[2]
    return shown(unquote(path.partition("/")[2].rsplit("/", 1)[-1]))
