from __future__ import annotations

import gzip
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from logging.handlers import QueueHandler
from pathlib import Path
from queue import SimpleQueue

import pooch
import pytest

from pipeline.errors import DataError, DownloadRefused
from pipeline.text.books.download import DownloadPolicy, download, forget
from pipeline.text.books.request import check_url, get, is_public
from pipeline.text.books.source import forget_source, read_source
from pipeline.text.books.unpack import is_html, unpack

LOCAL = DownloadPolicy(allow_private=True, timeout_seconds=10, max_bytes=100_000)
TEXT = "宝玉听了，笑道。\n".encode() * 100


@dataclass
class Site:
    """A web server on this machine and what it was asked."""

    url: str
    text: bytes = TEXT
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # path, User-Agent


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers["User-Agent"]))
            answer(self, state)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Site(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def answer(handler: BaseHTTPRequestHandler, state: Site) -> None:
    """Answer a request by its path."""
    path, _, query = handler.path.partition("?")
    if path == "/to":
        handler.send_response(302)
        handler.send_header("Location", query)
        handler.end_headers()
    elif path == "/loop":
        handler.send_response(302)
        handler.send_header("Location", "/loop")
        handler.end_headers()
    elif path in ("/broken", "/crooked"):
        handler.send_response(302)
        if path == "/crooked":
            handler.send_header("Location", "http://[::1/?SECRET")
        handler.end_headers()
    elif path == "/missing":
        handler.send_error(404)
    elif path == "/rude":
        handler.send_response(500, "no\x1b[31m \x9b2J way" + "x" * 500)
        handler.end_headers()
    elif path == "/hang-up":
        handler.close_connection = True
    elif path == "/drip":
        handler.send_response(200)
        handler.end_headers()
        drip(handler)
    elif path == "/drip-header":
        drip(handler)
    else:
        send_body(handler, path, state)


def send_body(handler: BaseHTTPRequestHandler, path: str, state: Site) -> None:
    kind = "text/html; charset=utf-8" if path == "/page" else "text/plain"
    body = {
        "/big": b"x" * 200_000,
        "/bomb": gzip.compress(b"x" * 10_000_000),
        "/zipped": gzip.compress(state.text),
        "/disguised": b"\n<!DOCTYPE html><html></html>",
        "/empty": b"",
        "/blank": b" \r\n",
        "/cut": gzip.compress(state.text)[:-9],
        "/headless": gzip.compress(state.text)[:5],
        "/damaged": b"\x1f\x8b" + b"x" * 99,
        "/brotli": b"\x8b\x02\x80text\x03",
        "/archive": b"PK\x03\x04" + b"x" * 99,
    }.get(path, state.text)
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    if path in ("/bomb", "/zipped", "/cut", "/headless", "/damaged"):
        handler.send_header("Content-Encoding", "gzip")
    if path == "/brotli":
        handler.send_header("Content-Encoding", "br\x1b")
    length = len(body) * (2 if path == "/short" else 1)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()
    if path != "/big":  # whose client hangs up
        handler.wfile.write(body)
        return
    try:
        handler.wfile.write(body)
    except OSError:
        return


def drip(handler: BaseHTTPRequestHandler) -> None:
    try:
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def test_a_text_comes_whole_and_politely(site: Site) -> None:
    assert get(f"{site.url}/novel.txt?a=1", policy=LOCAL) == TEXT
    assert site.asked == [("/novel.txt?a=1", "xuxie/0.1 (+one request per novel)")]


def test_a_chinese_file_name_is_escaped_once(site: Site) -> None:
    assert get(f"{site.url}/梦%20a.txt", policy=LOCAL) == TEXT
    assert site.asked[0][0] == "/%E6%A2%A6%20a.txt"  # 梦 in UTF-8 is E6 A2 A6


def test_the_second_time_nothing_is_asked(site: Site, tmp_path: Path) -> None:
    url = f"{site.url}/novel.txt"

    assert download(url, tmp_path / "new", policy=LOCAL) == TEXT
    assert download(url, tmp_path / "new", policy=LOCAL) == TEXT

    assert len(site.asked) == 1
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert len(names) == 2  # the text and the record; nothing half-written
    assert list(json.loads((tmp_path / "new" / "digests.json").read_text())) == [url]


def test_a_download_announces_nothing_itself(site: Site, tmp_path: Path) -> None:
    announced: SimpleQueue[logging.LogRecord] = SimpleQueue()
    listener = QueueHandler(announced)
    pooch.get_logger().addHandler(listener)
    try:
        download(f"{site.url}/novel.txt", tmp_path, policy=LOCAL)
    finally:
        pooch.get_logger().removeHandler(listener)
    assert announced.empty()


def test_other_bytes_than_the_first_time_are_refused(site: Site, tmp_path: Path) -> None:
    url = f"{site.url}/novel.txt"
    download(url, tmp_path, policy=LOCAL)
    site.text = b"other"
    for path in tmp_path.glob("*.txt"):
        path.unlink()

    with pytest.raises(DownloadRefused, match="--accept-new"):
        download(url, tmp_path, policy=LOCAL)
    forget(url, tmp_path)
    assert download(url, tmp_path, policy=LOCAL) == b"other"


def test_a_damaged_cached_text_is_fetched_again(site: Site, tmp_path: Path) -> None:
    url = f"{site.url}/novel.txt"
    download(url, tmp_path, policy=LOCAL)
    next(tmp_path.glob("*.txt")).write_bytes(b"damaged")

    assert download(url, tmp_path, policy=LOCAL) == TEXT
    assert len(site.asked) == 2


def test_a_broken_record_is_named(site: Site, tmp_path: Path) -> None:
    (tmp_path / "digests.json").write_text("{")

    with pytest.raises(DataError, match=r"digests\.json.*repair or delete"):
        download(f"{site.url}/novel.txt", tmp_path, policy=LOCAL)


def test_a_private_address_is_refused_without_a_request(site: Site, tmp_path: Path) -> None:
    with pytest.raises(DownloadRefused, match=r"127\.0\.0\.1"):
        download(f"{site.url}/novel.txt", tmp_path, policy=DownloadPolicy())
    assert site.asked == []
    assert list(tmp_path.glob("*.txt")) == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/"])
def test_redirects_to_other_schemes_are_refused(site: Site, target: str) -> None:
    with pytest.raises(DownloadRefused, match="http"):
        get(f"{site.url}/to?{target}", policy=LOCAL)


def test_redirects_are_checked_for_private_addresses(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # this machine's server plays the public one: only its own address passes as public
    port = site.url.rpartition(":")[2]
    monkeypatch.setattr(
        "pipeline.text.books.request.is_public", lambda address: address == "127.0.0.1"
    )

    with pytest.raises(DownloadRefused, match=r"10\.0\.0\.1"):
        get(f"http://127.0.0.1:{port}/to?http://10.0.0.1/x", policy=DownloadPolicy())


def test_redirects_are_followed_five_times(site: Site) -> None:
    assert get(f"{site.url}/to?/novel.txt", policy=LOCAL) == TEXT
    with pytest.raises(DownloadRefused, match="at most 5 redirects"):
        get(f"{site.url}/loop", policy=LOCAL)


@pytest.mark.parametrize("path", ["/big", "/bomb"])
def test_size_is_capped_after_unpacking(site: Site, path: str) -> None:
    with pytest.raises(DownloadRefused, match="at most 100000 bytes"):
        get(site.url + path, policy=LOCAL)


def test_a_packed_answer_is_unpacked(site: Site) -> None:
    assert get(f"{site.url}/zipped", policy=LOCAL) == TEXT


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/drip", "/drip-header"])
def test_a_slow_drip_ends_at_the_deadline(site: Site, path: str) -> None:
    started = time.monotonic()
    with pytest.raises(DownloadRefused, match=r"0\.5 seconds"):
        get(site.url + path, policy=DownloadPolicy(allow_private=True, timeout_seconds=0.5))
    assert time.monotonic() - started < 3  # the drip itself takes five


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/missing", "got 404"),
        ("/page", "HTML"),
        ("/disguised", "HTML"),
        ("/short", f"whole text, got {len(TEXT):,} of {2 * len(TEXT):,} bytes; try again$"),
        ("/hang-up", "got Connection aborted: Remote end closed connection without response$"),
        ("/empty", "got an empty answer; try again later"),
        ("/blank", "got an empty answer; try again later"),
        ("/cut", "got a gzip answer that ends too soon"),
        ("/headless", "got a gzip answer that ends too soon"),
        ("/damaged", "expected a sound gzip answer"),
        ("/brotli", "expected a plain or a gzip answer, got Content-Encoding br"),
        ("/broken", r"expected a redirect to another address, got HTTP 302 to none"),
        ("/crooked", r"got HTTP 302 to http://\[::1/; give the address"),
        ("/rude", r"expected HTTP 200, got 500 no\\x1b\[31m"),
    ],
)
def test_wrong_answers_are_named_in_one_line(
    site: Site, tmp_path: Path, path: str, complaint: str
) -> None:
    with pytest.raises(DownloadRefused, match=complaint) as refused:
        download(site.url + path, tmp_path, policy=LOCAL)
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 400
    assert list(tmp_path.iterdir()) == []


