"""Training a character network for so many processor seconds, and scoring text with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from math import cos, pi
from typing import Any

import numpy as np

from benchmarks.peers.characters import Characters, bits_per_character, targets_of
from benchmarks.peers.networks import Network
from benchmarks.pytorch import load_torch
from pipeline.arrays import Doubles, Integers
from pipeline.artifacts.segmentation import Part

Progress = Callable[[float, str], None]  # hears which share is done, and a note

_DECAY = 0.1  # of matrices
_BETAS = (0.9, 0.99)
_CLIP = 1.0
_WARM_UP = 0.02  # of the budget
_LAST_RATE = 0.05  # of the highest
_CHECKS = 8  # how often validation chapters are scored, evenly over the last two thirds
_CHECKED = 8  # blocks of a thousand of their characters, at most
_BLOCK = 1024
_READ_AT_ONCE = 8192  # characters


def train(
    network: Network, characters: Characters, seconds: float, progress: Progress
) -> tuple[int, float]:
    """Train for so many processor seconds, validation included; keep the best by validation.

    Returns
    -------
    How many characters were learnt from, and the bits per character of the validation characters
    that were looked at.
    """
    torch = load_torch()
    best, kept, note = float("inf"), _copy(network), ""
    validation = _some_targets(characters)
    checks, state, read = [*np.linspace(1 / 3, 1, _CHECKS)], None, 0
    optimizer = _optimizer(network)
    began = time.process_time()
    for inputs, targets in _batches(network, characters):
        done = (time.process_time() - began) / seconds
        if checks and done >= checks[0]:
            checks = [check for check in checks if check > done]
            bits = _score(network, characters, validation)
            note = f"validation {bits:.3f} bits a character"
            if bits < best:
                best, kept = bits, _copy(network)
        progress(min(done, 1.0), note)
        if done >= 1:
            break
        state = _step(network, optimizer, inputs, targets, state=state, done=done)
        read += targets.numel()
    with torch.no_grad():
        for parameter, value in zip(network.parameters, kept, strict=True):
            parameter.copy_(value)
    return read, best


def score(network: Network, characters: Characters, part: Part) -> float:
    """Return the bits per character of a part's chapters, each read with what stands before it."""
    return _score(network, characters, targets_of(characters, part))


def _step(
    network: Network, optimizer: Any, inputs: Any, targets: Any, *, state: Any, done: float
) -> Any:
    """Learn from one batch of ids (B, T); return the state that it ends in."""
    torch = load_torch()
    for group in optimizer.param_groups:
        group["lr"] = network.learning_rate * _rate(done)
    before = state if network.keeps_state else None
    scores, after = network.logits(inputs, before, network.dropout)
    loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters, _CLIP)
    optimizer.step()
    return after


def _rate(done: float) -> float:
    """Return the share of the highest learning rate: a short rise, then half a cosine."""
    if done < _WARM_UP:
        return max(done / _WARM_UP, 0.01)
    falling = (1 + cos(pi * (done - _WARM_UP) / (1 - _WARM_UP))) / 2
    return _LAST_RATE + (1 - _LAST_RATE) * falling


def _optimizer(network: Network) -> Any:
    """Return AdamW (Loshchilov & Hutter 2019); what is no matrix does not decay."""
    matrices = [own for own in network.parameters if own.dim() > 1]
    others = [own for own in network.parameters if own.dim() <= 1]
    groups = [
        {"params": matrices, "weight_decay": _DECAY},
        {"params": others, "weight_decay": 0.0},
    ]
    return load_torch().optim.AdamW(groups, lr=network.learning_rate, betas=_BETAS)


def _batches(network: Network, characters: Characters) -> Iterator[tuple[Any, Any]]:
    """Yield inputs and targets, int64 (B, T) each, of the training chapters, without end.

    Where state is kept, each stream goes on where it was in the last batch; else all start by lot.
    """
    torch = load_torch()
    text = characters.ids[targets_of(characters, "train")]  # (N,)
    generator = np.random.default_rng(0)
    starts = generator.integers(len(text), size=network.streams)  # (B,)
    while True:
        places = (starts[:, None] + np.arange(network.steps + 1)) % len(text)  # (B, T + 1)
        read = torch.from_numpy(text[places])
        yield read[:, :-1], read[:, 1:]
        if network.keeps_state:
            starts = starts + network.steps
        else:
            starts = generator.integers(len(text), size=network.streams)


def _some_targets(characters: Characters) -> Integers:
    """Return places of validation characters in evenly spaced blocks, int64 (P,)."""
    places = targets_of(characters, "validation")
    blocks = [places[start : start + _BLOCK] for start in range(0, len(places), _BLOCK)]
    chosen = np.linspace(0, len(blocks) - 1, min(_CHECKED, len(blocks))).astype(int)
    return np.concatenate([blocks[number] for number in chosen])


def _score(network: Network, characters: Characters, targets: Integers) -> float:
    """Return the bits per character of the characters at these places, int64 (P,)."""
    return bits_per_character(characters, targets, _log_probs(network, characters, targets))


def _log_probs(network: Network, characters: Characters, targets: Integers) -> Doubles:
    """Return log p of the characters at these places (P,) among the V known, 0 of unknown ones.

    The text is read in windows, in each of which the last `scored` are counted. Before the novel
    stand line ends.
    """
    torch = load_torch()
    context, scored = network.context, network.scored
    firsts = _window_starts(targets, scored)  # (W,)
    padded = np.concatenate(
        [
            np.full(context, characters.line_end),
            characters.ids,
            np.full(scored, characters.line_end),
        ]
    )
    found = np.zeros(len(characters.ids) + scored)  # by place
    at_once = max(1, _READ_AT_ONCE // (context + scored))
    for number in range(0, len(firsts), at_once):
        places = firsts[number : number + at_once, None] + np.arange(scored)  # (B, scored)
        own = places[:, :1] + np.arange(context + scored)  # (B, T) in `padded`
        with torch.no_grad():
            logits, _ = network.logits(torch.from_numpy(padded[own - 1]), None, 0.0)  # (B, T, V)
            log_probs = torch.log_softmax(logits[:, context:], dim=-1).numpy()
        wanted = padded[own[:, context:]]  # (B, scored)
        safe = np.where(wanted < characters.vocabulary_size, wanted, 0)
        found[places] = np.take_along_axis(log_probs, safe[..., None], axis=-1)[..., 0]
    result: Doubles = found[targets]
    return result


def _window_starts(targets: Integers, scored: int) -> Integers:
    """Return the first places of windows that hold all targets (P,), which ascend; (W,)."""
    starts: list[int] = []
    for place in targets.tolist():
        if not starts or place >= starts[-1] + scored:
            starts.append(place)
    return np.array(starts, dtype=np.int64)


def _copy(network: Network) -> list[Any]:
    """Return what the parameters are now."""
    return [parameter.detach().clone() for parameter in network.parameters]
