"""`generate`: write on from a phrase."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import arguments, options, writing_options
from pipeline.commands.console import guarded, put, say, say_notes, width
from pipeline.commands.draft import read_draft
from pipeline.commands.mix import open_novels, read_mix, writer_of
from pipeline.commands.options import Artifacts, AsJson
from pipeline.commands.output import check_output, write_output
from pipeline.commands.phrase import read_phrase
from pipeline.commands.session import write_together
from pipeline.commands.why import explained_json, give_reasons, word_lines
from pipeline.commands.words import document
from pipeline.errors import SettingsError
from pipeline.interrupts import check
from pipeline.plural import counted
from pipeline.project import ARTIFACTS

if TYPE_CHECKING:
    from pipeline.engine.bundle.model import NovelModel
    from pipeline.engine.writing.evidence import Evidence
    from pipeline.engine.writing.generate import Choice
    from pipeline.engine.writing.options import WritingOptions
    from pipeline.engine.writing.prompt import Prompt
    from pipeline.engine.writing.sampling import Sampling
    from pipeline.engine.writing.seed import Seed
    from pipeline.engine.writing.text_writer import TextWriter

_CANDIDATES = 5
_BETWEEN = "\n――――\n"  # samples


@guarded
@arguments.takes(writing=arguments.writing_from, sampling=arguments.sampling_from)
def generate(
    writing: WritingOptions,
    sampling: Sampling,
    seed_phrase: writing_options.SeedPhrase = None,
    seed_file: writing_options.SeedFile = None,
    learn_from: options.LearnFrom = None,
    model: options.ModelName = None,
    mix: options.Mix = None,
    unknown: writing_options.Unknown = "keep",
    prior_weight: writing_options.PriorWeight = None,
    memory: options.Memory = None,
    rng_seed: writing_options.RngSeed = None,
    samples: writing_options.Samples = 1,
    show_candidates: writing_options.ShowCandidates = False,
    why: writing_options.Why = False,
    interactive: writing_options.Interactive = False,
    output: writing_options.Book = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Write on from a seed phrase in the style of a model's novel."""
    from pipeline.engine.bundle.model import rare_words
    from pipeline.engine.writing.sampling import is_drawn

    _check(samples, writing, interactive=interactive, why=why, show_candidates=show_candidates)
    if output is not None:
        _check_alone(interactive=interactive, why=why, candidates=show_candidates, as_json=as_json)
        check_output(output)
    phrase = read_phrase(seed_phrase, seed_file, interactive=interactive)
    learnt = read_draft(learn_from)
    novels, weights, notes = open_novels(artifacts, model, read_mix(mix or ()))
    writer, seed, seed_notes = _ready(novels, weights, phrase, unknown, memory)
    say_notes(notes + seed_notes)
    first_seed = secrets.randbelow(2**31) if rng_seed is None else rng_seed
    if interactive:
        return _converse(
            writer,
            phrase,
            seed,
            writing,
            sampling,
            prior_weight,
            first_seed,
            learnt,
            as_json=as_json,
        )
    pieces = _write_samples(
        writer.prompt(seed, writing=writing, prior_weight=prior_weight, learn_from=learnt),
        phrase,
        seed,
        writing=writing,
        sampling=sampling,
        rng_seeds=range(first_seed, first_seed + samples),
        rare={name: rare_words(own) for name, own in novels.items()} if why else None,
        candidates=_CANDIDATES if show_candidates or why else 0,
        as_json=as_json,
        tell_seed=rng_seed is None and is_drawn(sampling),
    )
    if output is None:
        return _tell(pieces)
    return _bind(pieces, output, " · ".join(novel.card.title for novel in novels.values()))


def _converse(
    writer: TextWriter,
    phrase: str,
    seed: Seed,
    writing: WritingOptions,
    sampling: Sampling,
    prior_weight: float | None,
    rng_seed: int,
    learnt: str,
    *,
    as_json: bool,
) -> None:
    """Write together with the model."""
    from pipeline.engine.writing.session import open_session

    session, context = open_session(
        writer,
        seed,
        writing=writing,
        sampling=sampling,
        prior_weight=prior_weight,
        rng_seed=rng_seed,
        learn_from=learnt,
    )
    write_together(session, context, phrase, seed, as_json)


def _ready(
    novels: Mapping[str, NovelModel],
    weights: Mapping[str, float],
    phrase: str,
    unknown: str,
    memory: str | None,
) -> tuple[TextWriter, Seed, list[str]]:
    """Return the writer, the phrase as it understands it, and notes on that for the user."""
    from pipeline.engine.writing.seed import read_unknown, seed_notes

    way = read_unknown(unknown)
    writer = writer_of(novels, weights, memory)
    seed = writer.understand(phrase, unknown=way)
    return writer, seed, seed_notes(seed)


