"""What `clean` keeps: each novel's last run; and under which novel it lists what goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes import STAGES, Recorder, run_all
from pipelines import ROOT

from pipeline.commands.clean import LEFT_OVERS, UNKNOWN, removed_lines
from pipeline.config import SOURCE_SETTING, Settings, load_settings
from pipeline.runner.clean import Removed, clean, novel_names
from pipeline.runner.execute import execute
from pipeline.runner.pointer import current, last_runs, set_current
from pipeline.runner.store import Record, Store, open_store, records, stage_names

# The novel of the real pipeline is a setting of `fetch`; the fakes' `read` takes its place.
SECTION = SOURCE_SETTING.partition(".")[0]


def named(settings: Settings) -> Settings:
    """Return the fakes' settings with the section under which a novel is looked for."""
    return Settings({**settings.values, SECTION: settings.values["read"]}, settings.origins)


def run_on(store: Store, novel: str, *overrides: str) -> dict[str, str]:
    """Run all fake stages on a novel and note the run; return the keys that it ended with."""
    settings = load_settings(
        {stage.name: stage.config for stage in STAGES},
        default_path=store.root / "default.toml",
        overrides=overrides,
        source=novel,
        source_setting="read.source",
        root=store.root,
        cwd=store.root,
    )
    outcomes = execute(STAGES, settings, store, targets=["count"], reporter=Recorder())
    keys = {outcome.record.stage: outcome.record.key for outcome in outcomes}
    set_current(
        store,
        named(settings),
        keys,
        config_path=None,
        overrides=overrides,
        source=novel,
        cwd=store.root,
    )
    return keys


