from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from fakes import COUNT, READ, SPELL, STAGES, VALUE, Recorder, run_all, settings_of

from pipeline.errors import ArtifactDamaged, Busy, InputChanged, StageFailed, WorkersLost
from pipeline.runner.elsewhere import Job, compute, product_threads
from pipeline.runner.execute import Outcome
from pipeline.runner.lock import hold
from pipeline.runner.store import Store, load, open_store, records
from pipeline.runner.together import Variant, execute_many
from pipeline.stage import Context, Stage, StageConfig
from pipeline.workers import HERE, Item, Result, Workers

Run = Callable[..., list[Variant]]
IN_TURN = partial(execute_many, in_turn=True)


class Counting:
    """Workers that do all in this process and remember which stages they got."""

    count, lasting = 2, True

    def __init__(self, lost_after: int = 99) -> None:
        self.stages: list[str] = []
        self.lost_after = lost_after

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
    ) -> Generator[Result, None, None]:
        for item in items:
            assert isinstance(item, Job)
            if len(self.stages) == self.lost_after:
                raise WorkersLost("gone")
            self.stages.append(item.stage.name)
            yield function(item)


def together(
    store: Store, workers: Workers, *overrides: str, run: Run = execute_many
) -> list[Variant]:
    return run(
        STAGES,
        [settings_of(store.root, override) for override in overrides],
        store,
        targets=["count"],
        reporter=Recorder(),
        command="test",
        workers=workers,
    )


@pytest.mark.parametrize(("workers", "in_turn"), [(Counting(), False), (HERE, True)])
def test_lines_tell_whose_a_stage_is_but_of_those_that_all_share(
    store: Store, workers: Workers, in_turn: bool
) -> None:
    recorder = Recorder()
    execute_many(
        STAGES,
        [settings_of(store.root, override) for override in ("spell.length=1", "spell.length=3")],
        store,
        targets=["count"],
        reporter=recorder,
        command="test",
        workers=workers,
        in_turn=in_turn,
        names=["length=1", "length=3"],
    )

    own = [f"{stage} (length={n})" for n in (1, 3) for stage in ("spell", "count")]
    assert recorder.ran[0] == "read"
    assert sorted(recorder.ran[1:]) == sorted(own)
    assert {f"{title} finished" for title in own} <= set(recorder.notes)


def files_of(store: Store) -> dict[str, bytes]:
    """Return stage/key/file → bytes of what is stored, but for the manifests, which tell times."""
    return {
        str(path.relative_to(store.folder)): path.read_bytes()
        for path in store.folder.glob("[a-z]*/*/*")
        if path.name != "manifest.json"
    }


def test_what_differs_is_the_workers_work_and_what_is_shared_is_made_once(
    store: Store, project: Path
) -> None:
    workers = Counting()
    variants = together(store, workers, "count.rate=0.1", "count.rate=0.2", "count.rate=0.1")

    assert workers.stages == ["count", "count"], "two settings of the three are alike"
    assert [len(records(store, stage)) for stage in ("read", "spell", "count")] == [1, 1, 2]
    keys = [variant.outcomes[-1].record.key for variant in variants]
    assert keys[0] == keys[2] != keys[1]

    alone = open_store(project / "alone", project)
    run_all(alone, "count.rate=0.1")
    run_all(alone, "count.rate=0.2")
    assert files_of(alone) == files_of(store)
    assert run_all(store, "count.rate=0.2") == []


def test_inputs_come_as_files_and_are_read_with_their_codecs(store: Store) -> None:
    workers = Counting()
    together(store, workers, "spell.length=1", "spell.length=3")

    assert workers.stages == ["spell", "spell", "count", "count"]
    values = [load(store, record, VALUE) for record in records(store, "count")]
    assert sorted(value["words"] for value in values) == [3, 8]


def test_one_that_fails_does_not_stop_the_others(store: Store) -> None:
    ways: list[tuple[Workers, Run]] = [
        (Counting(), execute_many),
        (HERE, execute_many),
        (HERE, IN_TURN),
    ]
    for workers, run in ways:
        bad, good = together(store, workers, 'count.mode="bug"', "count.rate=0.3", run=run)
        assert isinstance(bad.error, StageFailed)
        assert "ZeroDivisionError" in str(bad.error)
        assert good.error is None
        assert good.outcomes[-1].record.stage == "count"


def test_one_that_refuses_its_data_keeps_its_code(store: Store) -> None:
    refused, good = together(store, Counting(), 'count.mode="bad data"', "count.rate=0.3")
    assert refused.error is not None
    assert refused.error.exit_code == 3
    assert good.error is None