def test_nobody_there() -> None:
    with pytest.raises(DownloadRefused, match="expected an answer") as refused:
        get("http://127.0.0.1:1/x", policy=LOCAL)
    assert "object at 0x" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["file:///x", "ftp://example.com/x", "http://", "http:///x", "http://u:p@example.com/",
     "http://example.com:99999/", "novel.txt", "http://[::1/"],
)  # fmt: skip
def test_bad_addresses(url: str) -> None:
    with pytest.raises(DownloadRefused) as refused:
        check_url(url)
    assert "u:p" not in str(refused.value)  # no password in a message


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
     "224.0.0.1"],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_a_mended_server_is_asked_again(site: Site, tmp_path: Path) -> None:
    url = f"{site.url}/novel.txt"
    good, site.text = site.text, b""

    with pytest.raises(DownloadRefused, match="empty answer"):
        download(url, tmp_path, policy=LOCAL)
    site.text = good

    assert download(url, tmp_path, policy=LOCAL) == good


def test_a_download_that_is_no_text_is_not_remembered(site: Site, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="a whole zip archive, got one that is cut off"):
            read_source(f"{site.url}/archive", downloads=tmp_path, policy=LOCAL)

    assert len(site.asked) == 2
    assert json.loads((tmp_path / "digests.json").read_text()) == {}


