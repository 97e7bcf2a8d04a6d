"""The Chinese page says in Chinese what the server says in English: every sentence of it."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from native import TEXT, V1, Asked, put_model, run

import pipeline
import pipeline.desk

ROOT = Path(pipeline.__file__).parent
PAGE = Path(pipeline.desk.__file__).with_name("page")
SCRIPT = Path(__file__).with_name("page_said.mjs")

MET = (  # what raises errors that somebody at the page can meet
    "desk/*.py",
    "desk/api/*.py",
    "engine/writing/text_writer.py",
    "engine/writing/mixing.py",
    "engine/writing/options.py",
    "engine/writing/constraints/banned.py",
    "engine/writing/constraints/known.py",
    "models/shelf.py",
    "runner/disk.py",
    "runner/execute.py",
    "runner/failures.py",
    "runner/fingerprint.py",
    "runner/folders.py",
    "runner/lock.py",
    "stages/fetch.py",
    "stages/window.py",
    "text/books/*.py",
    "text/chapters/holdout.py",
    "text/chapters/listing.py",
    "text/cleaning/*.py",
    "text/reading.py",
)
NOT_MET = (  # files of what other clients ask for, of starting the desk, of addresses and shelves
    "desk/serve.py",
    "desk/api/answering.py",
    "desk/api/cutting.py",
    "desk/api/echo.py",
    "desk/api/kobold.py",
    "desk/api/openai.py",
    "desk/api/parameters.py",
    "text/books/digests.py",
    "text/books/download.py",
    "text/books/request.py",
    "text/books/shelf.py",
    "text/books/unpack.py",
)
TOLD = (  # what tells of progress
    "__main__.py",
    "engine/memories/kinds/*.py",
    "learning/*.py",
    "stages/*.py",
)
NEVER_SENT = (  # sentences about what the page never sends, or only its makers could meet
    "expected {}, got {}",  # a field of another kind; a foreign host
    "expected a body of JSON, got {}",
    "expected an object of JSON, got {}",
    "expected one of {}",
    "expected one of the methods {}",
    "expected the one that was read, got none",
    "expected stretches as [start, stop, seed]",
    "expected a whole number",
    "expected 16 to 200 of A-Z, a-z, 0-9 and ._~-, got {} characters",  # options of the command
    "expected a site as https://example.org or http://localhost:3000, got {}",
    "expected a new file, got {}",  # commands about models
    "expected a model of {}, got the file {}",
    "expected a free name, got that of another model; give another one",
    "expected a free name, got {}, which is a model's",
    "expected a text that the {} words of the model can spell, got {}; {}",
    "expected a name such as utf-8, gb18030, big5 or utf-16-le, got {}",  # settings
    "expected Chinese text in {}, the encoding that was named, got {} common characters among "
    "the Chinese ones and {} unreadable bytes; {}",
    "expected text in {}, got other bytes: name the encoding with --encoding, or convert to UTF-8",
    "expected a readable text file{}, got {}",  # of a path that was typed
    "expected a file as {}, got {}; save it to a file first and give that",
)


def templates_in(path: Path) -> Iterator[str]:
    """The texts in a file's code, {} for what they fill in; not those that only describe it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    told |= {id(part) for node in joined for part in ast.walk(node) if part is not node}
    for node in nodes:
        if id(node) in told:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        elif isinstance(node, ast.JoinedStr):
            parts = [one.value if isinstance(one, ast.Constant) else "{}" for one in node.values]
            yield "".join(map(str, parts))


def files(patterns: tuple[str, ...]) -> set[Path]:
    found = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert len(found) >= len(patterns), "a pattern finds nothing"
    return found


def sentences() -> set[str]:
    """What errors say, from where they say what was expected."""
    texts = {text for path in files(MET) - files(NOT_MET) for text in templates_in(path)}
    starts = (re.search("expected |disk full ", text) for text in texts)
    return {found.string[found.start() :] for found in starts if found}


