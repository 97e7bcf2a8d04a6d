"""What stands where a model or the folder of models belongs: named in one line, never followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commands import invoke
from models import small_model

from pipeline.engine.bundle.model import save_model

NOVEL = "第一回\n她笑道。\n"  # too short to train on: refused, if anything looked at it


@pytest.mark.parametrize(
    "command",
    [
        ["run-all"],
        ["run-all", "--dry-run"],
        ["run", "fetch"],
        ["status"],
        ["models"],
        ["generate", "一丁七"],
        ["models", "import", "{model}"],
        ["models", "rename", "甲", "乙"],
        ["models", "remove", "甲", "--yes"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_link_or_a_file_in_place_of_the_folder_of_models_is_refused(
    tmp_path: Path, command: list[str], kind: str
) -> None:
    theirs, artifacts = tmp_path / "theirs", tmp_path / "a"
    theirs.mkdir()
    artifacts.mkdir()
    save_model(small_model(), theirs / "甲.safetensors")
    place = artifacts / "models"
    place.symlink_to(theirs) if kind == "link" else place.write_text("notes")
    novel = tmp_path / "novel.txt"
    novel.write_text(NOVEL, encoding="utf-8")
    arguments = [part.format(model=theirs / "甲.safetensors") for part in command]
    if command[0] in ("run", "run-all", "status"):
        arguments += ["--source", str(novel)]
    code, output, errors = invoke(*arguments, "--artifacts", str(artifacts))

    assert (code, output) == (1, "")
    assert errors == (
        f"xuxie: {place}: expected a folder of xuxie's own, got a {kind}; move it away or give "
        "another place with --artifacts\n"
    )
    assert [path.name for path in theirs.iterdir()] == ["甲.safetensors"]
    assert {path.name for path in artifacts.iterdir()} <= {"models", ".memo.json"}


@pytest.mark.skipif(os.name == "nt", reason="needs pipes with names")
@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a device"])
def test_what_is_no_file_is_no_model_and_nobody_waits_for_it(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/zero") if kind == "a device" else tmp_path / "ff"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a folder":
        path.mkdir()
    own = ["--artifacts", str(tmp_path / "a")]
    code, output, errors = invoke("generate", "一丁七", "--model", str(path), *own)
    assert (code, output) == (2, "")
    assert f"(`models` lists them) or a file, got {kind}; " in errors
    code, output, errors = invoke("models", "import", str(path), *own)
    assert (code, output) == (3, "")
    assert errors.startswith(f"xuxie: {path.name}: expected a model's file, got {kind}; ")


def test_an_export_to_where_there_is_no_folder_says_so(tmp_path: Path) -> None:
    shelf = tmp_path / "a" / "models"
    shelf.mkdir(parents=True)
    save_model(small_model(), shelf / "甲.safetensors")
    target = tmp_path / "none" / "b.safetensors"
    command = ["models", "export", "甲", str(target), "--artifacts", str(tmp_path / "a")]
    assert invoke(*command) == (
        2,
        "",
        f"xuxie: FILE: expected a file in a folder that is there, got {target}; make the folder "
        "first or name another\n",
    )
