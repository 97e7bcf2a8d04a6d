"""What `generate` prints, piece by piece, and what a session tells; only saving does more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.views import candidate_line, generation_json
from pipeline.why import explained_json, give_reasons, word_lines

if TYPE_CHECKING:
    from pipeline.artifacts.segmentation import Segmentation
    from pipeline.engine.evidence import Evidence
    from pipeline.engine.generate import Choice
    from pipeline.engine.rules.pen import Pen
    from pipeline.engine.sampling import Sampling
    from pipeline.engine.seed import Seed
    from pipeline.engine.session import Desk, Session
    from pipeline.engine.writer import Writer

LAST_CHARACTERS = 120  # of the text, shown with each turn


def check_generate(
    samples: int, pen: Pen, *, interactive: bool, why: bool, show_candidates: bool
) -> None:
    """Refuse numbers out of bounds and options that exclude each other."""
    if samples < 1 or (interactive and samples > 1):
        expected = "1 with --interactive" if interactive else "at least 1"
        raise SettingsError(f"--samples: expected {expected}, got {samples}")
    not_together = {  # the person says when the text ends, and sees the candidates anyway
        "words": pen.words,
        "sentences": pen.sentences,
        "paragraphs": pen.paragraphs,
        "until": pen.until,
        "show-candidates": show_candidates,
        "why": why,
    }
    for name, given in not_together.items():
        if interactive and given:
            raise SettingsError(
                f"--{name}: expected no --interactive beside it, got both; leave one out"
            )


def write_samples(
    writer: Writer,
    seed_phrase: str,
    seed: Seed,
    *,
    pen: Pen,
    sampling: Sampling,
    prior_weight: float | None,
    rng_seeds: Iterable[int],
    novel: Segmentation | None,
    candidates: int,
    as_json: bool,
) -> Iterator[tuple[str, bool]]:
    """Yield what to print, as the words come, and whether it is an aside.

    There is a sample for each of `rng_seeds`. `novel` holds the novel's words if each word's
    evidence is to be shown; without `candidates` for each word, the text alone is. JSON is one
    document, at the end. For the rest see `Writer.stream`.
    """
    model, seed_ids = writer.model(prior_weight, seed), writer.seed_ids(seed)
    samples = []
    for number, rng_seed in enumerate(rng_seeds):
        written: list[str] = []
        stream = writer.stream(
            seed,
            pen=pen,
            sampling=sampling,
            rng_seed=rng_seed,
            prior_weight=prior_weight,
            candidates=candidates,
        )
        explained = give_reasons(noted(stream, written), seed_ids, model, novel)
        if as_json:
            samples.append((rng_seed, list(explained)))
        elif candidates:
            yield from ((piece, False) for piece in word_pieces(explained))
        else:
            words = (choice for choice, _ in explained)
            pieces = text_pieces(seed_phrase, seed, words, after_another=number > 0)
            yield from ((piece, False) for piece in pieces)
        for note in unmet_notes(pen, written):
            yield f"xuxie: {note}\n", True
    if as_json:
        yield document(explained_json(seed_phrase, seed, samples)), False


def document(value: object) -> str:
    """Return a value as a JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def noted(choices: Iterator[Choice], words: list[str]) -> Iterator[Choice]:
    """Yield the choices on, and note their words in `words`."""
    for choice in choices:
        words.append(choice.word)
        yield choice


def word_pieces(explained: Iterator[tuple[Choice, Evidence | None]]) -> Iterator[str]:
    """Yield each word with its candidates and its evidence."""
    for choice, evidence in explained:
        yield "".join(f"{line}\n" for line in word_lines(choice, evidence))


def text_pieces(
    seed_phrase: str, seed: Seed, choices: Iterator[Choice], *, after_another: bool
) -> Iterator[str]:
    """Yield the seed phrase and then the words, as they come."""
    from pipeline.engine.generate import spell

    yield ("\n――――\n" if after_another else "") + seed_phrase
    previous = seed.words[-1]
    for choice in choices:
        yield spell([choice.word], previous=previous)
        previous = choice.word
    yield "\n"


def unmet_notes(pen: Pen, words: list[str]) -> Iterator[str]:
    """Yield a note for each thing that was asked for and is not among what was written."""
    from pipeline.engine.generate import spell

    text = spell(words)
    if pen.until and pen.until not in text:
        yield f"--until {pen.until}: not written within {pen.limit()} words"
    if missing := [word for word in pen.must_include if word not in text]:
        yield f"--must-include: found no place for {' '.join(missing)}"


def converse(
    session: Session, desk: Desk, seed_phrase: str, read_line: Callable[[], str]
) -> Iterator[tuple[Session, str]]:
    """Yield the state and what to tell, turn by turn, until the person quits or the input ends.

    Parameters
    ----------
    session, desk : see `open_session`
    seed_phrase : str
        What the shown text begins with.
    read_line : callable
        Returns a line with its end, and the empty string after the last.
    """
    from pipeline.engine.session import HELP, answer, text_of

    yield session, HELP
    while True:
        yield session, "\n".join(turn_lines(session, desk, seed_phrase))
        if not (line := read_line()):
            return
        reply = answer(session, line, desk)
        session = reply.session
        if reply.note:
            yield session, f"xuxie: {reply.note}"
        if reply.save_to:
            told = save_text(Path(reply.save_to), seed_phrase + text_of(session))
            yield session, f"xuxie: {told}"
        if reply.done:
            return


def turn_lines(session: Session, desk: Desk, seed_phrase: str) -> Iterator[str]:
    """Yield the end of the text and the candidates for the next word."""
    from pipeline.engine.session import candidates_for, text_of

    text = seed_phrase + text_of(session)
    cut = "…" if len(text) > LAST_CHARACTERS else ""
    yield f"\n{cut}{text[-LAST_CHARACTERS:]}"
    for number, (_, candidate) in enumerate(candidates_for(session, desk), 1):
        yield f"  {number}  {candidate_line(candidate)}"


def session_result(
    session: Session, desk: Desk, seed_phrase: str, seed: Seed, *, as_json: bool
) -> str:
    """Return the finished text, or it and its words as JSON."""
    from pipeline.engine.session import choices_of, text_of

    if as_json:
        sample = {"rng_seed": desk.rng_seed, "choices": choices_of(session)}
        return document(generation_json(seed_phrase, seed, [sample])).rstrip("\n")
    return seed_phrase + text_of(session)


def save_text(path: Path, text: str) -> str:
    """Write a text to a new file; return a line that tells what happened."""
    data = (text + "\n").encode("utf-8", errors="replace")
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        return f"{path}: expected a new file, found one; nothing saved; try s OTHER_NAME"
    except OSError as error:
        with suppress(OSError):
            path.unlink()  # half a text
        return f"{path}: expected to write a file, got: {error.strerror}; nothing saved"
    return f"saved to {path}"
