from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines import CORPORA

from pipeline.artifacts.corpus import CORPUS, Corpus, count_reasons
from pipeline.errors import ArtifactDamaged, DataError, DownloadRefused, SettingsError
from pipeline.stage import Context
from pipeline.stages.fetch import STAGE, FetchConfig, fetch
from pipeline.stages.fetch_book import heading_from_name
from pipeline.text.books.choice import reading_order
from pipeline.text.books.source import kind_of, source_files
from pipeline.text.cleaning import document

SENTENCE = "话说那日她回到院中，天已经黑了，丫头们说太太叫你过去，她听了心里一惊，只得跟着去了。"
TRADITIONAL = "話說那日她回到院中，天已經黑了，丫頭們說太太叫你過去，她聽了心裡一驚，只得跟著去了。"


def novel(sentence: str = SENTENCE, *, chapters: int = 4, first: int = 1) -> str:
    """A novel of `chapters` chapters with 20 paragraphs of 37 Chinese characters each."""
    parts = [f"第{first + n}章  夜雨\n" + f"\u3000\u3000{sentence}\n" * 20 for n in range(chapters)]
    return "".join(parts)


def run(tmp_path: Path, said: list[str] | None = None, **settings: object) -> Corpus:
    """Run the stage as the runner would; `said` gets its lines for the user."""
    progress: list[tuple[float, float, str]] = []

    def report(done: float, total: float, note: str = "") -> None:
        progress.append((done, total, note))

    config = FetchConfig.model_validate({"downloads": str(tmp_path / "downloads"), **settings})
    heard: list[str] = [] if said is None else said
    context = Context(
        progress=report,
        generator=np.random.default_rng(0),
        scratch_path=tmp_path,
        say=heard.append,
    )
    corpus = fetch(config, context=context)
    assert progress[-1][0] == progress[-1][1]
    return corpus


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_a_file_in_any_encoding_gives_the_same_corpus(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes(novel().replace("\n", "\r\n").encode(encoding))

    corpus = run(tmp_path, source=str(path))

    assert corpus.paragraphs == tuple(
        paragraph for n in range(1, 5) for paragraph in (f"第{n}章\u3000夜雨", *[SENTENCE] * 20)
    )
    assert [(c.title, c.start, c.stop) for c in corpus.chapters] == [
        (f"第{n}章\u3000夜雨", 21 * (n - 1), 21 * n) for n in range(1, 5)
    ]
    assert corpus.encoding in encoding.replace("utf-16", "utf-16-le utf-16-be")
    assert (corpus.replaced, corpus.rejoined_lines) == (0, 0)
    # the mark of UTF-8 and UTF-16 is dropped with the decoding
    assert corpus.cuts == ()
    assert corpus.source_digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_book_without_headings_says_so_and_a_pattern_finds_them(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    lines = [f"○{n}夜\n" + f"\u3000\u3000{SENTENCE}\n" * 20 for n in "甲乙丙丁"]
    path.write_text("".join(lines), encoding="utf-8")
    said: list[str] = []

    corpus = run(tmp_path, said, source=str(path))

    assert len(corpus.chapters) == 1
    assert said == [
        "no chapter headings found: the whole text is one chapter; the likeliest lines are "
        "“○甲夜”, “○乙夜”, “○丙夜”; if it has chapters, tell how their headings begin with "
        "--set fetch.headings=REGEX"
    ]

    corpus = run(tmp_path, said, source=str(path), headings="○.夜")

    assert [chapter.title for chapter in corpus.chapters] == ["○甲夜", "○乙夜", "○丙夜", "○丁夜"]
    assert len(said) == 1


def test_a_book_in_one_line_without_headings_says_so(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(SENTENCE * 100, encoding="utf-8")
    said: list[str] = []

    run(tmp_path, said, source=str(path))

    assert said == [
        f"no chapter headings found: the text is a single line of {100 * len(SENTENCE):,} "
        "characters, and becomes one chapter; put line ends around its headings and between its "
        "paragraphs"
    ]


@pytest.mark.parametrize("text", ["", "她走了。\n"])
def test_a_list_of_headings_is_no_novel(tmp_path: Path, text: str) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(
        "".join(f"第{n}章 雪夜归人\n{text}" for n in range(1000, 3000)), encoding="utf-8"
    )

    with pytest.raises(
        DataError, match=r"got about 2,000 headings and 1\d characters for each; give"
    ):
        run(tmp_path, source=str(path))


@pytest.mark.parametrize("below", ["", "她走了。\n"])
def test_half_a_million_headings_are_refused_before_anything_is_made_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, below: str
) -> None:
    path = tmp_path / "list.txt"
    path.write_text("".join(f"第{n}章 风雨\n{below}" for n in range(1, 500_001)), encoding="utf-8")
    # Reading them line by line takes more than a minute.
    monkeypatch.setattr(document, "clean", lambda *_, **__: pytest.fail("they were cleaned"))

    with pytest.raises(DataError, match=r"got about (49|50)\d,\d{3} headings and 1\d characters"):
        run(tmp_path, source=str(path))


def test_a_long_novel_in_short_lines_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    verse = "她听见外头的雨下了一夜，\n天亮时院子里的海棠落了一地。\n"
    text = "".join(f"第{n}章 风雨\n{verse * 15}" for n in range(1, 801))
    path.write_text(text, encoding="utf-8")

    assert len(run(tmp_path, source=str(path), min_characters=1).chapters) == 800


def test_big5_is_simplified_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes(novel(TRADITIONAL).encode("big5hkscs"))

    assert run(tmp_path, source=str(path)).paragraphs[1] == TRADITIONAL
    corpus = run(tmp_path, source=str(path), simplify=True)
    assert (corpus.paragraphs[1], corpus.encoding) == (SENTENCE, "big5hkscs")


def test_a_corpus_survives_its_codec(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(novel(), encoding="utf-8")
    corpus = run(tmp_path, source=str(path))
    folder = tmp_path / "artifact"
    folder.mkdir()

    STAGE.codec.save(corpus, folder)

    assert CORPUS.load(folder) == corpus


def test_what_was_cut_is_said_counted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    contents = "目录\n" + "".join(f"第{n}章  夜雨\n" for n in range(1, 5))
    adverts = [f"{n}号站：www.example.com，最新章节！" for n in range(5)]
    path.write_text(contents + novel() + "\n".join(adverts), encoding="utf-8")
    said: list[str] = []

    corpus = run(tmp_path, said=said, source=str(path))

    # the adverts stand below 4 × 21 lines and the five of the contents; three of five are told
    places = [90, 92, 94]
    examples = "; ".join(f"line {line}: {adverts[line - 90]}" for line in places)
    assert f"advert 5: {examples}" in said
    assert [line.partition(":")[0] for line in said] == ["advert 5", "contents 5"]
    assert count_reasons(corpus.cuts) == {"advert": 5, "contents": 5}
    assert (corpus.cuts[0].document, corpus.cuts[0].line) == ("novel.txt", 90)
    CORPUS.save(corpus, tmp_path)
    assert CORPUS.load(tmp_path) == corpus
    facts = json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8"))
    assert facts["cuts"] == {"advert": 5, "contents": 5}
    rows = (tmp_path / "removed.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["text"] for row in rows[:5]] == adverts
    assert CORPUS.describe(corpus)["cut or changed"] == "advert 5, contents 5"
    assert run(tmp_path, source=str(path), adverts="keep").paragraphs[-5:] == tuple(adverts)


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(novel(), encoding="utf-8")
    CORPUS.save(run(tmp_path, source=str(path)), tmp_path)
    (tmp_path / "removed.jsonl").write_text('{"reason": 1}\n', encoding="utf-8")

    with pytest.raises(ArtifactDamaged, match=r"removed\.jsonl: expected a stretch of text a line"):
        CORPUS.load(tmp_path)


def test_an_artifact_of_an_earlier_version_tells_of_no_cuts(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(novel(), encoding="utf-8")
    CORPUS.save(run(tmp_path, source=str(path)), tmp_path)
    (tmp_path / "removed.jsonl").unlink()
    facts = json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8"))
    del facts["cuts"], facts["notes"]
    facts["removed_lines"] = 3
    (tmp_path / "corpus.json").write_text(json.dumps(facts), encoding="utf-8")

    assert CORPUS.load(tmp_path).cuts == ()


def test_which_encoding_reaches_how_far_is_said(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes(novel().encode("gb18030") + novel(first=5).encode("utf-8"))
    said: list[str] = []

    corpus = run(tmp_path, said=said, source=str(path))

    note = "novel.txt: gb18030 to line 84, utf-8 from there"
    assert said == [note]
    assert corpus.notes == (note,)
    assert corpus.encoding == "gb18030+utf-8"
    assert (corpus.replaced, len(corpus.chapters)) == (0, 8)


@pytest.mark.parametrize(
    ("garbled", "message"),
    [
        (novel().replace("她", "\ue801"), r"private-use characters \(\d\.\d %\)"),
        (novel().encode().decode("gb18030", errors="replace"), "once read in a wrong encoding"),
        (novel().replace("的", "\ufffd").replace("她", "\ufffd"), r"\d\.\d % unreadable"),
    ],
)
def test_damage_is_refused_by_its_name(tmp_path: Path, garbled: str, message: str) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(garbled, encoding="utf-8")

    with pytest.raises(DataError, match=message):
        run(tmp_path, source=str(path))


def test_undecodable_bytes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes(novel().encode("gb18030") + b"\xff\n")

    assert run(tmp_path, source=str(path)).replaced == 1


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_what_holds_a_text_among_much_else_is_no_text(tmp_path: Path, encoding: str) -> None:
    """As the image of a disk does: most of it is NULs, and the text is Chinese."""
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(2**16) + novel().encode(encoding) + bytes(2**16))

    with pytest.raises(DataError, match=r"disk\.img: expected a text, got \d\d% unreadable bytes"):
        run(tmp_path, source=str(path))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16-le", "utf-16-be", "big5hkscs"])
def test_a_text_with_some_bad_bytes_is_one(tmp_path: Path, encoding: str) -> None:
    """One byte in 200 is another, 300 NULs at the end were never written, lines are coloured."""
    damaged = bytearray(
        novel(TRADITIONAL if encoding == "big5hkscs" else SENTENCE).encode(encoding)
    )
    damaged[100::200] = b"\xff" * len(damaged[100::200])
    path = tmp_path / "novel.txt"
    path.write_bytes("\x1b[31m她走\x1b[m。\n".encode(encoding) * 20 + damaged + bytes(300))

    assert run(tmp_path, source=str(path)).encoding == encoding


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes(novel().encode("gb18030"))

    assert run(tmp_path, source=str(path), encoding="gbk").encoding == "gb18030"
    with pytest.raises(SettingsError, match="such as utf-8"):
        run(tmp_path, source=str(path), encoding="klingon")
    # read as Latin-1, every byte is a letter or a sign, none of them Chinese
    with pytest.raises(DataError, match=r"in iso8859-1, .*0% common .*Chinese in gb18030"):
        run(tmp_path, source=str(path), encoding="latin-1")


def test_a_folder_is_read_in_natural_order(tmp_path: Path) -> None:
    folder = tmp_path / "novel"
    (folder / "10").mkdir(parents=True)
    for n, encoding in ((2, "gb18030"), (10, "utf-8"), (1, "utf-16")):
        text = novel(chapters=1, first=n)
        (folder / f"{n}.txt").write_bytes(text.encode(encoding))
    (folder / "10" / "附.TXT").write_text(f"{SENTENCE}\n" * 20, encoding="utf-8")
    (folder / "notes.md").write_text("not a part of it", encoding="utf-8")
    (folder / ".hidden.txt").write_text("nor this", encoding="utf-8")

    corpus = run(tmp_path, source=str(folder))

    # the file without a heading is named by its own name and place
    assert [c.title for c in corpus.chapters] == [
        "第1章\u3000夜雨",
        "第2章\u3000夜雨",
        "第10章\u3000夜雨",
        "第4章\u3000附",
    ]
    assert corpus.encoding == "gb18030+utf-16-le+utf-8"
    assert list(FetchConfig(source=str(folder)).files()) == [
        *["1.txt", "2.txt", "10.txt", "10/附.TXT"]
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["1.txt", "2.txt", "10.txt", "11.txt"],
        ["第一回.txt", "第二回.txt", "第十回.txt", "第一百零一回.txt"],
        ["某书上.txt", "某书中.txt", "某书下.txt"],
        ["上卷.txt", "中卷.txt", "下卷.txt"],
        ["卷一/2.txt", "卷一/10.txt", "卷二/1.txt"],
    ],
)
def test_reading_order(names: list[str]) -> None:
    shuffled = names[::-1]
    assert sorted(shuffled, key=reading_order) == names


@given(st.lists(st.text(alphabet="第一二十回章0123上中下ab ", min_size=1, max_size=8)))
@settings(deadline=None)
def test_reading_order_never_fails(names: list[str]) -> None:
    assert len(sorted(names, key=reading_order)) == len(names)


@pytest.mark.parametrize(
    ("stem", "heading"),
    [("02 夜雨", "第3章\u3000夜雨"), ("第二章　夜雨", "第二章　夜雨"), ("7", "第3章")],
)
def test_heading_from_name(stem: str, heading: str) -> None:
    assert heading_from_name(stem, 3) == heading


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("novel.txt", novel())


def write_epub(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("novel.txt", b"PK\x03\x04" + b"x" * 99, "one that is cut off or damaged"),
        ("novel.zip", b"PK\x03\x04" + b"x" * 99, "one that is cut off or damaged"),
        ("novel.epub", b"PK\x03\x04" + b"x" * 99, "one that is cut off or damaged"),
        ("novel.docx", b"PK\x03\x04" + b"x" * 99, "one that is cut off or damaged"),
        ("novel.docx", b"\xd0\xcf\x11\xe0" + b"x" * 99, "an encrypted one"),
        ("novel.doc", b"\xd0\xcf\x11\xe0" + b"x" * 99, "a Word document"),
        ("novel.txt", gzip.compress(b"x", mtime=0), "a gzip archive"),
        ("novel.txt", b"%PDF-1.4", "a PDF document"),
        ("novel.txt", b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"x" * 99, "a picture: have its text"),
        ("novel.txt", b"\x89PNG\r\n\x1a\n" + b"x" * 99, "a picture"),
        ("novel.mobi", b"x" * 60 + b"BOOKMOBI", "one that is cut off or damaged"),
        ("novel.rtf", rb"{\rtf1 x}", "a rich text document"),
        ("novel.txt", b" \r\n", "an empty file"),
    ],
)
def test_what_is_no_text_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(DataError, match=f"{name}: expected .*got {what}"):
        run(tmp_path, source=str(path))


def test_real_archives_are_told_apart(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.txt")
    write_epub(tmp_path / "b.txt")

    corpus = run(tmp_path, source=str(tmp_path / "a.txt"))
    assert "".join("".join(corpus.paragraphs).split()) == "".join(novel().split())
    with pytest.raises(DataError, match="expected an epub, got an archive without a package file"):
        run(tmp_path, source=str(tmp_path / "b.txt"))


def test_what_is_missing_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "novella.txt").write_text(novel(), encoding="utf-8")

    with pytest.raises(DataError, match=r"the nearest is novella\.txt"):
        run(tmp_path, source=str(tmp_path / "novela.txt"))
    with pytest.raises(DataError, match="the nearest is 红楼梦"):
        run(tmp_path, source=str(tmp_path / "红楼夢"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"a folder with texts"):
        run(tmp_path, source=str(tmp_path / "empty"))


def test_a_text_that_is_not_chinese_or_too_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text("It was a dark and stormy night. " * 300 + SENTENCE, encoding="utf-8")
    # 37 Chinese characters, and 24 letters in each of 300 sentences: under one per cent
    with pytest.raises(DataError, match=r"37 Chinese characters among 7237 letters \(1%\)"):
        run(tmp_path, source=str(path))
    path.write_text(novel(chapters=1), encoding="utf-8")
    # 20 sentences of 37 and the four of 第章夜雨
    with pytest.raises(DataError, match="at least 2000 Chinese characters, got 744"):
        run(tmp_path, source=str(path))
    read = run(tmp_path, source=str(path), min_characters=744)
    assert [chapter.title for chapter in read.chapters] == ["第1章　夜雨"]


def test_a_private_address_is_refused_by_default(tmp_path: Path) -> None:
    with pytest.raises(DownloadRefused, match="private or local"):
        run(tmp_path, source="http://127.0.0.1:9/novel.txt")


def test_kinds_of_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kind_of("红楼梦") == "catalogue"
    assert kind_of("《西游记》") == "catalogue"
    assert kind_of("https://example.com/a.txt") == "url"
    assert kind_of("novel.txt") == "file"
    assert kind_of(str(tmp_path)) == "folder"
    Path("红楼梦").mkdir()  # what exists wins
    assert kind_of("红楼梦") == "folder"
    assert source_files("https://example.com/a.txt") == {}


def test_only_what_decides_the_result_enters_the_key() -> None:
    base = FetchConfig(source="/somewhere/novel.txt")
    assert base.files() == {"source": Path("/somewhere/novel.txt")}
    other = FetchConfig(
        source="/elsewhere/novel（校对版）.txt",
        downloads="/d",
        max_bytes=5,
        timeout_seconds=5,
        allow_private_addresses=True,
    )
    assert base.key_settings() == other.key_settings()
    assert base.key_settings() != FetchConfig(source="/x", simplify=True).key_settings()
    assert FetchConfig(source="红楼梦").key_settings()["source"] == "红楼梦"
    assert "source" not in base.key_settings()
    # a novel that does not name itself is titled by its file
    assert FetchConfig(source="/somewhere/other.txt").key_settings()["title"] == "other"


def test_a_novel_is_titled_by_its_text_or_else_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "我的小说.txt"
    path.write_bytes(novel().encode("gb18030"))
    assert run(tmp_path, source=str(path)).title == "我的小说"
    path.write_bytes(f"夜雨记\n{novel()}".encode("gb18030"))
    assert run(tmp_path, source=str(path)).title == "夜雨记"
    path.write_bytes(f"書名：說書記\n{novel(TRADITIONAL)}".encode("big5hkscs"))
    corpus = run(tmp_path, source=str(path), simplify=True)
    assert corpus.title == "说书记"
    assert CORPUS.describe(corpus)["title"] == "说书记"

    header = "Title: 夜雨\n*** START OF THE PROJECT GUTENBERG EBOOK ***\n"
    path.write_text(header + novel(), encoding="utf-8")  # cut from the text, and read all the same
    corpus = run(tmp_path, source=str(path))
    assert (corpus.title, corpus.paragraphs[0]) == ("夜雨", "第1章\u3000夜雨")


def test_a_folder_s_novel_is_titled_by_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "夜雨记（校对版）"
    folder.mkdir()
    for number in (1, 2, 3):
        text = novel(chapters=1, first=number)
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")

    assert run(tmp_path, source=str(folder)).title == "夜雨记"


def test_an_artifact_without_a_title_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text(novel(), encoding="utf-8")
    CORPUS.save(run(tmp_path, source=str(path)), tmp_path)
    facts = json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8"))
    del facts["title"]  # as those stored before there were titles
    (tmp_path / "corpus.json").write_text(json.dumps(facts), encoding="utf-8")

    assert CORPUS.load(tmp_path).title == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "chapters", "removed"), [("hongloumeng", 120, 2), ("xiyouji", 100, 2)]
)
def test_the_classics(tmp_path: Path, name: str, chapters: int, removed: int) -> None:
    path = CORPORA / f"{name}.txt"
    if not path.exists():
        pytest.skip("../shared/corpora is absent")

    corpus = run(tmp_path, source=str(path))

    assert len(corpus.chapters) == chapters
    assert (corpus.encoding, corpus.replaced, len(corpus.cuts)) == ("utf-8", 0, removed)
    assert corpus == run(tmp_path, source=str(path))


def test_the_encoding_that_is_told_of_a_page_is_its_own(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    text = "<p>他说这个人来了，我们不要走。</p>" * 200
    page.write_bytes(f"<html><body><h1>第一章</h1>{text}</body></html>".encode("gb18030"))

    assert run(tmp_path, source=str(page)).encoding == "gb18030"


MEMORY = """
import sys
from pipeline.stages.fetch import FetchConfig, fetch

class Quiet:
    def progress(self, *told): ...
    def say(self, line): ...

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

fetch(FetchConfig(source=sys.argv[1]), context=Quiet())
before = peak()
fetch(FetchConfig(source=sys.argv[2]), context=Quiet())
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak there")
def test_a_long_text_takes_less_than_five_times_its_bytes(tmp_path: Path) -> None:
    short, long = tmp_path / "short.txt", tmp_path / "long.txt"
    short.write_bytes(novel().encode("gb18030"))
    lines = (f"\u3000\u3000{SENTENCE * (1 + n % 7)}\r\n" for n in range(20_000))
    long.write_bytes(("第一章 夜雨\r\n" + "".join(lines)).encode("gb18030"))

    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(short), str(long)], capture_output=True, check=True
    )

    # its characters twice, as bytes or text and as lines, and as much again: it was 5.4 times
    assert int(done.stdout) < 4.8 * long.stat().st_size
