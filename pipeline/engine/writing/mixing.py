"""Writing with several models at once: 红楼梦 at 70 %, one's own novel at 30 %."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pipeline.engine.memories.mixed import MixedModel, Part
from pipeline.engine.writing.text_writer import TextWriter
from pipeline.engine.writing.writer import Writer
from pipeline.errors import SettingsError

_OPTION = "--mix"
_MOST = 8  # models: each word is read and foretold by all of them


class MixedWriter(TextWriter):
    """Writes on from a seed phrase in the voices of several novels: see `MixedModel`.

    Attributes
    ----------
    writers : name → writer
        The one of the greatest weight first, of equal ones in the order of their names.
    weights : name → weight, which sum to 1
    """

    def __init__(self, mixture: Mapping[str, tuple[Writer, float]]) -> None:
        ordered = sorted(mixture.items(), key=lambda item: (-item[1][1], item[0]))
        total = math.fsum(weight for _, weight in mixture.values())
        self.writers = {name: writer for name, (writer, _) in ordered}
        self.weights = {name: weight / total for name, (_, weight) in ordered}
        self._mixed = self._mixture(None)  # one for all texts: they are written side by side
        super().__init__(self._mixed.tokenizer)

    def model(self, prior_weight: float | None = None) -> MixedModel:
        """Return what tells the next word; see `TextWriter.model`."""
        return self._mixed if prior_weight is None else self._mixture(prior_weight)

    def remembering(self, names: str) -> MixedWriter:
        """Return the writer with only these components of each model."""
        return MixedWriter(
            {
                name: (writer.remembering(names), self.weights[name])
                for name, writer in self.writers.items()
            }
        )

    def _mixture(self, prior_weight: float | None) -> MixedModel:
        """Return the models mixed."""
        return MixedModel(
            tuple(
                Part(name, writer.model(prior_weight), self.weights[name])
                for name, writer in self.writers.items()
            )
        )


def mixed_writer(mixture: Mapping[str, tuple[Writer, float]]) -> MixedWriter:
    """Return a writer of several models.

    Parameters
    ----------
    mixture : name → (writer, weight)
        Weights in any proportion: 7 and 3 are 0.7 and 0.3.

    Raises
    ------
    SettingsError
        There are fewer than two models or too many, or a weight is not above 0.
    """
    check_weights({name: weight for name, (_, weight) in mixture.items()})
    return MixedWriter(mixture)


def check_weights(weights: Mapping[str, float]) -> None:
    """Refuse weights of which no mixture can be made.

    Raises
    ------
    SettingsError
        See `mixed_writer`.
    """
    if not 2 <= len(weights) <= _MOST:
        raise SettingsError(
            f"{_OPTION}: expected 2 to {_MOST} models, got {len(weights)}", option=_OPTION
        )
    for name, weight in weights.items():
        if not 0 < weight < math.inf:
            raise SettingsError(
                f"{_OPTION}: expected weights above 0, got {weight:g} for {name}", option=_OPTION
            )
    if not math.isfinite(sum(weights.values())):
        raise SettingsError(f"{_OPTION}: expected smaller weights; 0.7 and 0.3 do", option=_OPTION)
