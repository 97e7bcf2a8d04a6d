"""The desk's page in Firefox: writing, undo across a reload, lines, an input method."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import BEGIN, serving
from firefox import Firefox, firefox


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Firefox, str]]:
    """A browser, and the address of a desk."""
    with (
        firefox(tmp_path_factory.mktemp("profile")) as browser,
        serving(tmp_path_factory.mktemp("desk")) as server,
    ):
        yield browser, server.address


@pytest.fixture
def fox(page: tuple[Firefox, str]) -> Firefox:
    """The page with a manuscript that has just been begun."""
    browser, address = page
    browser.open(address)
    browser.press("Control", "a")
    browser.press("Backspace")
    browser.type(BEGIN)
    assert browser.text == BEGIN
    return browser


def set_words(fox: Firefox, count: int) -> None:
    """Choose how many words are written at a time."""
    fox.run(
        """const set = (id, value) => {
            const one = document.getElementById(id);
            one.value = value;
            one.dispatchEvent(new Event("change"));
        };
        set("way", "words");
        set("count", arguments[0]);
        document.querySelector("#text").focus();""",
        count,
    )


def test_ctrl_enter_writes_esc_stops_and_undo_outlasts_a_reload(fox: Firefox) -> None:
    fox.press("Control", "Shift", "Enter")
    fox.until(f"document.querySelector('#text').value.length > {len(BEGIN)}")
    fox.until_idle()
    word = fox.text
    assert word.startswith(BEGIN)
    set_words(fox, 5000)
    fox.press("Control", "Enter")
    fox.until(f"document.querySelector('#text').value.length > {len(word) + 5}")
    fox.press("Escape")
    fox.until_idle()
    stopped = fox.text
    assert len(stopped) < len(word) + 5000
    assert fox.drawn == stopped
    fox.press("Control", "z")
    assert fox.text == fox.drawn == word
    fox.press("Control", "y")
    assert fox.text == stopped
    fox.press("Control", "z")
    fox.press("Control", "s")
    fox.until("document.querySelector('#saved').dataset.state === 'saved'")
    fox.ask("WebDriver:Refresh")
    fox.until("document.documentElement.dataset.ready !== undefined")
    assert fox.text == word
    fox.run("document.querySelector('#text').focus()")
    fox.press("Control", "z")
    assert fox.text == BEGIN


def test_an_input_method_is_not_disturbed(fox: Firefox) -> None:
    for part in ("n", "ni", "ni hao"):
        fox.compose(part)
        assert fox.text == fox.drawn == BEGIN + part
    fox.commit("你好")
    assert fox.text == fox.drawn == f"{BEGIN}你好"
    fox.press("Control", "z")
    assert fox.text == BEGIN, "what was composed is one step"
    set_words(fox, 300)
    fox.press("Control", "Enter")
    fox.until(f"document.querySelector('#text').value.length > {len(BEGIN)}")
    fox.compose("wo")
    composing = fox.text
    fox.run("return new Promise((done) => setTimeout(done, 500))")
    assert fox.text == composing, "what is written meanwhile waits"
    fox.commit("我")
    fox.until_idle()
    assert len(fox.text) > len(composing)
    assert fox.text == fox.drawn


def test_lines_break_alike_in_the_field_and_behind_it(fox: Firefox) -> None:
    long = "\n".join(f"{BEGIN * 40}，abc def。" for _ in range(30))
    fox.run("document.execCommand('insertText', false, arguments[0])", long)
    assert fox.drawn == fox.text
    field, behind = fox.run(
        "return ['text', 'backdrop'].map((id) => document.getElementById(id).scrollHeight)"
    )
    assert field == behind
