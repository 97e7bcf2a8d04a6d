"""Settings of a stage that has none."""

from __future__ import annotations

from pipeline.stage import StageConfig


class NoSettings(StageConfig):
    """A stage with nothing to set."""
