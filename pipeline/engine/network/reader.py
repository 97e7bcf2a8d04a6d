"""Reading word by word, at the price of one step a word.

A network that was trained with its state carried on reads on, and has one state.

One that was trained on windows from a zero state foretells a word as an LSTM which began T words
ago. Re-reading T words for every word written would cost T steps. Instead T states are kept that
began at T successive words; a new word advances all of them in one matrix product, and the one that
has read T words begins afresh.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    return read_words([states], [word_id], network)[0]


def read_words(
    texts: Sequence[LstmStates], word_ids: Sequence[int], network: Network
) -> list[LstmStates]:
    """Return the states of N texts after one more word of each, in one product."""
    rows = texts[0].hidden.shape[1]
    begun = [_ready(states, network) for states in texts]
    hidden, cell = stack_step(
        np.repeat(network.gate_table[list(word_ids)], rows, axis=0),  # (N · R, 4H)
        np.concatenate([hidden for hidden, _ in begun], axis=1),  # (L, N · R, H)
        np.concatenate([cell for _, cell in begun], axis=1),
        recurrent_kernel=network.recurrent_kernel,
        upper_layers=network.upper_layers,
    )
    return [
        LstmStates(
            hidden=hidden[:, number * rows : (number + 1) * rows],
            cell=cell[:, number * rows : (number + 1) * rows],
            words_read=states.words_read + 1,
        )
        for number, states in enumerate(texts)
    ]


def _ready(states: LstmStates, network: Network) -> tuple[Floats, Floats]:
    """Return hidden and cell states to read a word with: of windows, the oldest begins afresh."""
    if network.carry_state:
        return states.hidden, states.cell
    row = states.words_read % network.steps
    hidden, cell = states.hidden.copy(), states.cell.copy()
    hidden[:, row], cell[:, row] = 0, 0
    return hidden, cell


def predict_next(states: LstmStates, network: Network) -> Floats:
    """Return ê for the next word, float32 (E,), given what was read."""
    vector: Floats = predict_all([states], network)[0]
    return vector


def predict_all(texts: Sequence[LstmStates], network: Network) -> Floats:
    """Return ê for the next word of each of N texts, float32 (N, E)."""
    foremost = [_foremost(states, network) for states in texts]
    return project(
        np.concatenate(foremost).reshape(len(foremost), -1),  # (N, H)
        projection_kernel=network.projection_kernel,
        projection_bias=network.projection_bias,
    )


def _foremost(states: LstmStates, network: Network) -> Floats:
    """Return the top layer's hidden state (H,) that has read most."""
    row = 0
    if not network.carry_state and states.words_read >= network.steps:
        row = states.words_read % network.steps
    hidden: Floats = states.hidden[-1, row]
    return hidden
