"""`generate --output`: the text as a file, wholly or not at all; no other is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from book_files import lines, read
from commands import SEED_PHRASE, generate, invoke, model_options
from pipelines import Trained

from pipeline.commands.output import write_output
from pipeline.errors import SettingsError

SEED = ("--rng-seed", "1")


def test_a_text_file_holds_what_is_printed(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "续写.txt"
    printed, _ = generate(trained, *SEED)
    assert generate(trained, *SEED, "--output", str(path)) == (f"{path}\n", "")
    title, _, *paragraphs = path.read_text(encoding="utf-8").splitlines()
    assert title.endswith("（续写）")
    assert paragraphs == [f"　　{line}" for line in printed.splitlines() if line.strip()]


def test_an_epub_has_a_chapter_a_sample_and_is_a_book_again(
    trained: Trained, tmp_path: Path
) -> None:
    books = []
    for name in ("a.epub", "b.EPUB"):
        path = tmp_path / name
        generate(trained, *SEED, "--samples", "2", "--output", str(path))
        books.append(path.read_bytes())
    assert books[0] == books[1]
    found = lines(read("a.epub", books[0]))
    assert [line for line in found if line.startswith("续写")] == ["续写 1", "续写 2"]
    assert sum(line.startswith(SEED_PHRASE) for line in found) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.epub", "b.EPUB"]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("a.pdf", "expected a name that ends in .txt or .epub, got another"),
        ("there.txt", "expected a new file, got one that is there; give another name"),
        ("none/a.txt", "expected a folder to write it to, got none"),
    ],
)
def test_what_cannot_be_written_is_refused_first(
    trained: Trained, tmp_path: Path, name: str, complaint: str
) -> None:
    (tmp_path / "there.txt").write_text("我的稿子")
    path = tmp_path / name
    options = ["--output", str(path), *model_options(trained)]
    assert invoke("generate", SEED_PHRASE, *options) == (
        *(2, "", f"xuxie: --output {path}: {complaint}\n"),
    )
    assert (tmp_path / "there.txt").read_text() == "我的稿子"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("option", ["--json", "--why", "--show-candidates", "--interactive"])
def test_what_prints_other_things_is_not_beside_it(
    trained: Trained, tmp_path: Path, option: str
) -> None:
    path = tmp_path / "a.txt"
    code, _, errors = invoke(
        "generate", SEED_PHRASE, option, "--output", str(path), *model_options(trained)
    )
    assert code == 2
    assert f"--output: expected no {option} beside it" in errors
    assert not path.exists()


def test_a_file_that_came_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("别人的")
    with pytest.raises(SettingsError, match="expected a new file"):
        write_output(path, "", ["她走了。"])
    assert [own.name for own in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text() == "别人的"
