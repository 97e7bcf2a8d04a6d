"""Crashes, full disks, damage, edits: after each, a run ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fakes import STAGES, VALUE, run_all, settings_of
from pipelines import ROOT

from pipeline.errors import Busy, InputChanged, StageFailed
from pipeline.runner.explain import not_fresh
from pipeline.runner.lock import hold
from pipeline.runner.plan import plan
from pipeline.runner.store import Store, load, open_store, records

ALL = ["read", "spell", "count"]

# Kills itself before the given change of the artifacts folder: 0 = the first, 1 = the second, …
CHILD = """
import os, signal, sys
from pathlib import Path
from fakes import run_all
from pipeline.runner.store import open_store
root, count, force = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def watch(event, arguments):
    global count
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa")
    if writes or event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir"):
        if count == 0 and str(root / "artifacts") in os.fspath(arguments[0] or ""):
            os.kill(os.getpid(), signal.SIGKILL)
        count -= str(root / "artifacts") in str(arguments[0])
import numpy
sys.dont_write_bytecode = True
sys.addaudithook(watch)
run_all(open_store(root / "artifacts"), force=force)
"""


def crash(root: Path, *, at: int = -1, force: str = "", **environment: str) -> int:
    """Run all fake stages in a process of their own; return its exit status."""
    paths = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(root), str(at), force],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode


def content(store: Store) -> dict[str, Any]:
    """Load every artifact that the plan calls fresh."""
    steps = plan(STAGES, settings_of(store.root), store, verify=True)
    return {
        step.stage.name: load(store, step.record, VALUE)
        for step in steps
        if step.record is not None
    }


def assert_tidy(store: Store) -> None:
    """No drafts, no replaced artifacts, no scratch folders, one artifact a stage."""
    for name in (".tmp", ".old", ".scratch"):
        folder = store.folder / name
        assert not folder.exists() or list(folder.iterdir()) == [], name
    assert [len(records(store, name)) for name in ALL] == [1, 1, 1]


@pytest.fixture
def undisturbed(tmp_path: Path, project: Path) -> dict[str, Any]:
    """What a run that nothing disturbs ends with."""
    shutil.copytree(project, tmp_path / "undisturbed")
    store = open_store(tmp_path / "undisturbed/artifacts")
    run_all(store)
    return content(store)


@pytest.mark.slow
def test_a_kill_at_any_change_of_the_disk_is_survived(
    store: Store, project: Path, undisturbed: dict[str, Any]
) -> None:
    statuses = []
    for at in range(0, 80, 5):
        shutil.rmtree(store.folder, ignore_errors=True)
        statuses.append(crash(project, at=at))
        run_all(open_store(store.folder))
        assert content(store) == undisturbed, at
        assert_tidy(store)
    assert statuses.count(-signal.SIGKILL) > 4, "the run must have been killed at many places"


@pytest.mark.slow
def test_a_kill_while_an_artifact_is_replaced_is_survived(
    store: Store, project: Path, undisturbed: dict[str, Any]
) -> None:
    run_all(store)
    statuses = []
    for at in range(40):
        statuses.append(crash(project, at=at, force="spell"))
        fresh = open_store(store.folder)
        with hold(fresh, "test"):
            assert content(fresh) == undisturbed, f"old or new, but whole: {at}"
        run_all(fresh)
        assert_tidy(fresh)
        if statuses[-1] == 0:
            break
    assert statuses[-1] == 0
    assert len(statuses) > 10, "the run must have been killed at many places"


def test_a_kill_inside_a_stage_is_survived(store: Store, project: Path) -> None:
    (project / "default.toml").write_text("[spell]\nlength = 2\n[count]\nmode = 'kill'\n")
    assert crash(project, FAKE_KILL="1") == -signal.SIGKILL
    assert records(store, "count") == []
    assert run_all(store) == ["count"], "what was finished before the kill is kept"


def test_a_full_disk_leaves_the_old_artifact(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_all(store)
    before = content(store)
    monkeypatch.setenv("FAKE_DISK_FULL", "1")
    for arguments in ({"force": "spell"}, {}):
        with pytest.raises(StageFailed, match="disk full") as caught:
            run_all(store, *(() if arguments else ("spell.length=3",)), **arguments)
        assert "\n" not in str(caught.value)
        assert list((store.folder / ".tmp").iterdir()) == []
        assert content(store) == before


def test_a_full_disk_keeps_what_was_finished_before(
    store: Store, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "default.toml").write_text("[count]\nmode = 'full'\n")
    run_all(store, "spell.length=2", "count.mode=plain")
    monkeypatch.setenv("FAKE_DISK_FULL", "1")
    with pytest.raises(StageFailed, match="what was finished before is kept"):
        run_all(store, "spell.length=2")
    (scratch,) = (store.folder / ".scratch").iterdir()
    assert (scratch / "half").read_text() == "half", "a training's checkpoint lies there"
    monkeypatch.delenv("FAKE_DISK_FULL")
    assert run_all(store, "spell.length=2") == ["count"]


@pytest.mark.parametrize("name", ["second.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_damage_is_found_quarantined_and_rebuilt(store: Store, name: str, damage: str) -> None:
    run_all(store)
    before = content(store)
    path = records(store, "spell")[0].path / name
    data = path.read_bytes()
    if damage == "remove":
        path.unlink()
    else:
        half = len(data) // 2
        flipped = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
        path.write_bytes(data[:-2] if damage == "truncate" else flipped)
    assert run_all(store) == ["spell"], "rebuilt with the same content: no cascade"
    assert content(store) == before
    assert len(list((store.folder / ".quarantine").iterdir())) == 1
    assert run_all(store) == []


def test_two_runs_at_once(store: Store, project: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom pipeline.runner.lock import hold\n"
        "from pipeline.runner.store import open_store\n"
        "with hold(open_store(Path(sys.argv[1])), 'run-all'):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(store.folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        clock = time.monotonic()
        with pytest.raises(Busy, match=rf"run-all \(process {holder.pid}\) since"):
            run_all(store)
        assert time.monotonic() - clock < 5, "it does not wait"
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout:
            holder.stdout.close()
    assert run_all(store) == ALL, "the lock dies with its holder"


def test_a_source_that_changes_during_the_run_is_not_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_EDIT_SOURCE", "1")
    with pytest.raises(InputChanged, match=r"the file source .* its result was not kept"):
        run_all(store)
    assert records(store, "read") == []
    monkeypatch.delenv("FAKE_EDIT_SOURCE")
    assert run_all(store) == ALL


def test_a_moved_project_and_a_moved_store_stay_fresh(store: Store, project: Path) -> None:
    run_all(store)
    moved = project.rename(project.with_name("moved"))
    assert run_all(open_store(moved / "artifacts")) == []
    copy = shutil.copytree(moved, project)
    assert run_all(open_store(copy / "artifacts")) == [], "other inodes and times, same bytes"


EDITS = [
    ("helper.py", "DOT = '。'\n", "DOT = '，'\n", ["first"]),
    ("helper.py", "DOT = '。'\n", '"""Signs."""\n\n# the full stop\nDOT = "。"\n', []),
    ("first.py", "context):\n", 'context):\n    """Do it."""  # so\n', []),
    ("second.py", "    return text", "    return text[:1]", ["second"]),
]
STAGE_FILE = """
from fakes import VALUE, ReadConfig
from pipeline.stage import Stage

