from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import invoke, run_options
from pipelines import TINY, Trained

from pipeline.commands.arguments import Asked
from pipeline.commands.grid import cells, publish_cells
from pipeline.errors import SettingsError

ASKED = Asked(None, TINY, ("train.patience=3",))


def test_there_is_a_cell_for_each_combination(tmp_path: Path) -> None:
    found = cells(ASKED, ["train.hidden=8, 16", 'fetch.encoding="utf-8",big5,"utf-8"'], tmp_path)

    told = [
        (values["train"].model_dump()["hidden"], values["fetch"].model_dump()["encoding"])
        for values in (cell.project.settings.values for cell in found)
    ]
    assert told == [(8, "utf-8"), (8, "big5"), (16, "utf-8"), (16, "big5")]
    assert found[1].label == "hidden=8 encoding=big5"
    assert {cell.project.settings.values["train"].model_dump()["patience"] for cell in found} == {3}


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        (["train.hidden"], "expected section.field=value,value, got train.hidden"),
        (["train.hidden="], "expected section.field=value,value"),
        (["train.hidden=8,,16"], "expected section.field=value,value"),
        (['train.objective="a,b'], "expected section.field=value,value"),
        (["train.hidden=8", "train.hidden=9"], "expected train.hidden once"),
        (["train.hiden=8,9"], "no such setting"),
        (["train.hidden=8,none"], r"train.hidden: expected .* \(from --grid\)"),
        (["hidden=8,16"], "--grid: expected section.field=value, got 'hidden=8'"),
        ([f"train.hidden={'9' * 4_900}"], r"digits \(from --grid\)"),
        ([f"train.seed={','.join(map(str, range(1001)))}"], "expected at most 1000 models, got"),
    ],
)
def test_what_is_no_grid_is_refused(grid: list[str], expected: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=expected):
        cells(ASKED, grid, tmp_path)


@pytest.mark.parametrize(
    ("option", "grid"),
    [
        (["--source", "甲.txt"], "fetch.source=甲.txt,乙.txt"),
        (["--encoding", "big5"], "fetch.encoding=big5,gb18030"),
        (["--base", "none"], "base.file=甲.safetensors,乙.safetensors"),
        (["--strict"], "fetch.strict=true,false"),
        (["--language", "en"], "report.language=zh,en"),
        (["--set", "train.hidden=24"], "train.hidden=16,32"),
        (["--set", " train.hidden = 24"], "train.hidden =16,32"),
    ],
    ids=" ".join,
)
def test_a_setting_of_a_grid_that_another_option_gives_too_is_refused(
    option: list[str], grid: str, tmp_path: Path
) -> None:
    options = ["--artifacts", str(tmp_path / "artifacts"), "--config", str(TINY)]
    code, output, errors = invoke(
        "run-all", *options, "--grid", "train.seed=1,2", "--grid", grid, *option
    )

    assert (code, output) == (2, "")
    assert errors == (
        f"xuxie: --grid {grid.partition('=')[0].strip()}: expected it given once, it is also given "
        f"by {option[0]}; leave one of the two out\n"
    )
    assert not (tmp_path / "artifacts").exists()


def test_a_grid_takes_the_place_of_what_a_settings_file_says(tmp_path: Path) -> None:
    found = cells(ASKED, ["train.epochs=3,4"], tmp_path)
    told = [cell.project.settings.values["train"].model_dump()["epochs"] for cell in found]
    assert told == [3, 4]


@pytest.mark.parametrize("other", ["--accept-new", "--dry-run"])
def test_what_is_of_one_run_alone_is_refused_with_a_grid(other: str, tmp_path: Path) -> None:
    options = ["--artifacts", str(tmp_path / "artifacts"), "--grid", "train.hidden=8,16"]
    code, _, errors = invoke("run-all", other, *options)
    assert (code, len(errors.splitlines())) == (2, 1)
    assert f"expected it without {other}" in errors
    assert not (tmp_path / "artifacts").exists()


@pytest.mark.parametrize(
    ("figures", "vocabularies", "best"),
    [
        # Of a small vocabulary a perplexity is low, whatever the model is worth.
        ([{"perplexity": 9, "bits_per_character": 6.2}, {"perplexity": 5}], "ab", 0),
        ([{"perplexity": 5, "bits_per_character": 6.2}, {"bits_per_character": 6.1}], "ab", 1),
        ([{"training_perplexity": 9}, {"training_perplexity": 5}], "aa", 1),
        ([{"training_perplexity": 9}, {"training_perplexity": 5}], "ab", 0),
    ],
)
def test_the_best_of_a_grid_is_told_by_what_can_be_compared(
    figures: list[dict[str, float]],
    vocabularies: str,
    best: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    noted: list[object] = []
    found = cells(ASKED, ["train.seed=1,2"], tmp_path)
    labels = [cell.label for cell in found]
    told = {label: own for label, *own in zip(labels, figures, vocabularies, strict=True)}
    module = "pipeline.commands.grid."
    monkeypatch.setattr(module + "_title", lambda cell: "甲")
    monkeypatch.setattr(module + "publish_model", lambda *given: None)
    monkeypatch.setattr(module + "_figures", lambda cell: told[cell.label][0])
    monkeypatch.setattr(module + "_words", lambda cell: tuple(told[cell.label][1]))
    monkeypatch.setattr(module + "remember_run", lambda project, outcomes: noted.append(project))
    publish_cells(found, None, "log")
    assert noted == [found[best].project]
    unlike = "perplexities of unlike vocabularies do not tell" in capsys.readouterr().err
    assert unlike == ("bits_per_character" not in figures[1] and vocabularies == "ab")


@pytest.mark.slow
def test_a_grid_ends_with_a_table_and_a_model_each(own: Trained) -> None:
    """One of the two is the run that is there; of the other all from `decode` on is made."""
    options = [*run_options(own), "--quick", "--grid", "decode.calibration_targets=200,150"]
    code, output, errors = invoke("run-all", *options)

    assert code == 0, errors
    assert [line.split()[0] for line in output.splitlines() if line] == [
        "validation",
        "calibration_targets=200",
        "calibration_targets=150",
    ]
    assert "\ndecode (calibration_targets=150): done in " in errors
    code, output, _ = invoke("run-all", *options, "--json")
    rows = json.loads(output)
    assert code == 0
    assert [row["settings"] for row in rows] == [
        {"decode.calibration_targets": "200"},
        {"decode.calibration_targets": "150"},
    ]
    assert all(
        row["validation"]["training_perplexity"] > 1 and row["error"] is None for row in rows
    )
    shelf = {path.stem for path in (own.artifacts / "models").glob("*.safetensors")}
    assert {row["model"] for row in rows} <= shelf
    assert rows[1]["model"].endswith(" calibration_targets=150")


@pytest.mark.slow
def test_what_cannot_be_made_is_named_and_the_rest_goes_on(own: Trained) -> None:
    options = [*run_options(own), "--quick", "--grid", "train.remove_components=0,90"]
    code, output, errors = invoke("run-all", *options)

    assert code == 1
    assert "remove_components=0 " in output
    assert "remove_components=90: train: expected at most" in errors
    assert errors.splitlines()[-1].endswith("expected 2 models, 1 could not be made; see above")
