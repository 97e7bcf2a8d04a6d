"""The cache key: what changes it, what must not, and which files it is made of."""

from __future__ import annotations

import importlib.util
import math
import os
import sys
import time
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import READ, ReadConfig
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.runner import memo as memo_module
from pipeline.runner.canonical import canonical, digest
from pipeline.runner.fingerprint import components, key_of, library_versions
from pipeline.runner.memo import Memo, open_memo, recall, save_memo
from pipeline.runner.sources import all_source_digests, analyse, resolve, source_digests
from pipeline.stage import Stage

pytestmark = pytest.mark.usefixtures("settles_soon")

PROJECT = {
    "book/__init__.py": "from book.engine import nothing\n",
    "book/engine.py": "nothing = 0\n",
    "book/stages/__init__.py": "",
    "book/stages/cut.py": (
        "from __future__ import annotations\n"
        "from typing import TYPE_CHECKING\n"
        "import numpy\n"
        "from book.text import encoding\n"
        "if TYPE_CHECKING:\n    from book import typing_only\n"
        "def run(config, *, context):\n    from ..text.clean import tidy as t\n    return t('')\n"
    ),
    "book/text/__init__.py": "",
    "book/text/encoding.py": "from . import signs\n",
    "book/text/signs.py": "DOT = '。'\n",
    "book/text/clean.py": "def tidy(text):\n    return text\n",
    "book/text/unused.py": "",
    "book/typing_only.py": "",
}


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return open_memo(tmp_path / "memo.json")