def run(config, *, context):
    {line}
    return text
STAGE = Stage("{name}", (), ReadConfig, run, VALUE)
"""
PLANNER = """
import json, sys
from pathlib import Path
import first, second
from fakes import Recorder, ReadConfig
from pipeline.config import load_settings
from pipeline.runner.execute import execute
from pipeline.runner.store import open_store
root = Path(sys.argv[1])
kinds = {"first": ReadConfig, "second": ReadConfig}
settings = load_settings(kinds, default_path=root / "empty.toml", root=root, cwd=root)
recorder = Recorder()
execute((first.STAGE, second.STAGE), settings, open_store(root / "artifacts"),
        targets=["first", "second"], reporter=recorder)
print(json.dumps(recorder.ran))
"""


def run_written_project(root: Path) -> list[str]:
    paths = [str(root), str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-B", "-c", PLANNER, str(root)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout)
    return names


@pytest.mark.slow
@pytest.mark.parametrize(("name", "old", "new", "ran"), EDITS)
def test_an_edit_runs_the_stages_that_use_it(
    project: Path, name: str, old: str, new: str, ran: list[str]
) -> None:
    (project / "empty.toml").write_text("")
    (project / "helper.py").write_text("DOT = '。'\n")
    first = STAGE_FILE.format(name="first", line="from helper import DOT as text")
    (project / "first.py").write_text(first)
    (project / "second.py").write_text(STAGE_FILE.format(name="second", line="text = '二'"))
    assert run_written_project(project) == ["first", "second"]
    path = project / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert run_written_project(project) == ran


def test_an_undisturbed_run_is_tidy(store: Store) -> None:
    run_all(store)
    assert_tidy(store)
    assert not_fresh(plan(STAGES, settings_of(store.root), store)) == []
