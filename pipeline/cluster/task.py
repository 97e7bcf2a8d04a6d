"""What runs on a worker: a function of this package for one item, if the node is the same.

Function and item come pickled, as does what goes back: Ray moves bytes alone.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pipeline.calls import answer_call
from pipeline.cluster.versions import difference, versions

Kind = Literal["done", "differs"]


class Answer(NamedTuple):
    """What became of an item: `done` carries the answer to its call, `differs` says what does."""

    kind: Kind
    data: bytes
    note: str = ""  # the name of the machine that differs


def answer(expected: Mapping[str, str], payload: bytes) -> Answer:
    """Make a packed call on this worker; an empty payload only asks whether it could."""
    differs = difference(expected, versions(tuple(_expected_libraries(expected))))
    if differs:
        return Answer("differs", differs.encode(), socket.gethostname())
    if not payload:
        return Answer("done", b"")
    return Answer("done", answer_call(payload))


def _expected_libraries(expected: Mapping[str, str]) -> list[str]:
    """Return the distributions among what `versions` has told."""
    from pipeline.runner.fingerprint import JIEBA_DICTIONARY

    return [name for name in expected if name not in ("Python", "xuxie", JIEBA_DICTIONARY)]
