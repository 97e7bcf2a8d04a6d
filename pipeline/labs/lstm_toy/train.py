"""Stage `train`: plain gradient descent, with all answers on the way."""

from __future__ import annotations

from pipeline.labs.artifacts import Trial
from pipeline.labs.shared.first_unit import FirstUnitConfig, train_first_unit
from pipeline.stage import Context


def train(config: FirstUnitConfig, *, data: Trial, context: Context) -> Trial:
    """Descend, and keep the first weights, the last ones and all answers on the way."""
    start, layer, answers = train_first_unit(
        config, data.arrays["inputs"], data.arrays["targets"], context
    )
    arrays = {f"start_{name}": array for name, array in start._asdict().items()}
    return Trial(
        arrays | layer._asdict() | {"answers": answers},
        config.model_dump(mode="json"),
    )
