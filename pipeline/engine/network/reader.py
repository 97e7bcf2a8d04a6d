"""Reading word by word, at the price of one step a word.

A network that was trained with its state carried on reads on, and has one state.

One that was trained on windows from a zero state foretells a word as an LSTM which began T words
ago. Re-reading T words for every word written would cost T steps. Instead T states are kept that
began at T successive words; a new word advances all of them in one matrix product, and the one that
has read T words begins afresh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.engine.network.lstm import project, stack_step


@dataclass(frozen=True)
class LstmStates:
    """The states: `hidden` and `cell` float32 (L, R, H) of L layers, and words read.

    R is 1 where the state is carried on. Else it is T, and row r began at the words number r,
    r + T, r + 2T and so on, counted from 0.
    """

    hidden: Floats
    cell: Floats
    words_read: int


def initial_states(network: Network) -> LstmStates:
    """Return the states that have read nothing."""
    layers, hidden = 1 + len(network.upper_layers), network.recurrent_kernel.shape[0]
    rows = 1 if network.carry_state else network.steps
    zeros = np.zeros((layers, rows, hidden), dtype=np.float32)  # (L, R, H)
    return LstmStates(hidden=zeros, cell=zeros, words_read=0)


def read_word(states: LstmStates, word_id: int, network: Network) -> LstmStates:
    """Return the states after one more word."""
    hidden, cell = states.hidden, states.cell
    if not network.carry_state:
        row = states.words_read % network.steps
        hidden, cell = _begun_afresh(hidden, row), _begun_afresh(cell, row)
    hidden, cell = stack_step(
        network.gate_table[word_id],
        hidden,
        cell,
        recurrent_kernel=network.recurrent_kernel,
        upper_layers=network.upper_layers,
    )
    return LstmStates(hidden=hidden, cell=cell, words_read=states.words_read + 1)


def _begun_afresh(states: Floats, row: int) -> Floats:
    """Return a copy of (L, T, H) with this row of each layer zero."""
    states = states.copy()
    states[:, row] = 0
    return states


def predict_next(states: LstmStates, network: Network) -> Floats:
    """Return ê for the next word, float32 (E,), given what was read."""
    oldest = 0
    if not network.carry_state and states.words_read >= network.steps:
        oldest = states.words_read % network.steps
    return project(
        states.hidden[-1, oldest],
        projection_kernel=network.projection_kernel,
        projection_bias=network.projection_bias,
    )
