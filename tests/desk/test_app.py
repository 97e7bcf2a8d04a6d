"""The application: the page's files, what is not there, and errors in each client's own form."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from asking import app_in, ask
from pipelines import ROOT
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.desk.app import Api
from pipeline.desk.bodies import read_json, whole
from pipeline.desk.refusals import Refusal
from pipeline.errors import Busy

PAGE = ROOT / "pipeline" / "desk" / "page"
FILES = sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*") if path.is_file())


async def _double(request: Request) -> Response:
    return JSONResponse({"doubled": 2 * whole(await read_json(request), "n", 1, most=10)})


async def _busy(request: Request) -> Response:
    raise Busy("come back")


async def _broken(request: Request) -> Response:
    raise KeyError("a secret")


def _as_client(refusal: Refusal) -> Response:
    answer = {"detail": {"msg": refusal.message, "type": refusal.status}}
    return JSONResponse(answer, refusal.status, dict(refusal.headers))


CLIENT = Api(
    [
        Route("/api/v1/double", _double, methods=["POST"]),
        Route("/api/v1/busy", _busy),
        Route("/api/v1/broken", _broken),
    ],
    ("/api/",),
    _as_client,
)


def test_the_page_is_at_the_root_and_is_kept_as_long_as_it_is_the_same(tmp_path: Path) -> None:
    app = app_in(tmp_path)
    first = ask(app)
    assert first.status_code == 200
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.content == (PAGE / "index.html").read_bytes()
    assert first.headers["cache-control"] == "no-cache"
    again = ask(app, headers={"if-none-match": f'W/{first.headers["etag"]}, "other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert ask(app, headers={"if-none-match": '"other"'}).status_code == 200
    assert ask(app, "/", "HEAD").status_code == 200
    assert ask(app, "/favicon.ico").headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_page_is_served_as_what_it_is(tmp_path: Path, name: str) -> None:
    kinds = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
    answer = ask(app_in(tmp_path), f"/page/{name}")
    assert answer.status_code == 200
    assert answer.content == (PAGE / name).read_bytes()
    kind = kinds.get(Path(name).suffix, "image/")
    assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize(
    "path",
    [
        "/page/",
        "/page/none.js",
        "/page/../app.py",
        "/page/%2e%2e/app.py",
        "/page/..%2fapp.py",
        "/page//etc/passwd",
        "/page/%00",
        "/page/index.html%00.js",
        "/page/" + "x" * 5_000,
    ],
)
def test_nothing_else_is_served(tmp_path: Path, path: str) -> None:
    answer = ask(app_in(tmp_path), path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_what_is_not_there_is_told_in_the_clients_form(tmp_path: Path) -> None:
    app = app_in(tmp_path, apis=[CLIENT])
    native = ask(app, "/xuxie/v1/<script>")
    assert native.status_code == 404
    assert native.json()["error"]["message"].startswith("expected an address of the desk")
    assert ask(app, "/none").json()["error"]["option"] is None
    assert ask(app, "/api/none").json()["detail"]["type"] == 404
    wrong = ask(app, "/api/v1/double")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.json()["detail"]["msg"] == "expected one of the methods POST"
    page = ask(app, "/", "POST")
    assert (page.status_code, page.headers["content-type"]) == (405, "text/html; charset=utf-8")


def test_errors_are_told_in_the_clients_form(tmp_path: Path) -> None:
    app = app_in(tmp_path, apis=[CLIENT])
    assert ask(app, "/api/v1/double", "POST", content=b'{"n": 4}').json() == {"doubled": 8}
    wrong = ask(app, "/api/v1/double", "POST", content=b'{"n": 1000000000}')
    assert wrong.status_code == 400
    assert wrong.json()["detail"]["msg"].startswith("n: expected a whole number of at most 10")
    large = ask(app, "/api/v1/double", "POST", content=b" " * (17 << 20))
    assert large.status_code == 413
    busy = ask(app, "/api/v1/busy")
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")


def test_what_nobody_foresaw_is_one_line_and_guarded_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = ask(app_in(tmp_path, apis=[CLIENT]), "/api/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["detail"]["msg"].startswith("expected to answer, got KeyError")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [record.name for record in caplog.records] == ["xuxie.desk"]
