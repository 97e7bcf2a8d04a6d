"""The report's languages: each says all that the others say, and the page shows one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from string import Formatter

import pytest
from pages import Page

from pipeline.artifacts.evaluation import READING
from pipeline.artifacts.report import LANGUAGES, is_sealed, opens_in, seal
from pipeline.catalog import REPORT, STAGES
from pipeline.chinese import has_chinese
from pipeline.engine.measures.bootstrap import FEWEST
from pipeline.errors import NotReady
from pipeline.page.document import document, section
from pipeline.page.style import only_one
from pipeline.page.texts import Texts
from pipeline.page.texts_en import ENGLISH
from pipeline.page.texts_zh import CHINESE

RULE = re.compile(
    r'(?::root\[lang="(?P<tag>.*)"\] )?'
    r"#(?P<id>\w+)(?P<not>:not\()?:target\)? ~ \.(?P<own>\w+)"
)
NAMES = [field.name for field in fields(Texts)]
# What a Chinese reader knows by these names too.
KEPT = {"top-1", "top-5", "top-10", "MRR", "distinct-1", "distinct-2", "distinct-3"}


def texts_of(value: object) -> dict[str, str]:
    """All texts of a field by where they stand in it."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return {str(number): text for number, text in enumerate(value)}
    return {"": str(value)}


def test_the_languages_of_the_command_are_those_of_the_page() -> None:
    assert sorted(LANGUAGES) == sorted(texts.name for texts in (CHINESE, ENGLISH))


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_tell_the_same(name: str) -> None:
    chinese, english = (texts_of(getattr(texts, name)) for texts in (CHINESE, ENGLISH))

    assert list(chinese) == list(english)
    for place, text in chinese.items():
        assert filled_in(text) == filled_in(english[place])
        assert text.strip()
        assert english[place].strip()


def filled_in(text: str) -> set[tuple[str, str]]:
    """What is filled into a template, and how it is written."""
    return {(name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None}


def test_no_text_was_left_in_the_other_language() -> None:
    told = {
        (name, place): text
        for name in NAMES
        if name not in ("name", "tag")
        for place, text in texts_of(getattr(CHINESE, name)).items()
    }
    assert {text for text in told.values() if not has_chinese(text)} == KEPT
    assert [
        text
        for name in NAMES
        if name != "figures"  # they name words of the novel, such as 道
        for text in texts_of(getattr(ENGLISH, name)).values()
        if has_chinese(text)
    ] == []


def test_every_stage_and_figure_has_its_name() -> None:
    upstream = [stage.name for stage in STAGES if stage is not REPORT]
    for texts in (CHINESE, ENGLISH):
        assert sorted(texts.stage_names) == sorted(upstream)
        assert list(texts.figures) == list(READING)


@pytest.mark.parametrize("order", [(CHINESE, ENGLISH), (ENGLISH, CHINESE)])
def test_a_page_holds_each_language_whole_and_links_to_the_other(order: tuple[Texts, ...]) -> None:
    html = document([("书", texts, [section(texts, "map", texts.map)]) for texts in order])
    page = Page(html)

    assert html.startswith(f'<!DOCTYPE html>\n<html lang="{order[0].tag}">')
    assert page.text("h2") == [texts.map for texts in order]
    assert page.text("a") == [texts.own_name for texts in reversed(order)]
    targets = [value for name, value in page.attributes if name == "href"]
    assert targets == [f"#{texts.name}" for texts in reversed(order)]
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {"zh", "en"} < set(ids)


@pytest.mark.parametrize(
    ("document_tag", "target", "shown"),
    [
        ("zh-CN", None, {"zh"}),
        ("en", None, {"en"}),
        ("zh-CN", "en", {"en"}),
        ("en", "zh", {"zh"}),
        ("en", "en", {"en"}),
        ("zh-CN", "zh", {"zh"}),
        ("en", "en-map", {"en"}),
    ],
)
def test_one_language_is_shown(document_tag: str, target: str | None, shown: set[str]) -> None:
    hidden = set()
    for rule in only_one({"zh": "zh-CN", "en": "en"}).partition(" {")[0].split(", "):
        found = RULE.fullmatch(rule)
        assert found is not None, rule
        fits = (target == found["id"]) != (found["not"] is not None)
        if fits and found["tag"] in (None, document_tag):
            hidden.add(found["own"])
    assert {"zh", "en"} - hidden == shown


def test_a_copy_opens_in_the_language_that_is_asked_for() -> None:
    title = '<html lang="en">'
    versions = [(title, own, [section(own, "map", own.map)]) for own in (CHINESE, ENGLISH)]
    page = seal(document(versions))

    english = opens_in(page, "en")

    assert is_sealed(english.encode())
    assert english.partition("</html>")[0] == page.partition("</html>")[0].replace(
        '\n<html lang="zh-CN">', '\n<html lang="en">'
    )
    assert opens_in(english, "zh") == page
    assert opens_in(page, "zh") == page


def test_a_report_of_an_earlier_version_has_one_language() -> None:
    page = seal('<!DOCTYPE html>\n<html lang="en"><body></body></html>\n')

    with pytest.raises(NotReady, match="Chinese and English"):
        opens_in(page, "zh")


def test_the_notes_on_intervals_say_of_how_many_chapters_there_is_none() -> None:
    assert FEWEST == 4
    for texts, few in ((ENGLISH, "fewer than four"), (CHINESE, "不到四章")):
        assert few in texts.evaluation_note
        assert few in texts.books_note
