"""The rows: each peer with its figure, or the reason why it was left out."""

from __future__ import annotations

import importlib.util
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.compare import LeftOut
from benchmarks.peers import kenlm, ppmd
from benchmarks.peers.characters import number_characters
from benchmarks.peers.networks import Network, character_gpt, character_lstm
from benchmarks.peers.novel import Novel
from benchmarks.peers.training import Progress, score, train
from benchmarks.pytorch import load_torch
from pipeline.arrays import Floats

_OWN = ("unigram", "kneser_ney", "network", "writer")
_ORDERS = (4, 6)
_NETWORKS: dict[str, Callable[[Floats], Network]] = {
    "character LSTM": character_lstm,
    "character GPT": character_gpt,
}


@dataclass(frozen=True)
class Foretold:
    """One line of the table.

    `bits_per_character` are of the test chapters; `seconds` what it took of processor time to learn
    and foretell, None for the project's own rows; `note` says what it is.
    """

    row: str
    bits_per_character: float
    seconds: float | None
    note: str


Row = Foretold | LeftOut


def measure(novel: Novel, seconds: float, progress: Progress) -> Iterator[Row]:
    """Yield the rows as they come: the project's own, then its peers.

    Parameters
    ----------
    novel : Novel
    seconds : of processor time for each network's training
    progress : hears how far a training is
    """
    yield from own_rows(novel)
    yield from _ppmd_rows(novel)
    yield _kenlm_row(novel)
    for name, build in _NETWORKS.items():
        yield _network_row(name, build, novel, seconds, progress)


def own_rows(novel: Novel) -> list[Foretold]:
    """Return the rows of the project's own models, with what `evaluate` has found."""
    begun = (
        f"begun with a base that has read {novel.base}" if novel.base else "begun without a base"
    )
    notes = {
        "unigram": "word frequency",
        "kneser_ney": "order 5, on pieces",
        "network": begun,
        "writer": "network and memories",
    }
    return [Foretold(f"xuxie {name}", novel.scores[name], None, notes[name]) for name in _OWN]


def missing(package: str) -> str:
    """Return why a row that needs a package is left out; "" where it is installed."""
    if importlib.util.find_spec(package) is not None:
        return ""
    return f"{package} is not installed: pip install -e '.[peers]'"


def _ppmd_rows(novel: Novel) -> Iterator[Row]:
    """Yield a row for each order."""
    for order in _ORDERS:
        row = f"PPMd order {order}"
        if reason := missing("pyppmd"):
            yield LeftOut(row, reason)
            continue
        began = time.process_time()
        bits, encoding = ppmd.foretell(novel, order)
        note = f"variant H on bytes of {encoding.upper()}; goes on learning in the test chapters"
        yield Foretold(row, bits, time.process_time() - began, note)


def _kenlm_row(novel: Novel) -> Row:
    """Return the row of KenLM."""
    row, reason = "KenLM order 5", missing("kenlm")
    if not reason and shutil.which(kenlm.COUNTER) is None:
        reason = f"{kenlm.COUNTER} is not on the path: the package kenlm lacks it; build it"
    if reason:
        return LeftOut(row, reason)
    began = time.process_time()
    bits = kenlm.foretell(novel)
    return Foretold(row, bits, time.process_time() - began, "modified Kneser–Ney on our pieces")


def _network_row(
    name: str, build: Callable[[Floats], Network], novel: Novel, seconds: float, progress: Progress
) -> Row:
    """Train a network of characters on one thread and return its row."""
    if reason := missing("torch"):
        return LeftOut(name, reason)
    torch = load_torch()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    characters = number_characters(novel)
    network = build(characters.log_frequencies)
    began = time.process_time()
    read, best = train(
        network, characters, seconds, lambda done, note: progress(done, f"{name}: {note}")
    )
    took = time.process_time() - began
    size = sum(parameter.numel() for parameter in network.parameters)
    epochs = read / len(novel.text("train"))
    note = f"{size / 1e6:.1f} million weights, {epochs:.1f} epochs; validation {best:.3f}"
    return Foretold(name, score(network, characters, "test"), took, note)
