"""`--learn-from`: a text of the user's own is read before; what is wrong with it is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import SEED_PHRASE, generate, invoke, model_options
from pipelines import Trained
from typer.testing import CliRunner

from pipeline.commands.app import app
from pipeline.commands.draft import read_draft

TEXT = "来喜说：“月亮上来了。”\n来喜又笑了，月亮不说话。\n"


def draft(folder: Path, data: bytes = TEXT.encode()) -> str:
    path = folder / "draft.txt"
    path.write_bytes(data)
    return str(path)


def test_a_draft_is_cleaned_as_a_novel_is(tmp_path: Path) -> None:
    path = Path(draft(tmp_path, "来喜&nbsp;说\u200b了<br>\r\n好".encode("utf-16")))
    assert [line.split() for line in read_draft(path).split("\n")] == [["来喜", "说了"], [], ["好"]]
    assert read_draft(None) == ""


def test_what_is_written_hangs_on_the_draft_and_does_not_hold_it(
    trained: Trained, tmp_path: Path
) -> None:
    options = ("--rng-seed", "1", "--words", "40")
    plain, _ = generate(trained, *options)
    learnt, errors = generate(trained, *options, "--learn-from", draft(tmp_path))
    assert learnt != plain
    assert learnt.startswith(SEED_PHRASE)
    assert errors == ""
    assert generate(trained, *options, "--learn-from", draft(tmp_path))[0] == learnt


def test_a_session_learns_too(trained: Trained, tmp_path: Path) -> None:
    options = ["generate", SEED_PHRASE, "--interactive", "--rng-seed", "1", "--json"]
    said = [
        CliRunner().invoke(app, [*options, *more, *model_options(trained)], input=".\n.\nq\n")
        for more in ((), ("--learn-from", draft(tmp_path)))
    ]
    assert said[0].exit_code == said[1].exit_code == 0
    assert said[0].stdout != said[1].stdout


def test_a_text_is_foretold_better_after_its_like(trained: Trained, tmp_path: Path) -> None:
    path = draft(tmp_path, (TEXT * 4).encode())
    summaries = []
    for more in ((), ("--learn-from", path)):
        code, output, errors = invoke("score", path, "--json-lines", *more, *model_options(trained))
        assert (code, errors) == (0, "")
        *rows, last = map(json.loads, output.splitlines())
        summaries.append(last["summary"])
        assert len(rows) == last["summary"]["words"]
    assert summaries[0]["words"] == summaries[1]["words"], "the draft itself is not scored"
    assert summaries[1]["bits_per_character"] < summaries[0]["bits_per_character"]


@pytest.mark.parametrize("command", [("generate", SEED_PHRASE), ("score", "text.txt")])
@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "expected a readable text file, got"),
        (b"", "expected"),
        (
            b"Hello, this is an English text.\n" * 9,
            "expected a Chinese text, got no Chinese character",
        ),
        (b"\xff\xfe\x00\xd8" * 9, "expected"),
    ],
)
def test_a_draft_that_cannot_be_read_is_one_line(
    trained: Trained,
    tmp_path: Path,
    command: tuple[str, str],
    data: bytes | None,
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text(TEXT, encoding="utf-8")
    path = str(tmp_path / "draft.txt") if data is None else draft(tmp_path, data)
    code, output, errors = invoke(*command, "--learn-from", path, *model_options(trained))
    assert (code, output, len(errors.splitlines())) == (3, "", 1)
    assert errors.startswith(f"xuxie: {path}: {complaint}")