@pytest.mark.parametrize("run", [execute_many, IN_TURN])
def test_a_novel_that_changes_ends_all(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the next ones would be made of another novel than the first."""
    monkeypatch.setenv("FAKE_EDIT_SOURCE", "1")
    with pytest.raises(InputChanged):
        together(store, HERE, "count.rate=0.1", "count.rate=0.2", run=run)


def test_an_input_that_is_damaged_meanwhile_reaches_no_worker(store: Store) -> None:
    class Late(Counting):
        """Workers that the stage's inputs are read for when their bytes have changed."""

        def map(
            self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
        ) -> Generator[Result, None, None]:
            path = records(store, "spell")[0].path / "second.json"
            path.write_bytes(path.read_bytes().replace("宝".encode(), "黛".encode()))
            return super().map(function, items, most=most)

    workers = Late()
    with pytest.raises(ArtifactDamaged, match=r"spell: second\.json has other bytes"):
        together(store, workers, "count.rate=0.1", "count.rate=0.2")
    assert workers.stages == []
    together(store, Counting(), "count.rate=0.1", "count.rate=0.2")
    assert len(records(store, "count")) == 2, "the next run has made the input again"


EDITED = """
def count(config, *, read, spell, context):
    return {"words": len(spell)}
"""


@pytest.mark.parametrize(("run", "moment"), [(execute_many, "spell"), (IN_TURN, "count")])
def test_code_that_is_edited_meanwhile_ends_all(
    store: Store, run: Run, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs is what was imported; a key of the new code would tell of another."""
    (tmp_path / "edited.py").write_text(EDITED, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "edited", raising=False)
    count = replace(COUNT, run=importlib.import_module("edited").count)

    class Editing(Recorder):
        def finished(self, outcome: Outcome) -> None:
            if outcome.record.stage == moment:
                (tmp_path / "edited.py").write_text("count = None", encoding="utf-8")

    with pytest.raises(InputChanged, match="count: expected the module edited to stay"):
        run(
            (READ, SPELL, count),
            [settings_of(store.root, f"count.rate=0.{number}") for number in (1, 2)],
            store,
            targets=["count"],
            reporter=Editing(),
            command="test",
            workers=HERE,
        )
    assert len(records(store, "count")) == (moment == "count")


def test_lost_workers_end_the_run_and_keep_what_was_finished(store: Store) -> None:
    rates = [f"count.rate=0.{number}" for number in range(1, 5)]
    with pytest.raises(WorkersLost):
        together(store, Counting(lost_after=2), *rates)
    assert len(records(store, "count")) == 2

    workers = Counting()
    together(store, workers, *rates)
    assert workers.stages == ["count", "count"], "the other two are there"


@pytest.mark.parametrize("in_turn", [False, True])
def test_the_store_is_held_between_stages_too(
    store: Store, monkeypatch: pytest.MonkeyPatch, in_turn: bool
) -> None:
    """Else a command that comes between two of them would end the whole grid."""
    free: list[str] = []

    class Trying(Recorder):
        def finished(self, outcome: Outcome) -> None:
            super().finished(outcome)
            with suppress(Busy), hold(store, "other"):
                free.append(f"after {outcome.record.stage}")

    def between(stage: str, *_: object) -> None:
        with suppress(Busy), hold(store, "other"):
            free.append(f"before {stage}")

    monkeypatch.setattr("pipeline.runner.together.refuse_difference", between)
    execute_many(
        STAGES,
        [settings_of(store.root, f"spell.length={length}") for length in (1, 3)],
        store,
        targets=["count"],
        reporter=Trying(),
        command="test",
        workers=Counting(),
        in_turn=in_turn,
    )
    assert free == []


def test_another_run_is_told_who_holds_the_store(store: Store) -> None:
    with hold(store, "other"), pytest.raises(Busy, match="held by other"):
        together(store, Counting(), "count.rate=0.1", "count.rate=0.2")


def counting_threads(config: StageConfig, *, context: Context) -> list[int]:
    """A stage that makes a list of how many threads products have."""
    return [product_threads()]


def test_products_have_as_many_threads_on_a_worker_as_in_the_command() -> None:
    """Ray starts its workers with one, and sums in another order are other bytes."""
    stage = Stage("threads", (), StageConfig, counting_threads, VALUE)
    before = product_threads()
    for count in (1, 2, 3):
        computed = compute(Job(stage, StageConfig(), {}, {}, count))
        assert computed.error is None
        assert json.loads(computed.files["second.json"]) == [count]
    assert product_threads() == before
