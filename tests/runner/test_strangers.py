"""What others have put into the artifacts folder is neither followed nor removed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import run_all

from pipeline.artifacts.marker import MARKER
from pipeline.errors import XuxieError
from pipeline.runner.clean import clean
from pipeline.runner.commit import recover
from pipeline.runner.folders import DRAFTS, QUARANTINE, REPLACED, SCRATCH
from pipeline.runner.lock import hold
from pipeline.runner.store import Store, open_store, records

SERVICE = (DRAFTS, REPLACED, QUARANTINE, SCRATCH)
KEY = "0" * 64


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("name", SERVICE)
def test_strangers_files_in_a_folder_of_ours_stay(store: Store, name: str) -> None:
    theirs = store.folder / name
    for inner in ("notes", f"{'0' * 31}", f"read-{KEY}x", "a/b"):
        (theirs / inner).mkdir(parents=True)
    (theirs / "novel.txt").write_text("甲")
    (theirs / ("f" * 32)).write_text("a file, and drafts are folders")
    before = files_below(theirs)
    run_all(store)
    clean(store, 0, False)
    assert files_below(theirs) == before


@pytest.mark.parametrize("name", SERVICE)
@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_stands_in_the_place_of_a_folder_is_named(
    store: Store, tmp_path: Path, name: str, kind: str
) -> None:
    theirs = tmp_path / "theirs"
    (theirs / ("f" * 32)).mkdir(parents=True)
    (theirs / f"read-{KEY}").mkdir()
    store.folder.mkdir()
    if kind == "link":
        (store.folder / name).symlink_to(theirs)
    else:
        (store.folder / name).write_text("")
    before = files_below(theirs)
    works: list[Callable[[], object]] = [lambda: clean(store, 0, False)]
    if name != QUARANTINE:  # which a run without damage does not need
        works.append(lambda: run_all(store))
    for work in works:
        with pytest.raises(XuxieError) as caught:
            work()
        message = str(caught.value)
        assert f"{name}: expected a folder of xuxie's own, got a {kind}; move it away" in message
        assert caught.value.path == store.folder / name
        assert files_below(theirs) == before


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_stage_folder_that_is_none_is_named(store: Store, tmp_path: Path, kind: str) -> None:
    theirs = tmp_path / "theirs"
    (theirs / KEY).mkdir(parents=True)
    (theirs / KEY / "manifest.json").write_text("{}")
    store.folder.mkdir()
    if kind == "link":
        (store.folder / "read").symlink_to(theirs)
    else:
        (store.folder / "read").write_text("")
    with pytest.raises(XuxieError, match=rf"read: expected a folder .* got a {kind}; move it"):
        run_all(store)
    assert clean(store, 0, True) == []
    assert files_below(theirs) == [KEY, f"{KEY}/manifest.json"]


def test_a_link_in_the_place_of_an_artifact_or_scratch_folder_is_not_followed(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "keep").touch()
    scratch_path = next((store.folder / SCRATCH).iterdir())
    (scratch_path / "half").unlink()
    scratch_path.rmdir()
    scratch_path.symlink_to(theirs)
    record = records(store, "spell")[0]
    for path in record.path.iterdir():
        path.unlink()
    record.path.rmdir()
    record.path.symlink_to(theirs)
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt")
    assert not scratch_path.is_symlink()
    run_all(store)
    clean(store, 0, False)
    assert files_below(theirs) == ["keep"]


def test_the_store_is_marked_at_its_first_use(store: Store) -> None:
    assert not store.folder.exists()
    run_all(store)
    assert (store.folder / MARKER).is_file()
    os.utime(store.folder / MARKER, (0, 0))
    run_all(store)
    assert (store.folder / MARKER).stat().st_mtime == 0, "it is written once"


def test_models_are_never_cleaned_away(store: Store) -> None:
    run_all(store)
    models = store.folder / "models"
    models.mkdir()
    (models / "红楼梦.safetensors").write_bytes(b"weights")
    clean(store, 0, False)
    assert files_below(models) == ["红楼梦.safetensors"]


def test_left_overs_of_killed_writers_go_but_not_of_those_at_work(store: Store) -> None:
    store.folder.mkdir()
    names = {name: store.folder / f"{name}.{'a' * 32}" for name in ("current.json", ".memo.json")}
    theirs = store.folder / f"novel.txt.{'a' * 32}"
    for path in (*names.values(), theirs, store.folder / f".lock.json.{'b' * 32}"):
        path.touch()
    os.utime(names["current.json"], (0, 0))
    with hold(store, "test"):
        assert sorted(
            path.name for path in store.folder.glob("*.*.?*") if "a" * 32 in path.name
        ) == [
            names[".memo.json"].name,
            theirs.name,
        ]
        assert not list(store.folder.glob(f".lock.json.{'b' * 32}"))


def test_recovery_touches_no_folder_of_another_form(store: Store) -> None:
    (store.folder / REPLACED / f"../read-{KEY}").mkdir(parents=True)
    (store.folder / REPLACED / "models-x").mkdir(parents=True)
    recover(store)
    assert (store.folder / REPLACED / "models-x").is_dir()


def test_artifacts_in_the_project_folder_itself_leave_it_alone(project: Path) -> None:
    (project / ".tmp").mkdir()
    (project / ".tmp/mine.txt").write_text("甲")
    (project / ".quarantine").mkdir()
    (project / ".quarantine/mine.txt").write_text("甲")
    before = set(files_below(project))
    store = open_store(project, root=project)
    run_all(store)
    clean(store, 0, False)
    assert before <= set(files_below(project))
