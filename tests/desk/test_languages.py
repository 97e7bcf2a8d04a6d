"""A report opens in the language that the browser asks for."""

from __future__ import annotations

import pytest

from pipeline.desk.languages import liked


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),  # as Chromium sends it for a Chinese reader
        ("en-US,en;q=0.5", "en"),
        ("fr, EN-gb;q=0.7, zh-Hant-TW;q=0.8", "zh"),
        ("zh;q=0, en", "en"),
        ("en;q=x", None),
        ("de, *;q=0.5", None),
        ("", None),
        (",;=;q", None),
        ("x," * 100_000 + "zh", None),
    ],
)
def test_the_language_liked_best_is_taken(accepted: str, language: str | None) -> None:
    assert liked(accepted) == language
