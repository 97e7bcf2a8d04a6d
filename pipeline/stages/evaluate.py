"""evaluate: how well the writer foretells chapters it has never seen, and what it writes."""

from __future__ import annotations

from pydantic import Field

from pipeline.artifacts.bundle import WriterBundle
from pipeline.artifacts.evaluation import EVALUATION, Evaluation
from pipeline.artifacts.segmentation import Segmentation
from pipeline.artifacts.training import Training
from pipeline.artifacts.windows import Windows, evaluation_starts
from pipeline.engine.curves import draw_curves
from pipeline.engine.score import score_unigram, score_windows, summarise
from pipeline.engine.writer import Writer
from pipeline.stage import Context, Stage, StageConfig

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
    """Return the first sentence after the heading of the first test section, 20 words at most."""
    section = next(section for section in segment.sections if section.part == "test")
    lines = segment.lines[section.start : section.stop]
    words = (lines[1] if len(lines) > 1 else lines[0]).split(" ")[:SEED_WORDS]
    for number, word in enumerate(words):
        if word in "。！？．":
            return "".join(words[: number + 1])
    return "".join(words)


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
    scores: dict[str, dict[str, dict[str, float | None]]] = {}
    for number, part in enumerate(("validation", "test")):
        starts = evaluation_starts(window, part)  # type: ignore[arg-type]
        network = score_windows(
            window.ids,
            starts,
            decode,
            progress=lambda done, total, n=number, p=part: context.progress(  # type: ignore[misc]
                n + done / total, 2, f"scoring {p}"
            ),
        )
        unigram = score_unigram(window.ids[starts + window.steps], log_prior=decode.log_prior)
        scores[part] = {"unigram": summarise(unigram), "network": summarise(network)}
    seed_phrase = config.seed_phrase or held_out_opening(segment)
    sample = Writer(decode).continue_text(
        seed_phrase, words=config.sample_words, rng_seed=config.seed
    )
    return Evaluation(
        scores=scores,
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
