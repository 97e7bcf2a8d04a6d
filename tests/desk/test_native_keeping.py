"""Manuscripts over HTTP: versions and conflicts, books in and out, names that are no paths."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from native import V1, Asked, run

from pipeline.desk.uploads import file_name

NAMES = [
    "../../etc/passwd",
    "a/b\\c.txt",
    "一\n二.txt",
    "😀.txt",
    "长" * 900,
    "con.txt",
    ".txt",
    "..",
]


async def send(asked: Asked, name: str, data: bytes) -> httpx.Response:
    return await asked.client.post(
        f"{V1}/manuscripts/import?name={quote(name, safe='')}", content=data
    )


def test_a_manuscript_is_kept_with_its_versions(tmp_path: Path) -> None:
    async def work(asked: Asked) -> None:
        made = await asked.post("/manuscripts", name="稿", text="宝玉", marks=[[0, 2, 5]])
        own = made["id"]
        assert made["version"] == 1
        found = await asked.get(f"/manuscripts/{own}")
        assert found["marks"] == [[0, 2, 5]]
        assert found["tree"] is None
        saved = await asked.put(
            f"/manuscripts/{own}", version=1, name="稿", text="宝玉听了", tree={}
        )
        assert saved["version"] == 2
        late = await asked.put(f"/manuscripts/{own}", 409, version=1, name="稿", text="黛玉")
        assert late["current"]["text"] == "宝玉听了"
        assert late["error"]["option"] == "version"
        (listed,) = (await asked.get("/manuscripts"))["manuscripts"]
        assert (listed["id"], listed["name"], listed["characters"]) == (own, "稿", 4)
        versions = (await asked.get(f"/manuscripts/{own}/history"))["versions"]
        assert [row["version"] for row in versions] == [2, 1]
        assert (await asked.get(f"/manuscripts/{own}?version=1"))["text"] == "宝玉"
        gone = await asked.client.delete(f"{V1}/manuscripts/{own}")
        assert gone.status_code == 204
        await asked.get(f"/manuscripts/{own}", 404)
        assert (tmp_path / "desk" / "bin" / own).is_dir()

    run(tmp_path, work)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"text": 5}, "text: expected a text"),
        ({"marks": [[2, 1]]}, "marks: expected stretches"),
        ({"marks": ["x"]}, "marks: expected stretches"),
        ({"marks": [[0, 1, 2, 3]]}, "marks: expected stretches"),
        ({"tree": "x" * (1 << 20)}, "tree: expected at most 1,048,576 bytes"),
        ({"text": "x" * 4_000_001}, "text: expected at most 4,000,000 characters"),
    ],
)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, body: dict[str, Any], told: str) -> None:
    async def work(asked: Asked) -> None:
        found = await asked.post("/manuscripts", 400, **body)
        assert told in found["error"]["message"]
        assert await asked.get("/manuscripts") == {"manuscripts": []}

    run(tmp_path, work)


def test_half_a_character_does_not_keep_a_text_from_being_saved(tmp_path: Path) -> None:
    body = rb'{"text": "a\ud83d", "tree": {"b\ude00": ["\ud83d", "\ud83d\ude00"]}}'

    async def work(asked: Asked) -> None:
        made = await asked.client.post(f"{V1}/manuscripts", content=body)
        found = await asked.get(f"/manuscripts/{made.json()['id']}")
        assert found["text"] == "a\ufffd"
        assert found["tree"] == {"b\ufffd": ["\ufffd", "😀"]}

    run(tmp_path, work)


@pytest.mark.parametrize("own", ["..%2F..%2Fx", "..", "%00", "0" * 16, "a b", "import"])
def test_what_is_no_id_is_not_found(tmp_path: Path, own: str) -> None:
    async def work(asked: Asked) -> None:
        for path in (f"/manuscripts/{own}/history", f"/manuscripts/{own}/export"):
            found = await asked.get(path, 404)
            assert "\n" not in found["error"]["message"]

    run(tmp_path, work)


@pytest.mark.parametrize("form", ["txt", "epub", "md"])
def test_a_manuscript_goes_out_as_a_book_and_comes_in_again(tmp_path: Path, form: str) -> None:
    text = "第一回 <script>\n宝玉听了，1 * 2 < 3。\n黛玉笑道：“好。”\n第二回 夜雨\n雨停了。"

    async def work(asked: Asked) -> None:
        made = await asked.post("/manuscripts", name="稿/<b>\u202e\n“”.", text=text)
        own = made["id"]
        got = await asked.client.get(f"{V1}/manuscripts/{own}/export?form={form}")
        assert got.status_code == 200
        disposition = got.headers["content-disposition"]
        assert disposition.isascii()
        assert disposition.startswith(f'attachment; filename="manuscript.{form}"; filename*=UTF-8')
        assert "/" not in disposition
        assert "%2F" not in disposition
        if form == "epub":
            names = zipfile.ZipFile(io.BytesIO(got.content)).namelist()
            assert "EPUB/chapter-2.xhtml" in names
        else:
            assert "雨停了。" in got.content.decode()
        if form != "md":
            back = await send(asked, f"稿.{form}", got.content)
            assert back.status_code == 200, back.text
            found = await asked.get(f"/manuscripts/{back.json()['id']}")
            assert "宝玉听了，1 * 2 < 3。\n黛玉笑道：“好。”" in found["text"]
            assert list((tmp_path / "desk" / "uploads").iterdir()) == []

    run(tmp_path, work)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_from_a_browser_leads_nowhere(tmp_path: Path, name: str) -> None:
    own = file_name(name)
    assert Path(own).name == own
    assert len(own.encode()) < 255
    assert own.isprintable()

    async def work(asked: Asked) -> None:
        back = await send(asked, name, "宝玉听了，心中不悦。\n".encode("gb18030") * 20)
        assert back.status_code == 200, back.text
        assert "\n" not in back.json()["name"]
        found = {path for path in tmp_path.rglob("*") if path.is_file()}
        assert all(path.is_relative_to(tmp_path / "desk") for path in found)

    run(tmp_path, work)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", b"", "expected a book, got an empty file"),
        ("a.pdf", b"%PDF-1.4 x", "PDF"),
        ("a.epub", b"PK\x03\x04 broken", "a.epub"),
        ("", b"x", "name: expected the name of the file"),
        ("长" * 1_001, b"x", "name: expected the name of the file"),
    ],
)
def test_what_is_no_book_is_told(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    async def work(asked: Asked) -> None:
        back = await send(asked, name, data)
        assert back.status_code == 400
        message = back.json()["error"]["message"]
        assert told in message
        assert str(tmp_path) not in message
        folder = tmp_path / "desk" / "uploads"
        assert not folder.exists() or list(folder.iterdir()) == []

    run(tmp_path, work)


def test_a_file_that_is_too_long_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.desk.api.keeping.MOST_BYTES", 1_000)

    async def work(asked: Asked) -> None:
        async def long() -> Any:
            for _ in range(20):
                await asyncio.sleep(0)
                yield b"x" * 100

        back = await asked.client.post(f"{V1}/manuscripts/import?name=a.txt", content=long())
        assert back.status_code == 413
        assert list((tmp_path / "desk" / "uploads").iterdir()) == []

    run(tmp_path, work)
