"""The report of a really trained small model, and the command that hands it out."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import invoke, model_options, run_options, stages_done, status_of
from made_up import context_in
from pages import Page
from pipelines import STAGES, Trained

from pipeline.artifacts.corpus import Book, Corpus
from pipeline.artifacts.picture import PNG
from pipeline.artifacts.report import Report, is_sealed, load_report, seal
from pipeline.artifacts.segmentation import Section, Segmentation
from pipeline.catalog import REPORT
from pipeline.catalog import STAGES as CATALOG
from pipeline.engine.bundle.artifact import Finished
from pipeline.errors import ArtifactDamaged
from pipeline.page.texts_en import ENGLISH
from pipeline.page.texts_zh import CHINESE
from pipeline.project import choose_model
from pipeline.stage import Made
from pipeline.stages.report import ReportConfig, _count_by_book, divide_settings, report

SMALL = ReportConfig(map_words=30, sample_words=20)
CORPUS = Corpus(("宝玉<b>", "他来了。"), (), "utf-8", 0, 0, "")


def made(settings: dict[str, Any], *changed: str, **names: str) -> Made:
    return Made(1.5, 2_000_000, settings, frozenset(changed), names)


def inputs(trained: Trained) -> dict[str, Any]:
    """The stored artifacts that the report is made of, by stage."""
    stages = {stage.name: stage for stage in CATALOG}
    return {
        name: stages[name].codec.load(next(path for path in (trained.artifacts / name).iterdir()))
        for name in REPORT.inputs
    }


def with_phrase(finished: Finished, phrase: str) -> Finished:
    model = finished.model
    return replace(finished, model=replace(model, card=replace(model.card, seed_phrase=phrase)))


def write_report(trained: Trained, folder: Path, **others: Any) -> str:
    return report(SMALL, **{**inputs(trained), **others}, context=context_in(folder)).html


def page_path(trained: Trained) -> Path:
    (path,) = trained.artifacts.glob("report/*/report.html")
    return path


# The page


def test_the_page_tells_all_and_needs_nothing_else(trained: Trained) -> None:
    page = Page(page_path(trained).read_text(encoding="utf-8"))

    assert page.fetched() == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert (
        page.text("h1") == ["澄秋阁"] * 2
    )  # once a language; the novella's first line; its file is small_novel.txt
    assert "small_novel" not in " ".join(page.text())
    sections = [value for name, value in page.attributes if name == "id"]
    in_order = [
        "overview",
        "training",
        "evaluation",
        "ablation",
        "writing",
        "reading",
        "map",
        "characters",
        "samples",
        "settings",
        "stages",
    ]
    assert sections == ["zh", "en"] + [f"{name}-{own}" for name in ("zh", "en") for own in in_order]
    evaluation = json.loads(
        next(trained.artifacts.glob("evaluate/*/evaluation.json")).read_text(encoding="utf-8")
    )
    phrase = choose_model(trained.artifacts, None)[0].card.seed_phrase
    assert set(evaluation["test"]) <= set(page.text("th"))
    assert phrase in page.text("span")
    assert page.text("h3")[-3:] == ["temperature 0.6 ", "temperature 0.9 ", "temperature 1.2 "]
    assert page.tags.count("svg") == 2 * 5
    assert page.tags.count("text") > 30
    assert "青棠" in page.text("span")


def test_the_page_shows_what_the_run_was_made_with_and_what_it_took(trained: Trained) -> None:
    html = page_path(trained).read_text(encoding="utf-8")
    page = Page(html)

    opened = html.partition("<details>")[0]
    assert "<dt>train.hidden</dt><dd><code>16</code></dd>" in opened  # configs/tiny.toml
    assert "<dt>window.steps</dt>" in html
    assert "<dt>window.steps</dt>" not in opened
    seconds = {row: entry["seconds"] for row, entry in status_of(trained).items()}
    for texts in (CHINESE, ENGLISH):
        time = texts.stages_head[1]
        for stage in STAGES[:-1]:
            label = f"<small>{texts.stage_names[stage]}</small>"
            spent = f'<td data-title="{time}">{seconds[stage]:,.1f} s</td>'
            assert f">{stage}{label}</th>{spent}" in html
    assert "gb18030" in page.text("dd")
    assert str(trained.artifacts.parent) not in html


@pytest.mark.slow
def test_equal_artifacts_make_equal_pages_but_for_the_times(
    trained: Trained, tmp_path: Path
) -> None:
    assert write_report(trained, tmp_path) == write_report(trained, tmp_path)


def test_what_was_not_evaluated_is_left_out(trained: Trained, tmp_path: Path) -> None:
    evaluation = inputs(trained)["evaluate"]
    scores = {
        part: {"network": {**models["network"], "interval": None}}
        for part, models in evaluation.scores.items()
    }

    html = write_report(
        trained,
        tmp_path,
        evaluate=replace(evaluation, scores=scores, ablation={}, writing={}, reading={}),
    )

    page = Page(html)
    sections = {value for name, value in page.attributes if name == "id"}
    assert not {"ablation", "writing", "reading"} & sections
    assert "kneser_ney" not in html


def test_the_page_of_a_shelf_speaks_of_books_and_says_whose_a_character_is(
    trained: Trained, tmp_path: Path
) -> None:
    stored = inputs(trained)
    first, *others = stored["segment"].sections
    silent = ("雪",) * (first.stop - first.start)  # nobody is named in the first book
    html = write_report(
        trained,
        tmp_path,
        fetch=replace(
            stored["fetch"],
            books=tuple(Book(title, f"{title}.txt", 0, 1, "") for title in ("红墙", "青瓦")),
        ),
        segment=replace(
            stored["segment"],
            books=("红墙", "青瓦"),
            lines=(*silent, *stored["segment"].lines[first.stop :]),
            sections=(first, *(replace(section, book=1) for section in others)),
        ),
    )
    page = Page(html)
    assert {"这些书", "The books"} <= set(page.text("h2"))
    characters = html.partition('id="zh-characters"')[2].partition("</section>")[0]
    assert "《青瓦》" in characters
    assert "《红墙》" not in characters
    for texts in (CHINESE, ENGLISH):
        assert texts.shelf_about in html
        assert texts.about not in html
        assert texts.shelf_people_note in html


def test_a_character_is_counted_in_the_books_that_name_it_most() -> None:
    lines = ("甲 来 了 ， 甲 又 来 了", "乙 来 了", "甲 走 了", "甲 对 甲 说", "乙 走 了")
    sections = (Section("一", 0, 2, "train", 0), Section("二", 2, 5, "test", 1))
    shelf = Segmentation(lines, sections, (), books=("红墙", "青瓦"))
    assert _count_by_book(shelf, ("甲", "乙")) == [
        [("青瓦", 3), ("红墙", 2)],
        [("红墙", 1), ("青瓦", 1)],
    ]
    assert _count_by_book(replace(shelf, books=()), ("甲", "乙")) == [[], []]


def test_a_novel_full_of_markup_is_shown_as_text(trained: Trained, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    stored = inputs(trained)
    words = ("</s>", evil, *stored["decode"].words[2:])
    html = write_report(
        trained,
        tmp_path,
        fetch=replace(stored["fetch"], paragraphs=(evil,), title=""),
        embed=replace(stored["embed"], words=words),
        decode=replace(stored["decode"], words=words),
        model=with_phrase(stored["model"], f"青棠{evil}"),
    )

    page = Page(html)
    assert page.text("h1") == [evil] * 2  # once a language
    assert f"青棠{evil}" in page.text("span")
    assert "script" not in page.tags


def test_what_an_address_holds_beside_the_place_is_shown_nowhere(
    trained: Trained, tmp_path: Path
) -> None:
    address = "https://reader:secret@example.org/book.txt?token=secret#secret"
    upstream = {"fetch": made({"source": address}, "source", source="secret.txt")}

    changed, _ = divide_settings(upstream)
    lent = replace(context_in(tmp_path), made=upstream)
    html = report(SMALL, **inputs(trained), context=lent).html

    assert changed == {"fetch.source": "https://example.org/book.txt"}
    assert "secret" not in html


@pytest.mark.slow
def test_another_seed_writes_other_samples_on_the_same_map(
    trained: Trained, tmp_path: Path
) -> None:
    stored = inputs(trained)
    pages = [
        report(SMALL.model_copy(update={"seed": seed}), **stored, context=context_in(tmp_path)).html
        for seed in (1, 2)
    ]

    def part(html: str, name: str) -> str:
        return html.partition(f'<section id="zh-{name}">')[2].partition("</section>")[0]

    assert part(pages[0], "map") == part(pages[1], "map") != ""
    assert part(pages[0], "samples") != part(pages[1], "samples")


def test_settings_are_divided_by_whether_they_are_the_defaults() -> None:
    changed, rest = divide_settings({"train": made({"hidden": 9, "epochs": 10}, "hidden", "path")})

    assert (changed, rest) == ({"train.hidden": 9}, {"train.epochs": 10})


PAGE = seal("<!DOCTYPE html>\n<html>青棠</html>\n")


@pytest.mark.parametrize(
    "page",
    [
        PAGE[:20],
        PAGE.replace("青棠", "青裳"),
        PAGE.removesuffix("\n"),
        PAGE + "<p>more</p>",
        PAGE.partition("<!-- xuxie")[0],
        seal(""),
    ],
    ids=["cut", "edited", "no line end", "longer", "not sealed", "empty"],
)
def test_a_page_that_is_not_as_it_was_made_is_damaged(tmp_path: Path, page: str) -> None:
    (tmp_path / "report.html").write_text(page, encoding="utf-8")

    assert not is_sealed(page.encode())
    with pytest.raises(ArtifactDamaged, match="whole report"):
        load_report(tmp_path)


def test_the_codec_keeps_the_page_and_the_curves(tmp_path: Path) -> None:
    page = Report(PAGE, PNG + b"curves")
    REPORT.codec.save(page, tmp_path)

    assert REPORT.codec.load(tmp_path) == page
    (tmp_path / "curves.png").write_bytes(b"GIF89a")
    with pytest.raises(ArtifactDamaged, match="expected a PNG picture"):
        load_report(tmp_path)


def test_the_curves_lie_beside_the_page(trained: Trained) -> None:
    (picture,) = trained.artifacts.glob("*/*/curves.png")

    assert picture.parent == page_path(trained).parent
    assert picture.read_bytes().startswith(PNG)


# The command


def test_the_command_names_the_last_run_s_report(trained: Trained) -> None:
    artifacts = model_options(trained)

    assert invoke("report", *artifacts) == (0, f"{page_path(trained)}\n", "")
    _, as_json, _ = invoke("report", "--json", *artifacts)
    assert json.loads(as_json) == {"report": str(page_path(trained))}


def test_run_all_ends_with_where_the_report_lies(trained: Trained) -> None:
    assert f"report     {page_path(trained)}" in trained.output.splitlines()
    _, output, _ = invoke("run-all", *run_options(trained))
    assert output == f"everything is up to date; nothing to do (report: {page_path(trained)})\n"


def test_a_missing_report_alone_is_made(own: Trained) -> None:
    html = page_path(own).read_bytes()
    page_path(own).unlink()

    code, output, errors = invoke("report", *model_options(own))

    assert code == 0
    assert stages_done(errors) == ["report"]
    assert output == f"{page_path(own)}\n"
    # The other stages did not run again: even their times are the old ones.
    assert page_path(own).read_bytes() == html


def test_what_is_missing_upstream_has_to_be_run_first(own: Trained) -> None:
    page_path(own).unlink()
    next(own.artifacts.glob("evaluate/*/evaluation.json")).unlink()

    code, output, errors = invoke("report", *model_options(own))

    assert (code, output) == (2, "")
    errors = errors.removeprefix("xuxie: model 澄秋阁\n")
    assert len(errors.splitlines()) == 1
    assert "evaluate missing" in errors
    assert re.search(r"run: python cli\.py run-all .*--source ", errors)


def test_a_model_from_elsewhere_has_no_report(own: Trained) -> None:
    shutil.rmtree(own.artifacts / "report")
    (own.artifacts / "current.json").unlink()

    code, output, errors = invoke("report", *model_options(own))

    assert (code, output) == (2, "")
    assert errors.startswith("xuxie: expected a model whose run has left a report here, found none")


def test_an_empty_folder_has_no_report(tmp_path: Path) -> None:
    code, output, errors = invoke("report", "--artifacts", str(tmp_path / "none"))

    assert (code, output) == (2, "")
    assert "run: python cli.py run-all" in errors


def test_a_novel_that_is_gone_leaves_its_report(own: Trained, tmp_path: Path) -> None:
    novel = tmp_path / "moved.txt"
    novel.write_bytes(own.novel.read_bytes())
    assert invoke("run-all", *run_options(replace(own, novel=novel)))[0] == 0  # nothing runs
    novel.unlink()

    assert invoke("report", *model_options(own)) == (0, f"{page_path(own)}\n", "")


def test_output_is_a_copy_that_replaces_only_reports(trained: Trained, tmp_path: Path) -> None:
    artifacts = model_options(trained)
    target = tmp_path / "书.html"

    assert invoke("report", "--output", str(target), *artifacts) == (0, f"{target}\n", "")
    assert target.read_bytes() == page_path(trained).read_bytes()
    target.write_text(seal("<html>an earlier one</html>\n"), encoding="utf-8")
    assert invoke("report", "--output", str(target), *artifacts)[0] == 0
    assert target.read_bytes() == page_path(trained).read_bytes()
    assert list(tmp_path.iterdir()) == [target]


def test_a_copy_opens_in_the_language_asked_for_and_the_page_stays(
    trained: Trained, tmp_path: Path
) -> None:
    kept = page_path(trained).read_text(encoding="utf-8")
    target = tmp_path / "report.html"

    for language, tag in (("en", "en"), ("zh", "zh-CN")):  # the second replaces the first
        code, output, _ = invoke(
            "report", "--language", language, "--output", str(target), *model_options(trained)
        )
        assert (code, output) == (0, f"{target}\n")
        page = target.read_text(encoding="utf-8")
        assert page.startswith(f'<!DOCTYPE html>\n<html lang="{tag}">')
        assert is_sealed(page.encode())
    assert page == kept  # zh is the default
    assert page_path(trained).read_text(encoding="utf-8") == kept


def test_where_nothing_is_copied_the_address_says_the_language(trained: Trained) -> None:
    code, output, _ = invoke("report", "--language", "en", *model_options(trained))

    assert (code, output) == (0, f"{page_path(trained).as_uri()}#en\n")


def test_another_language_is_refused(trained: Trained) -> None:
    code, output, errors = invoke("report", "--language", "fr", *model_options(trained))

    assert (code, output) == (2, "")
    assert "--language: expected zh or en, got fr" in errors


def test_run_all_makes_the_report_in_the_language_asked_for(own: Trained) -> None:
    code, _, errors = invoke("run-all", "--language", "en", *run_options(own))

    assert code == 0
    assert stages_done(errors) == ["report"]
    opened = [path.read_text(encoding="utf-8") for path in own.artifacts.glob("report/*/*.html")]
    assert sorted(page.partition("\n")[2][:16] for page in opened) == [
        '<html lang="en">',
        '<html lang="zh-C',
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda page: page.replace("</h1>", "，有我的注</h1>"),
        lambda page: page + "<!-- mine -->\n",
        lambda page: page.replace("\n", "\r\n"),
    ],
    ids=["inside", "at the end", "line ends"],
)
def test_a_report_that_somebody_edited_is_never_overwritten(
    trained: Trained, tmp_path: Path, edit: Callable[[str], str]
) -> None:
    target = tmp_path / "mine.html"
    edited = edit(page_path(trained).read_text(encoding="utf-8")).encode()
    target.write_bytes(edited)

    code, output, errors = invoke(
        "report", "--output", str(target), "--artifacts", str(trained.artifacts)
    )

    assert (code, output) == (2, "")
    assert "expected a new file or an earlier report, got another file" in errors
    assert target.read_bytes() == edited


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("notes.txt", "expected a new file or an earlier report"),
        ("folder", "got the folder"),
        ("x" * 300, "File name too long"),
        ("none/report.html", "No such file or directory"),
    ],
)
def test_an_output_that_cannot_be_is_refused(
    trained: Trained, tmp_path: Path, name: str, complaint: str
) -> None:
    (tmp_path / "notes.txt").write_text("第一回", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))

    code, output, errors = invoke(
        "report", "--output", str(tmp_path / name), *model_options(trained)
    )

    assert (code, output) == (2, "")
    errors = errors.removeprefix("xuxie: model 澄秋阁\n")
    assert len(errors.splitlines()) == 1
    assert complaint in errors
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "第一回"


def test_an_output_among_the_artifacts_is_refused(own: Trained) -> None:
    before = page_path(own).read_bytes()

    code, _, errors = invoke(
        "report", "--output", str(page_path(own)), "--artifacts", str(own.artifacts)
    )

    assert code == 2
    assert "got a place among the artifacts" in errors
    assert page_path(own).read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="has neither pipes with names nor links for everybody")
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("pipe", "got the pipe or device"),  # opening it would wait for ever
        ("link", "got the link"),
        ("nowhere", "got the link"),
    ],
)
def test_an_output_that_is_no_plain_file_is_neither_opened_nor_replaced(
    trained: Trained, tmp_path: Path, name: str, complaint: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "report.html").write_bytes(page_path(trained).read_bytes())
    (tmp_path / "link").symlink_to(tmp_path / "report.html")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none.html")
    before = sorted(tmp_path.iterdir())

    code, output, errors = invoke(
        "report", "--output", str(tmp_path / name), "--artifacts", str(trained.artifacts)
    )

    assert (code, output) == (2, "")
    errors = errors.removeprefix("xuxie: model 澄秋阁\n")
    assert len(errors.splitlines()) == 1
    assert complaint in errors
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
