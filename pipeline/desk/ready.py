"""What one writer has made ready lately, so that going on costs what is new in the text alone.

Whoever goes on from where the writer has stopped sends the same text with a few words more. So the
last readings are kept with the ids that they are of, and a text that begins like one is read on
from there: as if all of it were read, but for rounding. Constraints that were made for some options
serve all texts with those.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from copy import deepcopy
from threading import Lock
from typing import Any, TypeVar

from pipeline.engine.memories.voice import Voice
from pipeline.engine.threads import one_thread_a_word
from pipeline.engine.writing.constraints.order import Constraints
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import Prompt
from pipeline.engine.writing.seed import Seed, learnt_ids
from pipeline.engine.writing.text_writer import TextWriter

# Of 1.6 MB each where 1,600 words of 200 numbers are remembered; of a mixture, for each model.
_READINGS = 4
_OPTIONS = 8
_FURTHER = 256  # words that are read one by one; more are read faster from the beginning

_Ids = tuple[int, ...]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Ready:
    """What is kept of one writer; it may be asked by several threads."""

    def __init__(self, writer: TextWriter) -> None:
        self._writer = writer
        self._constraints: OrderedDict[WritingOptions, Constraints] = OrderedDict()
        self._readings: OrderedDict[_Ids, Any] = OrderedDict()  # by the ids that each is of
        self._lock = Lock()

    def prompt(self, seed: Seed, writing: WritingOptions, learn_from: str) -> Prompt:
        """Return a seed phrase made ready; see `TextWriter.prompt`."""
        writer = self._writer
        with self._lock:
            constraints = self._constraints.get(writing)
        if constraints is None:
            prompt = writer.prompt(seed, writing=writing, learn_from=learn_from)
            with self._lock:
                _put(self._constraints, writing, prompt.constraints, _OPTIONS)
            return prompt
        model = writer.model()
        learnt = learnt_ids(learn_from, model, writer.tokenizer)
        return Prompt(model, tuple(writer.seed_ids(seed)), constraints, learnt)

    def reading(self, ids: Sequence[int]) -> Any:
        """Return the reading of some words, as `Voice.begin` does.

        Nobody else has it: readings share what they remember, and only one thread at a time may
        read them on.
        """
        model = self._writer.model()
        wanted = tuple(ids)
        with one_thread_a_word():
            found = self._longest(wanted, model.lookback)
            if found is None:
                reading = model.begin(wanted)
            else:
                kept, further = found
                reading = _read_on(deepcopy(kept), wanted[len(wanted) - further :], model)
        with self._lock:
            _put(self._readings, wanted[-model.lookback :], deepcopy(reading), _READINGS)
        return reading

    def _longest(self, wanted: _Ids, lookback: int) -> tuple[Any, int] | None:
        """Return the kept reading that most of some ids begin with, and how many follow it."""
        with self._lock:
            for further in range(min(_FURTHER, len(wanted) - 1) + 1):
                stop = len(wanted) - further
                ids = wanted[max(0, stop - lookback) : stop]
                if ids in self._readings:
                    return self._readings[ids], further
        return None


def _put(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    """Keep a value as the newest; the oldest gives way."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)


def _read_on(reading: Any, ids: Sequence[int], model: Voice) -> Any:
    """Return a reading after some words more."""
    for word_id in ids:
        (reading,) = model.read_all([reading], [word_id])
    return reading
