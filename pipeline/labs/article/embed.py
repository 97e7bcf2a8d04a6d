"""Stage `embed` with the article's vocabulary: frequent words, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from pipeline.stages import embed


class _EmbedConfig(embed.EmbedConfig):
    """Settings of `embed`, of which the vocabulary is closed by default."""

    characters: bool = Field(
        False, description=embed.EmbedConfig.model_fields["characters"].description
    )


STAGE = replace(embed.STAGE, config=_EmbedConfig)
