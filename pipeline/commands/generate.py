"""`generate`: write on from a phrase."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipeline.commands import options
from pipeline.commands.console import guarded, say_notes
from pipeline.commands.options import Artifacts, AsJson, Asked
from pipeline.commands.session import write_together
from pipeline.commands.why import explained_json, give_reasons, word_lines
from pipeline.commands.words import (
    document,
)
from pipeline.errors import SettingsError
from pipeline.project import (
    ARTIFACTS,
    cut_novel,
    find_project,
    seeded_writer,
)

if TYPE_CHECKING:
    from pipeline.artifacts.segmentation import Segmentation
    from pipeline.engine.writing.evidence import Evidence
    from pipeline.engine.writing.generate import Choice
    from pipeline.engine.writing.options import WritingOptions
    from pipeline.engine.writing.sampling import Sampling
    from pipeline.engine.writing.seed import Seed
    from pipeline.engine.writing.writer import Writer

CANDIDATES = 5


@guarded
@options.takes(
    writing=options.writing_from, sampling=options.sampling_from, asked=options.writer_from
)
def generate(
    seed_phrase: options.SeedPhrase,
    writing: WritingOptions,
    sampling: Sampling,
    asked: Asked,
    unknown: options.Unknown = "parts",
    prior_weight: options.PriorWeight = None,
    memory: options.Memory = None,
    rng_seed: options.RngSeed = None,
    samples: options.Samples = 1,
    show_candidates: options.ShowCandidates = False,
    why: options.Why = False,
    interactive: options.Interactive = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Write on from a seed phrase in the novel's style.

    Without --source, --config and --set, with the writer of the last complete run.
    """
    from pipeline.engine.threads import one_thread
    from pipeline.engine.writing.session import open_session

    one_thread()
    check_generate(
        samples, writing, interactive=interactive, why=why, show_candidates=show_candidates
    )
    project = find_project(artifacts, **asked)
    writer, seed, notes = seeded_writer(project, seed_phrase, unknown)
    writer = writer if memory is None else writer.remembering(memory)
    say_notes(notes)
    first_seed = secrets.randbelow(2**31) if rng_seed is None else rng_seed
    chosen: dict[str, Any] = {
        "writing": writing,
        "sampling": sampling,
        "prior_weight": prior_weight,
    }
    if interactive:
        session, context = open_session(writer, seed, rng_seed=first_seed, **chosen)
        return write_together(session, context, seed_phrase, seed, as_json)
    for piece, aside in write_samples(
        writer,
        seed_phrase,
        seed,
        rng_seeds=range(first_seed, first_seed + samples),
        novel=cut_novel(project) if why else None,
        candidates=CANDIDATES if show_candidates or why else 0,
        as_json=as_json,
        **chosen,
    ):
        print(piece, end="", flush=True, file=sys.stderr if aside else sys.stdout)
    return None


def check_generate(
    samples: int, writing: WritingOptions, *, interactive: bool, why: bool, show_candidates: bool
) -> None:
    """Refuse numbers out of bounds and options that exclude each other."""
    if samples < 1 or (interactive and samples > 1):
        expected = "1 with --interactive" if interactive else "at least 1"
        raise SettingsError(f"--samples: expected {expected}, got {samples}")
    not_together = {  # the person says when the text ends, and sees the candidates anyway
        "words": writing.words,
        "sentences": writing.sentences,
        "paragraphs": writing.paragraphs,
        "until": writing.until,
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
    writing: WritingOptions,
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
    prompt = writer.prompt(seed, writing=writing, prior_weight=prior_weight)
    samples = []
    for number, rng_seed in enumerate(rng_seeds):
        written: list[str] = []
        stream = prompt.stream(sampling=sampling, rng_seed=rng_seed, candidates=candidates)
        explained = give_reasons(noted(stream, written), prompt.seed_ids, prompt.model, novel)
        if as_json:
            samples.append((rng_seed, list(explained)))
        elif candidates:
            yield from ((piece, False) for piece in word_pieces(explained))
        else:
            words = (choice for choice, _ in explained)
            pieces = text_pieces(seed_phrase, seed, words, after_another=number > 0)
            yield from ((piece, False) for piece in pieces)
        for note in unmet_notes(writing, written):
            yield f"xuxie: {note}\n", True
    if as_json:
        yield document(explained_json(seed_phrase, seed, samples)), False


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
    from pipeline.engine.writing.generate import spell

    yield ("\n――――\n" if after_another else "") + seed_phrase
    previous = seed.words[-1]
    for choice in choices:
        yield spell([choice.word], previous=previous)
        previous = choice.word
    yield "\n"


def unmet_notes(writing: WritingOptions, words: list[str]) -> Iterator[str]:
    """Yield a note for each thing that was asked for and is not among what was written."""
    from pipeline.engine.writing.generate import spell

    text = spell(words)
    if writing.until and writing.until not in text:
        yield f"--until {writing.until}: not written within {writing.limit()} words"
    if missing := [word for word in writing.must_include if word not in text]:
        yield f"--must-include: found no place for {' '.join(missing)}"
