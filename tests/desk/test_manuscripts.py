"""Manuscripts lose nothing: versions, two at once, damage, a full disk, the bin."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from pipeline.desk import manuscripts
from pipeline.desk.manuscripts import KEPT, Content, Manuscripts, Stale, clean_name
from pipeline.desk.refusals import BadRequest
from pipeline.errors import DataError, XuxieError


def text(number: int) -> Content:
    return Content("稿", f"第{number}稿\n“<script>”", [[0, 2, 7]], {"branches": [number]})


@pytest.fixture
def desk(tmp_path: Path) -> Manuscripts:
    return Manuscripts(tmp_path / "desk")


def files_of(folder: Path, own: str) -> list[str]:
    return sorted(path.name for path in (folder / "desk" / "manuscripts" / own).iterdir())


def test_what_is_saved_is_read_and_the_last_versions_stay(
    desk: Manuscripts, tmp_path: Path
) -> None:
    assert desk.heads() == []
    own = desk.create(text(0)).id
    for number in range(1, KEPT + 5):
        assert desk.save(own, text(number), number).version == number + 1
    found = desk.read(own)
    assert found.content == text(KEPT + 4)
    assert (found.head.version, found.note) == (KEPT + 5, "")
    history = desk.history(own)
    assert [head.version for head in history] == list(range(KEPT + 5, 5, -1))
    assert len(files_of(tmp_path, own)) == KEPT
    assert desk.read(own, 6).content == text(5)
    with pytest.raises(BadRequest, match="expected version 5 of this manuscript, found none"):
        desk.read(own, 5)


def test_what_has_not_changed_is_no_new_version(desk: Manuscripts) -> None:
    own = desk.create(text(0)).id
    assert desk.save(own, text(0), 1).version == 1
    assert len(desk.history(own)) == 1


def test_the_later_of_two_is_asked_and_nothing_is_lost(desk: Manuscripts) -> None:
    own = desk.create(text(0)).id
    desk.save(own, text(1), 1)
    with pytest.raises(Stale) as stale:
        desk.save(own, text(2), 1)
    assert stale.value.current.content == text(1)
    assert desk.save(own, text(2), 2).version == 3


def test_of_many_at_once_one_saves(desk: Manuscripts) -> None:
    own = desk.create(text(0)).id
    stale: list[int] = []

    def save(number: int) -> None:
        try:
            desk.save(own, text(number), 1)
        except Stale:
            stale.append(number)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stale) == 7
    assert [head.version for head in desk.history(own)] == [2, 1]


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "text"])
def test_a_damaged_version_is_told_and_the_one_before_it_offered(
    desk: Manuscripts, tmp_path: Path, damage: str
) -> None:
    own = desk.create(text(0)).id
    desk.save(own, text(1), 1)
    path = tmp_path / "desk" / "manuscripts" / own / "000000002.json"
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "changed": data.replace("第1稿".encode(), "第9稿".encode()),
            "emptied": b"",
            "text": b"no JSON\n[]\n",
        }[damage]
    )
    found = desk.read(own)
    assert found.content == text(0)
    assert "version 2: expected a sound file, got a damaged one; this is version 1" in found.note
    assert desk.save(own, text(3), 1).version == 3, "the damaged file stays where it was"
    assert desk.read(own).content == text(3)
    with pytest.raises(DataError, match="got damaged ones alone: 2"):
        desk.read(own, 2)


def test_a_full_disk_loses_nothing(
    desk: Manuscripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = desk.create(text(0)).id
    before = files_of(tmp_path, own)

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(manuscripts, "write_durably", full)
        with pytest.raises(XuxieError, match="with room, got: No space left") as refused:
            desk.save(own, text(1), 1)
        assert "\n" not in str(refused.value)
    assert files_of(tmp_path, own) == before
    assert desk.read(own).content == text(0)
    assert desk.save(own, text(1), 1).version == 2


@pytest.mark.parametrize(
    "own", ["", "..", "../x", "0" * 15, "0" * 17, "G" * 16, "0123456789ABCDEF", "0" * 16 + "\n"]
)
def test_what_is_no_id_is_nowhere(desk: Manuscripts, own: str) -> None:
    desk.create(text(0))
    for ask in (desk.read, desk.history, desk.throw_away, lambda own: desk.save(own, text(0), 1)):
        with pytest.raises(BadRequest, match="expected a manuscript, found none") as refused:
            ask(own)
        assert refused.value.status == 404


def test_what_is_thrown_away_lies_in_the_bin(desk: Manuscripts, tmp_path: Path) -> None:
    own = desk.create(text(0)).id
    desk.throw_away(own)
    assert desk.heads() == []
    assert (tmp_path / "desk" / "bin" / own / "000000001.json").is_file()
    with pytest.raises(BadRequest):
        desk.read(own)


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "desk").symlink_to(elsewhere)
    with pytest.raises(XuxieError, match="expected a folder of xuxie's own, got a link"):
        Manuscripts(tmp_path / "desk").create(text(0))
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("我的小说", "我的小说"),
        ("a/b\\c", "a/b\\c"),  # shown, never a path
        ("一\n二\x1b[31m", "一 二 [31m"),
        ("😀", "😀"),
        ("\u202e \u200b", "未命名"),
        ("长" * 500, "长" * 200),
    ],
)
def test_a_name_is_one_line_that_can_be_shown(name: str, shown: str) -> None:
    assert clean_name(name) == shown
