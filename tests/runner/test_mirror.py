"""Artifacts that machines share: taken where they are sound, sent whole, never trusted."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from commands import invoke
from fakes import READ, STAGES, VALUE, Recorder, record_all, settings_of

from pipeline.errors import SettingsError
from pipeline.runner import addresses
from pipeline.runner.addresses import open_place
from pipeline.runner.execute import execute
from pipeline.runner.lock import hold
from pipeline.runner.mirror import Mirror, fetch, open_mirror
from pipeline.runner.parts import PARTS, keep_parts
from pipeline.runner.places import Folder
from pipeline.runner.store import Store, open_store, records, seal
from pipeline.runner.together import execute_many
from pipeline.stage import Context, Part, StageConfig
from pipeline.workers import HERE


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return tmp_path / "shared"


@pytest.fixture
def elsewhere(store: Store) -> Store:
    """Another machine's empty artifacts folder for the same novel."""
    return open_store(store.root / "others")


def run(store: Store, address: object, *overrides: str, force: str = "") -> Recorder:
    """Run all fake stages with a mirror, as a command of its own; return what was told."""
    mirror = open_mirror(str(address), store)
    return record_all(store, *overrides, force=force, mirror=mirror)


def bytes_below(folder: Path) -> dict[str, bytes]:
    """Return stage/key/file → bytes of all artifacts in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("[a-z]*/*/*")}


def only(folder: Path, stage: str) -> Path:
    """Return the folder of a stage's only artifact."""
    (found,) = (folder / stage).iterdir()
    return found


def said(recorder: Recorder) -> list[str]:
    """Return the lines about the store."""
    return [note for note in recorder.notes if "store " in note]


def test_nothing_runs_where_another_machine_has_run_it(
    store: Store, elsewhere: Store, shared: Path
) -> None:
    assert run(store, shared).ran == ["read", "spell", "count"]
    recorder = run(elsewhere, shared)
    assert (recorder.ran, said(recorder)) == ([], [])
    assert recorder.skipped_names == ["read", "spell", "count"]
    assert recorder.notes == [f"{name}: taken from {shared}" for name in recorder.skipped_names]
    assert bytes_below(elsewhere.folder) == bytes_below(store.folder) == bytes_below(shared)
    assert list((elsewhere.folder / ".tmp").iterdir()) == list((shared / ".tmp").iterdir()) == []
    assert run(elsewhere, shared.as_uri(), "count.rate=1").ran == ["count"]
    assert run(store, shared, "count.rate=1").ran == [], "the other machine has sent it"


def test_what_was_made_without_a_mirror_is_sent_and_force_makes_it_all_the_same(
    store: Store, shared: Path
) -> None:
    shared.mkdir()
    record_all(store)
    assert run(store, shared).ran == []
    assert bytes_below(shared) == bytes_below(store.folder)
    before = (only(shared, "count") / "manifest.json").read_bytes()
    assert run(store, shared, force="count").ran == ["count"]
    assert (only(shared, "count") / "manifest.json").read_bytes() != before, "its time is another"


def test_an_artifact_without_a_manifest_is_not_there_and_is_sent_again(
    store: Store, elsewhere: Store, shared: Path
) -> None:
    run(store, shared)
    (only(shared, "count") / "manifest.json").unlink()
    (only(shared, "count") / "first.json").unlink()
    recorder = run(elsewhere, shared)
    assert (recorder.ran, said(recorder)) == (["count"], [])
    assert bytes_below(shared) == bytes_below(elsewhere.folder)


def change(path: Path) -> None:
    """Change a byte and leave the size."""
    path.write_bytes(path.read_bytes().replace(b"4", b"5"))


def resealed(path: Path, **fields: object) -> None:
    """Change fields of a manifest so that its seal is right."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["seal"]
    path.write_text(json.dumps(seal({**manifest, **fields})), encoding="utf-8")


def outside(folder: Path) -> None:
    """Name a file by a path that leads out of the folder."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    resealed(folder / "manifest.json", files={"../../../out.json": manifest["files"]["first.json"]})


def endless(folder: Path) -> None:
    """Put a file there that is longer than the manifest says, by far."""
    with (folder / "first.json").open("ab") as file:
        file.truncate(2**40)  # a hole: it would fill any disk


