"""A novel that is dropped on the page becomes a model: real training, started and stopped there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from chromium import Server, Tab
from pipelines import NOVELLA
from playwright.sync_api import expect

BOUND = 100_000  # milliseconds


def tiny_novel() -> str:
    """Return how the novella's first ten chapters begin."""
    chapters = re.split(r"(?m)^(?=第.{1,3}章)", NOVELLA.read_text(encoding="utf-8"))[1:11]
    return "\n".join(f"{text[:330].rpartition('。')[0]}。\n" for text in chapters)


def drop(tab: Tab, name: str, text: str) -> None:
    """Drop a file on the page."""
    tab.page.evaluate(
        """([name, text]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name, {type: "text/plain"}));
            const given = {dataTransfer, bubbles: true, cancelable: true};
            document.body.dispatchEvent(new DragEvent("drop", given));
        }""",
        [name, text],
    )


@pytest.mark.slow
def test_a_dropped_novel_is_trained_with_progress_stopped_and_trained_on(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    server = serve(tmp_path, title=None)
    tab = visit(server.address)
    drop(tab, "小城.txt", tiny_novel())
    tab.page.click("#question button[value=train]")
    stage = tab.page.locator("#training .stage")
    expect(tab.page.locator("#training progress[value]")).to_be_visible()
    tab.page.click("#stop-training")
    expect(stage).to_have_text("The training did not end")
    tab.page.check("#quick")
    path = tmp_path / "小城.txt"
    path.write_text(tiny_novel(), encoding="utf-8")
    tab.page.set_input_files("#novel-file", path)
    expect(stage).to_have_text("The training is done", timeout=BOUND)
    expect(tab.page.locator(".model[data-model=小城]")).to_be_visible()
    tab.press("Escape")
    expect(tab.page.locator("#welcome")).to_be_hidden()
    tab.type("三楼的窗子")
    assert len(tab.write("word")) > 0
