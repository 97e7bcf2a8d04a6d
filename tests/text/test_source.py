"""What a novel may be given as: files of any name, folders with their artifacts; no pipes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commands import invoke
from made_up import context_in

from pipeline.artifacts.marker import MARKER
from pipeline.errors import DataError
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.text.books.request import DownloadPolicy
from pipeline.text.books.source import (
    check_source,
    kind_of,
    read_source,
    source_files,
    source_name,
)

POLICY = DownloadPolicy(max_bytes=1_000)
KEY = "0" * 64


def read(source: Path | str, tmp_path: Path) -> list[str]:
    """The names of the documents that a source is made of."""
    documents = read_source(str(source), downloads=tmp_path / "none", policy=POLICY).documents
    return [document.name for document in documents]


def write(path: Path, text: str = "她走了。") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [["run", "fetch"], ["run-all"]])
@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--dry-run", "--json"]])
def test_an_unknown_title_is_told_the_known_ones(
    command: list[str], options: list[str], tmp_path: Path
) -> None:
    artifacts = ["--artifacts", str(tmp_path / "artifacts")]

    code, output, errors = invoke(*command, "--source", "金瓶梅", *options, *artifacts)

    assert (code, output) == (3, "")
    assert errors == (
        "xuxie: 金瓶梅: expected a file, a folder, an http(s) address or one of "
        "红楼梦、三国演义、西游记、水浒传, found nothing there\n"
    )


def test_a_dry_run_refuses_a_missing_dictionary_too(tmp_path: Path) -> None:
    missing = tmp_path / "none.txt"
    options = ["--dry-run", "--artifacts", str(tmp_path / "artifacts")]

    code, _, errors = invoke(
        "run", "segment", "--set", f"segment.user_dictionary={missing}", *options
    )

    assert code == 3
    assert f"{missing}: expected a user dictionary, found nothing there" in errors


@pytest.mark.parametrize("setting", ["fetch.source", "segment.user_dictionary", "embed.pretrained"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_regular_file_is_refused_unopened(
    setting: str, kind: str, tmp_path: Path
) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / "pipe"
    if kind == "pipe":
        os.mkfifo(path)

    code, _, errors = invoke(  # opening either would never end
        *("run", "embed", "--dry-run", "--set", f"{setting}={path}"),
        *("--artifacts", str(tmp_path / "artifacts")),
    )

    assert code == 3
    assert errors.startswith("xuxie: ")
    assert f"{path}: expected a" in errors
    assert errors.endswith(f"got a {kind}; save it to a file first and give that\n")


def test_a_pipe_in_a_folder_is_named(tmp_path: Path) -> None:
    write(tmp_path / "1.txt")
    os.mkfifo(tmp_path / "2.txt")

    with pytest.raises(DataError, match=r"2\.txt: expected a text file, got a pipe; save it"):
        read(tmp_path, tmp_path)


def test_a_source_is_weighed_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    with path.open("wb") as file:
        file.truncate(2**31)  # sparse: it takes no room until it is read

    with pytest.raises(DataError, match=r"got 2,147,483,648 bytes, at most 67,108,864 are read"):
        FetchConfig(source=str(path)).files()
    with pytest.raises(DataError, match=r"raise fetch\.max_bytes"):
        check_source(str(path), max_bytes=2**31 - 1)
    check_source(str(path), max_bytes=2**31)


def test_the_files_of_a_folder_are_weighed_together(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(tmp_path / f"{number}.txt", "x" * 400)

    with pytest.raises(DataError, match=r"3\.txt: expected a text file, got 1,200 bytes"):
        read(tmp_path, tmp_path)


def test_a_file_that_tells_no_size_is_read_up_to_the_bound(tmp_path: Path) -> None:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("no /proc here")
    assert status.stat().st_size == 0

    with pytest.raises(DataError, match="at most 10 are read"):
        read_source(str(status), downloads=tmp_path, policy=DownloadPolicy(max_bytes=10))


def test_artifacts_within_the_folder_are_no_part_of_the_novel(tmp_path: Path) -> None:
    write(tmp_path / "1.txt")
    write(tmp_path / "notes/2.txt")
    write(tmp_path / "marked" / MARKER, "")
    write(tmp_path / "marked/evaluate/key/sample.txt")
    write(tmp_path / "old/current.json")
    write(tmp_path / "old/.lock")
    write(tmp_path / "old/sample.txt")
    write(tmp_path / "killed/.lock")  # by a first run that never came to an end
    write(tmp_path / f"killed/fetch/{KEY}/manifest.json")
    write(tmp_path / f"killed/fetch/{KEY}/corpus.txt")
    write(tmp_path / "mine/current.json")  # alone it means nothing
    write(tmp_path / "mine/3.txt")

    assert list(source_files(str(tmp_path))) == ["1.txt", "mine/3.txt", "notes/2.txt"]
    assert list(source_files(str(tmp_path / "marked"))) == ["evaluate/key/sample.txt"]


def test_names_of_any_bytes_are_read_and_shown(tmp_path: Path) -> None:
    names = ["第一回.txt".encode("gb18030"), "第二回.txt".encode(), b"\xff\xff.txt"]
    for name in names:
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text("她走了。", encoding="utf-8")
    config = FetchConfig(source=str(tmp_path))

    assert sorted(read(tmp_path, tmp_path)) == ["\\xff\\xff.txt", "第一回.txt", "第二回.txt"]
    assert config.file_names() == {label: label for label in config.files()}  # each name once
    for label in config.files():
        label.encode("utf-8")
    lone = os.fsdecode(bytes(tmp_path) + b"/" + names[0])
    assert kind_of(lone) == "file"
    assert source_name(lone) == "第一回.txt"
    assert read(lone, tmp_path) == ["第一回.txt"]
    with pytest.raises(DataError, match=r"第三回\.txt: expected a file.*the nearest is 第"):
        read(os.fsdecode(bytes(tmp_path) + b"/" + "第三回.txt".encode("gb18030")), tmp_path)


def test_one_name_in_two_encodings_is_two_files(tmp_path: Path) -> None:
    for name in ("第一回.txt".encode("gb18030"), "第一回.txt".encode()):
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text("她走了。", encoding="utf-8")

    assert len(source_files(str(tmp_path))) == 2


def test_equal_places_in_the_order_are_settled_by_name(tmp_path: Path) -> None:
    for name in ("01.txt", "1.txt", "一.txt"):
        write(tmp_path / name)

    assert list(source_files(str(tmp_path))) == ["01.txt", "1.txt", "一.txt"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("红楼梦", "红楼梦"),
        ("/books/我的\x1b小说.txt", "我的\\x1b小说.txt"),
        ("https://user:SECRET@example.org/a.txt?token=SECRET#top", "https://example.org/a.txt"),
        ("https://example.org/a.txt#SECRET", "https://example.org/a.txt"),
    ],
)
def test_a_source_s_name_tells_no_secret(source: str, name: str) -> None:
    assert source_name(source) == name


def test_the_key_tells_two_queries_apart_and_none_of_them() -> None:
    first, second = (
        FetchConfig(source=f"https://example.org/a.txt?token={token}").key_settings()
        for token in ("SECRET", "OTHER")
    )

    assert first != second
    assert "SECRET" not in str(first)
    assert FetchConfig(source="https://example.org/a.txt").key_settings()["source"] == (
        "https://example.org/a.txt"
    )


def test_all_files_that_cannot_be_read_are_named_at_once(tmp_path: Path) -> None:
    for number in range(1, 6):
        (tmp_path / f"{number}.txt").write_text("\u3000\n \n", encoding="utf-8")
    (tmp_path / "6.txt").write_text("她走了。", encoding="utf-8")

    with pytest.raises(DataError, match=r"^5 files cannot be read: 1\.txt: .*3\.txt.*and 2 more$"):
        read(tmp_path, tmp_path)


def test_files_that_are_no_text_are_told(tmp_path: Path) -> None:
    for name in ("1.txt", "Thumbs.db", "封面.jpg", ".hidden"):
        (tmp_path / name).write_text("她走了。", encoding="utf-8")

    policy = DownloadPolicy(max_bytes=10_000)
    cuts = read_source(str(tmp_path), downloads=tmp_path, policy=policy).cuts
    assert {(cut.reason, cut.text) for cut in cuts} == {
        ("file that is no text by its name", name) for name in ("Thumbs.db", "封面.jpg")
    }


def test_a_file_of_which_nothing_is_left_gets_no_heading(tmp_path: Path) -> None:
    for number in (1, 2):
        text = "青棠听了，笑道：“这雨下得好大。”\n" * 100
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "说明.txt").write_text("更多电子书请访问 www.example.com", encoding="utf-8")

    corpus = fetch(FetchConfig(source=str(tmp_path)), context=context_in(tmp_path))
    assert [chapter.title for chapter in corpus.chapters] == ["第1章", "第2章"]
    assert not any("说明" in paragraph for paragraph in corpus.paragraphs)
