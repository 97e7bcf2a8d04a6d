"""A run: what is run, what is kept, and what a failure leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import (
    COUNT,
    READ,
    SPELL,
    STAGES,
    VALUE,
    CountConfig,
    ReadConfig,
    Recorder,
    SpellConfig,
    run_all,
    settings_of,
)

from pipeline.config import load_settings
from pipeline.errors import DataError, StageFailed
from pipeline.processes import Processes
from pipeline.runner.execute import execute
from pipeline.runner.explain import outcome_rows
from pipeline.runner.store import Store, load, records
from pipeline.stage import Context
from pipeline.workers import HERE, Workers


def scratches(store: Store) -> list[str]:
    return sorted(path.name.split("-")[0] for path in (store.folder / ".scratch").iterdir())


def test_only_what_is_needed_runs(store: Store) -> None:
    assert run_all(store) == ["read", "spell", "count"]
    assert run_all(store) == []
    assert run_all(store, "count.rate=0.1") == ["count"]
    assert run_all(store) == [], "the artifact of the first settings is still there"
    assert run_all(store, force="count") == ["count"]
    assert scratches(store) == []


def test_the_reporter_hears_all(store: Store) -> None:
    recorder = Recorder()
    outcomes = execute(STAGES, settings_of(store.root), store, targets=["spell"], reporter=recorder)
    assert recorder.ran == ["read", "spell"]
    assert recorder.notes == ["read finished", "spell 1/1 spelt", "spell finished"]
    rows = outcome_rows(outcomes)
    assert [(row["stage"], row["ran"]) for row in rows] == [("read", True), ("spell", True)]
    assert rows[1]["facts"] == {"length": 4}, "宝玉听了，笑道。 is four words of two characters"


def test_values_pass_from_stage_to_stage(store: Store) -> None:
    run_all(store)
    value = load(store, records(store, "count")[0], VALUE)
    # numpy's default_rng(0).integers(99), the generator of a stage without a seed setting.
    import numpy as np

    drawn = int(np.random.default_rng(0).integers(99))
    assert value == {"words": 4, "characters": 8, "drawn": drawn}


def test_a_stage_hears_how_what_is_upstream_was_made(store: Store) -> None:
    heard: dict[str, Any] = {}

    def spell(config: SpellConfig, *, read: str, context: Context) -> list[str]:
        heard["spell"] = context.made
        return [read]

    def count(config: CountConfig, *, spell: list[str], context: Context) -> dict[str, Any]:
        heard["count"] = context.made
        return {}

    # `count` needs `read` by way of `spell` alone, and `spell` does not need `other`.
    stages = (
        READ,
        replace(READ, name="other"),
        replace(SPELL, run=spell),
        replace(COUNT, inputs=("spell",), run=count),
    )
    sections = {stage.name: stage.config for stage in stages}
    settings = load_settings(
        sections,
        default_path=store.root / "default.toml",
        overrides=("count.mode=other", "spell.length=3"),
        root=store.root,
        cwd=store.root,
    )
    names = [stage.name for stage in stages]
    outcomes = execute(stages, settings, store, targets=names, reporter=Recorder())

    assert heard["spell"].keys() == {"read"}
    assert list(heard["count"]) == ["read", "spell"]
    made = {outcome.record.stage: outcome.record for outcome in outcomes}
    for name, told in heard["count"].items():
        assert (told.seconds, told.bytes) == (made[name].seconds, made[name].bytes)
    assert heard["count"]["read"].names == {"source": "novel.txt"}
    assert heard["count"]["spell"].settings == {"length": 3, "seed": 0}
    assert heard["count"]["spell"].changed == {"length"}


def test_a_stage_is_lent_the_workers_that_the_run_was_given(store: Store) -> None:
    lent: list[Workers] = []

    def read(config: ReadConfig, *, context: Context) -> str:
        lent.append(context.workers)
        return ""

    workers = Processes(3)
    stages = (replace(READ, run=read), SPELL, COUNT)
    settings = settings_of(store.root)
    execute(stages, settings, store, targets=["read"], reporter=Recorder(), workers=workers)
    execute(
        stages, settings, store, targets=["read"], reporter=Recorder(), force=frozenset({"read"})
    )

    assert lent == [workers, HERE]


def test_an_unchanged_output_stops_the_cascade(store: Store) -> None:
    run_all(store)
    (store.root / "novel.txt").write_text("宝玉听了，笑道。\n\n", encoding="utf-8")
    assert run_all(store) == ["read"], "trailing white space is stripped, so the text is the same"


def test_a_changed_output_does_not(store: Store) -> None:
    run_all(store)
    (store.root / "novel.txt").write_text("黛玉听了，笑道。\n", encoding="utf-8")
    assert run_all(store) == ["read", "spell", "count"]


def test_a_bug_is_one_line_and_keeps_the_scratch_folder(store: Store) -> None:
    with pytest.raises(StageFailed) as caught:
        run_all(store, "count.mode=bug")
    assert "count: expected to finish, got ZeroDivisionError: division by zero" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert scratches(store) == ["count"]
    assert records(store, "count") == []


def test_errors_for_the_user_and_interruptions_pass(store: Store) -> None:
    with pytest.raises(DataError, match="give a novel"):
        run_all(store, "count.mode='bad data'")
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt")
    assert run_all(store) == ["count"], "the lock is free again"


def test_force_starts_afresh(store: Store, project: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt")
    mark = next((store.folder / ".scratch").iterdir()) / "mark"
    mark.touch()
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt")
    assert mark.exists(), "an interrupted run can be resumed"
    with pytest.raises(KeyboardInterrupt):
        run_all(store, "count.mode=interrupt", force="count")
    assert not mark.exists()


def test_a_missing_source_is_bad_data(store: Store) -> None:
    with pytest.raises(DataError, match=r"read: expected a readable source file, got .*no\.txt"):
        run_all(store, "read.source=no.txt")
