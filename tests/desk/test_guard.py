"""Who gets in: hosts, origins and tokens, as browsers and programs send them."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import HERE, app_in, ask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from pipeline.desk.app import Api
from pipeline.desk.guard import POLICY, Gate, check_origin, check_token
from pipeline.desk.refusals import as_native
from pipeline.errors import SettingsError

TOKEN = "0123456789abcdef"
FRIEND = "https://friend.example"


async def _cost(request: Request) -> Response:
    return PlainTextResponse("done")


async def _own_policy(request: Request) -> Response:
    return PlainTextResponse("own", headers={"Content-Security-Policy": "default-src data:"})


COSTLY = Api(
    [Route("/xuxie/v1/cost", _cost, methods=["GET", "POST"]), Route("/xuxie/v1/own", _own_policy)],
    ("/xuxie/",),
    as_native,
)


def guarded(folder: Path, gate: Gate | None = None) -> ASGIApp:
    return app_in(folder, gate, [COSTLY])


def status(app: ASGIApp, method: str = "POST", path: str = "/xuxie/v1/cost", **named: str) -> int:
    headers = {name.replace("_", "-"): value for name, value in named.items()}
    return ask(app, path, method, headers=headers).status_code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8765",
        "127.0.0.1",
        "LOCALHOST:1",
        "localhost.",
        "[::1]:8765",
        "127.0.0.2",
        "desk:1",
    ],
)
def test_the_desk_answers_to_its_own_names(tmp_path: Path, host: str) -> None:
    assert status(guarded(tmp_path, Gate(frozenset({"desk"}))), host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1:8765:1",
        "192.168.1.5:8765",
        "0.0.0.0:8765",
        "[::1",
        "",
    ],
)
def test_a_name_of_others_that_leads_here_is_refused(tmp_path: Path, host: str) -> None:
    assert status(guarded(tmp_path), host=host) == 403
    assert status(guarded(tmp_path), "GET", "/", host=host) == 403


def test_where_others_get_here_addresses_in_numbers_do_and_names_of_others_do_not() -> None:
    gate = Gate(frozenset({"desk"}), any_address=True, token=TOKEN)
    assert gate.knows_host("192.168.1.5:8765")
    assert gate.knows_host("[2001:db8::2]:8765")
    assert not gate.knows_host("evil.example:8765")


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:3000",
        "http://localhost:8765",
        "http://127.0.0.1",
        "file://127.0.0.1:8765",
        "",
    ],
)
def test_a_page_of_another_origin_is_refused(tmp_path: Path, origin: str) -> None:
    answer = ask(guarded(tmp_path), "/xuxie/v1/cost", "POST", headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert answer.json()["error"]["message"].startswith("expected a page of the desk's own")


def test_the_desks_own_page_may_send(tmp_path: Path) -> None:
    app = guarded(tmp_path)
    assert status(app, origin=HERE, sec_fetch_site="same-origin") == 200
    assert status(app, origin="http://localhost", host="localhost:80") == 200
    assert status(app, origin="null", sec_fetch_site="same-origin") == 200
    assert status(app, origin="null", sec_fetch_site="cross-site") == 403
    assert status(app) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_page_embeds_is_refused_but_links_to_pages_are_followed(
    tmp_path: Path, site: str
) -> None:
    app = guarded(tmp_path)
    link = {"sec_fetch_site": site, "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert status(app, "GET", "/", **link) == 200
    assert status(app, "GET", **link) == 403
    assert status(app, "POST", "/", **link) == 403
    assert status(app, "GET", "/", **(link | {"sec_fetch_dest": "iframe"})) == 403
    embedded = {"sec_fetch_site": site, "sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"}
    assert status(app, "GET", "/page/icon.svg", **embedded) == 403
    assert status(app, "GET", **embedded) == 403


def test_a_site_that_was_named_may_use_the_desk_and_no_other(tmp_path: Path) -> None:
    app = guarded(tmp_path, Gate(origins=frozenset({FRIEND})))
    told = {"origin": FRIEND, "sec-fetch-site": "cross-site"}
    answer = ask(app, "/xuxie/v1/cost", "POST", headers=told)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert "Origin" in answer.headers["vary"]
    assert status(app, origin=f"{FRIEND}:443") == 200
    assert status(app, origin="https://friend.example.evil.example") == 403
    assert status(app, origin="http://friend.example") == 403
    missing = ask(app, "/xuxie/none", headers=told)
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, FRIEND)


def test_what_browsers_ask_before_is_answered_to_named_sites_alone(tmp_path: Path) -> None:
    app = guarded(tmp_path, Gate(origins=frozenset({FRIEND}), token=TOKEN))
    asks = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
        "access-control-request-private-network": "true",
    }
    yes = ask(app, "/v1/completions", "OPTIONS", headers={"origin": FRIEND, **asks})
    assert yes.status_code == 204
    assert yes.headers["access-control-allow-origin"] == FRIEND
    assert yes.headers["access-control-allow-headers"] == "authorization, content-type"
    assert "POST" in yes.headers["access-control-allow-methods"]
    assert yes.headers["access-control-allow-private-network"] == "true"
    no = ask(app, "/v1/completions", "OPTIONS", headers={"origin": "https://e.example", **asks})
    assert no.status_code == 403
    assert "access-control-allow-origin" not in no.headers


def test_without_the_token_nobody_gets_in(tmp_path: Path) -> None:
    app = guarded(tmp_path, Gate(token=TOKEN, cookie="xuxie-8765"))
    for path in ("/", "/page/icon.svg", "/xuxie/v1/cost", "/none", f"/xuxie/v1/cost?token={TOKEN}"):
        answer = ask(app, path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert TOKEN not in answer.text
    assert status(app, authorization=f"Bearer {TOKEN}") == 200
    assert status(app, authorization=f"bearer  {TOKEN}") == 200
    assert status(app, authorization=f"Basic {TOKEN}") == 401
    assert status(app, authorization=f"Bearer {TOKEN}x") == 401
    assert status(app, authorization=f"Bearer {TOKEN[:-1]}") == 401
    assert not Gate(token=TOKEN).knows_token("续写")
    assert not Gate(token=TOKEN).knows_token(None)
    assert status(app, cookie=f"a[]=1; xuxie-8765={TOKEN}; b") == 200
    assert status(app, cookie=f"xuxie-8766={TOKEN}") == 401
    assert status(app, cookie="xuxie-8765=") == 401


def test_who_opens_the_address_with_the_token_has_it_in_a_cookie_and_no_more_in_the_address(
    tmp_path: Path,
) -> None:
    app = guarded(tmp_path, Gate(token=TOKEN, cookie="xuxie-8765"))
    answer = ask(app, f"/?language=zh&token={TOKEN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?language=zh")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"xuxie-8765={TOKEN};")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert ask(app, "/", headers={"cookie": cookie.partition(";")[0]}).status_code == 200
    wrong = ask(app, "/?token=0123456789abcdeX")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert ask(app, "/?token=").status_code == 401


def test_every_answer_tells_browsers_what_to_keep_to(tmp_path: Path) -> None:
    app = guarded(tmp_path)
    for path in ("/", "/none", "/xuxie/v1/cost"):
        headers = ask(app, path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert "unsafe" not in POLICY
    assert ask(app, "/xuxie/v1/cost").headers["cache-control"] == "no-store"
    assert ask(app, "/xuxie/v1/own").headers["content-security-policy"] == "default-src data:"


@pytest.mark.parametrize(
    "token", ["", "short", "x" * 15, "x" * 201, "续" * 16, "a b" * 8, "x;" * 9]
)
def test_a_token_that_is_no_secret_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(SettingsError, match="--token: expected 16 to 200") as refused:
        check_token(token)
    assert token == "" or token not in str(refused.value)


def test_origins_are_taken_as_browsers_write_them() -> None:
    assert check_token(TOKEN) == TOKEN
    assert check_origin("https://Lite.Example/") == "https://lite.example"
    assert check_origin("http://localhost:80") == "http://localhost"
    assert check_origin("chrome-extension://abc") == "chrome-extension://abc"
    for wrong in (
        "*",
        "null",
        "example.org",
        "https://*.example.org",
        "https://a.example/path",
        "",
    ):
        with pytest.raises(SettingsError, match="--allow-origin: expected a site"):
            check_origin(wrong)