def _tell(pieces: Iterator[tuple[str, bool]]) -> None:
    """Print pieces as they come, asides to stderr."""
    for piece, aside in pieces:
        check()
        say(f"xuxie: {piece}") if aside else put(piece, end="")


def _bind(pieces: Iterator[tuple[str, bool]], output: Path, title: str) -> None:
    """Write the samples to a file as they would be printed; print its name, asides to stderr."""
    texts = [""]
    for piece, aside in pieces:
        check()
        if aside:
            say(f"xuxie: {piece}")
        elif piece is _BETWEEN:
            texts.append("")
        else:
            texts[-1] += piece
    write_output(output, title, texts)
    put(str(output))


def _check_alone(**options: bool) -> None:
    """Refuse what prints another thing than the text that `--output` writes."""
    names = {"candidates": "show-candidates", "as_json": "json"}
    for name, given in options.items():
        if given:
            option = f"--{names.get(name, name)}"
            raise SettingsError(
                f"--output: expected no {option} beside it, got both; leave one out",
                option="--output",
            )


def _check(
    samples: int, writing: WritingOptions, *, interactive: bool, why: bool, show_candidates: bool
) -> None:
    """Refuse numbers out of bounds and options that exclude each other."""
    from pipeline.engine.writing.options import MOST_WORDS

    most = 1 if interactive else MOST_WORDS // writing.limit()
    if not 1 <= samples <= most:
        many = f"1 to {most:,} of up to {writing.limit():,} words, a million in all"
        expected = "1 with --interactive" if interactive else many
        raise SettingsError(f"--samples: expected {expected}, got {samples:,}", option="--samples")
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
                f"--{name}: expected no --interactive beside it, got both; leave one out",
                option=f"--{name}",
            )


def _write_samples(
    prompt: Prompt,
    phrase: str,
    seed: Seed,
    *,
    writing: WritingOptions,
    sampling: Sampling,
    rng_seeds: Sequence[int],
    rare: Mapping[str, Sequence[str]] | None,
    candidates: int,
    as_json: bool,
    tell_seed: bool,
) -> Iterator[tuple[str, bool]]:
    """Yield what to print, as the words come, and whether it is an aside.

    There is a sample for each of `rng_seeds`, told after it if `tell_seed`. `rare` holds the
    novels' rare words if each word's evidence is to be shown; without `candidates` for each word,
    the text alone is. JSON is one document, at the end. For the rest see `Prompt.stream`.
    """
    samples = []
    streams = prompt.streams(sampling=sampling, rng_seeds=rng_seeds, candidates=candidates)
    for number, (rng_seed, stream) in enumerate(zip(rng_seeds, streams, strict=True)):
        written: list[str] = []
        explained = give_reasons(_noted(stream, written), prompt.seed_ids, prompt.model, rare)
        if as_json:
            samples.append((rng_seed, list(explained)))
        else:
            yield _BETWEEN if number else "", False
            tell = _word_pieces if candidates else _text_pieces
            yield from ((piece, False) for piece in tell(phrase, seed, explained))
        yield from ((note, True) for note in _unmet_notes(writing, written))
        if tell_seed and not as_json:
            yield f"--rng-seed {rng_seed} writes this again", True
    if as_json:
        yield document(explained_json(phrase, seed, samples)), False


def _noted(choices: Iterator[Choice], words: list[str]) -> Iterator[Choice]:
    """Yield the choices on, and note their words in `words`."""
    for choice in choices:
        words.append(choice.word)
        yield choice


def _word_pieces(
    phrase: str, seed: Seed, explained: Iterator[tuple[Choice, Evidence | None]]
) -> Iterator[str]:
    """Yield each word with its candidates and its evidence, and at the end the whole text."""
    told, columns = [], width()
    for choice, evidence in explained:
        yield "".join(f"{line}\n" for line in word_lines(choice, evidence, columns))
        told.append((choice, evidence))
    yield "\n"
    yield from _text_pieces(phrase, seed, iter(told))


def _text_pieces(
    phrase: str, seed: Seed, explained: Iterator[tuple[Choice, Evidence | None]]
) -> Iterator[str]:
    """Yield the seed phrase and then the words, as they come."""
    from pipeline.engine.writing.generate import spell

    yield phrase
    previous = seed.words[-1]
    for choice, _ in explained:
        yield spell([choice.word], previous=previous)
        previous = choice.word
    yield "\n"


def _unmet_notes(writing: WritingOptions, words: list[str]) -> Iterator[str]:
    """Yield a note for each thing that was asked for and is not among what was written."""
    from pipeline.engine.writing.generate import spell

    text = spell(words)
    if writing.until and writing.until not in text:
        yield f"--until {writing.until}: not written within {counted(writing.limit(), 'word')}"
    if missing := [word for word in writing.must_include if word not in text]:
        yield f"--must-include: found no place for {' '.join(missing)}"
