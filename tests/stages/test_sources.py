"""What decides a stage's key: new measures, plots or ways of writing run no training again."""

from __future__ import annotations

import pytest
from pipelines import ROOT

from pipeline.catalog import STAGES
from pipeline.runner.memo import open_memo
from pipeline.runner.sources import all_source_digests

JUDGING = ("pipeline.plots", "pipeline.page", "pipeline.commands", "pipeline.engine.writing")
VALIDATION = {"pipeline.engine.measures.score", "pipeline.engine.measures.metrics"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Stage → the modules in its key."""
    memo = open_memo(tmp_path_factory.mktemp("memo") / "memo.json")
    return {stage: set(found) for stage, found in all_source_digests(STAGES, memo).items()}


@pytest.mark.parametrize(
    ("stage", "measures"),
    [("train", VALIDATION), ("regress", VALIDATION), ("decode", set()), ("remember", set())],
)
def test_what_trains_and_remembers_depends_on_no_evaluation(
    stage: str, measures: set[str], sources: dict[str, set[str]]
) -> None:
    own = sources[stage]
    assert {name for name in own if name.startswith("pipeline.engine.measures.")} == measures
    assert not {name for name in own if name.startswith(JUDGING)}


def test_training_does_not_depend_on_what_is_remembered(sources: dict[str, set[str]]) -> None:
    for stage in ("train", "decode"):
        assert not {n for n in sources[stage] if n.startswith("pipeline.engine.memories.")}


def test_the_evaluation_depends_on_all_of_it(sources: dict[str, set[str]]) -> None:
    measures = ROOT / "pipeline/engine/measures"
    names = {f"pipeline.engine.measures.{path.stem}" for path in measures.glob("[!_]*.py")}
    # `copies` is the report's, `stream` that of `score`.
    assert names - sources["evaluate"] == {
        "pipeline.engine.measures.copies",
        "pipeline.engine.measures.stream",
    }
    assert "pipeline.engine.writing.generate" in sources["evaluate"]
