"""Names are found in the training chapters by their evidence, and cut whole from then on."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from made_up import context_in, segmentation_of
from pipelines import CORPORA, NOVELLA, ROOT

from pipeline.artifacts.corpus import Chapter, Corpus
from pipeline.artifacts.segmentation import SEGMENTATION, Name
from pipeline.engine.bundle.model import Cutting
from pipeline.models.cutting import trained_cut
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.stages.segment import SegmentConfig, find_names, hold_out, segment
from pipeline.text.words.dictionary import dictionary_frequencies, dictionary_names
from pipeline.text.words.grams import branching_entropy, count_grams, left_neighbours, read_text
from pipeline.text.words.names import discover_names
from pipeline.text.words.segment import make_cut

# Eight characters to stand beside names.
AROUND = "山水风云花木石鸟"
EVIDENCE = ("count", "pmi", "left_entropy", "right_entropy", "fit")


def found(paragraphs: list[str], known: str = "", **least: float) -> tuple[Name, ...]:
    """Names with low bounds, for small texts."""
    bounds = {"count": 4, "pmi": 1.0, "entropy": 1.0, **least}
    return discover_names(
        paragraphs,
        known={known},
        listed_names=(),
        count=int(bounds["count"]),
        pmi=bounds["pmi"],
        entropy=bounds["entropy"],
    )


def planted(name: str, *, times: int = 8) -> list[str]:
    """Paragraphs of one name each, with every neighbour as often as any other."""
    return [f"{AROUND[i % 8]}{name}{AROUND[(i + 1) % 8]}" for i in range(times)]


def corpus_of(chapters: list[list[str]]) -> Corpus:
    paragraphs = [paragraph for chapter in chapters for paragraph in chapter]
    bounds = np.cumsum([0, *map(len, chapters)]).tolist()
    return Corpus(
        paragraphs=tuple(paragraphs),
        chapters=tuple(
            Chapter(f"第{number}回", start, stop)
            for number, (start, stop) in enumerate(pairwise(bounds))
        ),
        encoding="utf-8",
        replaced=0,
        rejoined_lines=0,
        source_digest="0" * 64,
    )


def test_the_evidence_is_what_it_is_by_hand() -> None:
    # 8 paragraphs of 4 characters: 32 in all. 薛蟠, 薛 and 蟠 occur 8 times each, so the mutual
    # information is log₂(8·32 / (8·8)) = 2; eight neighbours, each once, have an entropy of 3 bits.
    # Without listed names a neighbour says nothing: the fit is 0.
    assert found(planted("薛蟠")) == (Name("薛蟠", 8, 2.0, 3.0, 3.0, 0.0),)


def test_a_longer_name_is_judged_where_it_holds_together_least() -> None:
    # 何 stands in 姑何 8 times besides: 8 paragraphs of 5 characters and 8 of 2 are 56 characters.
    # 何|素心: 8·56 / (16·8) = 3.5; 何素|心: 8·56 / (8·8) = 7; the least is log₂ 3.5 = 1.807.
    names = found(planted("何素心") + ["姑何"] * 8)
    assert [(name.word, name.pmi) for name in names] == [("何素心", 1.8074)]


def test_entropy_by_hand() -> None:
    # 秦钟 after 山 twice, after 水 and 风 once each: ½·1 + ¼·2 + ¼·2 = 1.5 bits.
    text = read_text(["山秦钟", "山秦钟", "水秦钟", "风秦钟"])
    pairs = list(count_grams(text, least=4, longest=2))[1]
    assert (pairs.words, pairs.counts.tolist()) == (("秦钟",), [4])
    assert branching_entropy(pairs, left_neighbours(text, pairs)).tolist() == [1.5]


def test_the_fit_is_that_of_listed_names() -> None:
    # 甲甲 and 乙乙 are equally free and firm; 甲甲 stands where the listed 宝玉 stands.
    beside, elsewhere = "山水风云", "花木石鸟"
    paragraphs = [
        f"{first}{word}{last}"
        for word, around in (("宝玉", beside), ("甲甲", beside), ("乙乙", elsewhere))
        for first in around
        for last in around
    ]
    names = discover_names(
        paragraphs,
        known={"宝玉"},
        listed_names={"宝玉"},
        count=4,
        pmi=1,
        entropy=1,
    )
    # By hand, with the prior's 50 occurrences: a neighbour of 宝玉 is beside it 4 times in 16 on
    # either side, and 16 times among all 241 characters (48 paragraphs of 4, 49 ends of them).
    # One of 乙乙 is never beside 宝玉 and has the prior alone.
    average = 16 / 241
    near, far = np.log2((4 + 50 * average) / 66 / average), np.log2(50 / 66)
    assert [name.word for name in names] == ["甲甲", "乙乙"]
    assert [name.fit for name in names] == pytest.approx([near, far], abs=1e-4)


@pytest.mark.parametrize(
    "paragraphs",
    [
        pytest.param(planted("薛蟠", times=3), id="too rare"),
        pytest.param(["山薛蟠水"] * 8, id="not free"),
        pytest.param(planted("在薛"), id="grammar begins it"),
        pytest.param(planted("薛了"), id="grammar ends it"),
        pytest.param(planted("牵着马"), id="grammar joins it"),
        pytest.param(planted("李纨"), id="listed"),
        pytest.param([], id="no text"),
        pytest.param(["", "，。"], id="no Chinese character"),
    ],
)
def test_what_is_no_name(paragraphs: list[str]) -> None:
    assert found(paragraphs, known="李纨") == ()
    assert found(planted("薛蟠"), known="李纨")  # the same bounds do find one


def test_parts_of_a_longer_name_are_not_found() -> None:
    words = {name.word for name in found(planted("赤水丹霞", times=16))}
    assert words == {"赤水丹霞"}


def test_two_words_that_meet_are_not_one() -> None:
    # 薛蟠李纨: eight times side by side, and each alone among others.
    paragraphs = planted("薛蟠李纨") + planted("薛蟠") + planted("李纨")
    assert {name.word for name in found(paragraphs)} == {"薛蟠", "李纨"}


def test_the_order_is_that_of_the_evidence_and_then_of_the_word() -> None:
    # 秦钟 has but four neighbours, 2 bits where the others have 3; those two are equal.
    paragraphs = planted("薛蟠") + planted("李纨")
    paragraphs += [f"{AROUND[i % 4]}秦钟{AROUND[i % 4]}" for i in range(8)]
    names = found(paragraphs)
    assert [name.word for name in names] == ["李纨", "薛蟠", "秦钟"]
    shuffled = list(paragraphs)
    random.Random(0).shuffle(shuffled)
    assert found(shuffled) == names


# The stage


def novel(held_out_name: str = "") -> Corpus:
    """Twenty chapters about 薛蟠; 7 and 17, which are held out, can have a name of their own."""
    own = planted(held_out_name or "薛蟠", times=16)
    return corpus_of([own if number in (7, 17) else planted("薛蟠") for number in range(20)])


def settings(**changes: object) -> SegmentConfig:
    base = {"user_dictionary": "", "discover_names": True, "name_pmi": 1.0}
    return SegmentConfig.model_validate(base | changes)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_the_stage_cuts_with_the_names_it_finds(tmp_path: Path, engine: str) -> None:
    without = segment(settings(discover_names=False), fetch=novel(), context=context_in(tmp_path))
    assert without.names == ()

    value = segment(settings(engine=engine), fetch=novel(), context=context_in(tmp_path))

    assert [name.word for name in value.names] == ["薛蟠"]
    assert value.names[0].count == 18 * 8  # in the training chapters
    assert all("薛蟠" in line.split(" ") for line in value.lines)
    assert "薛蟠" not in dict(value.unknown)
    assert SEGMENTATION.describe(value)["names"] == 1


def names_in(corpus: Corpus, config: SegmentConfig) -> tuple[Name, ...]:
    """What the stage finds before it cuts."""
    return find_names(config, corpus, hold_out(config, corpus))


@pytest.mark.slow
def test_a_name_of_the_held_out_chapters_alone_is_not_found() -> None:
    # In all chapters 李纨 would do; and what stands in the held-out ones changes no evidence.
    assert {name.word for name in found([*novel("李纨").paragraphs])} == {"薛蟠", "李纨"}
    names = names_in(novel("李纨"), settings())
    assert [name.word for name in names] == ["薛蟠"]
    assert names == names_in(novel("秦钟"), settings())


def test_a_word_of_the_user_s_is_not_found_again(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("薛蟠\n", encoding="utf-8")
    assert names_in(novel(), settings(user_dictionary=str(path))) == ()


def test_the_names_are_stored_with_their_evidence(tmp_path: Path) -> None:
    names = found(planted("薛蟠") + planted("李纨"))
    value = replace(segmentation_of([("train", ["薛蟠 李纨"])]), names=names)
    SEGMENTATION.save(value, tmp_path)
    assert SEGMENTATION.load(tmp_path) == value
    stored = json.loads((tmp_path / "segment.json").read_text(encoding="utf-8"))["names"]
    assert [list(name) for name in stored] == [sorted(("word", *EVIDENCE))] * 2


# The command line


@pytest.mark.slow
def test_a_text_to_score_is_cut_with_the_names_found() -> None:
    text = "孟司正听了"
    assert trained_cut(Cutting(names=("孟司正",)))(text)[0] == "孟司正"
    assert trained_cut(Cutting(user_words=(("孟司正", None, "nr"),)))(text)[0] == "孟司正"
    assert trained_cut(Cutting())(text)[0] != "孟司正"


# Novels


def test_the_novella_s_names_are_found(tmp_path: Path) -> None:
    context = context_in(tmp_path)
    corpus = fetch(FetchConfig(source=str(NOVELLA)), context=context)
    words = [name.word for name in names_in(corpus, SegmentConfig(user_dictionary=""))]
    # Its cast and places as the bundled user dictionary lists them; 10 of the first 12 at least.
    bundled = (ROOT / "data" / "userdict.txt").read_text(encoding="utf-8").split()
    assert {"青棠", "何姑姑", "明漪", "来喜", "孟司正"} <= set(words)
    assert len(set(words[:12]) & set(bundled)) >= 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("novel_name", "some"),
    [
        ("hongloumeng", {"黛玉", "凤姐", "薛蟠", "潇湘馆"}),
        ("xiyouji", {"老孙", "弼马温", "五庄观", "镇元子"}),
    ],
)
def test_the_names_of_real_novels(novel_name: str, some: set[str], tmp_path: Path) -> None:
    source = CORPORA / f"{novel_name}.txt"
    if not source.exists():
        pytest.skip(f"needs {source.name} in shared/corpora, beside the project")
    corpus = fetch(FetchConfig(source=str(source)), context=context_in(tmp_path))
    known = dictionary_frequencies()
    names = discover_names(
        corpus.paragraphs,
        known=known.keys(),
        listed_names=dictionary_names(),
        count=8,
        pmi=5,
        entropy=2,
    )
    assert some <= {name.word for name in names}
    assert not any(name.word in known for name in names)
    cut = make_cut("rjieba")
    # They are new to the segmenter: without help it breaks some that stand in a sentence.
    assert any(name.word not in cut(f"只见{name.word}来了") for name in names)
