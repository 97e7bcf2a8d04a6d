"""The stages, in the order in which they run: the only file that names them all."""

from __future__ import annotations

from pipeline.stage import Stage, StageConfig
from pipeline.stages import (
    decode,
    embed,
    evaluate,
    fetch,
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
    train.STAGE,
    regress.STAGE,
    decode.STAGE,
    remember.STAGE,
    evaluate.STAGE,
    report.STAGE,
)

# The stage that cuts the novel into words.
SEGMENTER = segment.STAGE

# The stages whose artifacts write: the network, and its memories of the novel.
NETWORK = decode.STAGE
MEMORIES = remember.STAGE

# The stages whose artifacts people look at.
EVALUATION = evaluate.STAGE
REPORT = report.STAGE

SECTIONS: dict[str, type[StageConfig]] = {stage.name: stage.config for stage in STAGES}
