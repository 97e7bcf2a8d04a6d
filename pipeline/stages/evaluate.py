"""evaluate: how well the writer foretells chapters it has never seen, and what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.evaluation import EVALUATION, Evaluation
from pipeline.artifacts.segmentation import Part, Segmentation
from pipeline.artifacts.windows import Windows, evaluation_starts
from pipeline.stage import Context, Progress, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.artifacts.bundle import WriterBundle
    from pipeline.artifacts.training import Training

HELD_OUT: tuple[Part, ...] = ("validation", "test")

SEED_WORDS = 20


class EvaluateConfig(StageConfig):
    """Settings of `evaluate`."""

    seed_phrase: str = Field(
        "",
        description="what the sample continues; empty takes the first held-out chapter's opening",
    )
    sample_words: int = Field(200, ge=1, le=100_000, description="words of the sample")
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


def score_part(
    window: Windows, part: Part, decode: WriterBundle, progress: Progress
) -> dict[str, dict[str, float | None]]:
    """Return model → scores over every target of a held-out part."""
    from pipeline.engine.ngram import score_kneser_ney, train_kneser_ney
    from pipeline.engine.score import score_unigram, score_windows, summarise

    starts = evaluation_starts(window, part)  # (N,)
    offset = HELD_OUT.index(part)
    network = score_windows(
        window.ids,
        starts,
        decode,
        progress=lambda done, total: progress(offset + done / total, len(HELD_OUT), part),
    )
    unigram = score_unigram(window.ids[starts + window.steps], log_prior=decode.log_prior)
    ngram = train_kneser_ney(
        window.ids, window.spans["train"], vocabulary_size=window.vocabulary_size
    )
    kneser_ney = score_kneser_ney(window.ids, starts, ngram, steps=window.steps)
    return {
        "unigram": summarise(unigram),
        "kneser_ney": summarise(kneser_ney),
        "network": summarise(network),
    }


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
    from pipeline.engine.writer import Writer

    seed_phrase = config.seed_phrase or held_out_opening(segment)
    sample = Writer(decode).continue_text(
        seed_phrase, words=config.sample_words, rng_seed=config.seed
    )
    return Evaluation(
        scores={part: score_part(window, part, decode, context.progress) for part in HELD_OUT},
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