def catalogue() -> list[tuple[str, str]]:
    """The sentences that the page knows, in English and in Chinese."""
    code = (PAGE / "said_zh.js").read_text(encoding="utf-8")
    one = r'("(?:[^"\\]|\\.)*")'
    return [
        (json.loads(english), json.loads(chinese))
        for english, chinese in re.findall(rf"\[\s*{one},\s*{one},?\s*\]", code)
    ]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str]], list[str]]:
    """What the Chinese page makes of messages."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    folder = tmp_path_factory.mktemp("page")
    for path in PAGE.glob("*.js"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")

    def say(messages: list[str]) -> list[str]:
        done = subprocess.run(
            [node, str(SCRIPT), folder.as_uri()],
            input=json.dumps(messages),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
        found: list[str] = json.loads(done.stdout)
        return found

    return say


def test_every_sentence_that_can_be_met_has_its_own_in_chinese(
    page: Callable[[list[str]], list[str]],
) -> None:
    wanted = sorted(sentences())
    assert len(wanted) > 100
    unknown = {
        sentence
        for sentence, told in zip(
            wanted, page([one.format(*"甲乙丙丁戊") for one in wanted]), strict=True
        )
        if told.startswith("服务器说")
    }
    assert unknown == set(NEVER_SENT)


def test_no_sentence_is_idle_and_each_fills_in_what_there_is() -> None:
    texts = {text for path in files((*MET, *TOLD)) for text in templates_in(path)}
    for english, chinese in catalogue():
        for part in filter(None, re.split(r"\{\d\}", english)):
            assert any(part in text for text in texts), english
        holes = set(re.findall(r"\{\d\}", chinese))
        assert holes <= {"{0}", *re.findall(r"\{\d\}", english)}, chinese


def test_what_refusals_name_stands_in_the_chinese_sentence(
    tmp_path: Path, page: Callable[[list[str]], list[str]]
) -> None:
    """Refusals of a desk, as its answers bring them."""
    messages: list[str] = []

    async def refused(asked: Asked, status: int, path: str, **body: Any) -> None:
        answer = await asked.post(path, status, **body)
        messages.append(answer["error"]["message"])

    async def work(asked: Asked) -> None:
        await refused(asked, 404, "/write", text=TEXT)
        put_model(tmp_path)
        await refused(asked, 400, "/write", text="hello")
        await refused(asked, 400, "/write", text=TEXT, writing={"must_include": ["hello"]})
        await refused(asked, 400, "/write", text=TEXT, model="乙")
        await refused(asked, 400, "/score", text="hello")
        made = await asked.post("/manuscripts", name="甲", text="一", marks=[])
        await asked.put(f"/manuscripts/{made['id']}", version=1, text="二")
        stale = await asked.put(f"/manuscripts/{made['id']}", 409, version=1, text="三")
        messages.append(stale["error"]["message"])
        await refused(asked, 400, "/manuscripts/import?name=a.txt")
        upload = await asked.client.post(
            f"{V1}/manuscripts/import?name=a.zip", content=b"PK\x03\x04"
        )
        messages.append(upload.json()["error"]["message"])
        asked.desk.scheduler._most = 0
        await refused(asked, 503, "/write", text=TEXT)

    run(tmp_path, work)
    assert page(messages) == [
        "还没有模型：请先训练一个。",
        "光标前没有这部小说认得的中文。试试 “宝玉听了，”  “黛玉笑道：”  “次日清晨，”。",
        "这部小说里没有这些词：hello。",
        "书架上没有这个模型，也许被拿走了：请另选一个。",
        "这里的 5 个字符里没有一个汉字。",
        "这份文稿在别处存过第 2 版，这里是第 1 版：请选一个。",
        "a.txt 不是文字文件，而是 JSON：请换成 txt、epub、docx 等。",
        "压缩包不完整或坏了：请重新下载。",
        "正在写的太多了（0 篇）：请稍后再试。",
    ]


def test_a_sentence_that_nobody_knows_is_told_as_it_is(
    page: Callable[[list[str]], list[str]],
) -> None:
    assert page(["something else"]) == ["服务器说：something else"]
