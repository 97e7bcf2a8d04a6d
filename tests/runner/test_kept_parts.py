"""Parts of a stage's result are made once, and again only where something of them has changed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fakes import VALUE

from pipeline.errors import DataError, InputChanged
from pipeline.runner.lock import hold
from pipeline.runner.parts import keep_parts
from pipeline.runner.store import Store, records
from pipeline.stage import Part
from pipeline.workers import HERE, Item, Result

STAGE = {
    "schema": 1,
    "stage": "read",
    "source": {"module": "1"},
    "settings": {},
    "files": {},
    "inputs": {},
    "libraries": {},
    "python": "3.11",
}


def part_of(path: Path, **settings: Any) -> Part:
    return Part(settings, {"file": path}, partial(path.read_text, encoding="utf-8"))


def upper(made: list[str], text: str) -> str:
    """Make a part, and note it."""
    if text == "bad":
        raise DataError("expected letters, got bad")
    made.append(text)
    return text.upper()


def run(store: Store, parts: Sequence[Part], **stage: Any) -> tuple[list[str], list[str]]:
    """Return what there is, and what was made for it."""
    made: list[str] = []
    with hold(store, "test"):
        found = keep_parts(
            store, {**STAGE, **stage}, HERE, "book", VALUE, partial(upper, made), iter(parts)
        )
        return [str(value) for value in found], made


@pytest.fixture
def files(store: Store) -> list[Path]:
    paths = [store.root / f"{name}.txt" for name in "abc"]
    for path in paths:
        path.write_text(path.stem, encoding="utf-8")
    return paths


@pytest.mark.usefixtures("settles_soon")
def test_only_what_has_changed_is_made_again(store: Store, files: list[Path]) -> None:
    parts = [part_of(path) for path in files]
    assert run(store, parts) == (["A", "B", "C"], ["a", "b", "c"])
    assert run(store, parts) == (["A", "B", "C"], [])
    files[1].write_text("new", encoding="utf-8")
    assert run(store, parts) == (["A", "NEW", "C"], ["new"])
    assert run(store, parts[:1]) == (["A"], [])
    assert run(store, [part_of(files[0], title="x"), parts[2]]) == (["A", "C"], ["a"])
    assert run(store, parts[2:], source={"module": "2"}) == (["C"], ["c"])


def test_a_bad_part_is_told_and_never_kept(store: Store, files: list[Path]) -> None:
    files[1].write_text("bad", encoding="utf-8")
    parts = [part_of(path) for path in files]
    for expected in (["a", "c"], []):
        found, made = run(store, parts)
        assert found == ["A", "expected letters, got bad", "C"]
        assert made == expected
    assert len(records(store, "book")) == 2


def test_a_damaged_part_is_made_again(store: Store, files: list[Path]) -> None:
    parts = [part_of(path) for path in files]
    run(store, parts)
    record = records(store, "book")[0]
    name = next(iter(record.files))
    (record.path / name).write_text('"X"\n', encoding="utf-8")
    found, made = run(store, parts)
    assert found == ["A", "B", "C"]
    assert len(made) == 1


def test_who_stops_before_the_end_stops_the_work(store: Store, files: list[Path]) -> None:
    ended: list[str] = []

    class Noting:
        """Workers that note when nobody asks any more."""

        count, lasting = 2, False

        def map(
            self, function: Callable[[Item], Result], items: Iterable[Item], *, most: int = 0
        ) -> Generator[Result, None, None]:
            try:
                yield from map(function, items)
            finally:
                ended.append("ended")

    with hold(store, "test"):
        found = keep_parts(
            store, STAGE, Noting(), "book", VALUE, partial(upper, []), map(part_of, files)
        )
        next(found)
        assert not ended
        found.close()
    assert ended == ["ended"]
    assert len(records(store, "book")) == 1


def test_a_file_that_changes_while_it_is_read_is_not_kept(store: Store, files: list[Path]) -> None:
    def changing(text: str) -> str:
        files[0].write_text("other", encoding="utf-8")
        return text

    with hold(store, "test"), pytest.raises(InputChanged, match="read: expected the file"):
        list(keep_parts(store, STAGE, HERE, "book", VALUE, changing, [part_of(files[0])]))
    assert records(store, "book") == []


def test_a_part_made_by_code_that_was_edited_meanwhile_is_not_kept(
    store: Store, files: list[Path]
) -> None:
    def edited() -> None:
        raise InputChanged("read: expected the module to stay as it was")

    parts = [part_of(files[0])]
    with hold(store, "test"), pytest.raises(InputChanged, match="the module"):
        list(keep_parts(store, STAGE, HERE, "book", VALUE, str, parts, refuse_edits=edited))
    assert records(store, "book") == []
