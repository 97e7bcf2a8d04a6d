"""Writing at a vocabulary of 7,000: many texts side by side, and sentences, against one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from benchmarks.compare import Comparison, Size, compare, per_second
from benchmarks.generation import BY_WORD, ROUNDS, our_writer
from benchmarks.made_up import VOCABULARY, made_up_memories, made_up_network
from pipeline.engine.memories.next_word import Model
from pipeline.engine.writing.generate import TOGETHER, begin_at
from pipeline.engine.writing.options import WritingOptions
from pipeline.engine.writing.prompt import constraints_for
from pipeline.engine.writing.sampling import Sampling
from pipeline.engine.writing.side_by_side import write_side_by_side

WORDS = {"tiny": 5, "quick": 50, "full": 200}  # of each text


def measure(size: Size) -> list[Comparison]:
    """Write with random weights."""
    model, words = Model(made_up_network(), made_up_memories()), WORDS[size]
    alone = per_second(our_writer(model, words, writing=WritingOptions()), words)
    rows = {
        f"{TOGETHER} texts side by side": (together(model, words, BY_WORD), TOGETHER * words),
        "sentences, each the best of four": (together(model, words, Sampling(), 1), words),
        f"{TOGETHER} texts of such sentences": (
            together(model, words, Sampling()),
            TOGETHER * words,
        ),
    }
    return [
        compare(
            name,
            ours=per_second(work, amount),
            other=alone,
            rounds=ROUNDS[size],
            against="one text, word by word",
            unit="words/s",
            note=f"V = {VOCABULARY:,}; all memories and constraints",
        )
        for name, (work, amount) in rows.items()
    ]


def together(
    model: Model, words: int, sampling: Sampling, texts: int = TOGETHER
) -> Callable[[], None]:
    """Return writing so many texts of so many words; constraints are made once before."""
    constraints = constraints_for(model, WritingOptions(words=words, finish=False))

    def write_texts() -> None:
        streams = write_side_by_side(
            model,
            [begin_at(model, [1], constraints) for _ in range(texts)],
            sampling=sampling,
            generators=np.random.default_rng(0).spawn(texts),
        )
        for stream in streams:
            deque(stream, maxlen=0)

    return write_texts
