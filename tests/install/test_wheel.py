"""The wheel: what it holds, and that what it installs works in an empty folder."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from pipelines import ROOT, SECONDS, environment

LEAST_SETUPTOOLS = 77  # pyproject.toml's build requirement; with it the wheel is built offline
SOURCES = ("configs", "data", "docs", "pipeline")
SHIPPED = (
    "configs/article.toml",
    "configs/best.toml",
    "configs/default.toml",
    "configs/tiny.toml",
    "data/README.md",
    "data/novella.txt",
    "data/base.safetensors",
    "data/userdict.txt",
    "docs/labs.md",
)
COPIES = "pipeline/shipped_files"
PAGE = ROOT / "pipeline" / "desk" / "page"


def python(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_wheel(project: Path, folder: Path) -> Path:
    """Build the wheel of a project folder into an empty one, without a network."""
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder))
    python("-m", "pip", "wheel", "--quiet", *options, str(project), cwd=project)
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with what building leaves behind; and things not to be shipped."""
    found = importlib.metadata.version("setuptools")
    if int(found.split(".")[0]) < LEAST_SETUPTOOLS:
        pytest.skip(f"expected setuptools {LEAST_SETUPTOOLS} or later to build with, got {found}")
    folder = tmp_path_factory.mktemp("project")
    for name in SOURCES:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "downloads")
        )
    for path in ROOT.iterdir():
        if path.suffix in (".py", ".toml", ".in", ".txt", ".md") or path.name == "LICENSE":
            shutil.copy(path, folder)
    left_over = folder / "build" / "lib" / "pipeline" / "long_gone.py"
    left_over.parent.mkdir(parents=True)
    left_over.write_text("", encoding="utf-8")
    for unwanted in ("artifacts/fetch/corpus.txt", "data/downloads/other.txt", "tests/test_it.py"):
        (folder / unwanted).parent.mkdir(parents=True, exist_ok=True)
        (folder / unwanted).write_text("", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel."""
    return build_wheel(project, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel is installed in, alone."""
    folder = tmp_path_factory.mktemp("installed") / "site-packages"
    options = ("--no-deps", "--no-index", "--target", str(folder))
    python("-m", "pip", "install", "--quiet", *options, str(wheel), cwd=wheel.parent)
    return folder


def xuxie(
    site: Path, cwd: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the installed `xuxie` in a folder."""
    inherited = {name: text for name, text in environment().items() if name != "XUXIE_ARTIFACTS"}
    return subprocess.run(
        [str(site / "bin" / "xuxie"), *arguments],
        cwd=cwd,
        env={**inherited, "PYTHONPATH": str(site), **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )


def output_of(site: Path, cwd: Path, *arguments: str, **variables: str) -> str:
    done = xuxie(site, cwd, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def folder_names(paths: Sequence[Path]) -> list[str]:
    return sorted(path.name for path in paths)


def test_the_wheel_holds_the_package_and_what_is_shipped_and_nothing_else(wheel: Path) -> None:
    package = {p.relative_to(ROOT).as_posix() for p in (ROOT / "pipeline").rglob("*.py")}
    package |= {p.relative_to(ROOT).as_posix() for p in PAGE.rglob("*") if p.is_file()}
    names = {name for name in names_in(wheel) if ".dist-info/" not in name}

    assert names == {*package, "pipeline/py.typed", *(f"{COPIES}/{name}" for name in SHIPPED)}


def test_shipped_files_are_copies_and_the_licence_is_there(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in SHIPPED:
            assert archive.read(f"{COPIES}/{name}") == (ROOT / name).read_bytes()
        (licence,) = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


@pytest.mark.slow
def test_a_source_archive_gives_the_same_wheel(project: Path, wheel: Path, tmp_path: Path) -> None:
    build = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    python("-c", build, str(tmp_path), cwd=project)
    (archive_path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive_path) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("xuxie-*/")
    (tmp_path / "wheel").mkdir()

    assert names_in(build_wheel(unpacked, tmp_path / "wheel")) == names_in(wheel)
    assert not (unpacked / "tests").exists()
    assert not (unpacked / "data" / "downloads").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["config"], ["status"], ["lab", "run", "primes", "--explain"]],
    ids=" ".join,
)
def test_telling_commands_work_in_an_empty_folder_and_leave_it_empty(
    site: Path, tmp_path: Path, arguments: list[str]
) -> None:
    assert output_of(site, tmp_path, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_the_package_can_be_run_by_its_name(site: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "dag"],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == output_of(site, tmp_path, "dag")


def settings_in(site: Path, cwd: Path, *arguments: str) -> dict[str, tuple[object, str]]:
    rows = json.loads(output_of(site, cwd, "config", "--json", *arguments))
    return {row["setting"]: (row["value"], row["origin"]) for row in rows}


def test_default_paths_are_the_shipped_files_and_downloads_go_to_the_folder(
    site: Path, tmp_path: Path
) -> None:
    settings = settings_in(site, tmp_path)

    shipped, origin = site / COPIES / "data", "configs/default.toml"
    assert settings["fetch.source"] == (str(shipped / "novella.txt"), origin)
    assert settings["segment.user_dictionary"] == (str(shipped / "userdict.txt"), origin)
    assert settings["fetch.downloads"] == (str(tmp_path / "data" / "downloads"), origin)


def test_a_dictionary_in_the_folder_goes_before_the_shipped_one(site: Path, tmp_path: Path) -> None:
    own = tmp_path / "data" / "userdict.txt"
    own.parent.mkdir()
    own.write_text("林黛玉 nr\n", encoding="utf-8")

    assert settings_in(site, tmp_path)["segment.user_dictionary"][0] == str(own)


def test_presets_are_found_by_name(site: Path, tmp_path: Path) -> None:
    assert settings_in(site, tmp_path, "--config", "tiny")["train.hidden"][1].endswith("tiny.toml")


@pytest.mark.slow
def test_artifacts_go_to_the_folder_or_to_where_the_variable_or_the_option_says(
    site: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    by_variable, by_option = tmp_path / "variable", tmp_path / "option"

    output_of(site, empty, "run", "fetch", XUXIE_ARTIFACTS=str(by_variable))
    assert list(empty.iterdir()) == []
    output_of(
        site, empty, "run", "fetch", "--artifacts", str(by_option), XUXIE_ARTIFACTS=str(tmp_path)
    )
    assert list(empty.iterdir()) == []
    output_of(site, empty, "run", "fetch")
    assert folder_names(list(empty.iterdir())) == ["artifacts"]

    found = [
        next(folder.glob("fetch/*/corpus.txt")).read_bytes()
        for folder in (by_variable, by_option, empty / "artifacts")
    ]
    assert found[0] == found[1] == found[2]
    assert folder_names(list(tmp_path.iterdir())) == ["empty", "option", "variable"]


@pytest.mark.slow
def test_it_trains_in_an_empty_folder_and_writes_from_any_other(site: Path, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    novel = (ROOT / "data" / "novella.txt").read_text(encoding="utf-8")
    (home / "novel.txt").write_text(novel[: novel.index("第七章")], encoding="utf-8")

    output_of(site, home, "run-all", "--config", "tiny", "--source", "novel.txt")
    assert folder_names(list(home.iterdir())) == ["artifacts", "novel.txt"]
    options = ("青棠听了，", "--words", "12", "--rng-seed", "1")
    written = output_of(site, home, "generate", *options)
    assert written.startswith("青棠听了，")
    assert output_of(site, elsewhere, "generate", *options, "--artifacts", "../home/artifacts") == (
        written
    )
    assert list(elsewhere.iterdir()) == []
