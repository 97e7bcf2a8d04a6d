"""evaluate: how well the model foretells chapters it has never seen, and how it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts.evaluation import ABLATION, EVALUATION, Evaluation, ModelScores
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, Part, Segmentation
from pipeline.artifacts.windows import (
    PARTS,
    Windows,
    evaluation_starts,
    spread,
    target_sections,
)
from pipeline.stage import Advance, Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.memories import Memories
    from pipeline.artifacts.network import Network
    from pipeline.artifacts.ngram import KneserNey
    from pipeline.engine.measures.score import Scores
    from pipeline.engine.memories.next_word import Model

_ORDER = 5  # of the n-gram model that is compared with
_HELD_OUT: tuple[Part, ...] = ("validation", "test")
_ENOUGH = 20_000  # characters of held-out text that tell how a novel reads
_READ = 4_000_000  # characters and spaces between words whose reading is measured: five seconds


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    continuations: int = Field(
        20, ge=1, le=10_000, description="texts written from held-out openings to be measured"
    )
    continuation_words: int = Field(300, ge=10, le=10_000, description="words of such a text")
    max_targets: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="held-out words of each part that are scored, at most: whole chapters, evenly "
        "spread; 0 for all",
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the random numbers")


def _chosen_chapters(window: Windows, starts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the window starts (N,) of as many whole chapters as have no more than `most`.

    They are evenly spread; one chapter there is in any case. With 0 all stay.
    """
    import numpy as np

    if not most or len(starts) <= most:
        return starts
    chapters = target_sections(window, starts)  # (N,)
    numbers = np.unique(chapters)  # (C,)
    count = max(1, len(numbers) * most // len(starts))
    while count > 1 and np.isin(chapters, spread(numbers, count)).sum() > most:
        count -= 1
    return starts[np.isin(chapters, spread(numbers, count))]


def _score_models(
    window: Windows,
    starts: NDArray[np.int64],
    model: Model,
    mixtures: Mapping[str, Mapping[str, float]],
    ngram: KneserNey | None,
    regress: Network,
    progress: Advance,
) -> tuple[dict[str, Scores], dict[str, Scores]]:
    """Return model → scores of the targets of all window starts (N,), and mixture → scores.

    All are on the same pieces and give a character that was never seen the same probability. The
    mixtures, from the network alone to the whole writer, take longest. Without an `ngram`
    to compare with, it is the writer's own, the very same.
    """
    from pipeline.engine.measures.baselines import score_kneser_ney, score_unigram
    from pipeline.engine.measures.mixtures import score_mixtures
    from pipeline.engine.measures.score import allow_unseen, score_places
    from pipeline.engine.memories.batches import component_batches

    network, chapters = model.network, target_sections(window, starts)
    batches = component_batches(window.ids, starts, chapters, model, progress=progress)
    alone = {} if ngram else {"kneser_ney": {"ngram": 1.0}}
    mixed = score_mixtures(batches, network, {**alone, **mixtures})
    if ngram:
        kneser_ney = score_kneser_ney(window.ids, starts, ngram, steps=window.steps)
    else:
        kneser_ney = replace(mixed.pop("kneser_ney"), cosines=None)
    models = {
        "unigram": score_unigram(window.ids[starts + window.steps], log_prior=network.log_prior),
        "kneser_ney": kneser_ney,
        "article": score_places(window.ids, starts, regress),
        "network": mixed["network"],
        "writer": list(mixed.values())[-1],
    }
    unseen = network.unseen
    return (
        {name: allow_unseen(own, unseen) for name, own in models.items()},
        {name: allow_unseen(own, unseen) for name, own in mixed.items()},
    )


def score_part(
    window: Windows,
    part: Part,
    model: Model,
    ngram: KneserNey | None,
    regress: Network,
    titles: Sequence[str],
    generator: np.random.Generator,
    progress: Advance,
    most: int = 0,
) -> tuple[dict[str, ModelScores], list[ModelScores], list[dict[str, Any]]]:
    """Return what `Evaluation` keeps of a held-out part: its `scores`, `ablation` and `books`."""
    import numpy as np

    from pipeline.engine.measures.ablation import ablation
    from pipeline.engine.measures.bootstrap import compare_intervals, draw_chapters, score_intervals
    from pipeline.engine.measures.by_book import score_books
    from pipeline.engine.measures.metrics import piece_lengths, summarise

    mixtures = ablation(model.memories) if model.memories else {"network": model.weights}
    starts = _chosen_chapters(window, evaluation_starts(window, part), most)  # (N,)
    scores, mixed = _score_models(
        window,
        starts,
        model,
        mixtures,
        ngram,
        regress,
        progress,
    )
    chapters = target_sections(window, starts)  # (N,)
    lengths = piece_lengths(model.network.words, window.ids[starts + window.steps])  # (N,)
    taken = draw_chapters(chapters, generator)
    rows: dict[str, ModelScores] = {
        name: {
            **summarise(own, lengths),
            "interval": score_intervals(own, lengths, chapters, taken),
        }
        for name, own in scores.items()
    }
    for name in ("network", "writer"):
        rows[name]["against_kneser_ney"] = compare_intervals(
            scores[name], scores["kneser_ney"], lengths, chapters, taken
        )
    books = np.array([section.get("book", 0) for section in window.sections])[chapters]  # (N,)
    compared = {name: scores[name] for name in ("kneser_ney", "writer")}
    by_book = score_books(compared, lengths, chapters, books, titles, generator)
    return rows, _ablation_rows(mixed, mixtures, lengths), by_book


def _ablation_rows(
    mixed: Mapping[str, Scores],
    mixtures: Mapping[str, Mapping[str, float]],
    lengths: NDArray[np.int64],
) -> list[ModelScores]:
    """Return a row for each mixture: its name, scores and weights."""
    from pipeline.engine.measures.metrics import summarise

    rows = []
    for name, own in mixed.items():
        figures = summarise(own, lengths)
        scores = {key: figures[key] for key in ABLATION}
        rows.append({"name": name, **scores, "weights": dict(mixtures[name])})
    return rows


def _parted(openings: NDArray[np.int64], length: int) -> list[int]:
    """Return those of the openings (P,), in order, whose texts of `length` do not overlap."""
    taken: list[int] = []
    for start in openings.tolist():
        if not taken or start >= taken[-1] + length:
            taken.append(start)
    return taken


def _held_out_openings(
    window: Windows, words: tuple[str, ...], config: EvaluateConfig
) -> NDArray[np.int64]:
    """Return token positions (P,) of test paragraphs that a context and a whole text follow.

    What follows them does not overlap where there is room enough for all of them.
    """
    import numpy as np

    length = window.steps + config.continuation_words
    break_id = words.index(PARAGRAPH_BREAK) if PARAGRAPH_BREAK in words else -1
    found = [
        start + np.flatnonzero(window.ids[start : max(start, stop - length)] == break_id) + 1
        for start, stop in window.spans["test"]
    ]
    starts = np.concatenate(found)
    parted = np.array(_parted(starts, config.continuation_words), dtype=np.int64)
    return spread(starts if len(parted) < config.continuations else parted, config.continuations)


def _measure_writing(
    config: EvaluateConfig,
    window: Windows,
    model: Model,
    generator: np.random.Generator,
    progress: Advance,
) -> tuple[dict[str, dict[str, float | None]], list[str]]:
    """Return way of writing → measures of texts from held-out openings, and the default texts.

    Every way goes on from the same openings with the whole writer; `held_out` is what really
    follows them, or fewer of them, so that no stretch is measured twice. Nothing is written where
    the test chapters are too short.
    """
    import numpy as np

    from pipeline.engine.copy_index import index_text
    from pipeline.engine.measures.diversity import measure_texts
    from pipeline.engine.writing.generate import spell
    from pipeline.engine.writing.options import BARE, WritingOptions
    from pipeline.engine.writing.sampling import Sampling
    from pipeline.engine.writing.writer import write_ids

    words = model.network.words
    openings = _held_out_openings(window, words, config)
    if not len(openings):
        return {}, []
    count = config.continuation_words
    seeds = [window.ids[start : start + window.steps] for start in openings]
    ways = {
        "greedy": (Sampling(temperature=0, repetition_penalty=1), BARE),
        "top_p": (Sampling(temperature=1, top_p=0.9, repetition_penalty=1, best_of=1), BARE),
        "default": (Sampling(), WritingOptions()),
    }
    parted = _parted(openings, count)
    texts = {"held_out": [window.ids[s + window.steps :][:count] for s in parted]}
    for number, (way, (sampling, writing)) in enumerate(ways.items()):
        texts[way] = write_ids(
            model,
            seeds,
            words=count,
            sampling=sampling,
            generator=generator,
            writing=writing,
            progress=_part_of(progress, number, len(ways)),
        )
    train = np.concatenate([window.ids[start:stop] for start, stop in window.spans["train"]])
    source = index_text(train, len(words))
    measures = {way: measure_texts(own, source, words, len(parted)) for way, own in texts.items()}
    return measures, [spell([words[i] for i in text]) for text in texts["default"]]


def _part_of(progress: Advance, number: int, parts: int) -> Advance:
    """Return the progress of one of so many equal parts of a work."""
    return lambda done, total: progress(number + done / total, parts)


def _measure_reading(segment: Segmentation, model: Model, written: Sequence[str]) -> dict[str, Any]:
    """Return what `Evaluation` keeps of how written texts read, beside the novel.

    Words are cut alike on both sides, by the dictionary alone, and speech stands in “ and ”. Where
    little is held out, the whole novel is looked at: how it reads nobody has to foretell.
    """
    from pipeline.engine.measures.quotes import speech_marks, with_curly_quotes
    from pipeline.engine.measures.reading import commonest_words, compare_reading
    from pipeline.engine.writing.constraints.marks import find_marks
    from pipeline.engine.writing.generate import spell
    from pipeline.text.words.segment import make_cut

    if not any(written):
        return {}
    words, memories = model.network.words, model.memories
    marks = find_marks(words, memories.text_ids if memories else None)
    pairs = {words[a]: [words[b] for b in marks.closers[a]] for a in marks.quotes}
    train, held_out = part_lines(segment, ("train",), most=_READ), _text_of(segment, _HELD_OUT)
    speech = speech_marks(train, pairs)
    curl = partial(with_curly_quotes, opening=speech[0], closings=speech[1]) if speech else str
    text = "held-out chapters" if len(held_out) >= _ENOUGH else "whole novel"
    novel = held_out if len(held_out) >= _ENOUGH else _text_of(segment, PARTS)
    cut = make_cut("rjieba")
    common = commonest_words((spell(line.split(" ")) for line in train), cut)
    return {"text": text, **compare_reading(curl(novel), list(map(curl, written)), common, cut)}


def part_lines(segment: Segmentation, parts: Iterable[Part], most: int) -> list[str]:
    """Return the paragraphs of some parts as they are kept, a space between two words.

    Where they have more characters than `most`, only those of every second section, of every third,
    and so on, so that about so many are left.
    """
    sections = [section for section in segment.sections if section.part in parts]
    lines = [line for own in sections for line in segment.lines[own.start : own.stop]]
    every = max(1, -(-sum(map(len, lines)) // most))
    return [line for own in sections[::every] for line in segment.lines[own.start : own.stop]]


def _text_of(segment: Segmentation, parts: Iterable[Part]) -> str:
    """Return the paragraphs of some parts, a line each; of a large shelf some of the chapters."""
    from pipeline.engine.writing.generate import spell

    lines = part_lines(segment, parts, most=_READ)
    return "".join(f"{spell(line.split(' '))}\n" for line in lines)


def _has_kneser_ney(memories: Memories) -> bool:
    """Return whether the writer has the n-gram model of the row: the default one, whole."""
    held = memories.held.get("ngram") if "ngram" in memories.weights else None
    return held is not None and len(held.levels) + 1 == _ORDER and held.min_count == 1


def _compared_ngram(window: Windows, remember: Memories, context: Context) -> KneserNey | None:
    """Return the n-gram model to compare with; None where the writer's own is the very same."""
    from pipeline.engine.memories.ngram import train_kneser_ney

    if _has_kneser_ney(remember):
        return None
    return train_kneser_ney(
        window.ids,
        window.spans["train"],
        vocabulary_size=window.vocabulary_size,
        order=_ORDER,
        scratch_path=context.scratch_path,
        workers=context.workers,
    )


def evaluate(
    config: EvaluateConfig,
    *,
    segment: Segmentation,
    window: Windows,
    decode: Network,
    remember: Memories,
    regress: Network,
    context: Context,
) -> Evaluation:
    """Score both held-out parts, measure written texts."""
    from pipeline.engine.memories.next_word import Model
    from pipeline.engine.threads import run_at_once

    model, ngram = Model(decode, remember), _compared_ngram(window, remember, context)
    pen, *others = context.generator.spawn(1 + len(_HELD_OUT))
    scoring = [
        partial(
            score_part,
            window,
            part,
            model,
            ngram,
            regress,
            segment.books,
            generator,
            most=config.max_targets,
        )
        for part, generator in zip(_HELD_OUT, others, strict=True)
    ]
    writing_work = partial(_measure_writing, config, window, model, pen)
    (writing, written), *scored = run_at_once([writing_work, *scoring], context.progress)
    parts = dict(zip(_HELD_OUT, scored, strict=True))
    return Evaluation(
        scores={part: scores for part, (scores, _, _) in parts.items()},
        ablation={part: rows for part, (_, rows, _) in parts.items()},
        books={part: books for part, (_, _, books) in parts.items() if books},
        writing=writing,
        reading=_measure_reading(segment, model, written),
    )


STAGE = Stage(
    name="evaluate",
    inputs=("segment", "window", "decode", "remember", "regress"),
    config=EvaluateConfig,
    run=evaluate,
    codec=EVALUATION,
    libraries=("jieba", "numpy", "rjieba", "threadpoolctl"),
)
