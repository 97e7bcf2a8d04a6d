"""Fixtures shared by the runner's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.runner.store import Store, open_store


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
