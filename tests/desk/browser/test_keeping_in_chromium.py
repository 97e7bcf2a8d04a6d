"""The desk's page in a real browser where something is in the way: a dead desk, a second tab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chromium import BEGIN, Server, Tab
from playwright.sync_api import Route, expect

SCRIPT = "<script>alert(1)</script>"
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"


def test_nothing_is_lost_where_the_desk_is_killed_and_started_again(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    server = serve(tmp_path)
    tab = visit(server.address)
    tab.type(BEGIN)
    tab.until_saved()
    server.kill()
    tab.type("，停电了")
    expect(tab.page.locator("#saved")).to_have_attribute("data-state", "failed")
    expect(tab.page.locator("#problem")).to_be_visible()
    server.start()
    expect(tab.page.locator("#saved")).to_have_attribute("data-state", "saved")
    expect(tab.page.locator("#problem")).to_be_hidden()
    assert tab.text == f"{BEGIN}，停电了"
    other = visit(server.address, color_scheme="dark")
    other.press("Control+Alt+m")
    other.page.locator(".manuscript .title").click()
    other.until_text("value !== before", "")
    assert other.text == f"{BEGIN}，停电了", "what the desk itself has kept"
    assert all("ERR_" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


def test_what_a_closed_tab_could_not_save_is_opened_by_the_next(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    server = serve(tmp_path)
    tab = visit(server.address)
    tab.type(BEGIN)
    tab.until_saved()
    other = visit(server.address, beside=tab)
    assert other.text == BEGIN
    server.kill()
    tab.type("，最后一秒")
    tab.page.wait_for_selector("#saved[data-state=failed]")
    tab.page.wait_for_timeout(1000)  # "within a second"
    tab.page.close()
    tab.troubles.clear()
    other.page.close()
    server.start()
    third = visit(server.address, beside=tab)
    assert third.text == f"{BEGIN}，最后一秒"
    third.page.wait_for_selector("#saved[data-state=saved]")


def test_two_tabs_on_one_manuscript_lose_nothing(
    server: Server, tab: Tab, visit: Callable[..., Tab]
) -> None:
    tab.page.fill("#name", "两页")
    tab.until_saved()
    other = visit(server.address, beside=tab)
    assert other.text == BEGIN
    other.type("乙")
    other.until_saved()
    tab.type("丙")
    question = tab.page.locator("#question[open]")
    expect(question.locator("button[value=theirs]")).to_be_visible()
    question.locator("button[value=copy]").click()
    tab.page.wait_for_selector("#saved[data-state=saved]")
    assert tab.text == f"{BEGIN}丙"
    assert tab.page.input_value("#name") != "两页"
    other.reload()
    assert (other.text, other.page.input_value("#name")) == (f"{BEGIN}乙", "两页")
    tab.press("Control+Alt+m")
    expect(tab.page.locator(".manuscript", has_text="两页")).to_have_count(2)
    assert all("409" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


def test_a_novel_whose_name_is_a_script_is_shown_as_text(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    server = serve(tmp_path, title=SCRIPT, chapter=SCRIPT)
    tab = visit(server.address)
    tab.type(f"{SCRIPT}{BEGIN}")
    tab.page.fill("#name", SCRIPT)
    tab.write()
    assert tab.drawn == tab.text
    tab.press("ArrowLeft", "F2")
    captions = tab.page.locator("#side .passages figcaption")
    expect(captions.first).to_contain_text(SCRIPT)
    tab.until_saved()
    tab.press("Escape", "Control+Alt+m")
    expect(tab.page.locator(".manuscript .title")).to_have_text(SCRIPT)
    tab.press("Escape", "Control+Alt+l")
    expect(tab.page.locator(".model strong")).to_have_text(SCRIPT)
    assert tab.page.locator("body script").count() == 0


def test_the_colours_follow_the_system_and_the_button(
    server: Server, visit: Callable[..., Tab]
) -> None:
    tab = visit(server.address, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = tab.page.evaluate(paper)
    ink = tab.page.evaluate("getComputedStyle(document.querySelector('#text')).caretColor")
    assert brightness(dark) < 60 < 160 < brightness(ink)
    for _ in range(2):  # to light, to dark
        tab.page.click("#theme")
        other, dark = tab.page.evaluate(paper), dark
        if tab.page.evaluate("document.documentElement.dataset.theme") == "light":
            assert brightness(other) > 200
    assert tab.page.evaluate(paper) == dark
    tab.page.click("#theme")
    tab.page.emulate_media(color_scheme="light")
    assert brightness(tab.page.evaluate(paper)) > 200


def brightness(colour: str) -> float:
    """The mean of red, green and blue, as in "rgb(1, 2, 3)"."""
    numbers = colour.partition("(")[2].rstrip(")").split(",")[:3]
    return sum(map(float, numbers)) / 3


def test_nothing_is_wider_than_a_phone(server: Server, visit: Callable[..., Tab]) -> None:
    tab = visit(server.address, viewport={"width": 375, "height": 740}, has_touch=True)
    tab.type(f"{BEGIN * 40}\n{BEGIN}")
    tab.write()
    tab.page.click("#heat")
    tab.press("ArrowLeft", "F2")
    expect(tab.page.locator("#side .choice")).to_have_count(10)
    assert_fits(tab)
    word, side = (tab.page.locator(which).last.bounding_box() for which in (".now", "#side"))
    assert word
    assert side
    assert word["y"] + word["height"] <= side["y"], "the word that is looked at stays in sight"
    for key in ("b", "k", "m", "l"):
        tab.press("Escape", f"Control+Alt+{key}")
        expect(tab.page.locator("#side h2, dialog[open] h2").last).to_be_visible()
        assert_fits(tab)
    tab.press("Escape", "Escape", "Alt+Enter")
    expect(tab.page.locator("#alternatives .way.done")).to_have_count(3)
    assert_fits(tab)


def assert_fits(tab: Tab) -> None:
    """Nothing can be scrolled to the side but what has a place of its own for that."""
    wide, screen = tab.page.evaluate(WIDTHS)
    assert wide <= screen == 375


def test_the_page_speaks_chinese(server: Server, visit: Callable[..., Tab]) -> None:
    tab = visit(f"{server.address}?language=zh")
    assert tab.page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(tab.page.locator("#go-on")).to_have_text("续写")
    shown = tab.page.locator("#dock, header").all_inner_texts()
    shown = [text.replace(tab.page.locator("#language").inner_text(), "") for text in shown]
    assert not any(letter.isascii() and letter.isalpha() for text in shown for letter in text)
    tab.page.click("#language")
    expect(tab.page.locator("#go-on")).to_have_text("Go on")
    chinese = visit(server.address, locale="zh-TW")
    expect(chinese.page.locator("#go-on")).to_have_text("续写")


def test_the_chinese_page_says_refusals_in_chinese(
    server: Server, visit: Callable[..., Tab]
) -> None:
    tab = visit(server.address, locale="zh-CN")
    tab.type("hello")
    tab.press("Control+Enter")
    problem = tab.page.locator("#problem p")
    expect(problem).to_contain_text("光标前没有这部小说认得的中文")
    assert "expected" not in problem.inner_text()
    assert tab.troubles.pop().startswith("Failed to load resource"), "the refusal's own number"


def test_without_a_model_the_page_offers_to_train_one(
    tmp_path: Path, serve: Callable[..., Server], visit: Callable[..., Tab]
) -> None:
    server = serve(tmp_path, title=None)
    tab = visit(server.address)
    expect(tab.page.locator("#welcome #train-novella")).to_be_visible()
    tab.type(BEGIN)
    tab.press("Control+Enter")
    expect(tab.page.locator("#problem")).to_be_visible()
    tab.until_saved()
    assert tab.text == BEGIN
    assert all("404" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


def test_a_dead_desk_is_tried_in_one_round_however_much_is_typed(tab: Tab) -> None:
    tab.until_saved()
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    tab.page.clock.install()
    tab.page.route("**/manuscripts/**", refuse)
    for _ in range(6):
        tab.type("末")
        tab.page.clock.run_for(2000)  # longer than the pause that is waited for
        expect(tab.page.locator("#saved")).to_have_attribute("data-state", "failed")
    asked.clear()
    for _ in range(60):
        tab.page.clock.run_for(2000)
    assert 2 <= len(asked) <= 5, "every 30 seconds"
    tab.page.unroute_all()
    tab.page.clock.run_for(60_000)
    expect(tab.page.locator("#saved")).to_have_attribute("data-state", "saved")
    tab.troubles.clear()  # what was refused is told by then


def test_why_nothing_was_thrown_away_stands_in_the_list(tab: Tab) -> None:
    tab.until_saved()
    tab.press("Control+Alt+m")
    tab.page.route("**/manuscripts/*", lambda route: route.abort())
    tab.page.get_by_role("button", name="Discard").first.click()
    tab.page.click("#question button[value=yes]")
    expect(tab.page.locator("#manuscripts").get_by_role("alert")).to_contain_text("server")
    assert tab.text == BEGIN
    tab.page.unroute_all()
    tab.page.get_by_role("button", name="Discard").first.click()
    tab.page.click("#question button[value=yes]")
    expect(tab.page.locator("#manuscripts").get_by_role("alert")).to_have_count(0)
    assert tab.text == ""
    assert all("ERR_FAILED" in trouble for trouble in tab.troubles)
    tab.troubles.clear()
