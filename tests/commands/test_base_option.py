"""`--base` and `models export --as-base`: what one novel has taught, for another."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import invoke, run_options
from pipelines import TINY, Trained, call

from pipeline.artifacts.base import load_base
from pipeline.engine.bundle.opening import load_model

ANOTHER = """第一回 海上
老船长望着海面，说道：“今晚要起风了。”小水手听了，连忙把帆收起来。
天色渐渐黑了，浪头一个接着一个打上甲板。老船长又说道：“不要怕，跟着我做。”
小水手点了点头，把绳子系紧了。风果然来了，船在浪里摇了一夜。
"""


def novel(folder: Path) -> Path:
    """Another novel, long enough to be held out of."""
    text = "".join(ANOTHER.replace("第一回", f"第{number}回") for number in "一二三四五六七八九十")
    path = folder / "海上.txt"
    path.write_text(text * 3, encoding="utf-8")
    return path


def test_a_model_is_exported_as_a_base(trained: Trained, tmp_path: Path) -> None:
    artifacts = ["--artifacts", str(trained.artifacts)]
    path = tmp_path / "b.safetensors"
    code, output, errors = invoke("models", "export", "澄秋阁", str(path), "--as-base", *artifacts)
    assert (code, output, errors) == (0, f"{path}\n", "")
    base = load_base(path)
    model = load_model(trained.artifacts / "models" / "澄秋阁.safetensors")
    assert base.words == model.network.words
    assert base.titles == ("澄秋阁",)
    assert "青棠" in base.names
    assert path.stat().st_size < 400_000
    assert [p.name for p in tmp_path.iterdir()] == ["b.safetensors"], "no card, no draft"
    code, _, errors = invoke("models", "export", "澄秋阁", str(path), "--as-base", *artifacts)
    assert (code, len(errors.splitlines())) == (2, 1)
    assert errors.startswith("xuxie: FILE: expected a new file, got ")


def test_a_base_that_is_not_there_is_refused_in_one_line(trained: Trained) -> None:
    options = ["run", "base", *run_options(trained)]
    for wanted in ("澄秋", "no/such/file"):
        code, output, errors = invoke(*options, "--base", wanted)
        assert (code, output, len(errors.splitlines())) == (2, "", 1)
        assert errors.startswith("xuxie: --base: expected the name of a model")


@pytest.mark.slow
def test_a_model_begins_the_training_of_another_novel_and_not_of_its_own(
    trained: Trained, tmp_path: Path
) -> None:
    base = str(trained.artifacts / "models" / "澄秋阁.safetensors")
    options = ["--quick", "--config", str(TINY), "--base", base, "--artifacts", str(tmp_path / "a")]
    done = call("run-all", "--source", str(novel(tmp_path)), *options)
    assert done.returncode == 0, done.stderr
    assert "base: done" in done.stderr
    assert "has read 澄秋阁" in done.stderr
    network = load_model(tmp_path / "a" / "models" / "海上.safetensors").network
    assert "青棠" in network.foreign_names
    assert not any("青棠" in word for word in network.words)

    again = call("run", "base", "--source", str(trained.novel), *options[1:])
    assert again.returncode == 0, again.stderr
    (line,) = (
        line for line in again.stderr.splitlines() if "set aside" in line and "done" not in line
    )
    assert line.startswith("base: base set aside: what it has read (澄秋阁) holds ")
