"""The page's own files, by their names alone: what is not among them is not there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).with_name("page")
_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".png": "image/png",
        ".svg": "image/svg+xml; charset=utf-8",
        ".webmanifest": "application/manifest+json",
    }
)


def _names() -> frozenset[str]:
    """Return which files there are, as `texts/zh.js`."""
    paths = (path for path in _FOLDER.rglob("*") if path.suffix in _TYPES and path.is_file())
    return frozenset(path.relative_to(_FOLDER).as_posix() for path in paths)


def _page_file(name: str, asked: str = "") -> Response:
    """Return a file, or that the browser's own is the same: it asks each time, by a digest.

    Parameters
    ----------
    name : str
    asked : str
        The digests that the browser has, its If-None-Match header.

    Raises
    ------
    HTTPException
        404: there is no such file.
    """
    if name not in _names():
        raise HTTPException(404)
    data = (_FOLDER / name).read_bytes()
    digest = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    kept = {"ETag": digest, "Cache-Control": "no-cache"}
    if digest in asked:
        return Response(status_code=304, headers=kept)
    return Response(data, headers=kept, media_type=_TYPES[Path(name).suffix])


async def _index(request: Request) -> Response:
    return _page_file("index.html", request.headers.get("if-none-match", ""))


async def _file(request: Request) -> Response:
    return _page_file(request.path_params["name"], request.headers.get("if-none-match", ""))


async def _favicon(request: Request) -> Response:
    return _page_file("icon.svg", request.headers.get("if-none-match", ""))


ROUTES = [
    Route("/", _index),
    Route("/page/{name:path}", _file),
    Route("/favicon.ico", _favicon),
]
