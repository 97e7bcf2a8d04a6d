"""The stages, in the order in which they run: the only file that names them all."""

from __future__ import annotations

from pipeline.stage import Stage, StageConfig
from pipeline.stages import decode, embed, evaluate, fetch, segment, train, window

STAGES: tuple[Stage, ...] = (
    fetch.STAGE,
    segment.STAGE,
    embed.STAGE,
    window.STAGE,
    train.STAGE,
    decode.STAGE,
    evaluate.STAGE,
)

# The stage whose artifact writes.
WRITER = decode.STAGE

SECTIONS: dict[str, type[StageConfig]] = {stage.name: stage.config for stage in STAGES}
