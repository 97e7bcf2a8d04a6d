"""Fixtures shared by the tests of the runner, of the command line and of the desk."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pipelines import Trained
from pipelines import trained as train_once

from pipeline.runner import memo
from pipeline.runner.store import Store, open_store

if TYPE_CHECKING:
    import httpx
    from chromium import Server, Tab
    from playwright.sync_api import Browser

    from pipeline.desk.desk import Desk

BROWSER = "tests/desk/browser/"
_MANY_OBJECTS = 50_000  # to look through them takes some hundredths of a second
SEEDED = "localStorage['xuxie.settings'] ??= JSON.stringify({exact: {rng_seed: 7}})"

os.environ.pop("COLUMNS", None)  # workers of pytest-xdist have one: findings/xdist-columns.sh


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-xdist hand out files in the order below, not those with many tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker do all tests in a browser: two browsers at once wait for each other."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class OneBrowser(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return BROWSER if BROWSER in file else file

    return OneBrowser(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, or at the end one worker is left with one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Let searches for garbage, one a stage, pass over what stays: tests, pytest."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let them pass over what a file has left to stay, as TensorFlow does with what it traces."""
    last_of_its_file = nextitem is None or nextitem.path != item.path
    if last_of_its_file and len(gc.get_objects()) > _MANY_OBJECTS:
        gc.collect()
        gc.freeze()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with a novel and a settings file."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "novel.txt").write_text("宝玉听了，笑道。\n", encoding="utf-8")
    (root / "default.toml").write_text("[spell]\nlength = 2\n", encoding="utf-8")
    return root


@pytest.fixture
def store(project: Path) -> Store:
    """An empty store in the project folder."""
    return open_store(project / "artifacts")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The artifacts that all tests read; those that change something take `own`."""
    return train_once(tmp_path_factory.getbasetemp())


@pytest.fixture
def own(trained: Trained, tmp_path: Path) -> Trained:
    """A copy of the artifacts for one test."""
    artifacts = tmp_path / "artifacts"
    shutil.copytree(trained.artifacts, artifacts)
    return replace(trained, artifacts=artifacts)


@pytest.fixture
def settles_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's stat settles in a moment: tests of the memo wait for it again and again."""
    monkeypatch.setattr(memo, "SETTLED_SECONDS", 0.1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """The address of a desk with a small model, and the desk."""
    from served import small_desk

    with small_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(scope="module")
def client(running: tuple[str, Desk]) -> Iterator[httpx.Client]:
    """A plain client of that desk."""
    import httpx

    with httpx.Client(base_url=running[0], timeout=60, trust_env=False) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser, of a module: while Playwright runs, no other test could run an event loop."""
    from chromium import browser

    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A desk with a small model; each test has a browser of its own that knows no manuscript."""
    from chromium import serving

    with serving(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture
def serve(chromium: Browser) -> Iterator[Callable[..., Server]]:
    """Start desks of a test's own."""
    from chromium import serving

    with ExitStack() as running:
        yield lambda *given, **named: running.enter_context(serving(*given, **named))


@pytest.fixture
def visit(chromium: Browser, serve: Callable[..., Server]) -> Iterator[Callable[..., Tab]]:
    """Open tabs: one of a new visitor, or another one of the same; at the end all was well.

    They are closed before any desk of the test: a page that is asking one as it goes tells of it.
    """
    from chromium import Tab

    tabs: list[Tab] = []

    def open_tab(address: str, *, beside: Tab | None = None, **given: Any) -> Tab:
        usual = {"locale": "en-US", "viewport": {"width": 1280, "height": 860}}
        context = beside.page.context if beside else chromium.new_context(**{**usual, **given})
        context.add_init_script(SEEDED)
        tab = Tab(context.new_page())
        tabs.append(tab)
        tab.open(address)
        return tab

    yield open_tab
    for tab in tabs:
        tab.page.context.close()
    assert [trouble for tab in tabs for trouble in tab.troubles] == []


@pytest.fixture
def tab(server: Server, visit: Callable[..., Tab]) -> Tab:
    """A tab of a new visitor, with a few words of a person's own in it."""
    from chromium import BEGIN

    found = visit(server.address)
    found.type(BEGIN)
    return found
