"""A desk that is served while a file of tests runs."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from served import small_desk

from pipeline.desk.desk import Desk


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """The address of a desk, and the desk."""
    with small_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(scope="module")
def client(running: tuple[str, Desk]) -> Iterator[httpx.Client]:
    """A plain client of the desk."""
    with httpx.Client(base_url=running[0], timeout=60, trust_env=False) as found:
        yield found
