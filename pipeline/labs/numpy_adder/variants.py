"""The trainings that are compared: which faults each has, and at which rate it learns."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.labs.numpy_adder.faults import FAULTS, TARGET_FIRST, Fault


class Variant(NamedTuple):
    """What is peculiar to a training."""

    faults: frozenset[Fault] = frozenset()
    is_slow: bool = False  # at the published rate, one pair at a time
    decays: bool = False


CORRECTED = "corrected"
DECAYED = "corrected, with decay"
_ALL_FAULTS: frozenset[Fault] = frozenset(FAULTS)
VARIANTS: dict[str, Variant] = {
    CORRECTED: Variant(),
    **{fault: Variant(frozenset({fault})) for fault in FAULTS},
    "all but target-first": Variant(_ALL_FAULTS - {TARGET_FIRST}),
    "all five faults": Variant(_ALL_FAULTS),
    "all five faults, published rate": Variant(_ALL_FAULTS, is_slow=True),
    DECAYED: Variant(decays=True),
}
PUBLISHED_RATE = 0.005  # for one pair at a time
