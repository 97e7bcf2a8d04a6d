"""What measures how work grows must fail on work that grows too fast."""

from __future__ import annotations

import growth
import pytest
from growth import TIMES, assert_linear


@pytest.fixture(autouse=True)
def _whatever_takes_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "_FEW", 0.0)


def test_the_square_is_found() -> None:
    with pytest.raises(AssertionError, match=r"8 times the size takes \d\d times the time"):
        assert_linear(lambda size: sum(range(size**2)), 300, 300 * TIMES)


def test_what_is_linear_passes() -> None:
    assert_linear(lambda size: sum(range(size)), 500_000, 500_000 * TIMES)
