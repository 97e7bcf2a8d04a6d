"""Pictures of the desk's page for README and docs/desk.md, made when a folder for them is named.

After `run-all`: `XUXIE_PICTURES=docs python -m pytest tests/desk/browser -k picture`
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import Server, Tab
from pipelines import ROOT
from playwright.sync_api import expect

MODEL = Path(os.environ.get("XUXIE_ARTIFACTS", ROOT / "artifacts"), "models", "澄秋阁.safetensors")
OPENING = "夜里下了一场大雪，宫里的灯都灭了。\n青棠推开门，"
MOST = 250_000  # bytes


@pytest.mark.skipif("XUXIE_PICTURES" not in os.environ, reason="XUXIE_PICTURES names no folder")
@pytest.mark.parametrize(("name", "colours"), [("desk", "light"), ("desk-dark", "dark")])
def test_a_picture_of_the_page(
    name: str, colours: str, tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    """With a text that the novella's model has gone on in, and a word that is looked at."""
    (tmp_path / "artifacts" / "models").mkdir(parents=True)
    shutil.copy(MODEL, tmp_path / "artifacts" / "models")
    path = Path(os.environ["XUXIE_PICTURES"]) / f"{name}.png"
    server = serve(tmp_path, title=None)
    size = {"width": 1280, "height": 800}
    tab = visit(server.address, locale="zh-CN", color_scheme=colours, viewport=size)
    tab.page.fill("#name", "雪夜")
    tab.type(OPENING)
    for _ in range(2):
        tab.write("paragraph")
    tab.until_saved()
    tab.click_word(4)
    expect(tab.page.locator("#side .choice")).to_have_count(10)
    expect(tab.page.locator("#side .passages figure").first).to_be_visible()
    tab.page.screenshot(path=path)
    assert 10_000 < path.stat().st_size < MOST
