"""Order, states and reasons: what a run would do, and in which words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import COUNT, READ, SPELL, STAGES, run_all, settings_of

from pipeline.errors import SettingsError
from pipeline.runner import memo as memo_module
from pipeline.runner.differences import compare, nearest
from pipeline.runner.explain import causes, not_fresh, sentence, status_rows
from pipeline.runner.graph import draw_mermaid, draw_text, order, upstream
from pipeline.runner.plan import Step, plan
from pipeline.runner.reasons import (
    Damaged,
    FileChanged,
    Forced,
    NeverRun,
    SettingChanged,
    UpstreamChanged,
    phrases,
)
from pipeline.runner.store import Record, Store, open_store, records
from pipeline.stage import Stage

pytestmark = pytest.mark.usefixtures("settles_soon")


def steps_of(store: Store, *overrides: str, force: str = "", only: str | None = None) -> list[Step]:
    forced = {force} if force else frozenset()
    return plan(STAGES, settings_of(store.root, *overrides), store, force=forced, only=only)


def told(steps: list[Step]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {step.stage.name: (step.state, tuple(phrases(step.reasons))) for step in steps}


def test_order_puts_inputs_first() -> None:
    assert order(STAGES) == (READ, SPELL, COUNT)
    assert upstream(STAGES, "spell") == (READ, SPELL)


def test_order_keeps_the_order_given_where_inputs_allow() -> None:
    one, two, three = (replace(READ, name=name) for name in ("c", "a", "b"))
    last = replace(READ, name="d", inputs=("b",))
    assert order((one, last, two, three)) == (one, two, three, last)


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ((READ, READ), "twice"),
        ((replace(SPELL, inputs=("raed",)), READ), "got raed; the nearest is read"),
        ((replace(READ, inputs=("spell",)), SPELL), "no circle of inputs"),
    ],
)
def test_a_graph_that_cannot_run_is_refused(stages: tuple[Stage, ...], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        order(stages)


def test_an_unknown_stage_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="got cuont; the nearest is count"):
        upstream(STAGES, "cuont")


def test_drawings() -> None:
    assert draw_text(STAGES) == "read\nspell ← read\ncount ← read, spell"
    assert draw_mermaid(STAGES).splitlines() == [
        "graph LR",
        "    read",
        "    read --> spell",
        "    read --> count",
        "    spell --> count",
    ]


def test_before_the_first_run_all_is_missing(store: Store) -> None:
    steps = steps_of(store)
    assert [(step.stage.name, step.state) for step in steps] == [
        ("read", "missing"),
        ("spell", "missing"),
        ("count", "missing"),
    ]
    assert steps[0].reasons == (NeverRun(),)
    assert steps[1].reasons == (NeverRun(), UpstreamChanged("read", waits=True))
    assert sentence(steps[0]) == "read: first run", "a beginning, no failure"
    assert [step.key is None for step in steps] == [False, True, True]
    assert not store.folder.exists(), "planning writes nothing"


def test_after_a_run_all_is_fresh(store: Store) -> None:
    run_all(store)
    steps = steps_of(store)
    assert not_fresh(steps) == []
    assert sentence(steps[0]) == "read: up to date"
    rows = status_rows(steps)
    assert set(rows[0]) == {
        "stage",
        "state",
        "reasons",
        "key",
        "seconds",
        "bytes",
        "expected_seconds",
    }
    assert rows[0]["bytes"] == steps[0].record.bytes if steps[0].record else 0


def test_a_setting_touches_its_stage_and_what_follows(store: Store) -> None:
    run_all(store)
    assert told(steps_of(store, "count.rate=0.001")) == {
        "read": ("fresh", ()),
        "spell": ("fresh", ()),
        "count": ("stale", ("rate 0.002 → 0.001",)),
    }
    both = told(steps_of(store, "spell.length=3", "count.mode=other"))
    assert both["spell"] == ("stale", ("length 2 → 3",))
    assert both["count"] == ("stale", ("input spell changes", "mode plain → other"))


def test_force_is_a_reason(store: Store) -> None:
    run_all(store)
    forced = told(steps_of(store, force="spell", only="spell"))
    assert forced == {"read": ("fresh", ()), "spell": ("stale", ("forced",))}


def test_a_changed_source_is_named(store: Store) -> None:
    run_all(store)
    (store.root / "other.txt").write_text("黛玉也笑了。")
    steps = steps_of(store, "read.source=other.txt")
    assert steps[0].reasons == (FileChanged("source", "changed", "novel.txt", "other.txt"),)
    assert phrases(steps[0].reasons) == ["source file changed (novel.txt → other.txt)"]
    (store.root / "novel.txt").write_text("黛玉也笑了。")
    assert phrases(steps_of(store)[0].reasons) == ["source file changed (novel.txt)"]
    (store.root / "novel.txt").unlink()
    assert phrases(steps_of(store)[0].reasons) == ["source file missing (novel.txt)"]


def test_damage_is_missing_with_the_reason_and_nothing_is_moved(store: Store) -> None:
    run_all(store)
    record = records(store, "spell")[0]
    (record.path / "first.json").write_text("short")
    size = record.files["first.json"]["size"]
    step = steps_of(store)[1]
    assert (step.state, step.damaged) == ("missing", True)
    assert step.reasons == (Damaged(f"first.json size 5, expected {size}"),)
    assert record.path.exists()


def test_verify_does_not_ask_the_memo(store: Store) -> None:
    run_all(store)
    record = records(store, "spell")[0]
    path = record.path / "first.json"
    # A memo that vouches for bytes which the disk has lost since, as after a failing sector.
    time.sleep(max(0.0, path.stat().st_ctime + memo_module.SETTLED_SECONDS + 0.1 - time.time()))
    steps_of(store)
    data = path.read_bytes()
    path.write_bytes(bytes(reversed(data)))
    identity = ":".join(
        ["sha256"]
        + [
            str(getattr(path.stat(), f"st_{name}"))
            for name in ("dev", "ino", "size", "mtime_ns", "ctime_ns")
        ]
    )
    store.memo.entries[identity] = record.files["first.json"]["sha256"]
    settings = settings_of(store.root)
    assert plan(STAGES, settings, store)[1].state == "fresh"
    assert plan(STAGES, settings, store, verify=True)[1].state == "missing"


PARTS = {
    "schema": 1,
    "stage": "count",
    "source": {"pipeline.text.cleaning.clean": "a", "pipeline.stages.count": "b"},
    "settings": {"rate": 0.002, "depth": 1},
    "files": {},
    "inputs": {"segment": "x"},
    "libraries": {"jieba": "0.42.1", "jieba dictionary": "f0"},
    "python": "3.11",
}


def record_of(parts: dict[str, object]) -> Record:
    return Record("count", "0" * 64, Path(), parts, {}, {}, "", 0.0, {})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"python": "3.12"}, ("Python 3.11 → 3.12",)),
        ({"schema": 2}, ("artifact format 1 → 2",)),
        ({"inputs": {"segment": "y"}}, ("input segment changed",)),
        ({"libraries": {"jieba": "0.43", "jieba dictionary": "f0"}}, ("jieba 0.42.1 → 0.43",)),
        ({"libraries": {"jieba": None, "jieba dictionary": "f0"}}, ("jieba 0.42.1 → absent",)),
        (
            {"libraries": {"jieba": "0.42.1", "jieba dictionary": "f1"}},
            ("jieba dictionary changed",),
        ),
        (
            {"source": {"pipeline.text.cleaning.clean": "c", "pipeline.stages.count": "b"}},
            ("pipeline.text.cleaning.clean edited",),
        ),
        (
            {"source": {str(n): "n" for n in range(9)}},
            ("0 new", "1 new", "2 new", "8 more modules edited"),
        ),
        (
            {"settings": {"rate": 0.002, "width": 2}},
            ("depth 1 → absent", "width absent → 2"),
        ),
    ],
)
def test_each_kind_of_difference_has_its_words(
    change: dict[str, object], words: tuple[str, ...]
) -> None:
    assert tuple(phrases(compare(record_of(PARTS), PARTS | change, {}))) == words


def test_reasons_compare_with_the_nearest_artifact() -> None:
    far = record_of(PARTS | {"python": "3.10", "schema": 0})
    near = record_of(PARTS | {"settings": {"rate": 0.5, "depth": 1}})
    assert nearest([far, near], PARTS) is near
    assert nearest([], PARTS) is None


def test_reordered_settings_and_a_moved_project_are_fresh(store: Store, project: Path) -> None:
    (project / "default.toml").write_text("[count]\nmode='a'\nrate=0.5\n[spell]\nlength=2\n")
    run_all(store)
    (project / "default.toml").write_text("[spell]\nlength=2\n[count]\nrate=0.5\nmode='a'\n")
    assert not_fresh(steps_of(store)) == []
    moved = open_store(project.rename(project.with_name("moved")) / "artifacts")
    assert not_fresh(steps_of(moved)) == []


def test_the_runner_imports_nothing_heavy() -> None:
    code = (
        "import sys, pipeline.runner.clean, pipeline.runner.explain\n"
        "heavy = {'numpy', 'requests', 'rich', 'tensorflow', 'gensim', 'jieba', 'filelock'}\n"
        "heavy |= {f'pipeline.{name}' for name in ('stages', 'learning', 'engine', 'text')}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_folder_of_hundreds_of_files_is_a_short_reason_without_doubles() -> None:
    labels = [f"卷一/{number:03}.txt" for number in range(300)]
    old = Record("read", "0" * 64, Path(), PARTS | {"files": {}}, {}, {}, "", 0.0, {})
    for names in (
        {label: Path(label).name for label in labels},
        {label: label for label in labels},
    ):
        reasons = compare(old, PARTS | {"files": dict.fromkeys(labels, "0" * 64)}, names)
        assert len(reasons) == 300, "the values tell all"
        texts = phrases(reasons)
        assert texts == [*(f"{label} new" for label in labels[:3]), "297 more files new"]
        assert phrases(reasons[:4])[3:] == ["1 more file new"]
        assert len(phrases(reasons, all_of_them=True)) == 300, "for scripts"


def test_a_file_that_is_no_longer_given_is_told_before_those_that_have_changed() -> None:
    labels = [f"卷{number}.txt" for number in range(6)]
    names = {label: label for label in labels}
    old = Record(
        "read",
        "0" * 64,
        Path(),
        PARTS | {"files": dict.fromkeys(labels, "0" * 64)},
        {},
        {},
        "",
        0.0,
        {},
    )
    now = {**dict.fromkeys(labels[:5], "1" * 64), "新.txt": "1" * 64}
    assert phrases(compare(old, PARTS | {"files": now}, names)) == [
        "卷5.txt no longer given",
        "新.txt new",
        "卷0.txt changed",
        "4 more files changed",
    ]


def test_reasons_are_values_that_become_text_when_printed() -> None:
    (reason,) = compare(record_of(PARTS), PARTS | {"settings": {"rate": 0.5, "depth": 1}}, {})
    assert reason == SettingChanged("rate", 0.002, 0.5)
    assert str(reason) == "rate 0.002 → 0.5"
    assert str(Forced()) == "forced"


def test_rows_of_json_hold_text(store: Store) -> None:
    run_all(store)
    rows = status_rows(steps_of(store, "spell.length=3", "count.mode=other"))
    assert [row["reasons"] for row in rows] == [
        [],
        ["length 2 → 3"],
        ["input spell changes", "mode plain → other"],
    ]
    json.dumps(rows)


def test_causes_leave_out_what_only_follows_and_stay_short(store: Store) -> None:
    run_all(store)
    steps = not_fresh(steps_of(store, "spell.length=3"))
    assert causes(steps) == "spell stale (length 2 → 3), count stale"
    # A setting may hold the words that the text of another reason begins with.
    spelt = replace(steps[0], reasons=(SettingChanged("input", "a", "b"),))
    assert causes([spelt]) == "spell stale (input a → b)"
    many = tuple(SettingChanged(f"setting_{n}", "很" * 500, "长" * 500) for n in range(40))
    line = causes([replace(steps[0], reasons=many)] * 30)
    assert line.endswith("; 38 more), 27 more")
    assert len(line) < 600


def test_a_step_knows_how_long_its_stage_took_last_time(store: Store) -> None:
    assert [step.last_seconds for step in steps_of(store)] == [None, None, None]
    run_all(store)
    took = {name: records(store, name)[0].seconds for name in ("read", "spell", "count")}
    steps = steps_of(store, "spell.length=3")
    assert {step.stage.name: step.last_seconds for step in steps} == took
    expected = [row["expected_seconds"] for row in status_rows(steps)]
    assert expected == [None, took["spell"], took["count"]], "a fresh stage will not run"
