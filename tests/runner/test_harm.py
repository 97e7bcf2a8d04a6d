"""Small files that were changed, forged or replaced: made again, never a traceback."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import STAGES, VALUE, Recorder, run_all, settings_of

from pipeline.artifacts.codec import read_json, read_object, write_json
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.regular import read_bytes
from pipeline.runner import memo as memo_module
from pipeline.runner.clean import clean
from pipeline.runner.execute import execute
from pipeline.runner.memo import open_memo, save_memo
from pipeline.runner.plan import plan
from pipeline.runner.pointer import current, last_runs, set_current
from pipeline.runner.store import Store, load, open_store, records, seal
from pipeline.text.books.digests import known_digest

pytestmark = pytest.mark.usefixtures("settles_soon")

NESTED = "[" * 100_000 + "]" * 100_000


def settle(store: Store) -> Store:
    """Wait until the memo keeps the digests of all artifacts, and return the store opened anew."""
    time.sleep(memo_module.SETTLED_SECONDS + 0.05)
    run_all(store)
    return open_store(store.folder)


def rot(path: Path, memo_of: Store) -> None:
    """Change a byte of a file whose stat stays as it was, as a failing disk does.

    The memo is told the new stat, since no test can keep a file's ctime.
    """
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    entries = memo_of.memo.entries
    old = f":{before.st_ino}:{before.st_size}:{before.st_mtime_ns}:{before.st_ctime_ns}"
    after = path.stat()
    new = f":{after.st_ino}:{after.st_size}:{after.st_mtime_ns}:{after.st_ctime_ns}"
    names = [name for name in entries if name.endswith(old)]
    assert names, "the memo must have known the file"
    for name in names:
        entries[name.removesuffix(old) + new] = entries.pop(name)
    memo_of.memo.changed = True
    save_memo(memo_of.memo)


@pytest.mark.slow
def test_the_memo_is_dropped_whichever_bit_is_flipped(store: Store) -> None:
    run_all(store)
    store = settle(store)
    assert len(store.memo.entries) > 4
    data = (store.folder / ".memo.json").read_bytes()
    draw = random.Random(1)
    for _ in range(60):
        place, bit = draw.randrange(len(data)), draw.randrange(8)
        changed = bytearray(data)
        changed[place] ^= 1 << bit
        (store.folder / ".memo.json").write_bytes(changed)
        assert open_memo(store.folder / ".memo.json").entries == {}, (place, bit)
        assert run_all(open_store(store.folder)) == []


@pytest.mark.parametrize("content", ["{}", NESTED, '{"a":' * 9000 + "1" + "}" * 9000, "[1]", ""])
@pytest.mark.parametrize("name", [".memo.json", "current.json", ".lock.json"])
def test_a_broken_note_of_the_runner_blocks_no_run(store: Store, name: str, content: str) -> None:
    run_all(store)
    (store.folder / name).write_text(content)
    fresh = open_store(store.folder)
    assert run_all(fresh) == []
    assert (current(fresh), last_runs(fresh)) == (None, ())
    assert clean(fresh, 1, False) == []


@pytest.mark.parametrize("name", [".memo.json", "current.json", ".lock.json"])
def test_a_folder_in_the_place_of_a_note_blocks_no_run(store: Store, name: str) -> None:
    run_all(store)
    (store.folder / name).unlink(missing_ok=True)
    (store.folder / name / "inner").mkdir(parents=True)
    fresh = open_store(store.folder)
    assert run_all(fresh) == []
    set_current(
        fresh,
        settings_of(store.root),
        {"read": "0" * 64},
        config_path=None,
        overrides=(),
        source=None,
        cwd=store.root,
    )
    assert current(fresh) is not None


@pytest.mark.parametrize("value", [1, None, {"digest": 1}, {"digest": "0" * 64}, "0" * 63, ["a"]])
def test_a_memo_that_remembers_another_form_is_not_believed(store: Store, value: Any) -> None:
    run_all(store)
    store = settle(store)
    store.memo.entries = dict.fromkeys(store.memo.entries, value)
    store.memo.changed = True
    save_memo(store.memo)
    again = open_store(store.folder)
    assert again.memo.entries, "its own digest is right"
    assert run_all(again) == []


# What a manifest may say, sealed, though no run writes it.
FORGERIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a newer schema": lambda m: m.update(schema=2),
    "a schema that is true": lambda m: m.update(schema=True),
    "no files": lambda m: m.pop("files"),
    "files as a list": lambda m: m.update(files=[]),
    "an absolute name": lambda m: m["files"].update({"/etc/hostname": entry()}),
    "a name above": lambda m: m["files"].update({"../../current.json": entry()}),
    "a file without a size": lambda m: m["files"].update({"first.json": {"sha256": "0" * 64}}),
    "a file that is null": lambda m: m["files"].update({"first.json": None}),
    "a digest that is a number": lambda m: m["files"]["first.json"].update(sha256=1),
    "a size below zero": lambda m: m["files"]["first.json"].update(size=-1),
    "no names": lambda m: m.pop("names"),
    "names that are numbers": lambda m: m.update(names={"source": 1}),
    "seconds as text": lambda m: m.update(seconds="1"),
    "endless seconds": lambda m: m.update(seconds=float("inf")),
    "facts as text": lambda m: m.update(facts="x"),
    "no components": lambda m: m.pop("components"),
    "components without settings": lambda m: m["components"].pop("settings"),
    "another stage": lambda m: m.update(stage="count"),
    "no start": lambda m: m.pop("started"),
}


def entry() -> dict[str, Any]:
    return {"sha256": "0" * 64, "size": 1}


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("sealed", [True, False])
def test_a_manifest_no_run_would_write_is_damage(store: Store, name: str, sealed: bool) -> None:
    run_all(store)
    path = records(store, "spell")[0].path / "manifest.json"
    manifest = read_json(path)
    mark = manifest.pop("seal")
    FORGERIES[name](manifest)
    if name == "endless seconds":
        path.write_text(json.dumps({**manifest, "seal": mark}).replace("Infinity", "1e999"))
    else:
        write_json(path, seal(manifest) if sealed else {**manifest, "seal": mark})
    step = plan(STAGES, settings_of(store.root), store)[1]
    assert (step.state, step.damaged) == ("missing", True)
    assert clean(store, 1, True) != [], "it is no use, so it may go"
    assert run_all(store) == ["spell"], "the same bytes again: no cascade"
    assert run_all(store) == []


@pytest.mark.parametrize("content", [NESTED, '{"seal":' + NESTED + "}", "[]", "null", '{"seal":1}'])
def test_a_manifest_that_is_no_object_is_damage(store: Store, content: str) -> None:
    run_all(store)
    (records(store, "spell")[0].path / "manifest.json").write_text(content)
    assert plan(STAGES, settings_of(store.root), store)[1].damaged
    assert run_all(store) == ["spell"]


def test_an_input_that_rots_under_its_stat_is_made_again(store: Store) -> None:
    run_all(store)
    store = settle(store)
    rot(records(store, "spell")[0].path / "second.json", store)
    store = open_store(store.folder)
    assert plan(STAGES, settings_of(store.root), store)[1].state == "fresh", "the memo vouches"
    recorder = Recorder()
    settings = settings_of(store.root, "count.rate=0.5")
    outcomes = execute(STAGES, settings, store, targets=["count"], reporter=recorder)
    assert recorder.ran == ["spell", "count"], "count was not made from rotten words"
    assert [outcome.ran for outcome in outcomes] == [False, True, True]
    verified = plan(STAGES, settings, open_store(store.folder), verify=True)
    assert [step.state for step in verified] == ["fresh"] * 3


def test_what_is_loaded_is_digested_whatever_the_memo_says(store: Store) -> None:
    run_all(store)
    store = settle(store)
    record = records(store, "spell")[0]
    rot(record.path / "second.json", store)
    store = open_store(store.folder)
    with pytest.raises(ArtifactDamaged, match=r"second\.json has other bytes") as caught:
        load(store, record, VALUE)
    assert caught.value.stage == "spell"
    assert run_all(open_store(store.folder)) == ["spell"], "the next run knows, too"


def test_verify_digests_the_novel(store: Store) -> None:
    run_all(store)
    store = settle(store)
    rot(store.root / "novel.txt", store)
    store = open_store(store.folder)
    settings = settings_of(store.root)
    assert plan(STAGES, settings, store)[0].state == "fresh", "the memo vouches"
    assert plan(STAGES, settings, store, verify=True)[0].state == "stale"


def test_verify_digests_the_modules(store: Store) -> None:
    run_all(store)
    store, settings = settle(store), settings_of(store.root)
    for name, value in store.memo.entries.items():
        if name.startswith("source-"):
            store.memo.entries[name] = {**value, "digest": "0" * 64}
    assert plan(STAGES, settings, store)[0].state == "stale"
    assert plan(STAGES, settings, store, verify=True)[0].state == "fresh"


def test_an_artifact_that_cannot_be_read_although_sealed_is_made_again(store: Store) -> None:
    run_all(store)
    record = records(store, "spell")[0]
    (record.path / "second.json").write_text("no JSON")
    manifest = read_json(record.path / "manifest.json")
    del manifest["seal"]
    data = (record.path / "second.json").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    manifest["files"]["second.json"] = {"sha256": digest, "size": len(data)}
    write_json(record.path / "manifest.json", seal(manifest))
    assert run_all(store) == ["spell"], "it was loaded for count, whose input it seemed to change"
    assert run_all(store) == []


@pytest.mark.skipif(os.name == "nt", reason="needs named pipes")
def test_nothing_waits_for_a_pipe(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="got a pipe; save it to a file first"):
        run_all(store, f"read.source={tmp_path / 'pipe'}")
    with pytest.raises(DataError, match="got a device"):
        run_all(store, "read.source=/dev/zero")
    with pytest.raises(ArtifactDamaged, match="something that is no file"):
        read_json(tmp_path / "pipe")
    (store.folder / ".memo.json").unlink(missing_ok=True)
    os.mkfifo(store.folder / ".memo.json")
    assert run_all(open_store(store.folder)) == ["read", "spell", "count"]


def test_the_reader_of_small_files_is_bounded_and_names_the_field(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": true, "b": "x"}')
    assert read_object(path, {"b": str, "a": bool}) == {"a": True, "b": "x"}
    with pytest.raises(ArtifactDamaged, match=r"a\.json: a: expected int, got bool"):
        read_object(path, {"a": int})
    with pytest.raises(ArtifactDamaged, match=r"c: expected str or int, got nothing"):
        read_object(path, {"c": (str, int)})
    with pytest.raises(ArtifactDamaged, match="more than 20 bytes"):
        read_object(path, {}, most_bytes=20)
    assert len(read_bytes(path, 21)) == 21


@pytest.mark.parametrize("content", [NESTED, "[1]", '{"a": 1}', "{"])
def test_a_broken_record_of_downloads_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "digests.json").write_text(content)
    with pytest.raises(DataError, match=r"digests\.json.*repair or delete it") as caught:
        known_digest(tmp_path, "https://example.org/")
    assert len(str(caught.value)) < 400
    assert caught.value.path == tmp_path / "digests.json"
