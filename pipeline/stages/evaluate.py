"""evaluate: how well the writer foretells chapters it has never seen, and what it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.evaluation import EVALUATION, Evaluation, ModelScores
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK, Part, Segmentation
from pipeline.artifacts.windows import Windows, evaluation_starts, spread, target_sections
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.bundle import WriterBundle
    from pipeline.artifacts.training import Training
    from pipeline.engine.ngram import KneserNey
    from pipeline.engine.score import Scores

HELD_OUT: tuple[Part, ...] = ("validation", "test")

SEED_WORDS = 20


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    seed_phrase: str = Field(
        "",
        description="what the sample continues; empty takes the first held-out chapter's opening",
    )
    sample_words: int = Field(200, ge=1, le=100_000, description="words of the sample")
    continuations: int = Field(
        50, ge=1, le=10_000, description="texts written from held-out openings to be measured"
    )
    continuation_words: int = Field(200, ge=10, le=10_000, description="words of such a text")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the sample's random numbers")


def held_out_opening(segment: Segmentation) -> str:
    """Return the beginning of the first test section's text, up to a stop within 20 words.

    The section's first line is its heading. Where no sentence ends within 20 words, the last
    clause that does is taken, and the bare 20 words where there is none either.
    """
    section = next(section for section in segment.sections if section.part == "test")
    lines = segment.lines[section.start : section.stop]
    words = (lines[1] if len(lines) > 1 else lines[0]).split(" ")[:SEED_WORDS]
    for stops in ("。！？．", "，；："):
        ends = [number for number, word in enumerate(words) if word in stops]
        if ends:
            return "".join(words[: (ends[0] if stops[0] == "。" else ends[-1]) + 1])
    return "".join(words)


def score_models(
    window: Windows,
    starts: NDArray[np.int64],
    decode: WriterBundle,
    ngram: KneserNey,
    progress: Callable[[float, float], None],
) -> dict[str, Scores]:
    """Return model → scores of the targets of all window starts (N,); the network takes longest."""
    from pipeline.engine.ngram import score_kneser_ney
    from pipeline.engine.score import score_unigram, score_windows

    return {
        "unigram": score_unigram(window.ids[starts + window.steps], log_prior=decode.log_prior),
        **score_kneser_ney(window.ids, starts, ngram, steps=window.steps),
        "network": score_windows(window.ids, starts, decode, progress=progress),
    }


def score_part(
    window: Windows, part: Part, decode: WriterBundle, ngram: KneserNey, context: Context
) -> dict[str, ModelScores]:
    """Return model → scores over every target of a held-out part, with intervals over chapters."""
    from pipeline.engine.bootstrap import compare_intervals, draw_chapters, score_intervals
    from pipeline.engine.score import summarise

    starts = evaluation_starts(window, part)  # (N,)
    offset = HELD_OUT.index(part)
    scores = score_models(
        window,
        starts,
        decode,
        ngram,
        lambda done, total: context.progress(offset + done / total, len(HELD_OUT), part),
    )
    chapters = target_sections(window, starts)  # (N,)
    taken = draw_chapters(chapters, context.generator)
    rows: dict[str, ModelScores] = {
        model: {**summarise(own), "interval": score_intervals(own, chapters, taken)}
        for model, own in scores.items()
    }
    rows["network"]["against_kneser_ney_known"] = compare_intervals(
        scores["network"], scores["kneser_ney_known"], chapters, taken
    )
    return rows


def held_out_openings(
    window: Windows, words: tuple[str, ...], config: EvaluateConfig
) -> NDArray[np.int64]:
    """Return token positions (P,) of test paragraphs that a context and a whole text follow."""
    import numpy as np

    length = window.steps + config.continuation_words
    break_id = words.index(PARAGRAPH_BREAK) if PARAGRAPH_BREAK in words else -1
    found = [
        start + np.flatnonzero(window.ids[start : max(start, stop - length)] == break_id) + 1
        for start, stop in window.spans["test"]
    ]
    return spread(np.concatenate(found), config.continuations)


def measure_writing(
    config: EvaluateConfig, window: Windows, decode: WriterBundle, context: Context
) -> dict[str, dict[str, float | None]]:
    """Return way of writing → measures of texts from held-out openings; none if too short a part.

    Every way goes on from the same openings; `held_out` is what really follows them.
    """
    import numpy as np

    from pipeline.engine.diversity import measure_texts
    from pipeline.engine.sampling import Sampling
    from pipeline.engine.writer import write_ids

    openings = held_out_openings(window, decode.words, config)
    if not len(openings):
        return {}
    count = config.continuation_words
    seeds = [window.ids[start : start + window.steps] for start in openings]
    ways = {
        "greedy": Sampling(temperature=0, repetition_penalty=1),
        "top_p": Sampling(temperature=1, repetition_penalty=1),
        "default": Sampling(),
    }
    texts = {"held_out": [window.ids[s + window.steps :][:count] for s in openings]}
    for number, (way, sampling) in enumerate(ways.items()):
        context.progress(number, len(ways), f"writing {way}")
        texts[way] = [
            write_ids(decode, seed, words=count, sampling=sampling, generator=context.generator)
            for seed in seeds
        ]
    source = np.concatenate([window.ids[start:stop] for start, stop in window.spans["train"]])
    return {way: measure_texts(written, source, decode.words) for way, written in texts.items()}


def evaluate(
    config: EvaluateConfig,
    *,
    segment: Segmentation,
    window: Windows,
    train: Training,
    decode: WriterBundle,
    context: Context,
) -> Evaluation:
    """Score both held-out parts, draw the curves, write a sample."""
    from pipeline.engine.curves import draw_curves
    from pipeline.engine.ngram import train_kneser_ney
    from pipeline.engine.writer import Writer

    seed_phrase = config.seed_phrase or held_out_opening(segment)
    sample = Writer(decode).continue_text(
        seed_phrase, words=config.sample_words, rng_seed=config.seed
    )
    ngram = train_kneser_ney(
        window.ids, window.spans["train"], vocabulary_size=window.vocabulary_size
    )
    return Evaluation(
        scores={part: score_part(window, part, decode, ngram, context) for part in HELD_OUT},
        writing=measure_writing(config, window, decode, context),
        curves=draw_curves(train.history),
        seed_phrase=seed_phrase,
        sample=seed_phrase + sample,
    )


STAGE = Stage(
    name="evaluate",
    inputs=("segment", "window", "train", "decode"),
    config=EvaluateConfig,
    run=evaluate,
    codec=EVALUATION,
    libraries=("matplotlib", "numpy"),
)