def promise(folder: Path) -> None:
    """Say of a file that it is larger than any disk."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    huge = {"sha256": "0" * 64, "size": 2**60}
    resealed(folder / "manifest.json", files={**manifest["files"], "huge.bin": huge})


def linked(folder: Path) -> None:
    """Put a link in the place of a file."""
    away = folder.parent.parent / "away.json"
    (folder / "first.json").rename(away)
    (folder / "first.json").symlink_to(away)


def pipe(folder: Path) -> None:
    """Put a pipe that nobody writes to in the place of the manifest."""
    (folder / "manifest.json").unlink()
    os.mkfifo(folder / "manifest.json")


def of_another(folder: Path) -> None:
    """Put another artifact there, sound in itself."""
    shutil.rmtree(folder)
    shutil.copytree(only(folder.parent.parent, "spell"), folder)


HARM: list[Callable[[Path], object]] = [
    lambda folder: change(folder / "second.json"),
    lambda folder: change(folder / "manifest.json"),
    lambda folder: (folder / "second.json").unlink(),
    lambda folder: (folder / "manifest.json").write_bytes(b" " * (2**24 + 1)),
    lambda folder: (folder / "manifest.json").write_bytes(b"[" * 10**5),
    outside,
    endless,
    promise,
    linked,
    pipe,
    of_another,
]
HARM_NAMES = (
    "bytes",
    "manifest",
    "missing",
    "large",
    "deep",
    "outside",
    "endless",
    "promise",
    "linked",
    "pipe",
    "other",
)


@pytest.mark.parametrize("harm", HARM, ids=HARM_NAMES)
def test_what_is_not_as_it_says_is_told_in_a_line_and_made_anew(
    harm: Callable[[Path], object], store: Store, elsewhere: Store, shared: Path, tmp_path: Path
) -> None:
    run(store, shared)
    harm(only(shared, "count"))
    recorder = run(elsewhere, shared)
    assert recorder.ran == ["count"]
    (line,) = said(recorder)
    key = records(store, "count")[0].key
    assert line.startswith(f"count: store {shared}: count {key[:12]} cannot be used, ")
    assert line.endswith("; it is made anew")
    assert list((elsewhere.folder / ".tmp").iterdir()) == []
    assert not list(tmp_path.rglob("out.json"))
    # What was wrong has been replaced by what was made, so the next machine can take it.
    shutil.rmtree(store.folder)
    assert run(store, shared).ran == []


def test_what_loads_nowhere_is_made_again_and_replaced_there_too(
    store: Store, elsewhere: Store, shared: Path
) -> None:
    """Sound by its digests, but nothing that a codec reads: a bad artifact, well sealed."""
    run(store, shared)
    bad = only(shared, "spell")
    (bad / "second.json").write_text("[", encoding="utf-8")
    manifest = json.loads((bad / "manifest.json").read_text(encoding="utf-8"))
    empty = {
        "sha256": "245843abef9e72e7efac30138a994bf6301e7e1d7d7042a33d42e863d2638811",
        "size": 1,
    }
    files = {**manifest["files"], "second.json": empty}  # printf [ | sha256sum
    resealed(bad / "manifest.json", files=files)
    shutil.rmtree(only(shared, "count"))
    assert run(elsewhere, shared).ran == ["spell", "count"]
    assert bytes_below(shared) == bytes_below(elsewhere.folder)


def test_a_damaged_artifact_here_is_replaced_from_there(store: Store, shared: Path) -> None:
    run(store, shared)
    change(only(store.folder, "count") / "second.json")
    recorder = run(store, shared)
    assert recorder.ran == []
    assert bytes_below(store.folder) == bytes_below(shared)
    assert [path.name[:6] for path in (store.folder / ".quarantine").iterdir()] == ["count-"]


def test_nothing_is_written_through_a_link_and_the_run_goes_on(
    store: Store, shared: Path, tmp_path: Path
) -> None:
    shared.mkdir()
    (tmp_path / "victim").mkdir()
    (shared / "read").symlink_to(tmp_path / "victim")
    recorder = run(store, shared)
    assert recorder.ran == ["read", "spell", "count"]
    assert list((tmp_path / "victim").iterdir()) == []
    assert len(said(recorder)) == 2, "one that it cannot be read, one that it cannot be written"


class ReadOnly:
    """A place that nothing may be written to."""

    name = "s3://bucket/here"

    def __init__(self, folder: Path) -> None:
        self.place = open_place(str(folder))

    def __getattr__(self, name: str) -> object:
        if name in ("write", "remove"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return getattr(self.place, name)


def test_a_place_that_may_only_be_read_is_read_to_the_end(
    store: Store, elsewhere: Store, shared: Path
) -> None:
    run(store, shared)
    shutil.rmtree(only(shared, "read"))
    recorder = record_all(elsewhere, mirror=Mirror(ReadOnly(shared)))  # type: ignore[arg-type]
    assert recorder.ran == ["read"]
    (line,) = said(recorder)
    assert line.endswith(
        ", got: Permission denied; the run goes on and keeps its artifacts here alone"
    )


class Broken:
    """A place whose connection is lost after so many requests."""

    name = "s3://bucket/here"

    def __init__(self, address: Path, lasts: int) -> None:
        self.place, self.lasts = open_place(str(address)), lasts

    def __getattr__(self, name: str) -> object:
        if name == "why":
            return str
        self.lasts -= 1
        if self.lasts < 0:
            raise OSError("connection lost")
        return getattr(self.place, name)


@pytest.mark.parametrize("lasts", range(0, 12, 2))
def test_a_connection_that_is_lost_costs_a_line_and_never_the_run(
    store: Store, elsewhere: Store, shared: Path, lasts: int
) -> None:
    recorder = record_all(store, mirror=Mirror(Broken(shared, lasts)))  # type: ignore[arg-type]
    assert recorder.ran == ["read", "spell", "count"]
    lines = said(recorder)
    assert 1 <= len(lines) <= 2, "one for what cannot be read, one for what cannot be sent"
    for line in lines:
        assert "store s3://bucket/here: expected to " in line
        assert "got: connection lost; the run goes on" in line
    # Whatever was sent by half is sent again, and is sound.
    assert run(store, shared).ran == run(elsewhere, shared).ran == []
    assert bytes_below(elsewhere.folder) == bytes_below(store.folder) == bytes_below(shared)


def test_two_that_send_the_same_at_once_leave_one_that_can_be_taken(
    store: Store, elsewhere: Store, shared: Path
) -> None:
    for each in (store, elsewhere):
        execute(STAGES, settings_of(each.root), each, targets=["read"], reporter=Recorder())
    first, second = (records(each, "read")[0] for each in (store, elsewhere))
    mirror = open_mirror(str(shared), store)
    assert mirror is not None
    for name in ("first.json", "second.json"):  # both have found nothing there
        for record in (first, second):
            mirror.place.write(f"read/{record.key}/{name}", record.path / name)
    for record in (second, first):
        mirror.place.write(f"read/{record.key}/manifest.json", record.path / "manifest.json")
    shutil.rmtree(elsewhere.folder)
    elsewhere.folder.mkdir()
    assert fetch(mirror, elsewhere, "read", first.key, pytest.fail)
    assert records(elsewhere, "read")[0].content == first.content == second.content


def test_books_of_a_shelf_are_shared_one_by_one(
    store: Store, elsewhere: Store, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARTS, "book", "read")
    made: list[str] = []

    def make(text: str) -> str:
        made.append(text)
        return text.upper()

    def read(config: StageConfig, *, context: Context) -> str:
        parts = [Part({"name": name}, config.files(), partial(str, name)) for name in "ab"]
        return "".join(context.parts("book", VALUE, make, iter(parts)))

    def join(store: Store) -> list[str]:
        made.clear()
        recorder = Recorder()
        execute(
            [replace(READ, run=read)],
            settings_of(store.root),
            store,
            targets=["read"],
            reporter=recorder,
            mirror=open_mirror(str(shared), store),
        )
        return recorder.ran

    assert join(store) == ["read"]
    assert sorted(made) == ["a", "b"]
    shutil.rmtree(shared / "read")
    assert len(list((shared / "book").iterdir())) == 2
    assert join(elsewhere) == ["read"]
    assert made == [], "both books came from there"
    assert bytes_below(elsewhere.folder).keys() == bytes_below(shared).keys()
    # Those that are here already are sent as well, though the stage does not run.
    for name in ("book", "read"):
        shutil.rmtree(shared / name)
    assert join(store) == []
    assert len(list((shared / "book").iterdir())) == 2
    assert bytes_below(store.folder).keys() == bytes_below(shared).keys()
    # Not so a book of another shelf.
    other = store.root / "other.txt"
    other.write_text("c", encoding="utf-8")
    stage = records(store, "read")[0].components
    with hold(store, "test"):
        parts = [Part({}, {"file": other}, partial(str, "c"))]
        assert list(keep_parts(store, stage, HERE, "book", VALUE, make, parts)) == ["C"]
    shutil.rmtree(shared / "read")
    assert join(store) == []
    assert len(list((shared / "book").iterdir())) == 2


def test_what_is_no_folder_in_the_shared_one_is_told_and_the_run_goes_on(
    store: Store, shared: Path
) -> None:
    assert run(store, shared).ran == ["read", "spell", "count"]
    shutil.move(shared / "read", shared / "elsewhere")
    (shared / "read").symlink_to(shared / "elsewhere")
    recorder = run(store, shared)
    assert recorder.ran == []
    assert sum("got: read is no folder; the run goes on" in line for line in said(recorder)) == 1


def test_a_grid_takes_and_sends_what_workers_make(
    store: Store, elsewhere: Store, shared: Path
) -> None:
    def grid(store: Store) -> list[str]:
        recorder = Recorder()
        execute_many(
            STAGES,
            [settings_of(store.root, f"spell.length={length}") for length in (2, 3)],
            store,
            targets=["count"],
            reporter=recorder,
            command="test",
            workers=HERE,
            mirror=open_mirror(str(shared), store),
        )
        return recorder.ran

    assert sorted(grid(store)) == ["count", "count", "read", "spell", "spell"]
    assert bytes_below(shared) == bytes_below(store.folder)
    assert grid(elsewhere) == []
    assert bytes_below(elsewhere.folder) == bytes_below(store.folder)


# Addresses

UNESCAPED = "--store: expected an address without @ behind its first /, ? or #, got one with it"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("none/at/all", "none/at/all to answer and to be readable, got: No such file or directory"),
        ("novel.txt", "--store: expected a folder, got a file at "),
        ("artifacts", "--store: expected another folder than that of the artifacts, got the same"),
        ("file://host/x", "--store: expected a folder or an address as s3:"),
        ("simplecache::s3://user:hidden@host/x", "--store: expected a folder or an address as s3:"),
        (
            "ftp://user:1/hidden@127.0.0.1/x",
            "--store: expected an address without @ behind its first",
        ),
        (
            "ftp://user:/hidden@127.0.0.1/x",
            "--store: expected an address without @ behind its first",
        ),
        (
            "ftp://user:12#hidden@127.0.0.1/x",
            "--store: expected an address without @ behind its first",
        ),
        (
            "ftp://user:a@b/hidden@127.0.0.1/x",
            "--store: expected an address without @ behind its first",
        ),
        ("http://hid/den@127.0.0.1/x", UNESCAPED),
        ("s3:/user:hid/den@bucket/x", UNESCAPED),
        ("~nobody-of-this-name/x", "~nobody-of-this-name/x, of a user who is not known here; give"),
        ("s3://user:hidden@[::1/x?hidden", "--store: expected a folder or an address as s3:"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_a_line(
    store: Store, monkeypatch: pytest.MonkeyPatch, address: str, told: str
) -> None:
    monkeypatch.chdir(store.root)
    store.folder.mkdir()
    with pytest.raises(SettingsError) as caught:
        open_mirror(address, store)
    assert told in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert str(caught.value).count("\n") == 0
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("command", [["run-all"], ["run", "fetch"]], ids=" ".join)
def test_an_address_that_does_not_answer_ends_the_command_before_anything_is_done(
    command: list[str], tmp_path: Path
) -> None:
    novel = tmp_path / "novel.txt"
    novel.write_text("宝玉听了，笑道。\n" * 99, encoding="utf-8")
    options = ["--source", str(novel), "--artifacts", str(tmp_path / "artifacts")]
    code, output, errors = invoke(*command, *options, "--store", str(tmp_path / "no" / "share"))
    assert (code, output) == (2, "")
    assert errors.startswith(f"xuxie: --store: expected {tmp_path / 'no' / 'share'} to answer")
    assert errors.count("\n") == 1
    assert not (tmp_path / "artifacts" / "fetch").exists()


def test_what_only_fsspec_opens_names_the_extra_where_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(SettingsError) as caught:
        open_place("s3://user:hidden@bucket/x")
    assert "pip install 'xuxie[store]'" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_place_that_never_answers_is_refused_in_time(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a share does whose server has gone."""
    gone = threading.Event()
    monkeypatch.setattr(Folder, "look", lambda place: gone.wait())
    monkeypatch.setattr(addresses, "_REACH_SECONDS", 0.1)
    with pytest.raises(SettingsError, match=r"got: no answer within 0\.1 seconds; give another"):
        open_place(str(shared))
    gone.set()


