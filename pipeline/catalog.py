"""The stages, in the order in which they run: the only file that names them all."""

from __future__ import annotations

from pipeline.stage import Stage, StageConfig
from pipeline.stages import (
    base,
    decode,
    embed,
    evaluate,
    fetch,
    model,
    regress,
    remember,
    report,
    segment,
    train,
    window,
)

STAGES: tuple[Stage, ...] = (
    fetch.STAGE,
    segment.STAGE,
    embed.STAGE,
    window.STAGE,
    base.STAGE,
    train.STAGE,
    decode.STAGE,
    remember.STAGE,
    model.STAGE,
    regress.STAGE,
    evaluate.STAGE,
    report.STAGE,
)

# The stage that cuts the novel into words.
SEGMENTER = segment.STAGE

# The stage that reads the novel, and the one with which it ends in a model.
SOURCE = fetch.STAGE
MODEL = model.STAGE

# The stages whose artifacts people look at.
EVALUATION = evaluate.STAGE
REPORT = report.STAGE

SECTIONS: dict[str, type[StageConfig]] = {stage.name: stage.config for stage in STAGES}
