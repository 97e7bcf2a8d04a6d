"""The desk's page as files: nothing inline, nothing from elsewhere, both languages whole."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

import pipeline.desk

PAGE = Path(pipeline.desk.__file__).with_name("page")
SCRIPTS = sorted(PAGE.glob("*.js"))
TEXTS = ("zh.js", "en.js")
EDITS = Path(__file__).with_name("page_edits.mjs")


def code_of(path: Path) -> str:
    """Return a script without its comments."""
    return re.sub(r"^\s*(//|/?\*).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def texts_of(name: str) -> dict[str, str]:
    """Return a language's texts by key."""
    pairs = re.findall(r'("[\w-]+"|\b[a-z]+):\s+("(?:[^"\\]|\\.)*")', code_of(PAGE / name))
    keys = [key.strip('"') for key, _ in pairs]
    assert len(keys) == len(set(keys)), "a key comes twice"
    return {key.strip('"'): text[1:-1] for key, text in pairs}


class Elements(HTMLParser):
    """Collects the elements of index.html, and the text inside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        self._in = tag

    def handle_data(self, data: str) -> None:
        """Note what stands in a script or a style."""
        if self._in in ("script", "style"):
            self.inside += data.strip()


@pytest.fixture(scope="module")
def elements() -> Elements:
    parser = Elements()
    parser.feed((PAGE / "index.html").read_text(encoding="utf-8"))
    return parser


def test_nothing_is_inline(elements: Elements) -> None:
    """What the Content-Security-Policy forbids is not there: script-src and style-src 'self'."""
    assert elements.inside == ""
    assert not any(tag == "style" for tag, _ in elements.found)
    names = {name for _, attributes in elements.found for name in attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}


def test_all_files_that_the_page_asks_for_are_there(elements: Elements) -> None:
    asked = [own.get("src") or own.get("href") for _, own in elements.found]
    files = [one for one in asked if one and not one.startswith("#")]
    assert "/page/main.js" in files
    for one in files:
        assert (PAGE / one.removeprefix("/page/")).is_file(), one


def test_ids_are_unique(elements: Elements) -> None:
    ids = [own["id"] for _, own in elements.found if own.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_puts_text_in_as_text_and_asks_nobody_else(path: Path) -> None:
    code = code_of(path)
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|https?:"
    )
    assert re.findall(forbidden, code) == []
    assert path.read_text(encoding="utf-8").startswith("// "), "what it is, in its first line"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_imports_is_exported(path: Path) -> None:
    """A browser that misses one name shows no page at all."""
    imports = re.findall(r'import\s+([^"]+?)\s+from\s+"\./([\w.]+)"', code_of(path))
    for names, file in imports:
        there = code_of(PAGE / file)
        exported = set(
            re.findall(r"export (?:async )?(?:function\*? |const |class )([\w$]+)", there)
        )
        if names.startswith("{"):
            wanted = {name.strip() for name in names.strip("{} \n").split(",") if name.strip()}
            assert wanted - exported == set(), file
        elif not names.startswith("*"):
            assert "export default" in there


def test_both_languages_say_the_same() -> None:
    zh, en = map(texts_of, TEXTS)
    assert zh.keys() == en.keys()
    holes = re.compile(r"\{\w+\}")
    for key, text in zh.items():
        assert sorted(holes.findall(text)) == sorted(holes.findall(en[key])), key


def test_every_text_that_is_asked_for_is_there_and_none_is_idle(elements: Elements) -> None:
    texts = texts_of("en.js")
    others = [code_of(path) for path in SCRIPTS if path.name not in TEXTS]
    asked = {key for code in others for key in re.findall(r'\bt\(\s*"([\w-]+)"', code)}
    asked |= {
        own
        for _, given in elements.found
        for name, own in given.items()
        if name.startswith("data-t")
    }
    assert asked - texts.keys() == set()
    quoted = {word for code in others for word in re.findall(r'"([\w-]+)"', code)}
    starts = {start for code in others for start in re.findall(r"t\(`([\w-]+-)\$\{", code)}
    idle = {key for key in texts.keys() - asked - quoted if not key.startswith(tuple(starts))}
    assert idle == set()


def test_random_edits_can_be_taken_back_and_done_again(tmp_path: Path) -> None:
    """The page's own history and marks, in Node: 300 manuscripts of 30 edits each."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    for path in SCRIPTS:
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    command = [node, str(EDITS), tmp_path.as_uri(), "300"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "right"), done.stderr
