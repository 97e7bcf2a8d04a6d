"""Writing at the desk's page in a real browser: streams, words, branches, heat, input methods."""

from __future__ import annotations

import re

from chromium import BEGIN, Tab
from playwright.sync_api import expect


def test_ctrl_enter_writes_and_esc_stops(tab: Tab) -> None:
    assert len(tab.write("word")) == 1
    assert tab.drawn == tab.text
    before = tab.text
    tab.begin("words", count=5000)
    expect(tab.page.locator("#stop")).to_be_visible()
    tab.until_text("value.length > before.length + 3", before)
    tab.press("Escape")
    tab.until_idle()
    stopped = tab.text
    assert stopped.startswith(before)
    assert len(before) + 3 < len(stopped) < len(before) + 5000
    expect(tab.page.locator("#status")).to_contain_text("Stopped after")
    tab.write("word")
    assert len(tab.text) == len(stopped) + 1, "and what was stopped writes no more"
    assert tab.drawn == tab.text


def test_what_follows_the_caret_stays(tab: Tab) -> None:
    tab.press("Home")
    tab.page.keyboard.type("一上，")
    before = tab.text
    tab.page.select_option("#way", "sentence")
    tab.page.focus("#text")
    tab.page.click("#go-on")
    tab.until_text("value.length > before.length", before)
    tab.until_idle()
    assert tab.text.startswith("一上，")
    assert tab.text.endswith(BEGIN)
    assert tab.drawn == tab.text


def test_a_clicked_word_tells_of_itself_and_gives_way_to_another(tab: Tab) -> None:
    written = tab.write("sentence")
    tab.click_word(1)
    side = tab.page.locator("#side[data-shows=word]")
    expect(side.locator(".choice")).to_have_count(10)
    expect(side.locator(".shown-word")).to_have_text(written[1])
    expect(side.locator(".shares > span").first).to_be_attached()
    expect(side.locator(".passages")).not_to_contain_text("Looking")
    others = side.locator(".choice:not([aria-current])")
    other = others.filter(has_not_text="new paragraph").first
    chosen = other.locator(".is").inner_text()
    before = tab.text
    other.click()
    tab.until_text("value !== before", before)
    tab.until_idle()
    assert tab.text.startswith(BEGIN + written[0] + chosen)
    assert len(tab.text) > len(BEGIN) + 2, "it went on from that word"
    expect(side).to_be_hidden()
    assert tab.drawn == tab.text
    tab.click_word(1)
    expect(side.locator(".choice[aria-current=true] .is")).to_have_text(chosen)


def test_undo_and_redo_cover_both_and_outlast_a_reload(tab: Tab) -> None:
    tab.write()
    written = tab.text
    tab.type("乙")
    tab.press("Control+z")
    assert tab.text == written
    tab.press("Control+z")
    assert tab.text == BEGIN
    tab.press("Control+y", "Control+Shift+z")
    assert tab.text == f"{written}乙"
    tab.until_saved()
    marked = tab.page.locator("#backdrop .written").count()
    tab.reload()
    assert tab.text == f"{written}乙"
    assert tab.page.locator("#backdrop .written").count() == marked > 0
    tab.page.focus("#text")
    tab.press("Control+z", "Control+z")
    assert tab.text == BEGIN
    tab.press("Control+y")
    assert tab.text == written