@pytest.fixture
def two(store: Store) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The keys of an old and a new run on one novel, then of a run on another."""
    (store.root / "red.txt").write_text("黛玉也笑了。", encoding="utf-8")
    (store.root / "ape.txt").write_text("行者听了。", encoding="utf-8")
    old = run_on(store, "red.txt", "spell.length=3")
    return old, run_on(store, "red.txt"), run_on(store, "ape.txt")


Runs = tuple[dict[str, str], dict[str, str], dict[str, str]]


def left(store: Store) -> set[str]:
    return {record.key for stage in stage_names(store) for record in records(store, stage)}


def test_the_last_run_of_each_novel_is_noted(store: Store, two: Runs) -> None:
    runs = last_runs(store)
    assert [run.source for run in runs] == ["./ape.txt", "./red.txt"]
    assert [dict(run.keys) for run in runs] == [two[2], two[1]]
    newest = current(store)
    assert newest == runs[0]
    assert newest.novel == "./ape.txt"
    again = run_on(store, "red.txt")
    assert [dict(run.keys) for run in last_runs(store)] == [again, two[2]]


def test_clean_keeps_what_the_last_run_of_each_novel_needs(store: Store, two: Runs) -> None:
    told = clean(store, 0, True)
    assert {removed.key for removed in told} == {two[0]["spell"], two[0]["count"]}
    assert {removed.novel for removed in told} == {"red.txt"}
    assert clean(store, 0, False) == told
    assert left(store) == {*two[1].values(), *two[2].values()}


def test_clean_removes_only_what_was_listed(store: Store, two: Runs) -> None:
    assert clean(store, 0, False, only=[("spell", two[0]["spell"])])[0].stage == "spell"
    assert two[0]["spell"] not in left(store)
    assert two[0]["count"] in left(store)


def test_an_old_pointer_is_understood_and_a_broken_entry_passed_over(store: Store) -> None:
    keys = run_on(store, "novel.txt")
    path = store.folder / "current.json"
    data = json.loads(path.read_text())
    del data["seal"]
    old = {"invocation": data["invocation"], "keys": data["keys"]}
    path.write_text(json.dumps(old))
    assert [(run.novel, dict(run.keys)) for run in last_runs(store)] == [("", keys)]
    broken: Sequence[Any] = [1, None, {}, {"keys": 1}, {**old, "novel": 1}, {**old, "keys": [1]}]
    for earlier in (list(broken), broken[0], {"a": 1}, "x"):
        path.write_text(json.dumps({**data, "earlier": earlier}))
        assert [dict(run.keys) for run in last_runs(store)] == [keys]
    for newest in broken:
        path.write_text(json.dumps(newest))
        assert (current(store), last_runs(store)) == (None, ())


def test_a_changed_note_of_the_runs_costs_no_novel_its_last_run(store: Store, two: Runs) -> None:
    path = store.folder / "current.json"
    text = path.read_text()
    path.write_text(text.replace(two[1]["count"], two[0]["count"]))
    assert last_runs(store) == ()
    clean(store, 0, False)
    assert left(store) == {*two[1].values(), *two[2].values()}
    path.write_text(text)
    assert len(last_runs(store)) == 2


def parts(inputs: dict[str, str], **settings: str) -> dict[str, Any]:
    return {"inputs": inputs, "settings": settings}


def record(stage: str, name: str, components: dict[str, Any], **more: Any) -> Record:
    files = {"a": {"sha256": name, "size": 1}}
    fields: dict[str, Any] = {"names": {}, "facts": {}} | more
    return Record(stage, name, Path(), components, files, started="", seconds=0.0, **fields)


def test_an_artifact_is_listed_under_the_novel_its_inputs_lead_to() -> None:
    first = record("fetch", "a", parts({}), names={"source": "ape.txt"})
    titled = record("fetch", "b", parts({}), names={"source": "x.txt"}, facts={"title": "红楼梦"})
    loaded = record("fetch", "c", parts({}, source="西游记"))
    folder = record("fetch", "d", parts({}), names={"2": "2.txt", "1": "1.txt", "3": "3.txt"})
    cut = record("segment", "e", parts({"fetch": first.content}))
    made = record("train", "f", parts({"segment": cut.content, "embed": "gone"}))
    lost = record("train", "g", parts({"segment": "gone"}))
    ring = record("train", "h", parts({}))
    ring = record("train", "h", parts({"train": ring.content}))
    names = novel_names([made, first, titled, loaded, folder, cut, lost, ring])
    assert names == {
        ("fetch", "a"): "ape.txt",
        ("fetch", "b"): "红楼梦",
        ("fetch", "c"): "西游记",
        ("fetch", "d"): "1.txt and 2 more",
        ("segment", "e"): "ape.txt",
        ("train", "f"): "ape.txt",
    }


def test_the_list_goes_novel_by_novel() -> None:
    found = [
        Removed("fetch", "a" * 64, 2_000_000, "ape.txt"),
        Removed("train", "b" * 64, 0, ""),
        Removed("train", "c" * 64, 10**10, "ape.txt"),
        Removed(".tmp", "d" * 32, 0),
    ]
    assert list(removed_lines(found)) == [
        "ape.txt",
        "  fetch       aaaaaaaaaaaa        2.00 MB",
        "  train       cccccccccccc   10,000.00 MB",
        UNKNOWN,
        "  train       bbbbbbbbbbbb        0.00 MB",
        LEFT_OVERS,
        "  .tmp        dddddddddddd        0.00 MB",
    ]


def ask_on_a_terminal(artifacts: Path, answer: bytes, *options: str) -> tuple[int, str]:
    """Call `clean` with a terminal as stdin and stdout; return the exit code and what it showed."""
    import pty

    ours, theirs = pty.openpty()
    place = ("--artifacts", str(artifacts))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "clean", "--keep", "0", *options, *place],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer)
    shown = b""
    try:
        while data := os.read(ours, 4096):
            shown += data
    except OSError:  # so ends a terminal on Linux
        pass
    os.close(ours)
    return process.wait(timeout=60), shown.decode()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_a_terminal_is_asked_and_yes_is_not(store: Store, two: Runs) -> None:
    before = left(store)
    for answer in (b"\n", b"n\n", b"\x04"):
        code, shown = ask_on_a_terminal(store.folder, answer)
        assert code == 0
        assert "red.txt\r\n  count  " in shown
        assert "remove 2 folders, 0.00 MB? [y/N]" in shown
        assert "nothing removed" in shown
        assert left(store) == before
    code, shown = ask_on_a_terminal(store.folder, b"", "--yes")
    assert "[y/N]" not in shown
    assert "removed 2 folders" in shown
    assert left(store) == before - {two[0]["spell"], two[0]["count"]}


@pytest.mark.skipif(os.name == "nt", reason="needs limits of a process")
def test_clean_makes_room_where_nothing_can_be_written(store: Store) -> None:
    run_all(store)
    run_all(store, "spell.length=3")
    # No byte can be written in this process, as on a full disk.
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from pipeline.runner.clean import clean\nfrom pipeline.runner.store import open_store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "sys.exit(len(clean(open_store(Path(sys.argv[1])), 1, False)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(store.folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert len(left(open_store(store.folder))) == 3
