"""The store: what is committed is whole, what is damaged is seen, what is old can go."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import VALUE, run_all, settings_of

from pipeline.errors import ArtifactDamaged, Busy, StageFailed, XuxieError
from pipeline.runner.clean import clean
from pipeline.runner.commit import commit, quarantine, recover
from pipeline.runner.fingerprint import key_of
from pipeline.runner.lock import hold
from pipeline.runner.pointer import current, set_current
from pipeline.runner.store import Record, Store, check, load, read_record, records

HISTORY = {"names": {}, "started": "2024-01-01T00:00:00+00:00", "seconds": 1.5, "facts": {"n": 1}}


def components(number: int = 0) -> dict[str, Any]:
    return {
        "schema": 1,
        "stage": "read",
        "source": {},
        "settings": {"number": number},
        "files": {},
        "inputs": {},
        "libraries": {},
        "python": "3.11",
    }


def keep(store: Store, value: str = "甲", number: int = 0, **history: Any) -> Record:
    def write(folder: Path) -> None:
        VALUE.save(value, folder)

    return commit(store, components(number), write, HISTORY | history)


def test_what_is_committed_can_be_loaded(store: Store) -> None:
    record = keep(store)
    assert record.path == store.folder / "read" / key_of(components())
    assert set(record.files) == {"first.json", "second.json"}
    assert record.bytes == 2 * len('"甲"\n'.encode())
    assert (record.seconds, record.facts) == (1.5, {"n": 1})
    assert load(store, record, VALUE) == "甲"
    assert list((store.folder / ".tmp").iterdir()) == []


def test_content_digest_knows_only_the_content(store: Store) -> None:
    first = keep(store, number=1, seconds=1.0)
    assert keep(store, number=2, seconds=2.0).content == first.content
    assert keep(store, "乙", number=3).content != first.content


def test_the_same_key_is_replaced(store: Store) -> None:
    keep(store, "甲")
    assert load(store, keep(store, "乙"), VALUE) == "乙"
    assert len(records(store, "read")) == 1
    assert list((store.folder / ".old").iterdir()) == []


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def link(path: Path) -> None:
    target = path.parents[3] / "moved"
    path.rename(target)
    path.symlink_to(target)


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: list[tuple[str, Callable[[Path], None], str]] = [
    ("first.json", flip, "first.json has other bytes"),
    ("first.json", truncate, "first.json size 5, expected 6"),
    ("first.json", Path.unlink, "first.json is missing"),
    ("first.json", link, "first.json is no plain file"),
    ("extra", Path.touch, "extra does not belong there"),
    ("extra", Path.mkdir, "extra does not belong there"),
    ("manifest.json", flip, "manifest.json"),
    ("manifest.json", empty, "manifest.json"),
    ("manifest.json", Path.unlink, "manifest.json is missing"),
    ("manifest.json", link, "manifest.json is missing or behind a link"),
]


@pytest.mark.parametrize(("name", "damage", "reason"), DAMAGES)
def test_every_damage_is_seen(
    store: Store, name: str, damage: Callable[[Path], None], reason: str
) -> None:
    record = keep(store)
    damage(record.path / name)
    found, why = check(store, record.stage, record.key)
    assert found is None
    assert reason in why


@pytest.mark.parametrize("place", range(0, 600, 7))
def test_no_changed_digit_of_a_manifest_goes_unseen(store: Store, place: int) -> None:
    path = keep(store).path / "manifest.json"
    data = bytearray(path.read_bytes())
    place %= len(data)
    if chr(data[place]).isspace():
        return
    data[place] ^= 1
    path.write_bytes(data)
    assert check(store, "read", key_of(components()))[0] is None


def test_an_artifact_under_another_key_is_not_believed(store: Store) -> None:
    record = keep(store)
    other = key_of(components(1))
    record.path.rename(record.path.with_name(other))
    assert check(store, "read", other) == (None, "manifest.json belongs to another artifact")


@pytest.mark.parametrize("name", ["..", "Read", "read/..", ""])
def test_names_that_lead_elsewhere_are_refused(store: Store, name: str) -> None:
    with pytest.raises(ArtifactDamaged):
        read_record(store, name, "0" * 64)
    with pytest.raises(ArtifactDamaged):
        read_record(store, "read", name)


def test_quarantine_keeps_every_damaged_artifact(store: Store) -> None:
    places = [quarantine(store, "read", keep(store).key) for _ in range(2)]
    names = [path.name for path in places if path]
    assert names == [f"read-{key_of(components())[:12]}-{number}" for number in (1, 2)]
    assert quarantine(store, "read", "0" * 64) is None


@pytest.mark.parametrize("new_in_place", [True, False])
def test_recovery_finishes_or_undoes_a_replacement(store: Store, new_in_place: bool) -> None:
    record = keep(store, "甲")
    (store.folder / ".old").mkdir(exist_ok=True)
    record.path.rename(store.folder / ".old" / f"read-{record.key}")
    if new_in_place:
        keep(store, "乙")
        (store.folder / ".tmp" / ("0" * 32)).mkdir()
    recover(store)
    found = read_record(store, "read", record.key)
    assert found is not None
    assert load(store, found, VALUE) == ("乙" if new_in_place else "甲")
    assert list((store.folder / ".old").iterdir()) == []
    assert list((store.folder / ".tmp").iterdir()) == []


def test_a_codec_may_only_write_plain_files(store: Store) -> None:
    def write(folder: Path) -> None:
        (folder / "inner").mkdir()

    with pytest.raises(StageFailed, match="plain files, got inner"):
        commit(store, components(), write, HISTORY)
    assert records(store, "read") == []


def test_a_second_holder_is_told_of_the_first(store: Store) -> None:
    with hold(store, "run-all"), pytest.raises(Busy) as caught, hold(store, "clean"):
        pass
    message = str(caught.value)
    assert f"run-all (process {os.getpid()}) since 20" in message
    with hold(store, "clean"):
        pass


def test_an_unusable_folder_is_one_line(tmp_path: Path) -> None:
    from pipeline.runner.store import open_store

    (tmp_path / "artifacts").write_text("a file")
    with (
        pytest.raises(XuxieError, match="expected a writable folder"),
        hold(open_store(tmp_path / "artifacts"), "run-all"),
    ):
        pass


def test_clean_keeps_the_newest_and_the_protected(store: Store) -> None:
    kept = [keep(store, number=n, started=f"2024-01-0{n}T00:00:00+00:00") for n in (1, 2, 3, 4)]
    (store.folder / f".quarantine/read-{'0' * 12}-1").mkdir(parents=True)
    told = clean(store, 1, True, protect=[kept[0].key])
    assert {key for stage, key, *_ in told if stage == "read"} == {kept[1].key, kept[2].key}
    assert len(records(store, "read")) == 4, "a dry run removes nothing"
    assert clean(store, 1, False, protect=[kept[0].key]) == told
    assert {record.key for record in records(store, "read")} == {kept[0].key, kept[3].key}
    assert list((store.folder / ".quarantine").iterdir()) == []


def test_clean_leaves_what_an_interrupted_run_can_resume(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt")
    assert clean(store, 1, False) == []
    assert len(list((store.folder / ".scratch").iterdir())) == 1
    run_all(store)
    os.utime(store.folder / ".scratch", None)
    for path in (store.folder / ".scratch").rglob("*"):
        os.utime(path, (0, 0))
    assert [removed.stage for removed in clean(store, 1, False)] == [".scratch"]


def test_the_pointer_survives_a_move(store: Store, project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub/my.toml").write_text("")
    run_all(store)
    set_current(
        store,
        settings_of(project),
        {"read": "0" * 64},
        config_path=Path("my.toml"),
        overrides=["read.source=../novel.txt", "count.rate=0.5"],
        source="../novel.txt",
        cwd=project / "sub",
    )
    moved = project.rename(project.with_name("moved"))
    from pipeline.runner.store import open_store

    found = current(open_store(moved / "artifacts"))
    assert found is not None
    assert found.config_path == moved / "sub/my.toml"
    assert found.overrides == ('read.source="./novel.txt"', "count.rate=0.5")
    assert (found.source, dict(found.keys)) == ("./novel.txt", {"read": "0" * 64})


@pytest.mark.parametrize("keys", [{"../x": "0" * 64}, {"read": "../x"}, [1], {"read": 1}])
def test_a_pointer_that_leads_elsewhere_is_none(store: Store, keys: Any) -> None:
    store.folder.mkdir()
    data = {"invocation": {"config": None, "set": [], "source": None}, "keys": keys}
    (store.folder / "current.json").write_text(json.dumps(data))
    assert current(store) is None


def test_a_disk_that_knows_no_locks_is_not_said_to_be_held(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(XuxieError, match="files can be locked, got: Operation not") as caught:
        run_all(store)
    assert "held" not in str(caught.value)
    assert caught.value.option == "--artifacts"


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_stands_in_the_place_of_the_lock_is_named(
    store: Store, tmp_path: Path, kind: str
) -> None:
    store.folder.mkdir()
    if kind == "folder":
        (store.folder / ".lock").mkdir()
    else:
        (store.folder / ".lock").symlink_to(tmp_path / "theirs")
    with pytest.raises(XuxieError, match=r"\.lock: expected a file of xuxie's own"):
        run_all(store)
    assert not (tmp_path / "theirs").exists()
