"""`lab list`, `lab run`: what they print, keep and refuse."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from pathlib import Path

import pytest
from commands import invoke

from pipeline.commands.lab import ALL, PAGES, find_labs, open_lab, page_of
from pipeline.errors import SettingsError
from pipeline.labs.catalog import LABS
from pipeline.labs.lab import Lab

PROMPT = "python cli.py lab run "
SMALL = ("--set", "data.samples=200")  # of rnn-adder: too few to learn, enough to run


def run_small(artifacts: Path, *options: str) -> tuple[int, str, str]:
    return invoke("lab", "run", "rnn-adder", *SMALL, "--artifacts", str(artifacts), *options)


def test_the_list_names_every_lab_in_the_order_of_the_catalogue() -> None:
    code, output, _ = invoke("lab", "list")
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == [lab.name for lab in LABS]
    code, output, _ = invoke("lab", "list", "--json")
    assert [row["lab"] for row in json.loads(output)] == [lab.name for lab in LABS]


def test_a_lab_runs_once_and_is_then_only_shown(tmp_path: Path) -> None:
    code, output, errors = run_small(tmp_path)
    assert code == 0, errors
    assert "rnn-adder" in output
    assert errors.count(": done in ") == 4
    code, again, errors = run_small(tmp_path)
    assert code == 0
    assert "nothing to do" in again
    # What is told of a run is how long the lab takes, not how long this call took.
    assert [line for line in again.splitlines() if line.startswith("time ")] == [
        line for line in output.splitlines() if line.startswith("time     its stages took ")
    ]
    assert "done in" not in errors
    _, _, errors = run_small(tmp_path, "--force")
    assert errors.count(": done in ") == 4


def test_the_json_tells_the_findings_and_where_the_picture_lies(tmp_path: Path) -> None:
    code, output, errors = run_small(tmp_path, "--json")
    assert code == 0, errors
    found = json.loads(output)
    assert found["lab"] == "rnn-adder"
    assert all(len(row) == len(found["columns"]) for row in found["rows"])
    picture_path = Path(found["picture"])
    assert picture_path.read_bytes().startswith(b"\x89PNG")
    assert picture_path.is_relative_to(tmp_path / "labs" / "rnn-adder")


def test_a_lab_runs_again_only_from_the_stage_whose_setting_changed(tmp_path: Path) -> None:
    run_small(tmp_path)
    _, _, errors = run_small(tmp_path, "--set", "train.learning_rate=0.05")
    done = [line.partition(":")[0] for line in errors.splitlines() if ": done in " in line]
    assert done[0] == "train"
    assert "data" not in done


def test_an_unknown_lab_is_refused_with_the_nearest_and_all(tmp_path: Path) -> None:
    code, _, errors = invoke("lab", "run", "rnn-ader", "--artifacts", str(tmp_path))
    assert code == 2
    assert "the nearest is rnn-adder" in errors
    assert all(lab.name in errors for lab in LABS)


def test_a_source_is_refused_by_a_lab_that_makes_its_own_data(tmp_path: Path) -> None:
    code, _, errors = run_small(tmp_path, "--source", "novel.txt")
    assert code == 2
    assert errors.startswith("xuxie: --source:")
    assert not any(tmp_path.iterdir())


def test_the_help_says_what_a_source_of_a_lab_is() -> None:
    code, output, _ = invoke("lab", "run", "--help")
    assert code == 0
    words = " ".join(output.split())
    assert "Of article: the novel." in words
    assert "archive of CIFAR-10's binary version, or cifar-10" in words


def test_an_unknown_setting_of_a_lab_is_refused_with_the_nearest(tmp_path: Path) -> None:
    code, _, errors = run_small(tmp_path, "--set", "train.learning_rat=1")
    assert code == 2
    assert "train.learning_rate" in errors


@pytest.mark.parametrize("name", [lab.name for lab in LABS])
def test_every_lab_has_its_page_with_a_picture(name: str) -> None:
    code, page, errors = invoke("lab", "run", name, "--explain")
    assert code == 0, errors
    assert page.startswith(f"## `{name}`")
    picture = f"labs/{name}.png"
    assert f"]({picture})" in page
    assert (PAGES.parent / picture).read_bytes().startswith(b"\x89PNG")


def test_labs_and_their_stages_are_named_apart() -> None:
    names = [lab.name for lab in LABS]
    assert len(set(names)) == len(names)
    for lab in LABS:
        stages = [stage.name for stage in lab.stages]
        assert len(set(stages)) == len(stages)
        assert stages[-2:] == ["evaluate", "plot"]


def check_call(text: str, artifacts: Path) -> None:
    """Open the labs of what stands behind `lab run`; raises as the command would."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("name")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--source")
    for switch in ("--force", "--explain"):
        parser.add_argument(switch, action="store_true")
    given = parser.parse_args(shlex.split(text, comments=True))
    for lab in find_labs(given.name):
        open_lab(lab, artifacts, overrides=given.set, source=given.source)


def test_every_call_on_the_page_is_accepted(tmp_path: Path) -> None:
    lines = PAGES.read_text(encoding="utf-8").splitlines()
    calls = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
    assert {call.split()[0] for call in calls} >= {lab.name for lab in LABS} | {ALL}
    for call in calls:
        check_call(call, tmp_path)
    with pytest.raises(SettingsError, match=r"data\.seed"):  # primes draws nothing in `data`
        check_call("primes --set data.seed=2 --force", tmp_path)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_every_setting_on_a_lab_s_page_is_accepted(tmp_path: Path, lab: Lab) -> None:
    settings = re.findall(r"--set ([\w.]+=[\w.]+)", page_of(lab))
    open_lab(lab, tmp_path, overrides=settings)