def test_a_share_that_has_gone_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "mount").mkdir()
    place = open_place(str(tmp_path / "mount" / "xuxie"))
    shutil.rmtree(tmp_path / "mount")
    with pytest.raises(FileNotFoundError):
        place.write("read/key/first.json", Path(__file__))
    assert not (tmp_path / "mount").exists()


def test_an_address_of_fsspec_holds_the_same_bytes(store: Store, elsewhere: Store) -> None:
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install '.[store]'")
    fsspec.filesystem("memory").mkdir("/bucket")
    try:
        assert run(store, "memory://bucket/deep").ran == ["read", "spell", "count"]
        assert run(elsewhere, "memory://bucket/deep").ran == []
        assert bytes_below(elsewhere.folder) == bytes_below(store.folder)
        with pytest.raises(SettingsError, match="memory://other/deep"):
            open_place("memory://other/deep")
    finally:
        fsspec.filesystem("memory").rm("/bucket", recursive=True)


def test_large_files_go_in_pieces(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed: pip install '.[store]'")
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 2**17)  # 32 MB, two blocks
    place = open_place("memory://")
    place.write("read/key/large", large)
    with place.read("read/key/large") as file:
        assert file.read() == large.read_bytes()
    place.remove("read/key/large")
    place.remove("read/key/large")
    assert not place.has("read/key/large")
