"""The writers of several models that the desk writes with: one for each set of weights."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from pipeline.desk.loaded import Loaded, Models
from pipeline.desk.ready import Ready
from pipeline.engine.writing.mixing import MixedWriter, check_weights, mixed_writer
from pipeline.errors import SettingsError

_KEPT = 8  # mixtures: each takes its novels' texts once more
_MOST = 4  # models of a mixture: as many as the desk keeps open


@dataclass(frozen=True)
class Mixture:
    """A mixture that is open.

    Attributes
    ----------
    name : str
        What it is called.
    ready : Ready
        What its writer has made ready lately.
    writer : MixedWriter
    rare : name → words
        Each model's rare words.
    """

    name: str
    writer: MixedWriter
    ready: Ready
    rare: Mapping[str, Sequence[str]] = field(repr=False)


_Key = tuple[tuple[str, tuple[int, ...], float], ...]


class Mixes:
    """The mixtures of a shelf's models, made when they are asked for; a few are kept.

    Whoever asks for the same one gets the same writer, so that their texts are written together. A
    model that was loaded anew makes a new one.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._kept: OrderedDict[_Key, Mixture] = OrderedDict()
        self._lock = Lock()

    def open(self, weights: Mapping[str, float]) -> Mixture:
        """Return a mixture: name → weight, in any proportion and order.

        Raises
        ------
        SettingsError
            There are fewer than two models or too many, a weight is not above 0, or two names mean
            one model.
        NotReady, DataError
            See `Models.load`.
        """
        check_weights(weights)
        if len(weights) > _MOST:
            raise SettingsError(
                f"--mix: expected 2 to {_MOST} models, got {len(weights)}", option="--mix"
            )
        loaded = {wanted: self._models.load(wanted) for wanted in weights}
        if len({own.name for own in loaded.values()}) < len(loaded):
            raise SettingsError("--mix: expected each model once, got one twice", option="--mix")
        total = sum(weights.values())
        key = tuple(
            sorted((own.name, own.stamp, weights[name] / total) for name, own in loaded.items())
        )
        with self._lock:
            if key not in self._kept:
                self._kept[key] = _mixture([(own, weights[name]) for name, own in loaded.items()])
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _mixture(parts: Sequence[tuple[Loaded, float]]) -> Mixture:
    """Return the mixture of some models with their weights."""
    writer = mixed_writer({own.name: (own.writer, weight) for own, weight in parts})
    name = " + ".join(f"{own} {weight:.0%}" for own, weight in writer.weights.items())
    return Mixture(name, writer, Ready(writer), {own.name: own.rare for own, _ in parts})