@pytest.fixture
def cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage of a project on disk; only its own module is known to Python."""
    for name, text in PROJECT.items():
        path = tmp_path / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    module = types.ModuleType("book.stages.cut")
    module.__file__ = str(tmp_path / "home/book/stages/cut.py")
    monkeypatch.setitem(sys.modules, "book.stages.cut", module)

    def run(config: ReadConfig, *, context: Any) -> str:
        return ""

    run.__module__ = "book.stages.cut"
    return replace(READ, run=run)


def book_modules(stage: Stage, memo: Memo) -> dict[str, str]:
    found = source_digests(stage, memo)
    return {name: value for name, value in found.items() if name.startswith("book")}


def test_source_is_the_module_and_what_it_imports(cut: Stage, memo: Memo) -> None:
    # By hand from PROJECT: `book/__init__.py` lies on the way only, so `book.engine` is not used.
    assert set(book_modules(cut, memo)) == {
        "book.stages.cut",
        "book.text.encoding",
        "book.text.signs",
        "book.text.clean",
    }


def test_source_of_a_fake_stage_holds_its_settings_and_codec(memo: Memo) -> None:
    found = source_digests(READ, memo)
    assert "fakes" in found
    assert not any(name.startswith(("numpy", "pydantic")) for name in found)


def test_an_edited_helper_changes_one_digest_only(cut: Stage, memo: Memo, tmp_path: Path) -> None:
    before = book_modules(cut, memo)
    (tmp_path / "home/book/text/clean.py").write_text("def tidy(text):\n    return text + '。'\n")
    (tmp_path / "home/book/text/unused.py").write_text("x = 1\n")
    after = book_modules(cut, memo)
    assert {name for name in before if before[name] != after[name]} == {"book.text.clean"}


def test_comments_docstrings_and_layout_do_not_count(tmp_path: Path) -> None:
    plain, dressed, other = (tmp_path / name for name in ("plain.py", "dressed.py", "other.py"))
    plain.write_text("class A:\n    def f(self, x):\n        return x + 1\n")
    dressed.write_text(
        '"""About."""\n\n\nclass A:\n    """A."""\n\n    def f(self, x):  # why\n'
        '        """Add."""\n        return (x\n                + 1)\n'
    )
    other.write_text("class A:\n    def f(self, x):\n        return x + 2\n")
    assert analyse(plain) == analyse(dressed)
    assert analyse(plain) != analyse(other)


def test_a_string_that_is_no_docstring_counts(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n'after'\n")
    (tmp_path / "b.py").write_text("x = 1\n'others'\n")
    assert analyse(tmp_path / "a.py") != analyse(tmp_path / "b.py")


def test_unparsable_source_is_digested_as_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def (")
    (tmp_path / "b.py").write_text("def ((")
    assert analyse(tmp_path / "a.py") != analyse(tmp_path / "b.py")


def test_submodule_wins_over_a_name_in_the_package(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p/__init__.py").write_text("")
    (tmp_path / "p/m.py").write_text("")
    assert resolve("p:m", "", tmp_path, {}) == ("p.m", tmp_path / "p/m.py")
    assert resolve("p:name", "", tmp_path, {}) == ("p", tmp_path / "p/__init__.py")
    assert resolve(".:m", "p", tmp_path, {}) == ("p.m", tmp_path / "p/m.py")
    assert resolve("..:m", "p.q", tmp_path, {}) == ("p.m", tmp_path / "p/m.py")
    assert resolve("numpy", "", tmp_path, {}) is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON_VALUES))
def test_canonical_json_does_not_know_the_order_of_keys(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_canonical_json_has_one_known_spelling() -> None:
    # Written out by hand: sorted keys, no white space, ASCII escapes (宝 is U+5B9D).
    assert canonical({"b": [1, 0.5], "a": "宝"}) == b'{"a":"\\u5b9d","b":[1,0.5]}'


@pytest.mark.parametrize("value", [math.nan, -math.inf, {1: 2}, [{None: 1}], {"a": object()}])
def test_canonical_json_refuses_what_has_no_one_spelling(value: Any) -> None:
    with pytest.raises(SettingsError):
        canonical(value)


def key(memo: Memo, **changes: Any) -> str:
    arguments: dict[str, Any] = {"inputs": {"a": "1"}, "source": {"m": "2"}} | changes
    config = changes.pop("config", ReadConfig(source=__file__))
    arguments.pop("config", None)
    stage = arguments.pop("stage", READ)
    return key_of(components(stage, config, memo, **arguments))


def test_every_component_changes_the_key(memo: Memo, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲")
    variants = [
        key(memo),
        key(memo, inputs={"a": "2"}),
        key(memo, inputs={"b": "1"}),
        key(memo, source={"m": "3"}),
        key(memo, config=ReadConfig(source=str(tmp_path / "a.txt"))),
        key(memo, config=ReadConfig(source=str(tmp_path / "missing"))),
        key(memo, stage=replace(READ, name="other")),
        key(memo, stage=replace(READ, libraries=("numpy",))),
    ]
    assert len(set(variants)) == len(variants)


def test_the_place_of_a_file_does_not_change_the_key(memo: Memo, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("甲")
    first, second = (ReadConfig(source=str(tmp_path / name)) for name in ("a.txt", "b.txt"))
    assert key(memo, config=first) == key(memo, config=second)


def test_libraries_are_named_with_versions_and_the_dictionary(memo: Memo) -> None:
    spec = importlib.util.find_spec("jieba")
    if spec is None:
        pytest.skip("jieba is not installed")
    versions = library_versions(("rjieba", "no-such-library"), memo)
    assert versions["no-such-library"] is None
    assert len(str(versions["jieba dictionary"])) == 64
    assert "jieba dictionary" not in library_versions(("numpy",), memo)


def aged(path: Path) -> None:
    """Wait until a file is old enough for the memo."""
    time.sleep(max(0.0, path.stat().st_ctime + memo_module.SETTLED_SECONDS + 0.1 - time.time()))


def test_memo_answers_until_the_file_changes(tmp_path: Path, memo: Memo) -> None:
    path = tmp_path / "a.txt"
    path.write_text("甲")
    calls: list[Path] = []

    def compute(file: Path) -> str:
        calls.append(file)
        return file.read_text()

    recall(memo, path, "k", compute)
    recall(memo, path, "k", compute)
    assert len(calls) == 2, "a file this young could still change within one clock tick"
    aged(path)
    recall(memo, path, "k", compute)
    save_memo(memo)
    again = open_memo(memo.path)
    assert recall(again, path, "k", compute) == "甲"
    assert len(calls) == 3
    recall(again, path, "k", compute, ignore=True)
    assert len(calls) == 4
    stat = path.stat()
    path.write_text("乙")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert recall(again, path, "k", compute) == "乙", "ctime cannot be set back"


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff"])
def test_an_unreadable_memo_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "memo.json").write_bytes(content)
    assert open_memo(tmp_path / "memo.json").entries == {}


def test_the_memo_does_not_grow_for_ever(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "memo.json", {str(number): number for number in range(5000)}, True)
    save_memo(memo)
    kept = open_memo(memo.path).entries
    assert len(kept) == 4096
    assert kept["4999"] == 4999


def test_digest_is_the_sha256_of_the_canonical_form() -> None:
    # sha256sum of the two bytes "{}".
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_the_code_that_reads_an_input_counts(cut: Stage, memo: Memo) -> None:
    # A reader that is mended gives its consumers another value from the very same files.
    def load(folder: Path) -> str:
        return ""

    load.__module__ = "book.stages.cut"
    producer = replace(READ, name="first", codec=replace(READ.codec, load=load))
    consumer = replace(READ, name="second", inputs=("first",))
    found = all_source_digests([producer, consumer], memo)
    assert "book.stages.cut" in found["second"]
    assert "book.stages.cut" not in source_digests(replace(READ, name="second"), memo)
