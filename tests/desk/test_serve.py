"""A desk in a process of its own: where it listens, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from models import small_model
from pipelines import ROOT, SECONDS, call, environment, heed_interrupts, start

from pipeline.desk.serve import take_place
from pipeline.engine.bundle.model import save_model
from pipeline.errors import SettingsError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")

TOKEN = "abcdef0123456789"

# A desk with a stream that never ends and an answer that blocks a thread; it notes what is closed.
PROBE = """
import asyncio, sys, time
from pathlib import Path
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from pipeline.desk.app import APIS, Api, build_app
from pipeline.desk.desk import open_desk
from pipeline.desk.refusals import as_native
from pipeline.desk.serve import serve, take_place
from pipeline.desk.sse import event, stream
from pipeline.__main__ import main
from pipeline import interrupts

async def words():
    try:
        while True:
            yield event({"word": "x" * 100}, "word")
            await asyncio.sleep(0.005)
    finally:
        print("closed", flush=True)

async def endless(request):
    return stream(words())

async def stuck(request):
    print("stuck", flush=True)
    await asyncio.to_thread(time.sleep, 60)
    return PlainTextResponse("")

async def broken(request):
    raise KeyError("a secret")

async def threads(request):
    from threading import Thread
    from threadpoolctl import threadpool_info
    from pipeline.engine.threads import one_thread_a_word
    found = []
    def look():
        with one_thread_a_word():
            blas = [own for own in threadpool_info() if own["user_api"] == "blas"]
            found.append([own["num_threads"] for own in blas])
    for one in [Thread(target=look), Thread(target=look)]:
        one.start()
        one.join()
    return PlainTextResponse(str(found))

api = Api([Route("/xuxie/endless", endless), Route("/xuxie/stuck", stuck),
           Route("/xuxie/broken", broken), Route("/xuxie/threads", threads)],
          ("/xuxie/",), as_native)

def run(arguments):
    place = take_place("127.0.0.1", 0)
    app = build_app(open_desk(Path(sys.argv[1])), place.gate, [*APIS, api])
    serve(app, place, lambda: print(place.link, flush=True), debug=len(sys.argv) > 2)

