"""The binary file of vectors: read and written as the C tool and gensim do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts.embedding import read_word2vec, write_word2vec
from pipeline.errors import ArtifactDamaged

WORDS = ("</s>", "宝玉", "a", "𠀀")
VECTORS = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)


def test_gensim_opens_our_vectors(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    write_word2vec(tmp_path / "vectors.bin", WORDS, VECTORS)
    keyed = KeyedVectors.load_word2vec_format(str(tmp_path / "vectors.bin"), binary=True)
    assert tuple(keyed.index_to_key) == WORDS
    np.testing.assert_array_equal(keyed.vectors, VECTORS)


def test_we_open_gensim_s_vectors(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(vector_size=5)
    keyed.add_vectors(list(WORDS), VECTORS)
    keyed.save_word2vec_format(str(tmp_path / "vectors.bin"), binary=True)
    words, vectors = read_word2vec(tmp_path / "vectors.bin")
    rows = [words.index(word) for word in WORDS]
    np.testing.assert_array_equal(vectors[rows], VECTORS)
    assert sorted(words) == sorted(WORDS)


def test_the_bytes_are_those_of_the_c_tool(tmp_path: Path) -> None:
    # word2vec.c: fprintf("%lld %lld\n"), then for each word fprintf("%s "), the floats, "\n".
    write_word2vec(tmp_path / "v.bin", ("宝玉",), np.array([[1, -2]], np.float32))
    expected = b"1 2\n" + "宝玉".encode() + b" \x00\x00\x80\x3f\x00\x00\x00\xc0\n"
    assert (tmp_path / "v.bin").read_bytes() == expected


def test_vectors_without_a_newline_between_them_are_read(tmp_path: Path) -> None:
    rows = [word.encode() + b" " + row.tobytes() for word, row in zip(WORDS, VECTORS, strict=True)]
    (tmp_path / "v.bin").write_bytes(b"4 5\n" + b"".join(rows))
    words, vectors = read_word2vec(tmp_path / "v.bin")
    assert words == WORDS
    np.testing.assert_array_equal(vectors, VECTORS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello\n",
        b"1 2 3\n" + bytes(99),
        b"0 5\n" + bytes(99),
        b"-1 5\n" + bytes(99),
        b"1 -5\n" + bytes(99),
        b"999999999999 200\n" + bytes(99),
        b"1 999999999999\nword " + bytes(99),
        b"99999999999999999999999999 99999999999999999999999\n" + bytes(99),
        b"2 2\nab 12345678\ncd 1234",
        b"1 2\n" + bytes(99),
        "第一回 宝玉\n他说：“好。”\n".encode() * 20,
        bytes(range(256)),
    ],
)
def test_what_is_no_word2vec_file_is_refused_in_one_line(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(data)
    with pytest.raises(ArtifactDamaged, match=r"^v\.bin: ") as caught:
        read_word2vec(tmp_path / "v.bin")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_word2vec_file_cut_anywhere_is_refused(cut: int, tmp_path: Path) -> None:
    write_word2vec(tmp_path / "v.bin", WORDS, VECTORS)
    data = (tmp_path / "v.bin").read_bytes()
    (tmp_path / "v.bin").write_bytes(data[: -cut - 1])  # the last newline may go
    with pytest.raises(ArtifactDamaged):
        read_word2vec(tmp_path / "v.bin")


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("spaced", range(4))
def test_a_word_with_a_space_is_refused_with_its_place(
    spaced: int, end: bytes, tmp_path: Path
) -> None:
    # Such a word shifts the vectors of all that follow by its second part's bytes.
    words = [*WORDS]
    words[spaced] = "New York"
    rows = [w.encode() + b" " + row.tobytes() + end for w, row in zip(words, VECTORS, strict=True)]
    (tmp_path / "v.bin").write_bytes(b"4 5\n" + b"".join(rows))

    with pytest.raises(ArtifactDamaged, match=r"^v\.bin, entry (\d): expected a word") as caught:
        read_word2vec(tmp_path / "v.bin")
    message = str(caught.value)
    assert "write words with spaces as New_York" in message
    assert message.isprintable()
    entry = int(message.partition("entry ")[2][0])
    assert entry in (spaced + 1, spaced + 2)  # where it is, or the first word that is none
    assert "'New'" in message


@pytest.mark.parametrize("word", [b"\xff\xfe", b"a\x01b", b"a\nb"])
def test_a_word_that_is_no_text_is_refused_with_its_place(word: bytes, tmp_path: Path) -> None:
    rows = [w + b" " + bytes(8) + b"\n" for w in (b"a", word, b"c")]
    (tmp_path / "v.bin").write_bytes(b"3 2\n" + b"".join(rows))

    with pytest.raises(ArtifactDamaged, match=r"^v\.bin, entry 2: .*the one before is 'a'"):
        read_word2vec(tmp_path / "v.bin")


def test_vectors_with_more_behind_them_are_refused(tmp_path: Path) -> None:
    write_word2vec(tmp_path / "v.bin", WORDS, VECTORS)
    data = (tmp_path / "v.bin").read_bytes()
    (tmp_path / "v.bin").write_bytes(data + b"x")
    with pytest.raises(ArtifactDamaged, match=r"entry 4: .*got '𠀀' and 1 byte more;"):
        read_word2vec(tmp_path / "v.bin")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vectors_must_be_finite(bad: float, tmp_path: Path) -> None:
    vectors = VECTORS.copy()
    vectors[2, 1] = bad
    write_word2vec(tmp_path / "v.bin", WORDS, vectors)
    with pytest.raises(ArtifactDamaged, match=r"v\.bin.*finite"):
        read_word2vec(tmp_path / "v.bin")
