"""Writing together: every command as a pure step, and the dialogue around it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up import random_network
from writers import WORDS, remember

from pipeline.commands.columns import columns
from pipeline.commands.session import converse, save_text
from pipeline.engine.memories import next_word
from pipeline.engine.memories.next_word import (
    Model,
    Reading,
    read_all,
)
from pipeline.engine.memories.voice import foretell
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.session import (
    Session,
    SessionContext,
    candidates_for,
    choices_of,
    open_session,
    text_of,
)
from pipeline.engine.writing.turns import HELP, LONGEST_LINE, LONGEST_STEP, answer
from pipeline.engine.writing.writer import Writer
from pipeline.errors import SettingsError

PHRASE = WORDS[20] + WORDS[21]
WRITER = Writer(random_network(5, words=WORDS), remember(np.array([20, 21, 22], dtype=np.int32)))


def opened(**changes: Any) -> tuple[Session, SessionContext]:
    options: dict[str, Any] = {
        "writing": WritingOptions(),
        "sampling": Sampling(),
        "rng_seed": 1,
        **changes,
    }
    return open_session(WRITER, WRITER.understand(PHRASE), **options)


def after(*lines: str, **changes: Any) -> tuple[Session, SessionContext]:
    """The state after these lines; none of them may lead to a note."""
    session, context = opened(**changes)
    for line in lines:
        reply = answer(session, line, context)
        assert reply.note == ""
        session = reply.session
    return session, context


def test_enter_takes_the_models_word_and_the_same_one_every_time() -> None:
    session, _ = after("", "", "")

    assert len(choices_of(session)) == 3
    assert text_of(session) == text_of(after("", "", "")[0])
    others = {text_of(after("", "", "", rng_seed=seed)[0]) for seed in range(2, 6)}
    assert others - {text_of(session)}


def test_five_candidates_are_offered_and_a_number_takes_one() -> None:
    free = WritingOptions(marks=False)  # else marks are held to the novel's share of them
    session, context = after(writing=free)
    shown = candidates_for(session, context)

    assert len(shown) == 5
    probabilities = [candidate.probability for _, candidate in shown]
    assert probabilities == sorted(probabilities, reverse=True)
    for number, (word_id, candidate) in enumerate(shown, 1):
        (choice,) = choices_of(after(str(number), writing=free)[0])
        assert (choice.word_id, choice.word) == (word_id, candidate.word)
        assert (choice.cosine, choice.probability) == (candidate.cosine, candidate.probability)


def test_candidates_keep_to_the_constraints() -> None:
    session, context = after("，")

    assert not {candidate.word for _, candidate in candidates_for(session, context)} & {
        *"，。！？”"
    }


def test_own_words_are_cut_and_read() -> None:
    session, context = after(WORDS[25] + "，" + WORDS[26])

    assert [choice.word for choice in choices_of(session)] == [WORDS[25], "，", WORDS[26]]
    # Each word's probability is what the model gave it at its place.
    reading = context.model.begin([20, 21, 25, 1])
    chance = float(np.exp(np.log(foretell(reading, context.model).probs)[26]))
    assert choices_of(session)[2].probability == pytest.approx(chance, rel=1e-5)
    # And the model goes on from there.
    assert (
        choices_of(after(WORDS[25] + "，" + WORDS[26], "")[0])[3]
        == choices_of(answer(session, "", context).session)[3]
    )


def test_own_words_that_the_novel_lacks_stay_and_are_read_as_unknown() -> None:
    session, context = opened()
    reply = answer(session, "龘" + WORDS[25] + "!", context)

    assert reply.note == "never used in this novel, read as unknown characters: 龘"
    assert text_of(reply.session) == "龘" + WORDS[25] + "!"
    strange, known, mark = choices_of(reply.session)
    assert (strange.word, strange.cosine, strange.probability) == ("龘", None, None)
    assert len(strange.candidates) == 5
    assert (known.word, mark.word) == (WORDS[25], "！")
    # The network has read the unknown word, id V, in its place.
    reading = context.model.begin([20, 21, len(WORDS), 25])
    expected = np.log(foretell(reading, context.model).probs)[WORDS.index("！")]
    assert mark.probability == pytest.approx(float(np.exp(expected)), rel=1e-5)
    assert text_of(answer(reply.session, "u", context).session) == ""


def test_own_words_stand_as_they_were_typed() -> None:
    session, context = opened()
    line = f"{WORDS[25]} , {WORDS[26]}\x1b[31m\u202e¶{WORDS[25]}"
    reply = answer(session, line, context)
    assert reply.note.startswith(
        "2 characters that cannot be shown, left out; never used in this novel"
    )
    session = reply.session
    assert text_of(session) == f"{WORDS[25]} , {WORDS[26]}[31m\n{WORDS[25]}"
    assert "</s>" in [choice.word for choice in choices_of(session)]
    nothing = answer(session, "\x1b\x07", context)
    assert (nothing.session, nothing.note) == (
        session,
        "expected words, got none that can be shown",
    )


@pytest.mark.parametrize("best_of", [1, 4])
@pytest.mark.parametrize(("line", "way"), [(".", "sentence"), ("p", "paragraph")])
def test_a_step_goes_to_its_end_and_is_one_turn(line: str, way: str, best_of: int) -> None:
    sampling = Sampling(best_of=best_of)
    for seed in range(8):
        session, context = after(line, rng_seed=seed, sampling=sampling)
        (turn,) = session.turns
        assert turn.way == way
        draft = turn.after.state.draft
        is_break = turn.text.endswith("\n")
        assert 1 <= len(turn.choices) < LONGEST_STEP + 70  # of which a sentence has no more
        if len(turn.choices) < LONGEST_STEP:
            long = way == "sentence" and len(turn.choices) == 70
            assert is_break or long or (way == "sentence" and draft.ended)
        assert turn.text.count("\n") == is_break
        assert answer(session, "u", context).session.turns == ()
        assert session == after(line, rng_seed=seed, sampling=sampling)[0]


def test_a_step_begins_with_the_word_that_would_have_come() -> None:
    sampling = Sampling(best_of=1)
    first, alone = (after(line, sampling=sampling)[0] for line in (".", ""))
    assert choices_of(first)[0] == choices_of(alone)[0]


def test_a_step_that_is_drawn_again_is_another_one_every_time() -> None:
    ways = [after("p", *["r"] * count)[0] for count in range(4)]
    assert len({text_of(session) for session in ways}) >= 3  # what is drawn may come again
    assert all(len(session.turns) == 1 for session in ways)


@pytest.mark.parametrize("line", ["5" * 5000, "5" * LONGEST_LINE, "9" * (LONGEST_LINE + 1)])
def test_numbers_of_any_length_are_answered(line: str) -> None:
    session, context = opened()
    reply = answer(session, line, context)
    assert reply.session == session
    assert reply.note.startswith("expected ")
    assert len(reply.note) < 100


@pytest.mark.parametrize("line", ["", "2", WORDS[25] + WORDS[26]])
def test_undo_takes_back_a_whole_turn(line: str) -> None:
    assert after("", line, "u")[0].turns == after("")[0].turns
    assert after(line, "u")[0].turns == ()


@pytest.mark.parametrize("line", ["", "2", WORDS[25] + WORDS[26]])
def test_redo_brings_back_what_was_undone(line: str) -> None:
    assert after("", line, "u", "U")[0] == after("", line)[0]
    assert after("", line, "u", "u", "U", "U")[0] == after("", line)[0]
    # The text goes on as if nothing had been undone.
    assert text_of(after("", line, "u", "U", "", "")[0]) == text_of(after("", line, "", "")[0])


def test_a_turn_in_its_place_leaves_nothing_to_redo() -> None:
    session, context = after("", "u", "3")
    assert answer(session, "U", context).note == "nothing to redo"


@pytest.mark.parametrize("detour", [["", "u"], ["1", "u", "U", "u"], ["", "r", "u"]])
def test_what_was_undone_leaves_no_trace(detour: list[str]) -> None:
    """Forks share the runs of words written: what one notes, no other may see."""
    straight = ["", "2", "", "1", "1", ""]
    ways = [straight, [*detour, "", "2", *detour, *detour, "", "1", *detour, "1", ""]]
    first, second = (after(*way, writing=WritingOptions(no_repeat=2))[0] for way in ways)
    assert text_of(first) == text_of(second)


def test_taking_back_reads_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session, context = after(*[""] * 30)
    words_read: list[int] = []

    def counting(
        readings: Sequence[Reading], word_ids: Sequence[int], model: Model
    ) -> list[Reading]:
        words_read.extend(word_ids)
        return read_all(readings, word_ids, model)

    monkeypatch.setattr(next_word, "read_all", counting)
    for line, expected in (("u", 0), ("U", 0), ("u", 0), ("", 1), ("r", 1), ("3", 1)):
        words_read.clear()
        session = answer(session, line, context).session
        candidates_for(session, context)
        assert len(words_read) == expected, line


@pytest.mark.parametrize("end", [{"words": 1}, {"paragraphs": 1}, {"until": WORDS[3]}])
def test_a_session_ends_when_the_person_says_so(end: dict[str, Any]) -> None:
    way = ["p", "", ".", "p", ""]
    assert text_of(after(*way, writing=WritingOptions(**end))[0]) == text_of(after(*way)[0])


def test_nothing_can_be_undone_at_the_beginning() -> None:
    session, context = opened()
    assert answer(session, "u", context).note == "nothing to undo"


def test_redraw_never_comes_back_to_a_word() -> None:
    session, context = after("")
    seen = [choices_of(session)[-1].word]
    for _ in range(10):
        session = answer(session, "r", context).session
        assert len(choices_of(session)) == 1
        seen.append(choices_of(session)[-1].word)

    assert len(set(seen)) == 11
    # The next word may again be any.
    assert answer(session, "", context).session.turns[-1].refused == ()


def test_redraw_says_when_there_is_no_other_word() -> None:
    session, context = after("")
    for _ in WORDS:
        reply = answer(session, "r", context)
        session = reply.session

    assert reply.note == "expected another word that may stand here, found none"
    assert len(choices_of(session)) == 1


def test_redraw_turns_the_page_where_the_model_drew_nothing() -> None:
    session, context = opened()
    first = [number for number, _ in candidates_for(session, context)]
    second = [
        number for number, _ in candidates_for(answer(session, "r", context).session, context)
    ]

    assert len(second) == 5
    assert not set(first) & set(second)
    (choice,) = choices_of(after("r", "1")[0])
    assert choice.word_id == second[0]
    assert after("r", "1")[0].page == 0


@pytest.mark.parametrize("line", ["0", "6", "99"])
def test_a_number_without_a_candidate_is_refused(line: str) -> None:
    session, context = opened()
    reply = answer(session, line, context)

    assert (reply.session, reply.note) == (session, f"expected a number from 1 to 5, got {line}")


def test_the_other_commands() -> None:
    session, context = opened()

    assert answer(session, "q", context).done
    assert answer(session, "?", context).note == HELP
    assert answer(session, "s", context).save_to == "", "the file before"
    assert answer(session, "1", context).save_to is None
    assert answer(session, "s my text.txt", context).save_to == "my text.txt"
    assert not answer(session, "s", context).done


def test_the_seed_phrase_is_read_before_the_first_turn() -> None:
    seed = WRITER.understand(PHRASE)
    session, context = open_session(
        WRITER, seed, writing=WritingOptions(), sampling=Sampling(), rng_seed=1
    )

    assert session.start.state.draft.ids == [20, 21]
    assert answer(session, "", context).session.turns


def test_words_to_be_included_are_the_persons_part() -> None:
    with pytest.raises(SettingsError, match=r"^--must-include: expected none with --interactive"):
        opened(writing=WritingOptions(must_include=(WORDS[25],)))


def dialogue(*lines: str) -> list[tuple[Session, str]]:
    """All that a session tells over these lines."""
    session, context = opened()
    left = [f"{line}\n" for line in lines]
    return list(converse(session, context, PHRASE, lambda: left.pop(0) if left else ""))


def test_a_dialogue_ends_with_q_or_with_its_lines() -> None:
    assert dialogue("", "q", "") == dialogue("", "q")
    assert len(choices_of(dialogue("", "")[-1][0])) == 2
    told = [text for _, text in dialogue()]
    assert told[0] == HELP
    shown = told[1].splitlines()
    assert shown[1] == PHRASE
    assert [line.split()[0] for line in shown[2:]] == ["1", "2", "3", "4", "5"]


def saves(*names: object) -> list[str]:
    """What is told of saving under these names, one after the other, with a turn before each."""
    lines = [line for name in names for line in ("1", f"s {name}")]
    told = [text for _, text in dialogue(*lines)]
    return [text for text in told if "saved" in text]


def test_a_plain_s_saves_to_the_file_that_was_saved_to_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").write_text("别人的", encoding="utf-8")
    told = [line.partition(";")[0] for line in saves("", "tty.txt", "", "other.txt", "")]
    assert told == [
        "xuxie: saved to continuation.txt",
        "xuxie: saved to tty.txt",
        "xuxie: saved to tty.txt",
        "xuxie: other.txt: expected a new file, found one",
        "xuxie: saved to tty.txt",
    ]


def test_the_help_of_a_session_fits_80_columns() -> None:
    assert max(map(columns, HELP.splitlines())) <= 80


def test_a_session_saves_to_its_own_file_again(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    assert saves(path, path, path) == [f"xuxie: saved to {path}"] * 3
    assert path.read_text(encoding="utf-8") == PHRASE + text_of(after("1", "1", "1")[0]) + "\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["text.txt"]


def test_saving_never_overwrites_another_s_file(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("mine", encoding="utf-8")
    told = f"xuxie: {path}: expected a new file, found one; nothing saved; try s OTHER_NAME"
    assert saves(path, path) == [told] * 2
    assert path.read_text(encoding="utf-8") == "mine"

    saved: dict[Path, bytes] = {}
    own = tmp_path / "own.txt"
    assert save_text(str(own), "甲", saved) == f"saved to {own}"
    own.write_text("changed since", encoding="utf-8")
    assert "expected a new file" in save_text(str(own), "乙", saved)
    assert own.read_text(encoding="utf-8") == "changed since"


def test_an_odd_name_is_a_line_and_the_session_goes_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    names = [tmp_path / "none" / "text.txt", tmp_path, "a\x00b", "x" * 300, tmp_path / "pipe"]
    told = saves(*names, tmp_path / "text.txt")
    assert len(told) == len(names) + 1
    assert all("nothing saved" in line and len(line.splitlines()) == 1 for line in told[:-1])
    assert told[-1].startswith("xuxie: saved to ")