import pipeline.__main__ as program
program._run = run
main()
"""


@contextmanager
def probe(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A desk with a stream that never ends, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROBE, str(folder), *arguments],
        cwd=ROOT,
        env=environment(),
        preexec_fn=heed_interrupts,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with ended(process):
        yield process, line_of(process)


@contextmanager
def desk(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a folder, on any port, and the first line that it prints."""
    options = ("--artifacts", str(folder), "--port", "0")
    process = start(["desk", *options, *arguments])
    with ended(process):
        yield process, line_of(process)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def interrupt(process: subprocess.Popen[str]) -> tuple[int, str, float]:
    """Send Ctrl-C; return exit code, stderr, and how long it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=SECONDS)
    return process.returncode, errors, time.monotonic() - began


def test_whichever_thread_writes_its_products_take_one(tmp_path: Path) -> None:
    with probe(tmp_path) as (_, address):
        assert set(httpx.get(f"{address}xuxie/threads").text) == {*"[1], "}


def test_without_a_model_the_page_answers_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(address).status_code == 200
        assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 403
        code, errors, seconds = interrupt(process)
    assert (code, seconds < 3) == (130, True)
    assert errors.splitlines() == [
        "xuxie: the desk is open at this address; Ctrl-C closes it",
        "xuxie: no model yet; the page offers to train one",
        "xuxie: interrupted",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_vanishes_leaves_the_desk_open(tmp_path: Path) -> None:
    model = tmp_path / "artifacts" / "models" / "甲.safetensors"
    model.parent.mkdir(parents=True)
    save_model(small_model(), model)
    with desk(tmp_path / "artifacts", "--model", "甲") as (process, address):
        model.unlink()
        assert httpx.get(address).status_code == 200
        code, errors, _ = interrupt(process)
    assert (code, errors.splitlines()[1:]) == (130, ["xuxie: interrupted"])


def test_a_models_file_elsewhere_is_no_model_of_the_desk(tmp_path: Path) -> None:
    save_model(small_model(), tmp_path / "甲.safetensors")
    options = ("--artifacts", str(tmp_path / "artifacts"), "--port", "0")
    done = call("desk", *options, "--model", str(tmp_path / "甲.safetensors"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "models import brings it to the others" in done.stderr


def test_scripts_get_address_and_token_as_json_and_nothing_tells_the_token(tmp_path: Path) -> None:
    with desk(tmp_path, "--json", "--token", TOKEN, "--debug") as (process, line):
        told = json.loads(line)
        assert told["token"] == TOKEN
        assert told["link"] == f"{told['address']}?token={TOKEN}"
        assert httpx.get(told["address"]).status_code == 401
        with httpx.Client(follow_redirects=True) as client:
            page = client.get(told["link"])
            assert (page.status_code, str(page.url)) == (200, told["address"])
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert httpx.get(told["address"], headers=bearer).status_code == 200
        _, errors, _ = interrupt(process)
    assert TOKEN not in errors


def test_where_others_get_in_a_token_is_made(tmp_path: Path) -> None:
    with desk(tmp_path, "--host", "0.0.0.0") as (_, address):
        port = int(address.partition("?")[0].rstrip("/").rpartition(":")[2])
        token = address.partition("?token=")[2]
        assert len(token) >= 32
        here = f"http://127.0.0.1:{port}/"
        assert httpx.get(here).status_code == 401
        bearer = {"Authorization": f"Bearer {token}"}
        assert httpx.get(here, headers=bearer).status_code == 200
        assert httpx.get(here, headers={**bearer, "Host": "evil.example"}).status_code == 403


def test_a_stream_that_nobody_reads_is_closed_at_once(tmp_path: Path) -> None:
    with probe(tmp_path) as (process, address):
        with httpx.stream("GET", f"{address}xuxie/endless") as answer:
            assert next(answer.iter_lines()) == "event: word"
        assert line_of(process) == "closed"


def test_ctrl_c_ends_open_streams_and_all_within_two_seconds(tmp_path: Path) -> None:
    with (
        probe(tmp_path) as (process, address),
        httpx.stream("GET", f"{address}xuxie/endless") as answer,
    ):
        next(answer.iter_lines())
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert line_of(process) == "closed"
        _, errors = process.communicate(timeout=SECONDS)
        seconds = time.monotonic() - began
    assert (process.returncode, errors) == (130, "xuxie: interrupted\n")
    assert seconds < 3  # two, and what a busy machine takes


def test_a_thread_that_does_not_end_is_not_waited_for(tmp_path: Path) -> None:
    with probe(tmp_path) as (process, address):
        port = int(address.rstrip("/").rpartition(":")[2])
        with closing(socket.create_connection(("127.0.0.1", port))) as client:
            client.sendall(b"GET /xuxie/stuck HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert line_of(process) == "stuck"
            code, errors, seconds = interrupt(process)
    assert (code, errors) == (130, "xuxie: interrupted\n")
    assert seconds < 4


def test_what_nobody_foresaw_is_in_the_log_and_its_traceback_only_where_asked_for(
    tmp_path: Path,
) -> None:
    for debug in ((), ("debug",)):
        with probe(tmp_path, *debug) as (process, address):
            answer = httpx.get(f"{address}xuxie/broken")
            assert (answer.status_code, "secret" in answer.text) == (500, False)
            _, errors, _ = interrupt(process)
        assert "KeyError" in errors
        assert ("Traceback" in errors) == bool(debug)


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n",
        b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    ],
    ids=["TLS", "no host", "two hosts", "odd path", "long header", "odd length"],
)
def test_what_is_no_proper_request_is_refused_and_the_desk_goes_on(
    tmp_path: Path, data: bytes
) -> None:
    with probe(tmp_path) as (process, address):
        port = int(address.rstrip("/").rpartition(":")[2])
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
            client.sendall(data)
            answer = client.recv(1000)
        assert answer.startswith(b"HTTP/1.1 4")
        assert httpx.get(address).status_code == 200
        _, errors, _ = interrupt(process)
    assert errors == "xuxie: interrupted\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--host", "no.such.host.invalid"], "--host: expected an address of this machine"),
        (["--host", "192.0.2.1"], "--host: expected an address of this machine"),
        (["--port", "65536"], "--port: expected 0 to 65535, got 65536"),
        (["--port", "-1"], "--port: expected a whole number"),
        (["--token", "short"], "--token: expected 16 to 200"),
        (["--allow-origin", "*"], "--allow-origin: expected a site"),
        (["--model", "nobody"], "--model: expected the name of a model"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    done = call("desk", "--artifacts", str(tmp_path), "--port", "0", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"xuxie: {told}")
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with closing(take_place("127.0.0.1", 0).socket) as taken:
        port = taken.getsockname()[1]
        done = call("desk", "--artifacts", str(tmp_path), "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"xuxie: --port: expected a free port, got {port}, which is in use; give another, or 0 "
        "for any\n"
    )


def test_a_port_is_free_as_soon_as_its_desk_has_ended(tmp_path: Path) -> None:
    first = take_place("127.0.0.1", 0)
    port = first.socket.getsockname()[1]
    with pytest.raises(SettingsError, match="in use"):
        take_place("127.0.0.1", port)
    with closing(socket.create_connection(("127.0.0.1", port))):
        first.socket.accept()[0].close()
    first.socket.close()
    take_place("127.0.0.1", port).socket.close()


@pytest.mark.parametrize(
    ("host", "address", "asks"),
    [
        ("localhost", "http://localhost:", False),
        ("127.0.0.1", "http://127.0.0.1:", False),
        ("0.0.0.0", "http://", True),
    ],
)
def test_the_address_is_one_to_open_and_only_this_machine_gets_in_without_token(
    host: str, address: str, asks: bool
) -> None:
    place = take_place(host, 0)
    with closing(place.socket):
        assert place.address.startswith(address)
        assert "0.0.0.0" not in place.address
        assert (place.gate.token is not None) == asks
        assert place.gate.any_address == asks
        assert (place.link == place.address) == (not asks)


def test_the_desk_starts_without_the_learning_libraries(tmp_path: Path) -> None:
    code = (
        "import sys; import pipeline.commands.desk, pipeline.desk.app, pipeline.desk.serve\n"
        "heavy = {'gensim', 'jieba', 'keras', 'matplotlib', 'rjieba', 'sklearn', 'tensorflow'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
