"""What the command and its process at the cluster say to each other, over a pipe of their own.

The pipe is nobody else's, so the standard library's connections may pickle on it. Payloads are
bytes already, which neither of the two looks into.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pipeline.cluster.task import Answer

MOST_RETRIES = 3  # of an item whose worker died; then it is the item's fault


class Start(NamedTuple):
    """To the cluster's process, first: which cluster, and what its nodes must have.

    `folder` is for a cluster of this machine's own; the command removes it.
    """

    address: str
    versions: Mapping[str, str]
    folder: str


class Work(NamedTuple):
    """To the cluster's process: do this item, and send its answer under its number."""

    number: int
    payload: bytes


class Drop(NamedTuple):
    """To the cluster's process: nobody waits for these items any more."""

    numbers: tuple[int, ...]


class Loaded(NamedTuple):
    """To the command: Ray is imported; what takes time now is the cluster."""


class Reached(NamedTuple):
    """To the command: the cluster answers; what takes time now is its nodes."""


class Count(NamedTuple):
    """To the command: all nodes are as they should be, and have so many cores by now."""

    cores: int


class Done(NamedTuple):
    """To the command: what became of an item."""

    number: int
    answer: Answer


class Refused(NamedTuple):
    """To the command: why nothing can be done at this cluster; `number` where an item met it."""

    reason: str
    number: int | None = None


Order = Start | Work | Drop
Report = Loaded | Reached | Count | Done | Refused
