"""What runs on a worker: a function of this package for one item, if the node is the same.

Function and item come pickled, as does what goes back: Ray moves bytes alone. A pickle names a
function and never holds it, so that what runs is what the node has installed.
"""

from __future__ import annotations

import pickle
import socket
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from pipeline.cluster.versions import difference, versions

Kind = Literal["done", "raised", "differs"]


class Answer(NamedTuple):
    """What became of an item: `done` and `raised` carry a pickle, `differs` says what does."""

    kind: Kind
    data: bytes
    note: str = ""  # the worker's traceback, or the name of its machine


def packed(function: Callable[[Any], Any], item: Any) -> bytes:
    """Return a call as bytes; the function is one at the top of a module.

    Raises
    ------
    ValueError
        It is another function, which no worker would find.
    """
    try:
        return pickle.dumps((function, item), protocol=5)
    except (pickle.PicklingError, AttributeError) as error:
        raise ValueError(f"expected a function at the top of a module, got: {error}") from error


def answer(expected: Mapping[str, str], payload: bytes) -> Answer:
    """Call a packed function on this worker; an empty payload only asks whether it could."""
    differs = difference(expected, versions(tuple(_expected_libraries(expected))))
    if differs:
        return Answer("differs", differs.encode(), socket.gethostname())
    if not payload:
        return Answer("done", b"")
    try:
        function, item = pickle.loads(payload)
        return Answer("done", pickle.dumps(function(item), protocol=5))
    except Exception as error:
        return Answer("raised", _pickled(error), traceback.format_exc())


def unpacked(answered: Answer) -> Any:
    """Return the value of an answer, or raise what was raised on the worker."""
    value = pickle.loads(answered.data)
    if answered.kind == "raised":
        value.add_note(f"on a worker of the cluster:\n{answered.note}")  # seen with --debug
        raise value
    return value


def _expected_libraries(expected: Mapping[str, str]) -> list[str]:
    """Return the distributions among what `versions` has told."""
    from pipeline.runner.fingerprint import JIEBA_DICTIONARY

    return [name for name in expected if name not in ("Python", "xuxie", JIEBA_DICTIONARY)]


def _pickled(error: Exception) -> bytes:
    """Return an exception as bytes that can be read again; in place of others, what they say."""
    try:
        data = pickle.dumps(error, protocol=5)
        pickle.loads(data)
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"), protocol=5)
    return data
