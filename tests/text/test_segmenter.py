from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipelines import CORPORA

from pipeline.errors import DataError
from pipeline.processes import Processes
from pipeline.text.words.dictionary import (
    UserWord,
    dictionary_frequencies,
    dictionary_path,
    read_user_dictionary,
)
from pipeline.text.words.paragraphs import cut_paragraphs
from pipeline.text.words.segment import (
    Cut,
    Segmenter,
    _settle_frequencies,
    _tokenizer,
    make_segmenter,
)

# New words, words of the dictionary with other frequencies, frequencies left open, Latin.
USER_WORDS = (
    UserWord("沉香榭", 20, "ns"),
    UserWord("宝玉", 300, "nr"),
    UserWord("的", 1),
    UserWord("大观园"),
    UserWord("老太太笑道"),
    UserWord("说道", 1),
    UserWord("C++"),
)
MIXED = st.text(
    alphabet=st.one_of(
        st.sampled_from("宝玉听了笑道老太的一不我你他说大观园沉香榭来去，。？！“”、……"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.sampled_from("abcXYZ+#&._%-0123456789 \t\u3000"),
        st.sampled_from("\u3400\u9fd6\U00020000\ue000éж\u00a0😀가ア"),
    ),
    max_size=40,
)


@cache
def segmenter(name: str, with_user_words: bool) -> Segmenter:
    words = USER_WORDS if with_user_words else ()
    return make_segmenter("jieba" if name == "jieba" else "rjieba", words)


def engine(name: str, with_user_words: bool) -> Cut:
    return segmenter(name, with_user_words).cut


@cache
def original() -> Any:
    """Return jieba as it sets itself up, but with its cache file out of the shared folder."""
    import jieba

    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    return tokenizer


@pytest.mark.slow
@given(MIXED, st.booleans())
@settings(deadline=None, max_examples=300)  # the first example waits for the dictionaries
def test_both_engines_cut_alike(text: str, with_user_words: bool) -> None:
    words = engine("rjieba", with_user_words)(text)

    assert words == engine("jieba", with_user_words)(text)
    assert "".join(words) == "".join(text.split())  # nothing lost but white space


@given(MIXED)
@settings(deadline=None)
def test_the_reference_engine_is_jieba_itself(text: str) -> None:
    expected = [word for word in original().lcut(text) if word.strip()]

    assert engine("jieba", False)(text) == expected


@pytest.mark.parametrize("name", ["jieba", "rjieba"])
def test_known_sentences(name: str) -> None:
    # 沉香榭 is in no dictionary; given by the user it must come out whole
    assert engine(name, False)("宝玉听了，笑道：“好！”") == [
        *["宝玉", "听", "了", "，", "笑", "道", "：", "“", "好", "！", "”"]
    ]
    assert "沉香榭" not in engine(name, False)("她在沉香榭里")
    assert "沉香榭" in engine(name, True)("她在沉香榭里")


@pytest.mark.slow
def test_both_engines_cut_a_whole_novel_alike() -> None:
    path = CORPORA / "hongloumeng.txt"
    if not path.exists():
        pytest.skip("../shared/corpora is absent")
    paragraphs = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    reported: list[tuple[float, float]] = []

    fast = cut_paragraphs(paragraphs, engine="rjieba")
    slow = cut_paragraphs(
        paragraphs,
        engine="jieba",
        workers=Processes(2),
        progress=lambda done, total: reported.append((done, total)),
    )

    assert fast == slow
    total = sum(map(len, paragraphs))
    assert reported[-1] == (total, total)


def test_user_dictionary_lines(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    lines = ["\ufeff# names", "沉香榭 20 ns", "", "宝玉", "说道 3", "老爷 nr", "宝玉 5", ""]
    path.write_text("\n".join(lines), encoding="utf-8")

    assert read_user_dictionary(path) == (
        UserWord("沉香榭", 20, "ns"),
        UserWord("说道", 3),
        UserWord("老爷", None, "nr"),
        UserWord("宝玉", 5),
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("沉香榭 -3", "line 2.*frequency"),
        ("沉香榭 0", "line 2.*frequency"),
        ("沉香榭 3.5 n", "line 2.*frequency"),
        ("沉香榭 99999999999", "line 2.*frequency"),
        ("沉香 榭 3", "line 2"),
        ("雅克·卢梭 3", "line 2.*without spaces"),
        ("New York", "line 2.*frequency"),
        ("the end", "line 2.*the word without spaces and the tag such as nr.*got 'the end'"),
        ("hello world", "line 2.*without spaces"),
        ("宝" * 65, "line 2.*at most 64 characters, got 65"),
        ("宝" * 1_000_000, "line 2.*got '宝{60}…'"),
        ("宝\x1b[31m玉", r"line 2.*got '宝\\x1b\[31m玉'"),
    ],
)
def test_a_bad_user_dictionary_names_file_and_line(
    tmp_path: Path, line: str, complaint: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"宝玉 3 nr\n{line}\n", encoding="utf-8")

    with pytest.raises(DataError, match=f"words.txt {complaint}"):
        read_user_dictionary(path)


def test_words_that_jieba_tags_are_read_whatever_their_letters(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"OK eng\nTom nr\nC++ end\n宝玉 name\n{'宝' * 64}\n", encoding="utf-8")

    assert [(entry.word, entry.tag) for entry in read_user_dictionary(path)] == [
        ("OK", "eng"),
        ("Tom", "nr"),
        ("C++", "end"),
        ("宝玉", "name"),
        ("宝" * 64, None),
    ]


def test_every_tag_of_jieba_s_dictionary_is_one(tmp_path: Path) -> None:
    lines = dictionary_path().read_text(encoding="utf-8").splitlines()
    tags = sorted({line.split(" ")[2] for line in lines})
    path = tmp_path / "words.txt"
    path.write_text("".join(f"Tom{'a' * n} {tag}\n" for n, tag in enumerate(tags)), "utf-8")

    # Tom with up to 60 letters behind it: no word is longer than 64
    assert [entry.tag for entry in read_user_dictionary(path)] == tags


def test_a_huge_user_dictionary_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(DataError, match=r"got 2,147,483,648 bytes, at most 16,777,216 are read"):
        read_user_dictionary(path)


def test_an_unreadable_user_dictionary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="check the path"):
        read_user_dictionary(tmp_path / "absent.txt")
    path = tmp_path / "words.txt"
    path.write_bytes("宝玉".encode("gb18030"))
    with pytest.raises(DataError, match="expected UTF-8"):
        read_user_dictionary(path)