def test_a_token_is_sent_and_told_to_nobody(site: Site, tmp_path: Path) -> None:
    url = f"{site.url}/novel.txt?token=SECRET#top"

    (document,) = read_source(url, downloads=tmp_path, policy=LOCAL).documents

    assert document.name == f"{site.url}/novel.txt"
    assert site.asked[0][0] == "/novel.txt?token=SECRET"
    assert "SECRET" not in (tmp_path / "digests.json").read_text()
    assert not any("SECRET" in path.name for path in tmp_path.iterdir())
    assert download(url, tmp_path, policy=LOCAL) == TEXT  # found again
    download(url.replace("SECRET", "OTHER"), tmp_path, policy=LOCAL)  # another page
    assert len(site.asked) == 2
    forget_source(url, tmp_path)
    download(url, tmp_path, policy=LOCAL)
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "path",
    ["/missing?token=SECRET", "/page?token=SECRET", "/empty?token=SECRET", "/cut?token=SECRET"],
)
def test_no_message_holds_a_token(site: Site, path: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadRefused) as refused:
        download(site.url + path, tmp_path, policy=LOCAL)
    assert "SECRET" not in str(refused.value)
    assert path.partition("?")[0] in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:SECRET@[::1/",
        "http://user:SECRET@example.org/",
        "ftp://example.org/?SECRET",
        "http://[::1/?SECRET",
        "http://exam\x1bple.invalid/a\u202e.txt?SECRET",
    ],
)
def test_no_message_of_a_bad_address_holds_what_it_may_not(url: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadRefused) as refused:
        download(url, tmp_path, policy=LOCAL)
    assert "SECRET" not in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("members", [[TEXT], [TEXT[:900], TEXT[900:]], [b"", TEXT], [TEXT, b""]])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_gzip_is_unpacked_from_pieces_of_any_size(members: list[bytes], size: int) -> None:
    packed = b"".join(map(gzip.compress, members))
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]

    assert b"".join(unpack(pieces, "GZip", name="x")) == TEXT


@pytest.mark.parametrize("cut", range(1, 60, 4))
def test_gzip_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(DownloadRefused, match="ends too soon"):
        list(unpack([gzip.compress(TEXT)[:-cut]], "gzip", name="x"))


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html>",
        b"\xef\xbb\xbf\r\n <!doctype  HTML PUBLIC '-//W3C'>",
        b"<!-- saved from url -->\n<!-- twice --><html lang='zh'>",
        b"<?xml version='1.0'?>\n<!DOCTYPE html>",
        b"<head><meta charset='gbk'>",
        b"<HTML\n>",
        b"<!-- never closed",
        b"<!--" + b"x" * 100_000 + b"--><html>",
        "<!-- a --><html>".encode("utf-16"),
    ],
)
def test_html_is_known_whatever_it_begins_with(page: bytes) -> None:
    assert is_html(page)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        b"",
        b"<htmlish>",
        b"1 < 2",
        "《<html>》".encode(),
        b"<!doctype novel>",
        b"<!-",
        b"<br>",
    ],
)
def test_a_text_is_no_html(text: bytes) -> None:
    assert not is_html(text)
