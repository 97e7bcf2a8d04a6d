"""One request for one novel, kept in a cache: where it may go, how much and how long it may take.

The address is checked before the request and again at every redirect, the connection goes to the
very IP address that was checked (so a name server that answers differently the second time gains
nothing), and proxies from the environment are not used, since what they connect to cannot be
checked. Not covered: a public machine that itself forwards requests into a private network.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import Any

from pipeline.errors import DataError, DownloadRefused
from pipeline.text.books.address import bare_address, public_address
from pipeline.text.books.digests import forget_digest, known_digest, record_digest
from pipeline.text.books.request import DownloadPolicy, check_url, get

__all__ = ["DownloadPolicy", "download", "forget"]


def download(url: str, folder: Path, *, policy: DownloadPolicy) -> bytes:
    """Return the bytes behind an http(s) address, from the cache when they are there.

    The first download records the sha256 in `folder`/digests.json; afterwards only the same bytes
    are accepted, until `forget` is called.

    Raises
    ------
    DownloadRefused
        The address or the response is not acceptable, or the content has changed.
    DataError
        The cache folder cannot be written.
    """
    import pooch

    check_url(url)
    # pooch announces each download on stderr; progress is the caller's business.
    pooch.get_logger().setLevel(logging.ERROR)
    known = known_digest(folder, url)
    path = _cache_path(folder, url)
    try:
        if known is None:
            path.unlink(missing_ok=True)  # without a record nothing vouches for it
        pooch.retrieve(
            url,
            known_hash=None if known is None else f"sha256:{known}",
            fname=path.name,
            path=folder,
            downloader=_downloader(policy),
        )
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{folder}: expected a folder to download to, got {error}") from error
    except ValueError as error:  # pooch: the digest is not the known one
        raise DownloadRefused(
            f"{public_address(url)}: expected the text of the first download (sha256 "
            f"{str(known)[:12]}…), got another; look at it and repeat with --accept-new"
        ) from error
    if known is None:
        record_digest(folder, url, hashlib.sha256(data).hexdigest())
    return data


def forget(url: str, folder: Path) -> None:
    """Drop the recorded digest and the cached file of `url`: the next download starts anew."""
    forget_digest(folder, url)
    _cache_path(folder, url).unlink(missing_ok=True)


def _cache_path(folder: Path, url: str) -> Path:
    """Return where the content of `url` is kept: a digest of the address and its last part."""
    path = bare_address(url).partition("://")[2].partition("/")[2]
    last = re.sub(r"[^\w.\-]", "_", path.rsplit("/", 1)[-1])[-60:]
    return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}-{last or 'index'}"


def _downloader(policy: DownloadPolicy) -> Any:
    """Return a downloader as pooch calls it; pooch gives a temporary name and renames."""

    def fetch(url: str, output_file: str, _: object) -> None:
        Path(output_file).write_bytes(get(url, policy=policy))

    return fetch
