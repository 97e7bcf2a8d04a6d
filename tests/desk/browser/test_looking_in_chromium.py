"""Words that are looked at in a real browser: as the text moves, at its very beginning, mixed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from chromium import BEGIN, NAME, Server, Tab
from models import small_model
from playwright.sync_api import expect

from pipeline.engine.bundle.model import save_model


def test_a_word_that_is_looked_at_moves_and_goes_with_its_text(tab: Tab) -> None:
    tab.type("上一")
    tab.page.click("#heat")
    expect(tab.page.locator("#backdrop [class*=heat-]").first).to_be_attached()
    tab.page.focus("#text")
    tab.press("Control+End", "ArrowLeft", "F2")
    choices = tab.page.locator("#side .choice")
    expect(choices).to_have_count(10)
    tab.page.focus("#text")
    tab.press("Home")
    tab.page.keyboard.type("在前")
    other = tab.page.locator(".choice:not([aria-current])").filter(has_not_text="paragraph").first
    chosen = other.locator(".is").inner_text()
    other.click()
    assert tab.text == f"在前{BEGIN}上{chosen}", "it gives way where it stands now"
    tab.press("F2")
    expect(choices).to_have_count(10)
    tab.page.focus("#text")
    tab.press("Backspace")
    expect(tab.page.locator("#side")).to_be_hidden()


def test_the_very_first_word_is_told_of_without_a_refusal(tab: Tab) -> None:
    tab.page.click("#heat")
    expect(tab.page.locator("#backdrop [class*=heat-]").first).to_be_attached()
    tab.page.focus("#text")
    tab.press("Control+Home", "F2")
    side = tab.page.locator("#side[data-shows=word]")
    expect(side.get_by_role("alert")).to_contain_text("It begins the text")
    expect(side).not_to_contain_text(re.compile("Looking|null"))
    expect(tab.page.locator("#problem")).to_be_hidden()


def test_what_two_models_say_together_is_looked_at_too(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    server = serve(tmp_path)
    save_model(small_model(1), tmp_path / "artifacts" / "models" / "乙.safetensors")
    tab = visit(server.address)
    tab.type(f"{BEGIN}上")
    tab.press("Control+Alt+k")
    tab.page.select_option("#second", NAME)  # the newest is the usual one
    tab.page.click("#heat")
    expect(tab.page.locator("#backdrop [class*=heat-]").first).to_be_attached()
    tab.page.focus("#text")
    with tab.page.expect_request("**/candidates") as asked:
        tab.press("Control+End", "ArrowLeft", "F2")
    body = asked.value.post_data_json
    assert body is not None
    assert body["mix"] == {"乙": 0.7, NAME: 0.3}
    expect(tab.page.locator("#side .choice")).to_have_count(10)
    tab.press("Escape", "Control+End")
    assert len(tab.write("word")) == 1


def test_the_legend_tells_nothing_of_another_manuscript(tab: Tab) -> None:
    tab.page.click("#heat")
    legend = tab.page.locator("#legend")
    expect(legend).to_contain_text("bits a character")
    tab.press("Control+Alt+m")
    tab.page.click("#new-manuscript")
    expect(tab.page.locator("#manuscripts")).to_be_hidden()
    expect(legend).not_to_contain_text("bits a character")


def test_a_long_text_is_read_in_parts_stopped_and_read_on(tab: Tab) -> None:
    tab.page.focus("#text")
    tab.page.keyboard.insert_text("\n".join([BEGIN * 20 + "。"] * 700))
    halt, legend = tab.page.locator("#halt-heat"), tab.page.locator("#legend")
    tab.page.click("#heat")
    expect(halt).to_have_text("Stop")
    share = legend.locator(".share")
    expect(share).to_have_text(re.compile(r"^[1-9]\d?(\.\d)? % read"))  # some lines of it
    tab.page.focus("#text")
    tab.press("Escape")
    expect(halt).to_have_text("Read on")
    expect(legend).not_to_contain_text("100 %")
    with tab.page.expect_request("**/score") as asked:
        halt.click()
    body = asked.value.post_data_json
    assert body is not None
    assert body["begin"] > 0, "what is known is not read again"
    expect(halt).to_be_hidden(timeout=120_000)
    with tab.page.expect_request("**/score") as asked:
        tab.type(BEGIN)
    body = asked.value.post_data_json
    assert body is not None
    assert body["text"][body["begin"] :] == tab.text.rpartition("\n")[2]
