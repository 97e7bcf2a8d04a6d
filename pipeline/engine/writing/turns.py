"""The turns of a session: a pure step from a state and a line to a state.

Each line is a command: a candidate's number, a text, or one of those in `HELP`. What a turn draws
depends on the seed, the place and how often it was drawn before, and on nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.memories.voice import foretell
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.marks import Role
from pipeline.engine.writing.generate import (
    Ask,
    Choice,
    Position,
    choice_of,
    spell,
    step,
    strange_choice,
)
from pipeline.engine.writing.sampling import best_of
from pipeline.engine.writing.seed import cut_lines
from pipeline.engine.writing.sentences import finish_sentence, write_sentence
from pipeline.engine.writing.session import (
    SHOWN,
    Reply,
    Session,
    SessionContext,
    Turn,
    Way,
    add,
    advance,
    candidates_for,
    fork_position,
    last_word,
    peek,
    position_of,
    redo,
    undo,
)
from pipeline.plural import counted
from pipeline.shown import UNSAFE, shown

HELP = (
    "Enter: the model's word · . to the end of the sentence · p of the paragraph\n"
    "1-5: that candidate · a text: your own words, with ¶ for a new paragraph\n"
    "u: undo · U: redo · r: again, or other candidates · s [FILE]: save · q: quit"
)
LONGEST_LINE = 10_000  # characters
LONGEST_STEP = 200  # words that the model writes at one line
_BREAK = "¶"  # what stands for the end of a paragraph in a line
_STEPS: dict[str, Way] = {"": "word", ".": "sentence", "p": "paragraph"}
_TOLD = 10  # characters that a note names


def answer(session: Session, line: str, context: SessionContext) -> Reply:
    """Return what a line leads to."""
    line = line.strip()
    command, _, rest = line.partition(" ")
    if len(line) > LONGEST_LINE:
        return Reply(
            session, note=f"expected at most {LONGEST_LINE:,} characters, got {len(line):,}"
        )
    if line == "q":
        return Reply(session, done=True)
    if command == "s":
        return Reply(session, save_to=rest.strip())
    if line in ("?", "h"):
        return Reply(session, note=HELP)
    if line in ("u", "U"):
        return undo(session) if line == "u" else redo(session)
    with one_thread_a_word():
        if line in _STEPS:
            return _draw(session, context, _STEPS[line], 0, ())
        if line == "r":
            return _draw_again(session, context)
        if line.isascii() and line.isdigit():
            return _pick(session, line, context)
        return _type_words(session, line, context)


def _draw_again(session: Session, context: SessionContext) -> Reply:
    """Take back the model's last turn and draw it anew; else show the next candidates.

    A single word never comes again.
    """
    last = session.turns[-1] if session.turns else None
    if last is None or last.way == "own":
        return Reply(replace(session, page=session.page + 1))
    refused = (*last.refused, last.choices[0].word_id) if last.way == "word" else ()
    before = replace(session, turns=session.turns[:-1], page=0)
    reply = _draw(before, context, last.way, last.again + 1, refused)
    return reply if not reply.note else Reply(session, note=reply.note)


def _pick(session: Session, number: str, context: SessionContext) -> Reply:
    """Take a candidate by its number, from 1."""
    offered = candidates_for(session, context)
    if len(number) > 1 or not 1 <= int(number) <= len(offered):
        got = shown(number, 20)
        return Reply(session, note=f"expected a number from 1 to {len(offered)}, got {got}")
    word_id = offered[int(number) - 1][0]
    position = position_of(session)
    next_word = foretell(position.reading, context.model)
    choice = choice_of(word_id, next_word, context.model, SHOWN)
    text = spell([choice.word], previous=last_word(session))
    after = advance(position, word_id, context.model)
    return Reply(add(session, Turn((choice,), text, after)))


def _type_words(session: Session, text: str, context: SessionContext) -> Reply:
    """Take a person's own words: they stand as they were typed, and are read as well as can be.

    They are cut as seed phrases are; a character that the novel never uses is read as an unknown
    one.
    """
    paragraphs = [_showable(part) for part in text.split(_BREAK)]
    words = _cut(paragraphs, context)
    if not words:
        return Reply(session, note="expected words, got none that can be shown")
    note = _strange_note(words, context)
    if lost := len(text) - len(_BREAK.join(paragraphs)):
        left_out = f"{counted(lost, 'character')} that cannot be shown, left out"
        note = f"{left_out}; {note}" if note else left_out
    position, choices = position_of(session), []
    for word in words:
        choice = _own_choice(word, position, context)
        choices.append(choice)
        position = advance(position, choice.word_id, context.model)
    spelled = spell(["\n".join(paragraphs)], previous=last_word(session))
    return Reply(add(session, Turn(tuple(choices), spelled, position)), note=note)


def _showable(text: str) -> str:
    """Return a text without what no page shows: controls, and what stands for unreadable bytes."""
    return UNSAFE.sub("", text.replace("\t", " ")).replace("\ufffd", "")


def _cut(paragraphs: list[str], context: SessionContext) -> list[str]:
    """Return the words of paragraphs, with a break between two."""
    words: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        if number and PARAGRAPH_BREAK in context.tokenizer.ids:
            words.append(PARAGRAPH_BREAK)
        words.extend(cut_lines(paragraph, context.tokenizer))
    return words


def _strange_note(words: list[str], context: SessionContext) -> str:
    """Return a note on characters that the novel never uses, "" where there are none."""
    strange = [w for w in dict.fromkeys(words) if w not in context.tokenizer.ids]
    more = f" and {len(strange) - _TOLD:,} more" if len(strange) > _TOLD else ""
    named = " ".join(shown(word, 20) for word in strange[:_TOLD])
    return f"never used in this novel, read as unknown characters: {named}{more}" if named else ""


def _own_choice(word: str, position: Position, context: SessionContext) -> Choice:
    """Return a typed word as the model reads it, with what the model would have chosen."""
    model, ids = context.model, context.tokenizer.ids
    next_word = foretell(position.reading, context.model)
    if word in ids:
        return choice_of(ids[word], next_word, model, SHOWN)
    return strange_choice(word, len(ids), next_word, model, SHOWN)


def _draw(
    session: Session, context: SessionContext, way: Way, again: int, refused: tuple[int, ...]
) -> Reply:
    """Write on, with a generator of its own for each place and each time it is drawn again."""
    place = sum(len(turn.choices) for turn in session.turns)
    generator = np.random.default_rng([context.rng_seed, place, again])
    position = fork_position(position_of(session))
    if way == "word" or best_of(context.sampling) == 1:
        choices, position = _by_word(position, context, way, generator, refused)
    else:
        choices, position = _by_sentence(position, context, way, generator)
    if not choices:
        return Reply(session, note="expected another word that may stand here, found none")
    text = spell([choice.word for choice in choices], previous=last_word(session))
    return Reply(add(session, Turn(tuple(choices), text, position, way, refused, again)))


def _by_word(
    position: Position,
    context: SessionContext,
    way: Way,
    generator: np.random.Generator,
    refused: tuple[int, ...],
) -> tuple[list[Choice], Position]:
    """Return a word, or words to the end of a sentence or paragraph, and where the text stands."""
    choices: list[Choice] = []
    for _ in range(1 if way == "word" else LONGEST_STEP):
        written = step(Ask(position, generator, context.sampling, SHOWN, refused), context.model)
        if written is None:
            break
        choices.append(written.choice)
        position = written.position
        if _is_over(position, way, context):
            break
    return choices, position


def _by_sentence(
    position: Position, context: SessionContext, way: Way, generator: np.random.Generator
) -> tuple[list[Choice], Position]:
    """Return a sentence, or those of a paragraph, each the best of several; see `_by_word`."""
    choices: list[Choice] = []
    generators = generator.spawn(best_of(context.sampling))
    while len(choices) < LONGEST_STEP:
        own, after = finish_sentence(
            write_sentence(
                position,
                context.model,
                sampling=context.sampling,
                generators=generators,
                candidates=SHOWN,
                shortest=1,
            ),
            context.model,
        )
        if after is None:  # no word may come any more
            return choices, position
        choices += own
        position = after
        if way == "sentence" or position.state.draft.role is Role.BREAK:
            break
    return choices, position


def _is_over(position: Position, way: Way, context: SessionContext) -> bool:
    """Return whether a sentence or a paragraph ends here: marks that close it are written too."""
    draft = position.state.draft
    if draft.role is Role.BREAK:
        return True
    if way != "sentence" or not draft.ended:
        return False
    if not draft.opened:
        return True
    closers = draft.marks.closers[draft.opened[-1][0]]
    _, weights = peek(position, context.model, context.sampling)
    return int(weights.argmax()) not in closers
