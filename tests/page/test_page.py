"""The parts of the report as markup: escaped, balanced, and saying what they were given."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import Page

from pipeline.artifacts.evaluation import READING
from pipeline.page import curves, overview, people, prose, scores, wordmap
from pipeline.page.document import document, section
from pipeline.page.markup import Markup, chinese, element, join, table
from pipeline.page.overview import Facts, Part
from pipeline.page.prose import Sample
from pipeline.page.style import STYLE
from pipeline.page.texts import Texts
from pipeline.page.texts_en import ENGLISH
from pipeline.page.texts_zh import CHINESE
from pipeline.page.wordmap import BROAD, TALL, Paper, Place, box_at, free_spot, overlap

EVIL = "<script>alert('“红楼”')</script>&amp;\"><img src=http://example.org/x>"
ROW: dict[str, Any] = {
    "bits_per_character": 7.5,
    "top1": 0.25,
    "top5": 0.5,
    "top10": 0.625,
    "mrr": 0.375,
    "cosine": None,
    "perplexity": 1234.5,
    "coverage": 0.9,
    "targets": 8.0,
    "interval": None,
}
READS: dict[str, float | None] = {name: float(number) for number, name in enumerate(READING)}
FACTS = Facts(
    characters=12_345,
    paragraphs=678,
    encoding="gb18030",
    replaced=0,
    cuts=9,
    left_out=("坏.txt", *(f"{n}.txt" for n in range(25))),
    rejoined_lines=8,
    words=2_591,
    dimensions=200,
    units=300,
    layers=1,
    steps=20,
)
HISTORY = {
    "objective": "contrastive",
    "best_epoch": 2,
    "epochs": [
        {"epoch": 1, "train_loss": 4.5, "perplexity": 180.0, "top1": 0.1},
        {"epoch": 2, "train_loss": 4.25, "perplexity": 150.0, "top1": 0.125},
        {"epoch": 3, "train_loss": 4.0, "perplexity": 155.0, "top1": float("nan")},
    ],
}


# All text but what is spelled out: controls, marks of direction, separators, lone surrogates.
TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"], include_characters="\n\t\u200b"
    )
)


@pytest.mark.slow
@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(text: str, value: str) -> None:
    html = element("p", text, title=value)

    opening, _, rest = html.partition(">")
    assert unescape(rest.removesuffix("</p>")) == text
    assert unescape(opening.removeprefix('<p title="').removesuffix('"')) == value
    assert not set(rest.removesuffix("</p>")) & set("<>")


@given(st.text())
def test_nothing_that_cannot_be_seen_gets_into_a_page(text: str) -> None:
    html = element("p", text, title=text)

    html.encode("utf-8")  # a lone surrogate would be refused
    unseen = set(html) & set(map(chr, [*range(9), *range(11, 32), *range(127, 160)]))
    assert not unseen
    assert not set(html) & set(map(chr, [0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F)]))
    assert not set(html) & set(map(chr, range(0x2066, 0x206A)))


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert element("p", "红\x1b[31m\u202e楼\ud800") == "<p>红\\x1b[31m\\u202e楼\\ud800</p>"


def test_markup_is_not_escaped_twice() -> None:
    inner = element("b", "a & b")

    assert element("p", inner, " < c") == "<p><b>a &amp; b</b> &lt; c</p>"
    assert isinstance(join((inner, "<")), Markup)


def test_text_joined_to_markup_is_text_again() -> None:
    # str's own + gives a str: forgetting `join` shows tags, it never lets any in.
    assert element("p", element("b", "x") + EVIL).count("<") == 2


def test_attributes_are_named_as_in_html_and_none_leaves_them_out() -> None:
    assert element("text", class_="a", text_anchor="end", x=1.25, y=3.0, r=None) == (
        '<text class="a" text-anchor="end" x="1.2" y="3"></text>'
    )


def test_a_page_with_hostile_text_everywhere_stays_a_page() -> None:
    page = Page(document([(EVIL, texts, hostile_sections(texts)) for texts in (CHINESE, ENGLISH)]))

    assert not {"script", "img"} & set(page.tags)
    assert page.fetched() == []
    assert page.text("title", "h1")[1] == EVIL


def hostile_sections(texts: Texts) -> list[Markup]:
    return [
        section(texts, EVIL, EVIL, EVIL, chinese(EVIL), table([EVIL, EVIL], [[EVIL, EVIL]])),
        overview.overview(texts, replace(FACTS, encoding=EVIL), [Part(EVIL, 1, 2, 0.5)]),
        overview.settings(texts, {EVIL: EVIL}, {EVIL: [EVIL]}),
        overview.costs(texts, [(EVIL, 1.0, 1)]),
        scores.evaluation(texts, {EVIL: {EVIL: ROW}}),
        scores.ablation(texts, {EVIL: [{**ROW, "name": EVIL, "weights": {EVIL: 1.0}}]}),
        scores.writing(texts, {EVIL: {}}),
        scores.reading(texts, {"text": EVIL, "novel": READS, "writer": READS}),
        curves.curves(texts, {**HISTORY, "objective": EVIL}),
        wordmap.word_map(texts, [Place(EVIL, 0.5, 0.5, 3)]),
        people.people(texts, [people.Person(EVIL, 1, [(EVIL, 0.5)], books=[(EVIL, 1)])]),
        prose.samples(texts, EVIL, [Sample(1.0, (((EVIL, True),),), 1)], 5),
    ]


def test_a_cell_is_named_even_where_its_column_is_not() -> None:
    html = table(["model", "top-1", "MRR"], [["network", "0.1", "0.2"]])
    page = Page(html)

    named = [value for name, value in page.attributes if name == "data-title"]
    assert named == ["top-1", "MRR"]
    assert page.text("td") == ["0.1", "0.2"]
    with pytest.raises(ValueError, match="shorter"):
        table(["model", "top-1", "MRR"], [["network", "0.1"]])


@pytest.mark.parametrize(("columns", "kind"), [(5, "few"), (6, "many")])
def test_no_table_and_no_map_is_wider_than_the_screen(columns: int, kind: str) -> None:
    html = table([str(n) for n in range(columns)], [])

    assert html.startswith(f'<table class="{kind}">')
    # Widths in browsers were measured once, from 320 to 1,920 pixels; here only what they rest on:
    # nothing scrolls, nothing has a least width, and each kind of table is stacked on some screen.
    assert not {"overflow", "overflow-x", "min-width"} & declared(STYLE)
    assert f".{kind} tr {{" in STYLE.partition(f"  .{kind} thead {{ display: none; }}")[2]


def declared(style: str) -> set[str]:
    """The properties that a style sheet sets; conditions of @media are none."""
    bodies = re.sub(r"@media[^{]*", "", style)
    return set(re.findall(r"([a-z-]+)\s*:", bodies))


def test_a_page_keeps_browsers_from_fetching_anything() -> None:
    page = Page(document([("书", ENGLISH, [])]))

    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_the_evaluation_shows_validation_before_test_and_the_best_in_bold() -> None:
    network = {**ROW, "bits_per_character": 6.5, "top1": 0.3, "perplexity": 80.0, "cosine": 0.2}
    network["interval"] = {"top1": [0.28, 0.32], "mrr": [0.3, 0.4], "perplexity": [75.0, 88.0]}
    network["against_kneser_ney"] = {
        "top1_difference": [-0.01, 0.02],
        "perplexity_ratio": [0.5, 0.6],
    }
    models = {"network": network, "unigram": ROW}

    html = scores.evaluation(ENGLISH, {"test": models, "validation": models})
    page = Page(html)

    assert page.text("h3") == ["validation chapters", "test chapters"]
    assert [text for text in page.text("th") if text in models] == ["unigram", "network"] * 2
    assert '<span class="best">0.300</span><small>0.280 – 0.320</small>' in html
    assert '<span class="best">80.0</span><small>75.0 – 88.0</small>' in html
    assert "<span>1,234.5</span>" in html
    assert "top-1 difference −0.010 to +0.020, perplexity ratio 0.500 to 0.600" in html
    # One figure each of bits, top-1 and perplexity, both of top-5, top-10 and MRR, which are equal.
    assert html.count('class="best"') == 2 * (3 + 6)


def test_the_facts_tell_of_layers_and_lost_bytes_where_there_are_any() -> None:
    plain = Page(overview.overview(ENGLISH, FACTS, [])).text("dd")
    other = Page(overview.overview(CHINESE, replace(FACTS, layers=2, replaced=3), [])).text("dd")

    assert plain[0] == "12,345 characters in 678 paragraphs"
    assert plain[1] == "gb18030"
    assert plain[-1] == "an LSTM of 300 units that reads 20 words"
    assert other[1] == "gb18030，有 3 个字节无法识别"
    assert other[-1] == "LSTM，300 个单元，共 2 层，每次读 20 个词"


def test_models_without_intervals_or_with_unknown_names_have_their_row() -> None:
    html = scores.evaluation(ENGLISH, {"test": {"something_new": ROW}})

    assert 'scope="row">something_new</th>' in html
    assert 'class="best"' not in html


def test_the_ablation_keeps_its_order_and_shows_the_network_first() -> None:
    figures = {"bits_per_character": 5.5, "top1": 0.2, "mrr": 0.3, "perplexity": 90.0}
    rows = [
        {"name": "network", **figures, "weights": {"network": 1}},
        {
            "name": "all",
            **figures,
            "weights": {"cache": 0.125, "network": 0.875, "ngram": 0.0},
        },
    ]

    page = Page(scores.ablation(ENGLISH, {"test": rows}))

    assert [text for text in page.text("th") if text in ("network", "all")] == ["network", "all"]
    assert page.text("td")[-1] == "network 0.875 · cache 0.125"


def test_writing_begins_with_the_novel_itself() -> None:
    measures = {"distinct1": 0.5, "longest_copy": 3.0, "sentence_length": None}

    page = Page(scores.writing(ENGLISH, {"default": measures, "held_out": measures}))

    rows = [text for text in page.text("th") if text in ("default", "held_out")]
    assert rows == ["held_out", "default"]
    assert page.text("td")[0] == "0.500"
    assert "3.0" in page.text("td")


def test_how_it_reads_stands_beside_the_novel() -> None:
    writer = {**READS, "common_words": 0.625, "bare_quotes": None}

    page = Page(scores.reading(ENGLISH, {"text": "whole novel", "novel": READS, "writer": writer}))

    assert [text for text in page.text("th") if text in ("the novel", "the writer")] == [
        "the novel",
        "the writer",
    ]
    assert page.text("th")[3:] == [meaning for meaning, _ in READING.values()]
    assert page.text("td")[:4] == ["0.000", "0.625", "1.000", "1.000"]
    assert page.text("td")[-2:] == ["14.0", "–"]
    assert "(whole novel)" in " ".join(page.text())


def test_the_curves_mark_the_best_epoch_and_leave_out_what_is_no_number() -> None:
    html = curves.curves(ENGLISH, HISTORY)
    page = Page(html)

    titles = page.text("title")
    assert titles[:3] == ["epoch 1: 4.5", "epoch 2: 4.25", "epoch 3: 4"]
    assert len(titles) == 3 + 3 + 2
    assert html.count('class="best-dot"') == 3
    assert page.text("figcaption") == [
        "training loss",
        "validation perplexity",
        "validation top-1",
    ]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(3.7, 4.6, [3.5, 4.0, 4.5, 5.0]), (0, 10, [0, 5, 10]), (2.0, 2.0, [2.0])],
)
def test_ticks_are_round_and_span_the_curve(low: float, high: float, expected: list[float]) -> None:
    assert curves.ticks(low, high) == pytest.approx(expected)


def test_a_training_of_one_epoch_is_drawn() -> None:
    one = {**HISTORY, "best_epoch": 1, "epochs": [HISTORY["epochs"][0]]}  # type: ignore[index]

    assert Page(curves.curves(ENGLISH, one)).tags.count("svg") == 3


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 4), st.integers(1, 999)),
        max_size=40,
    ),
    st.sampled_from([BROAD, TALL]),
)
def test_labels_on_the_map_neither_overlap_nor_leave_it(
    spots: list[tuple[float, float, int, int]], paper: Paper
) -> None:
    taken: list[wordmap.Box] = []
    for x, y, length, tenths in spots:
        size = 12 + tenths / 100
        centre = (x * paper.width, y * paper.height)
        spot = free_spot(centre, paper, width=size * length, size=size, taken=taken)
        if spot is not None:
            taken.append(box_at(spot, width=size * length, size=size))

    assert not any(overlap(a, b) for i, a in enumerate(taken) for b in taken[:i])
    assert all(min(box) >= 0 and box[2] <= paper.width and box[3] <= paper.height for box in taken)


def test_every_word_is_on_the_map_as_a_label_or_as_a_dot() -> None:
    crowd = [Place(f"词{n}", 0.5, 0.5, 100 - n, person=n == 0) for n in range(60)]

    html = wordmap.word_map(ENGLISH, crowd)
    page = Page(html)

    # Twice, as there is a drawing for narrow screens too.
    assert page.text("title") == [f"词{n} × {100 - n}" for n in range(60)] * 2
    assert page.tags.count("text") + page.tags.count("circle") == 2 * 60
    assert page.tags.count("circle") > 0
    assert page.text("text")[0] == "词0"  # the most frequent has its own place
    assert html.count('class="person"') == 2
    assert [value for name, value in page.attributes if value in ("broad", "tall")] == [
        "broad",
        "tall",
    ]


def test_samples_show_the_seed_phrase_and_mark_what_is_copied() -> None:
    text = Sample(0.5, ((("他来", False), ("了。", True)), (("她也", False),)), longest=6)

    html = prose.samples(ENGLISH, "宝玉", [text], 5)

    assert '<span class="seed">宝玉</span>他来<mark>了。</mark></p><p>她也</p>' in html
    assert "longest copy 6 words" in html
    assert "nothing copied" in prose.samples(ENGLISH, "宝玉", [Sample(0.5, ((),), longest=0)], 5)


def test_settings_that_are_not_the_defaults_stand_before_the_fold() -> None:
    html = overview.settings(ENGLISH, {"train.epochs": 3}, {"train.hidden": 200})

    opened, _, folded = html.partition("<details>")
    assert "train.epochs" in opened
    assert "train.hidden" in folded
    assert "All are the defaults" in overview.settings(ENGLISH, {}, {"train.hidden": 200})


def test_books_of_a_shelf_have_their_authors_and_periods_below_their_titles() -> None:
    scored = {"bits_per_character": 6.25, "top1": 0.25, "interval": None}
    row = {"characters": 12_345, "kneser_ney": scored, "writer": scored}
    rows = [{"title": title, **row} for title in ("石头记", "<无名>")]
    html = scores.books(CHINESE, rows, {"石头记": "曹雪芹 清", "<无名>": ""})
    assert '<span lang="zh">石头记</span><small lang="zh">曹雪芹 清</small>' in html
    assert "&lt;无名&gt;</span></t" in html
    assert html.count("12,345") == 2
