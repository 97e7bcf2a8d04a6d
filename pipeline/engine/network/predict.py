"""The network's predictions for many places of a text at once.

Where the state is carried on, a text cannot be read at many places at once from its beginning. So
it is cut into stretches that are read side by side, each from `WARM_UP` words before its first
place: what lies further back hardly shows in the state any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.artifacts.windows import spread, window_view
from pipeline.engine.network.lstm import last_hidden, project, stack_step
from pipeline.engine.network.reader import LstmStates, initial_states
from pipeline.engine.threads import one_thread_a_word

BATCH = 256  # windows scored at once: (256, 10,000) float32 scores take 10 MB
WARM_UP = 100  # words
_STRETCH = 250  # places
_SPREAD = 50  # places of a stretch where only some are read
_ROWS = 64  # stretches at once
_CHAPTERS = 4  # read at once from end to end; a state of each word of theirs is kept
READ_AT_ONCE = _ROWS * _STRETCH  # places that are well read at once


def predict_vectors(ids: NDArray[np.int32], network: Network) -> Floats:
    """Predict the next word's vector for windows of token ids (N, T) → ê float32 (N, E)."""
    hidden = last_hidden(
        ids,
        gate_table=network.gate_table,
        recurrent_kernel=network.recurrent_kernel,
        upper_layers=network.upper_layers,
    )
    return _project(hidden, network)


def predict_places(ids: NDArray[np.int32], starts: NDArray[np.int64], network: Network) -> Floats:
    """Predict the vectors of places of a text, as the network reads.

    Parameters
    ----------
    ids : int32 (tokens,)
        The token stream; the ids from V on stand for unknown words.
    starts : int64 (N,)
        Ascending: a place comes after `ids[s : s + steps]`.
    network : Network

    Returns
    -------
    float32 (N, E)
        ê.
    """
    if not network.carry_state:
        view = window_view(ids, steps=network.steps)
        parts = [
            predict_vectors(view[starts[first : first + BATCH], :-1], network)
            for first in range(0, len(starts), BATCH)
        ]
    else:
        stretches = list(_stretches(starts + network.steps))
        parts = [
            part
            for first in range(0, len(stretches), _ROWS)
            for part in _read_stretches(ids, stretches[first : first + _ROWS], network)[0]
        ]
    size = len(network.projection_bias)
    return np.concatenate(parts) if parts else np.empty((0, size), dtype=np.float32)


def predict_runs(
    ids: NDArray[np.int32], runs: Sequence[tuple[int, int]], network: Network
) -> Iterator[Floats]:
    """Yield ê (n, E) of each of some stretches [first, last) of a text, read from end to end.

    A few are read side by side. `ids`, `network` and ê as in `predict_places`.
    """
    for number in range(0, len(runs), _CHAPTERS):
        some = list(runs[number : number + _CHAPTERS])
        if network.carry_state:
            with one_thread_a_word():
                found, _ = _read_stretches(ids, some, network)
            yield from found
        else:
            for first, last in some:
                yield predict_places(ids, np.arange(first, last) - network.steps, network)


def predict_after_each(ids: NDArray[np.int32], network: Network) -> tuple[Floats, LstmStates]:
    """Read a text of which the state is carried on; return ê after each word, and the state.

    Parameters
    ----------
    ids : int32 (n,), n ≥ 1
        The ids from V on stand for unknown words.
    network : Network

    Returns
    -------
    float32 (n, E), LstmStates
    """
    found, states = [], initial_states(network)
    stretches = list(_stretches(np.arange(1, len(ids) + 1)))
    for first in range(0, len(stretches), _ROWS):
        some, states = _read_stretches(ids, stretches[first : first + _ROWS], network)
        found += some
    return np.concatenate(found), replace(states, words_read=len(ids))


def spread_places(starts: NDArray[np.int64], count: int, network: Network) -> NDArray[np.int64]:
    """Return about `count` of the places (N,), evenly spread, in a form that is quick to read.

    That is one by one for windows, and stretch by stretch where the state is carried on.
    """
    if not network.carry_state:
        return spread(starts, count)
    stretches = max(1, round(count / _SPREAD))
    if len(starts) <= stretches * _SPREAD:
        return starts
    firsts = np.linspace(0, len(starts) - _SPREAD, stretches).astype(np.int64)
    taken: NDArray[np.int64] = starts[(firsts[:, None] + np.arange(_SPREAD)).reshape(-1)]
    return taken


def _stretches(places: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield [first, last) of runs of consecutive places (N,), none longer than a stretch."""
    cuts = np.flatnonzero(np.diff(places) != 1) + 1
    for run in np.split(places, cuts):
        for first in range(0, len(run), _STRETCH):
            part = run[first : first + _STRETCH]
            yield int(part[0]), int(part[-1]) + 1


def _read_stretches(
    ids: NDArray[np.int32], stretches: list[tuple[int, int]], network: Network
) -> tuple[list[Floats], LstmStates]:
    """Return ê (n, E) of the places of each stretch, and the state at the end of the last one.

    All are read side by side, and end together: shorter ones begin later.
    """
    begins = np.array([max(first - WARM_UP, 0) for first, _ in stretches])  # (R,)
    lengths = np.array([last - 1 for _, last in stretches]) - begins  # (R,)
    longest = int(lengths.max())
    rows = np.full((len(stretches), longest), len(network.words), dtype=np.int32)  # (R, T)
    for row, begin, length in zip(rows, begins, lengths, strict=True):
        row[longest - length :] = ids[begin : begin + length]
    shape = (1 + len(network.upper_layers), len(rows), network.recurrent_kernel.shape[0])
    hidden, cell = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    kept = np.empty((longest, len(rows), shape[2]), dtype=np.float32)  # (T, R, H)
    for step in range(longest):
        late = longest - lengths == step  # (R,): those that begin here
        hidden[:, late], cell[:, late] = 0, 0
        hidden, cell = stack_step(
            network.gate_table[rows[:, step]],
            hidden,
            cell,
            recurrent_kernel=network.recurrent_kernel,
            upper_layers=network.upper_layers,
        )
        kept[step] = hidden[-1]
    found = [
        _project(kept[longest - (last - first) :, row], network)
        for row, (first, last) in enumerate(stretches)
    ]
    return found, LstmStates(hidden[:, -1:].copy(), cell[:, -1:].copy(), words_read=longest)


def _project(hidden: Floats, network: Network) -> Floats:
    """Return ê (N, E) of hidden states (N, H)."""
    return project(
        hidden,
        projection_kernel=network.projection_kernel,
        projection_bias=network.projection_bias,
    )
