"""The default training in PyTorch: the same network, loss, batches, clipping and Adam.

PyTorch is no dependency of this project; the row is left out where it is not installed. It gets its
fused LSTM and Adam, the number of threads with which it is fastest, and shares its memory with the
arrays of a batch.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare import Bar, Comparison, LeftOut, Size, compare, per_second
from benchmarks.growth import seconds_of
from benchmarks.training import (
    BATCHES,
    ROUNDS,
    first_batches,
    our_steps,
    over_batches,
    random_words,
)
from pipeline.artifacts.embedding import log_frequencies
from pipeline.stages.train_settings import TrainConfig

if TYPE_CHECKING:
    from pipeline.learning.batches import Batch

ROW = "training, PyTorch"
ADAM_EPSILON = 1e-7  # that of Keras; PyTorch's own is 1e-8


class TorchNetwork(NamedTuple):
    """The tensors and modules of the default network, with one table for input and output."""

    table: Any  # (V + 1, E)
    lstm: Any
    projection: Any
    log_scale: Any
    prior_weight: Any
    log_prior: Any  # (V,)

    def parameters(self) -> list[Any]:
        """Return all that is trained. Keras' LSTM has one bias, so the second stays zero."""
        modules = (*self.lstm.parameters(), *self.projection.parameters())
        own = (self.table, *modules, self.log_scale, self.prior_weight)
        return [parameter for parameter in own if parameter.requires_grad]


def measure(size: Size) -> list[Comparison | LeftOut]:
    """Train by both on the same batches, which each makes as it goes."""
    if importlib.util.find_spec("torch") is None:
        return [LeftOut(ROW, "PyTorch is not installed: pip install torch")]
    torch = load_torch()
    config = TrainConfig()
    data = random_words(config)
    ours, weights = our_steps(config, data)
    network = torch_network(weights, log_frequencies(data[0].counts))
    other = torch_step(network, learning_rate=config.learning_rate, clip_norm=config.clip_norm)
    batches = BATCHES[size]
    threads = choose_threads(other, first_batches(config, data, 1)[0], batches)
    targets = batches * config.batch_size * data[1].steps
    return [
        compare(
            ROW,
            ours=per_second(over_batches(ours, config, data, batches), targets),
            other=per_second(over_batches(other, config, data, batches), targets),
            rounds=ROUNDS[size],
            against=f"PyTorch {torch.__version__}, torch.nn.LSTM",
            unit="targets/s",
            bar=Bar("ratio", "≥", 1.0),
            note=f"the same steps on the same batches of {config.batch_size}; "
            f"fastest with {threads} of {os.cpu_count()} threads",
        )
    ]


def load_torch() -> Any:
    """Return the module, untyped: the project is checked without it, too."""
    return importlib.import_module("torch")


def choose_threads(step: Callable[[Batch], float], batch: Batch, repeats: int) -> int:
    """Have PyTorch use one thread or as many as there are cores, whichever is faster here."""
    torch = load_torch()
    fastest = {}
    for threads in {1, os.cpu_count() or 1}:
        torch.set_num_threads(threads)
        step(batch)
        fastest[threads] = min(seconds_of(lambda: step(batch)) for _ in range(repeats))
    best = min(fastest, key=lambda threads: fastest[threads])
    torch.set_num_threads(best)
    return best


def torch_network(
    weights: Mapping[str, NDArray[np.float32]], log_prior: NDArray[np.float32]
) -> TorchNetwork:
    """Return a network of the given weights, named and shaped as in `WEIGHT_SHAPES`.

    PyTorch packs the gates in Keras' order, i, f, g, o, and keeps each kernel transposed.
    """
    torch = load_torch()

    def parameter(array: NDArray[np.float32]) -> Any:
        return torch.nn.Parameter(torch.from_numpy(np.array(array, order="C")))

    size, hidden = weights["kernel"].shape[0], weights["recurrent_kernel"].shape[0]
    lstm = torch.nn.LSTM(size, hidden, batch_first=True)
    lstm.weight_ih_l0 = parameter(weights["kernel"].T)  # (4H, E)
    lstm.weight_hh_l0 = parameter(weights["recurrent_kernel"].T)  # (4H, H)
    lstm.bias_ih_l0 = parameter(weights["bias"])  # (4H,)
    lstm.bias_hh_l0 = parameter(np.zeros_like(weights["bias"])).requires_grad_(False)
    projection = torch.nn.Linear(hidden, size)
    projection.weight = parameter(weights["projection_kernel"].T)  # (E, H)
    projection.bias = parameter(weights["projection_bias"])  # (E,)
    return TorchNetwork(
        table=parameter(weights["input_vectors"]),
        lstm=lstm,
        projection=projection,
        log_scale=parameter(weights["log_scale"]),
        prior_weight=parameter(weights["prior_weight"]),
        log_prior=torch.from_numpy(np.array(log_prior)),
    )


def torch_loss(network: TorchNetwork, batch: Batch) -> Any:
    """Return the loss that `learning.objectives._contrastive` gives this batch."""
    torch = load_torch()
    functional = torch.nn.functional
    candidates = torch.from_numpy(batch.candidates)  # (K,)
    weights = torch.from_numpy(batch.weights)  # (B · T,)
    read = functional.embedding(torch.from_numpy(batch.inputs), network.table)  # (B, T, E)
    hidden, _ = network.lstm(read * torch.from_numpy(batch.input_mask))  # (B, T, H)
    hidden = hidden * torch.from_numpy(batch.output_masks)  # (B, 1, H) for the one layer
    predicted = network.projection(hidden.flatten(0, 1))  # (B · T, E)
    words = functional.embedding(candidates, network.table)  # (K, E)
    cosines = functional.normalize(predicted) @ functional.normalize(words).T  # (B · T, K)
    prior = network.prior_weight * network.log_prior[candidates]  # (K,)
    scores = network.log_scale.exp() * cosines + (prior - torch.from_numpy(batch.log_inclusion))
    targets = torch.from_numpy(batch.targets).long()  # (B · T,)
    losses = functional.cross_entropy(scores, targets, reduction="none")  # (B · T,)
    return (losses * weights).sum() / weights.sum().clamp(min=1.0)


def torch_step(
    network: TorchNetwork, *, learning_rate: float, clip_norm: float
) -> Callable[[Batch], float]:
    """Return a function batch → loss that trains the network on it."""
    torch = load_torch()
    parameters = network.parameters()
    optimizer = torch.optim.Adam(parameters, lr=learning_rate, eps=ADAM_EPSILON, fused=True)

    def step(batch: Batch) -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = torch_loss(network, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, clip_norm)
        optimizer.step()
        return float(loss.detach())

    return step
