"""Reading word by word with exactly the last T words in mind, at the price of one step a word.

The network was trained on windows that start from a zero state, so the prediction after a word is
that of an LSTM which began T words ago. Re-reading T words for every word written would cost T
steps. Instead T states are kept, row r being the state that has read just the last r + 1 words; a
new word advances all rows in one matrix product, and a fresh row begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.artifacts.bundle import WriterBundle
from pipeline.engine.lstm import Floats, project, stack_step


@dataclass(frozen=True)
class Memory:
    """The staggered states: `hidden` and `cell` float32 (L, T, H) of L layers, and words read."""

    hidden: Floats
    cell: Floats
    words_read: int


def empty_memory(bundle: WriterBundle) -> Memory:
    """Return the memory that has read nothing."""
    layers, hidden = 1 + len(bundle.upper_layers), bundle.recurrent_kernel.shape[0]
    zeros = np.zeros((layers, bundle.steps, hidden), dtype=np.float32)  # (L, T, H)
    return Memory(hidden=zeros, cell=zeros, words_read=0)


def read_word(memory: Memory, word_id: int, bundle: WriterBundle) -> Memory:
    """Return the memory after one more word."""
    hidden, cell = stack_step(
        bundle.gate_table[word_id],
        restart(memory.hidden),
        restart(memory.cell),
        recurrent_kernel=bundle.recurrent_kernel,
        upper_layers=bundle.upper_layers,
    )
    return Memory(hidden=hidden, cell=cell, words_read=memory.words_read + 1)


def restart(states: Floats) -> Floats:
    """Drop the oldest row of each layer in (L, T, H) and put a zero row first."""
    return np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)


def predict_next(memory: Memory, bundle: WriterBundle) -> Floats:
    """Return ê for the next word, float32 (E,), given the last T words or all that were read."""
    oldest = min(memory.words_read, bundle.steps) - 1
    return project(
        memory.hidden[-1, oldest],
        projection_kernel=bundle.projection_kernel,
        projection_bias=bundle.projection_bias,
    )