def test_a_reload_keeps_what_the_desk_does_not_have_yet(tab: Tab) -> None:
    tab.page.wait_for_selector("#saved[data-state=saved]")
    tab.page.route("**/manuscripts/**", lambda route: route.abort())
    tab.type("末")
    tab.page.wait_for_selector("#saved:is([data-state=local], [data-state=failed])")
    tab.page.wait_for_timeout(1000)  # "within a second"
    tab.reload()
    assert tab.text == f"{BEGIN}末"
    tab.page.unroute_all()
    tab.page.wait_for_selector("#saved[data-state=saved]")
    assert all("ERR_FAILED" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


def test_branches_can_be_walked(tab: Tab) -> None:
    tab.write("word")
    first = tab.text
    tab.click_word(0)
    tab.page.select_option("#way", "word")
    tab.page.locator(".choice:not([aria-current])").first.click()
    tab.until_text("value !== before", first)
    tab.until_idle()
    second = tab.text
    tab.press("Control+Alt+b")
    branches = tab.page.locator("#side[data-shows=branches] .branch")
    expect(branches).to_have_count(2)
    expect(branches.and_(tab.page.locator("[aria-selected=true]"))).to_have_count(1)
    tab.page.click(".branch[aria-selected=false]")
    assert tab.text == first
    tab.page.focus(".branch[aria-selected=false]")
    tab.press("Enter")
    assert tab.text == second
    tab.until_saved()
    tab.reload()
    tab.press("Control+Alt+b")
    expect(branches).to_have_count(2)
    tab.page.click(".branch[aria-selected=false]")
    assert tab.text == first


def test_three_ways_side_by_side(tab: Tab) -> None:
    tab.press("Alt+Enter")
    ways = tab.page.locator("#alternatives .way")
    expect(ways).to_have_count(3)
    expect(tab.page.locator("#alternatives .way.done")).to_have_count(3)
    says = ways.locator(".says").all_inner_texts()
    expect(ways.first).to_be_focused()
    tab.press("ArrowRight", "Enter")
    tab.until_text("value !== before", BEGIN)
    assert tab.text.rstrip("\n") == BEGIN + says[1]
    expect(tab.page.locator("#alternatives")).to_be_hidden()
    tab.press("Control+Alt+b")
    expect(tab.page.locator(".branch")).to_have_count(3)
    tab.page.focus("#text")
    tab.press("Control+z")
    assert tab.text == BEGIN


def test_the_heat_map_colours_own_words_too(tab: Tab) -> None:
    tab.type("上，一上。")
    tab.page.click("#heat")
    expect(tab.page.locator("#legend")).to_be_visible()
    hot = tab.page.locator("#backdrop [class*=heat-]")
    expect(hot.first).to_be_attached()
    assert tab.page.locator("#backdrop .written").count() == 0, "these are one's own words"
    expect(tab.page.locator("#legend")).to_contain_text(re.compile(r"\d\.\d\d"))
    tab.page.focus("#text")
    tab.press("Control+End", "ArrowLeft", "F2")
    expect(tab.page.locator("#side .choice")).to_have_count(10)
    assert tab.drawn == tab.text
    tab.page.click("#heat")
    expect(hot).to_have_count(0)


def test_an_input_method_is_not_disturbed(tab: Tab) -> None:
    method = tab.page.context.new_cdp_session(tab.page)

    def compose(text: str) -> None:
        given = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        method.send("Input.imeSetComposition", given)

    compose("yi")
    compose("yi'shang")
    assert tab.text == f"{BEGIN}yi'shang"
    tab.press("Control+Enter")
    assert tab.page.locator("body.busy").count() == 0, "nothing is written amid a composition"
    method.send("Input.insertText", {"text": "一上"})
    assert tab.text == f"{BEGIN}一上"
    tab.press("Control+z")
    assert tab.text == BEGIN
    tab.press("Control+y")
    assert tab.text == f"{BEGIN}一上"


def test_what_is_written_waits_for_an_input_method(tab: Tab) -> None:
    method = tab.page.context.new_cdp_session(tab.page)
    tab.begin("words", count=5000)
    tab.until_text("value.length > before.length + 3", BEGIN)
    tab.press("Control+Home")
    given = {"text": "shi", "selectionStart": 3, "selectionEnd": 3}
    method.send("Input.imeSetComposition", given)
    composing = tab.text
    assert composing.startswith(f"shi{BEGIN}")
    tab.page.wait_for_timeout(500)
    assert tab.text == composing, "nothing is put in meanwhile"
    assert tab.page.locator("body.busy").count() == 1
    method.send("Input.insertText", {"text": "十"})
    tab.until_text("value.length > before.length", composing)
    tab.press("Escape")
    tab.until_idle()
    assert tab.text.startswith(f"十{BEGIN}")
    assert tab.drawn == tab.text


def test_what_waits_goes_to_its_place_though_the_writer_is_done(tab: Tab) -> None:
    method = tab.page.context.new_cdp_session(tab.page)
    tab.type("尾声")
    tab.press("ArrowLeft", "ArrowLeft")
    tab.begin("words", count=5000)
    tab.until_text("value.length > before.length + 3", f"{BEGIN}尾声")
    tab.press("Control+Home")
    given = {"text": "shi", "selectionStart": 3, "selectionEnd": 3}
    method.send("Input.imeSetComposition", given)
    composing = tab.text
    tab.page.wait_for_timeout(500)
    tab.page.evaluate("document.querySelector('#stop').click()")
    expect(tab.page.locator("#status")).to_contain_text("Stopped after")
    method.send("Input.insertText", {"text": "十"})
    tab.until_text("value.length > before.length", composing)
    tab.until_idle()
    assert tab.text.startswith(f"十{composing.removeprefix('shi').removesuffix('尾声')}")
    assert tab.text.endswith("尾声")
    tab.until_saved()
    tab.reload()
    tab.press("Control+Alt+b")
    expect(tab.page.locator(".branch[aria-selected=true]")).to_have_count(1)


def test_three_ways_stay_with_their_manuscript(tab: Tab) -> None:
    tab.page.fill("#name", "三种")
    tab.page.focus("#text")
    tab.press("Alt+Enter")
    expect(tab.page.locator("#alternatives .way.done")).to_have_count(3)
    tab.press("Control+Alt+m")
    tab.page.click("#new-manuscript")
    expect(tab.page.locator("#manuscripts")).to_be_hidden()
    expect(tab.page.locator("#alternatives")).to_be_hidden()
    branches = tab.page.locator(".branch")
    tab.press("Control+Alt+b")
    expect(tab.page.locator("#side")).to_contain_text("No branches yet")
    expect(branches).to_have_count(0)
    tab.press("Control+Alt+m")
    tab.page.locator(".manuscript", has_text="三种").locator(".title").click()
    expect(branches).to_have_count(3)


def test_what_is_long_is_written_with_care_and_the_next_word_at_once(tab: Tab) -> None:
    def drafts(way: str) -> int:
        """How many drafts of each sentence are asked for."""
        keys = {"three": "Alt+Enter", "key": "Control+Shift+Enter"}.get(way, "Control+Enter")
        if keys == "Control+Enter":
            tab.page.select_option("#way", way)
        tab.page.focus("#text")
        with tab.page.expect_request(re.compile("/write|/alternatives")) as asked:
            tab.press(keys)
        body = asked.value.post_data_json
        assert body is not None
        tab.press("Escape")
        tab.until_idle()
        return int(body["sampling"]["best_of"])

    def set_care(care: str) -> None:
        """Open the controls, and choose how sentences are written."""
        if tab.page.locator("#side").is_hidden():
            tab.press("Control+Alt+k")
        tab.page.select_option("#care", care)

    ways = ("word", "sentence", "paragraph", "words", "three", "key")
    assert [drafts(way) for way in ways] == [1, 1, 4, 4, 4, 1]
    set_care("careful")
    assert [drafts(way) for way in ways] == [1, 4, 4, 4, 4, 1]
    set_care("quick")
    assert {drafts(way) for way in ways} == {1}
    set_care("quick")
    tab.page.click("#side summary")
    tab.page.fill("#exact-best_of", "2")
    tab.press("Enter")
    assert {drafts(way) for way in ways} == {2}
    set_care("auto")
    assert drafts("words") == 4
