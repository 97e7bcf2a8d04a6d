"""What a stage's key is made of: an edit re-runs the stages that it concerns, and no others."""

from __future__ import annotations

import ast
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from pipelines import ROOT

from pipeline.catalog import STAGES
from pipeline.labs import catalog
from pipeline.labs.catalog import LABS
from pipeline.labs.lab import Lab
from pipeline.runner.memo import Memo, open_memo
from pipeline.runner.sources import all_source_digests
from pipeline.stage import Stage

LABS_FOLDER = Path(catalog.__file__).parent
JUDGING = ("pipeline.plots", "pipeline.page", "pipeline.commands", "pipeline.engine.writing")
VALIDATION = {"pipeline.engine.measures.score", "pipeline.engine.measures.metrics"}
NEVER = ("cli", "pipeline.commands", "pipeline.project", "pipeline.catalog")


# Libraries that a stage's modules load and that decide nothing of what it makes.
NEVER_DECIDING = {"pydantic", "safetensors"}
NOT_DECIDING = {
    # A download's digest is part of the key; an archive is unpacked alike or not at all.
    "fetch": {"numpy", "certifi", "pooch", "urllib3", "libarchive"},
    "segment": {"numpy"},  # for the types of other artifacts
    "evaluate": {"opencc"},  # it goes on from token ids, and reads no phrase
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """Catalogue → stage → its modules; the catalogue of the novels is called `novel`."""
    memo = open_memo(tmp_path_factory.mktemp("memo") / "memo.json")
    catalogues = {"novel": STAGES, **{lab.name: lab.stages for lab in LABS}}
    return {name: modules_of(stages, memo) for name, stages in catalogues.items()}


def modules_of(stages: tuple[Stage, ...], memo: Memo) -> dict[str, set[str]]:
    digests = all_source_digests(stages, memo)
    return {stage: set(modules) for stage, modules in digests.items()}


def users(of: dict[str, set[str]], module: str) -> list[str]:
    return [
        stage
        for stage, modules in of.items()
        if any(name == module or name.startswith(f"{module}.") for name in modules)
    ]


def test_an_edit_of_the_pictures_re_runs_the_report_alone(
    sources: dict[str, dict[str, set[str]]],
) -> None:
    assert users(sources["novel"], "pipeline.plots") == ["report"]
    assert users(sources["novel"], "pipeline.artifacts.picture") == ["report"]


def test_an_edit_of_the_page_re_runs_the_report_alone(
    sources: dict[str, dict[str, set[str]]],
) -> None:
    assert users(sources["novel"], "pipeline.page") == ["report"]
    assert users(sources["novel"], "pipeline.artifacts.report") == ["report"]


def test_an_edit_of_the_evaluation_re_runs_it_and_the_report_alone(
    sources: dict[str, dict[str, set[str]]],
) -> None:
    assert users(sources["novel"], "pipeline.stages.evaluate") == ["evaluate"]
    assert users(sources["novel"], "pipeline.artifacts.evaluation") == ["evaluate", "report"]
    for measure in ("ablation", "bootstrap", "diversity", "quotes", "reading"):
        assert users(sources["novel"], f"pipeline.engine.measures.{measure}") == ["evaluate"]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_an_edit_of_the_pictures_re_runs_a_lab_s_plot_alone(
    sources: dict[str, dict[str, set[str]]], lab: Lab
) -> None:
    own = sources[lab.name]
    folder = f"pipeline.labs.{lab.name.replace('-', '_')}"

    assert users(own, "pipeline.plots") == ["plot"]
    assert users(own, f"{folder}.plot") == ["plot"]
    # Where a lab is declared decides nothing that it finds.
    assert users(own, "pipeline.labs.lab") == []
    assert users(own, f"{folder}.lab") == []


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_an_edit_of_a_lab_s_findings_trains_nothing_again(
    sources: dict[str, dict[str, set[str]]], lab: Lab
) -> None:
    module = f"pipeline.labs.{lab.name.replace('-', '_')}.evaluate"

    assert set(users(sources[lab.name], module)) <= {"evaluate", "plot"}


def test_no_command_is_part_of_a_key(sources: dict[str, dict[str, set[str]]]) -> None:
    for stages in sources.values():
        assert [stage for module in NEVER for stage in users(stages, module)] == []


def test_a_folder_of_files_is_all_that_a_lab_is() -> None:
    for lab in LABS:
        folder = LABS_FOLDER / lab.name.replace("-", "_")
        assert {"lab.py", "train.py", "evaluate.py", "plot.py"} <= {
            path.name for path in folder.iterdir()
        }


@pytest.mark.parametrize(
    ("stage", "measures"),
    [("train", VALIDATION), ("regress", VALIDATION), ("decode", set()), ("remember", set())],
)
def test_what_trains_and_remembers_depends_on_no_evaluation(
    stage: str, measures: set[str], sources: dict[str, dict[str, set[str]]]
) -> None:
    own = sources["novel"][stage]
    assert {name for name in own if name.startswith("pipeline.engine.measures.")} == measures
    assert not {name for name in own if name.startswith(JUDGING)}


def test_an_edit_of_what_is_told_to_people_makes_no_novel_s_network_again(
    sources: dict[str, dict[str, set[str]]],
) -> None:
    """How a file's name is shown is for those who read files, the program's for commands."""
    novel = sources["novel"]
    assert users(novel, "pipeline.filenames") == ["fetch", "segment", "embed", "base"]
    assert users(novel, "pipeline.program") == []
    for stages in (own for name, own in sources.items() if name not in ("novel", "article")):
        assert users(stages, "pipeline.filenames") == []


def test_training_does_not_depend_on_what_is_remembered(
    sources: dict[str, dict[str, set[str]]],
) -> None:
    for stage in ("train", "decode"):
        assert not {n for n in sources["novel"][stage] if n.startswith("pipeline.engine.memories.")}


def test_the_evaluation_depends_on_all_of_it(sources: dict[str, dict[str, set[str]]]) -> None:
    measures = ROOT / "pipeline/engine/measures"
    names = {f"pipeline.engine.measures.{path.stem}" for path in measures.glob("[!_]*.py")}
    # `stream` is that of `score`, the others are those of `compare`.
    assert names - sources["novel"]["evaluate"] == {
        "pipeline.engine.measures.cross",
        "pipeline.engine.measures.delta",
        "pipeline.engine.measures.stream",
    }
    assert "pipeline.engine.writing.generate" in sources["novel"]["evaluate"]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_names_every_library_that_decides(
    stage: Stage, sources: dict[str, dict[str, set[str]]]
) -> None:
    loaded = {name for module in sources["novel"][stage.name] for name in libraries_of(module)}
    ignored = NEVER_DECIDING | NOT_DECIDING.get(stage.name, set())
    assert loaded - ignored <= {name.replace("scikit-learn", "sklearn") for name in stage.libraries}


def libraries_of(module: str) -> set[str]:
    """Return the top names of what a module imports, in functions too, and is not Python's own."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    names = set()
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"pipeline"}