@pytest.mark.parametrize("name", ["rjieba", "jieba"])
def test_an_engine_knows_the_dictionaries_words_and_no_beginnings(name: str) -> None:
    listed = dictionary_frequencies()
    beginnings = {word[:length] for word in listed for length in range(1, len(word))}
    assert len(beginnings.difference(listed)) > 100_000
    own = {entry.word for entry in USER_WORDS}

    for with_user_words in (False, True):
        knows = segmenter(name, with_user_words).knows
        expected = listed.keys() | (own if with_user_words else set())
        assert {word for word in beginnings | listed.keys() | own if knows(word)} == expected


def test_nothing_is_loaded_before_it_is_needed() -> None:
    script = (
        "import sys; import pipeline.text.words.segment, pipeline.stages.fetch; "
        "from pipeline.text.words.dictionary import dictionary_frequencies as frequencies; "
        "frequencies(); "
        "heavy = {'jieba', 'rjieba', 'pooch', 'requests', 'urllib3', 'opencc', 'numpy'}; "
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
@settings(deadline=None)
def test_any_character_among_chinese_ones_is_cut_as_jieba_cuts_it(text: str) -> None:
    line = f"宝玉笑道{text}黛玉听了"

    assert engine("rjieba", False)(line) == engine("jieba", False)(line)


def test_frequencies_are_those_that_jieba_settles_with_its_whole_dictionary() -> None:
    user_words = (*USER_WORDS, UserWord("宝二爷笑道"), UserWord("a宝玉+"), UserWord("大观"))
    jieba = _tokenizer()
    expected = {}
    for entry in user_words:
        expected[entry.word] = entry.frequency or jieba.suggest_freq(entry.word)
        jieba.add_word(entry.word, expected[entry.word])

    settled = _settle_frequencies(user_words)

    assert {word: settled[word] for word in expected} == expected
