"""Word vectors: reproducible, from training text alone, or taken from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import context_in, segmentation_of

from pipeline.artifacts.embedding import EMBEDDING, Embedding, write_word2vec
from pipeline.artifacts.segmentation import Segmentation
from pipeline.errors import DataError
from pipeline.stages.embed import EmbedConfig, embed

# 春 and 秋 stand in the same places, so do 花 and 月; 梅 is only in the test chapter.
GENERATOR = np.random.default_rng(0)
SENTENCES = tuple(
    f"{GENERATOR.choice(['春', '秋'])} 天 看 {GENERATOR.choice(['花', '月'])} 。"
    for _ in range(120)
)
NOVEL = segmentation_of(
    [
        ("train", SENTENCES[:60]),
        ("validation", ["兰 天 看 花 。"] * 9),
        ("train", [*SENTENCES[60:], "雪"]),
        ("test", ["梅 天 看 花 。"] * 9),
    ]
)


def embedded(folder: Path, *, segment: Segmentation = NOVEL, **changes: Any) -> Embedding:
    settings = {"vector_size": 8, "window": 3, "negative": 5, "sample": 0.0, "epochs": 5}
    return embed(
        EmbedConfig(**{**settings, **changes}), segment=segment, context=context_in(folder)
    )


def stored(embedding: Embedding, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    EMBEDDING.save(embedding, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path: Path) -> None:
    first = stored(embedded(tmp_path), tmp_path / "a")
    assert stored(embedded(tmp_path), tmp_path / "b") == first
    assert stored(embedded(tmp_path, seed=2), tmp_path / "c") != first


def test_words_come_with_their_counts_in_training_text_most_frequent_first(tmp_path: Path) -> None:
    found = embedded(tmp_path)
    text = " ".join([*SENTENCES, "雪"]).split(" ")
    expected = {word: text.count(word) for word in set(text)}
    expected["</s>"] = len(SENTENCES) + 1
    assert dict(zip(found.words, found.counts.tolist(), strict=True)) == expected
    assert (np.diff(found.counts) <= 0).all()
    assert found.vectors.shape == (len(expected), 8)
    assert found.vectors.dtype == np.float32


def test_nothing_of_the_held_out_chapters_is_learnt(tmp_path: Path) -> None:
    found = embedded(tmp_path, min_count=1)
    assert {"雪"} <= set(found.words)
    assert not {"梅", "兰"} & set(found.words)
    lines = list(NOVEL.lines)
    for section in NOVEL.sections:
        if section.part != "train":
            lines[section.start : section.stop] = ["菊 竹"] * (section.stop - section.start)
    other = Segmentation(tuple(lines), NOVEL.sections, NOVEL.unknown)
    np.testing.assert_array_equal(
        embedded(tmp_path, segment=other, min_count=1).vectors, found.vectors
    )


@pytest.mark.parametrize(("min_count", "rare_is_kept"), [(1, True), (2, False)])
def test_min_count_leaves_rarer_words_out_of_a_closed_vocabulary(
    min_count: int, rare_is_kept: bool, tmp_path: Path
) -> None:
    found = embedded(tmp_path, min_count=min_count, epochs=1, characters=False)
    assert ("雪" in found.words) is rare_is_kept
    assert found.unseen == 0


def test_rarer_words_are_parted_and_all_characters_have_a_vector(tmp_path: Path) -> None:
    lines = ["春雪 春 花 雪月 。"] * 3 + ["霜花 春"]
    novel = segmentation_of([("train", lines), ("validation", ["梅"]), ("test", ["兰"])])
    found = embedded(tmp_path, segment=novel, min_count=3, epochs=2)
    counts = dict(zip(found.words, found.counts.tolist(), strict=True))
    assert counts == {"</s>": 4, "春": 4, "花": 4, "。": 3, "春雪": 3, "雪月": 3, "霜": 1} | {
        "雪": 1,  # stands within other pieces only, and counts as one all the same
        "月": 1,
    }
    assert found.unseen == 1 / 22
    vectors = dict(zip(found.words, found.vectors, strict=True))
    np.testing.assert_allclose(vectors["月"], vectors["雪月"], rtol=1e-6)
    both = (vectors["春雪"] + vectors["雪月"]) / 2
    np.testing.assert_allclose(vectors["雪"], both, rtol=1e-5)


def test_words_of_the_same_places_become_neighbours(tmp_path: Path) -> None:
    found = embedded(tmp_path, epochs=60)
    units = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    unit = dict(zip(found.words, units, strict=True))
    assert unit["春"] @ unit["秋"] > unit["春"] @ unit["月"]
    assert unit["花"] @ unit["月"] > unit["花"] @ unit["春"]


def test_too_short_a_text_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"occur 1000 times or more, found 0; lower") as caught:
        embedded(tmp_path, min_count=1000, characters=False)
    assert "\n" not in str(caught.value)


def test_progress_comes_by_epoch(tmp_path: Path) -> None:
    heard: list[tuple[float, float, str]] = []
    context = context_in(
        tmp_path, progress=lambda done, total, note="": heard.append((done, total, note))
    )
    embed(EmbedConfig(vector_size=4, epochs=3), segment=NOVEL, context=context)
    assert heard == [(1, 3, "epoch 1/3"), (2, 3, "epoch 2/3"), (3, 3, "epoch 3/3")]


def test_vectors_are_those_of_gensim_on_lists_of_words(tmp_path: Path) -> None:
    from gensim.models import Word2Vec

    # A chapter longer than gensim takes at once, and one shorter.
    chapters = [SENTENCES * 20, SENTENCES[:7]]
    novel = segmentation_of([("train", lines) for lines in chapters])
    words = [[word for line in lines for word in [*line.split(" "), "</s>"]] for lines in chapters]
    assert 10_000 < len(words[0]) < 20_000

    reference = Word2Vec(
        [words[0][:10_000], words[0][10_000:], words[1]],
        **{"sg": 0, "cbow_mean": 1, "vector_size": 8, "window": 3, "negative": 5, "sample": 0.01},
        **{"epochs": 3, "alpha": 0.05, "min_alpha": 5e-6, "min_count": 5, "seed": 1, "workers": 1},
    )

    found = embedded(tmp_path, segment=novel, sample=0.01, epochs=3, characters=False)
    assert list(found.words) == reference.wv.index_to_key
    np.testing.assert_array_equal(found.vectors, reference.wv.vectors)


# Vectors from a file


def test_pretrained_vectors_take_the_place_of_training(tmp_path: Path) -> None:
    words = ("梅", "花", "春", "远方", "</s>")
    vectors = np.arange(15, dtype=np.float32).reshape(5, 3)
    write_word2vec(tmp_path / "v.bin", words, vectors)
    found = embedded(tmp_path, pretrained=str(tmp_path / "v.bin"), characters=False)
    # Words of the training text alone, by falling count; 梅 is only in the test chapter.
    assert found.words[0] == "</s>"
    assert set(found.words) == {"</s>", "花", "春"}
    assert (np.diff(found.counts) <= 0).all()
    for word, vector in zip(found.words, found.vectors, strict=True):
        np.testing.assert_array_equal(vector, vectors[words.index(word)])


def test_of_a_word_that_stands_twice_in_a_file_the_first_vector_is_taken(tmp_path: Path) -> None:
    vectors = np.arange(9, dtype=np.float32).reshape(3, 3)
    write_word2vec(tmp_path / "v.bin", ("花", "春", "花"), vectors)
    found = embedded(tmp_path, pretrained=str(tmp_path / "v.bin"), characters=False)
    np.testing.assert_array_equal(found.vectors[found.words.index("花")], vectors[0])


def test_pieces_without_a_pretrained_vector_get_one_of_their_words(tmp_path: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    write_word2vec(tmp_path / "v.bin", ("花", "春"), vectors)
    found = embedded(tmp_path, pretrained=str(tmp_path / "v.bin"))
    assert found.words[:2] == ("花", "春") or found.words[:2] == ("春", "花")
    assert {"</s>", "雪", "。"} < set(found.words)
    assert np.isfinite(found.vectors).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "No such file"),
        (b"", "expected a word2vec binary header"),
        ("第一回".encode() * 50, "expected a word2vec binary header"),
        (b"3 200\nabc", "do not fit in the file"),
        (b"1 1\nword \x00\x00\x80\x3f\n", "has 0 of them"),
        (b"2 1\na b \x00\x00\x80\x3f\nc \x00\x00\x80\x3f\n", "entry 2: .*'a'.*write .*New_York"),
        (b"2 1\n\xe8\x8a\xb1 \x00\x00\xc0\x7f\n\xe6\x9c\x88 \x00\x00\xc0\x7f\n", "finite"),  # NaN
    ],
)
def test_a_bad_vector_file_is_refused_in_one_line(
    data: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "v.bin"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError, match=message) as caught:
        embedded(tmp_path, pretrained=str(path))
    assert str(caught.value).startswith("embed.pretrained: ")
    assert "\n" not in str(caught.value)
