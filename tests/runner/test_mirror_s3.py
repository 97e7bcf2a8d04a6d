"""Artifacts shared by an object store: moto's S3 server on loopback; see `scripts/store-tests`."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import STAGES, Recorder, settings_of

from pipeline.errors import SettingsError
from pipeline.runner.addresses import open_place
from pipeline.runner.execute import execute
from pipeline.runner.mirror import Mirror, open_mirror
from pipeline.runner.store import Store, open_store

pytest.importorskip("s3fs", reason="s3fs is not installed: scripts/store-tests")
moto = pytest.importorskip("moto.server", reason="moto is not installed: scripts/store-tests")
pytestmark = pytest.mark.slow

SECRET = "hidden-hidden-hidden"
ADDRESS = "s3://novels/shelf/one"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """An S3 server with one bucket; where it is, and the keys, are told by the environment."""
    import s3fs

    found = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    found.start()
    host, port = found.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    urllib.request.urlopen(f"http://{host}:{port}/moto-api/reset", data=b"").close()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "user")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("novels")
    yield found
    found.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def run(store: Store, mirror: Mirror | None) -> Recorder:
    recorder = Recorder()
    settings = settings_of(store.root)
    execute(STAGES, settings, store, targets=["count"], reporter=recorder, mirror=mirror)
    return recorder


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("[a-z]*/*/*")}


@pytest.mark.usefixtures("server")
def test_nothing_runs_where_another_machine_has_run_it(store: Store) -> None:
    import s3fs

    assert run(store, open_mirror(ADDRESS, store)).ran == ["read", "spell", "count"]
    before = bytes_below(store.folder)
    names = s3fs.S3FileSystem().find("novels")
    assert names == sorted(f"novels/shelf/one/{name}" for name in before)
    shutil.rmtree(store.folder)
    recorder = run(store, open_mirror(ADDRESS, store))
    assert recorder.ran == []
    assert recorder.notes == [
        f"{name}: taken from {ADDRESS}" for name in ("read", "spell", "count")
    ]
    assert bytes_below(store.folder) == before


@pytest.mark.usefixtures("server")
def test_what_is_wrong_or_half_there_is_made_and_sent_again(store: Store) -> None:
    import s3fs

    run(store, open_mirror(ADDRESS, store))
    files = s3fs.S3FileSystem()
    for name in files.find("novels"):
        if "/count/" in name and name.endswith("second.json"):
            files.pipe_file(name, b"{}")
        if "/spell/" in name and name.endswith("manifest.json"):
            files.rm_file(name)
    other = open_store(store.root / "others")
    recorder = run(other, open_mirror(ADDRESS, other))
    assert recorder.ran == ["spell", "count"]
    (line,) = (note for note in recorder.notes if "store " in note)
    assert f"store {ADDRESS}: count " in line
    shutil.rmtree(store.folder)
    assert run(store, open_mirror(ADDRESS, store)).ran == []


@pytest.mark.usefixtures("server")
def test_large_files_go_in_parts(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 2**17 + b"end")  # 32 MB, three parts
    place = open_place(ADDRESS)
    place.write("read/key/large", large)
    with place.read("read/key/large") as file:
        assert file.read() == large.read_bytes()
    place.remove("read/key/large")
    place.remove("read/key/large")
    assert not place.has("read/key/large")


def refusal(address: str) -> str:
    with pytest.raises(SettingsError) as caught:
        open_place(address)
    line = str(caught.value)
    assert "\n" not in line
    assert SECRET not in line
    return line


def test_no_such_bucket_and_no_server_are_refused_in_a_line(server: Any) -> None:
    assert refusal("s3://others/shelf").startswith("--store: expected s3://others/shelf to answer")
    assert "s3://novels/x" in refusal(f"s3://user:{SECRET}@novels/x?token={SECRET}")
    server.stop()
    assert refusal(ADDRESS).startswith(f"--store: expected {ADDRESS} to answer")


def test_a_server_that_goes_in_mid_run_costs_a_line_and_not_the_run(
    server: Any, store: Store
) -> None:
    mirror = open_mirror(ADDRESS, store)
    server.stop()
    recorder = run(store, mirror)
    assert recorder.ran == ["read", "spell", "count"]
    (line,) = (note for note in recorder.notes if "store " in note)
    assert f"store {ADDRESS}: expected to read read " in line
    assert SECRET not in line
