"""Fit scale s and prior weight β of score(w) = s·cos + β·b_w on held-out windows.

The mean log probability of the true words is concave in (s, β): it is that of a multinomial
logistic regression with the two features cos(ê, e_w) and b_w, so Newton's method finds the optimum.
With features φ_w = (cos_w, b_w): gradient E[φ_true − E_p φ], Hessian −E[Cov_p φ].
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Floats
from pipeline.artifacts.network import Network
from pipeline.engine.network.decode import cosines, rows_at_once, word_scores
from pipeline.engine.network.predict import BATCH, predict_places

_ITERATIONS = 20
_TOLERANCE = 1e-4  # relative: float32 sums cannot tell smaller steps apart


def calibrate(
    ids: NDArray[np.int32], starts: NDArray[np.int64], network: Network, *, prior: bool = True
) -> Network:
    """Return the network with s and β at the optimum for the places whose target is known.

    `ids` int32 (tokens,), `starts` int64 (N,) as in `score_places`; without `prior`, β stays as it
    is. With no known target, or where the fit would turn s negative, the network is returned as it
    came.
    """
    targets = ids[starts + network.steps]  # (N,)
    known = targets < len(network.words)  # (N,)
    if not known.any():
        return network
    predicted = predict_places(ids, starts, network)[known]  # (known, E)
    parameters = fit(predicted, targets[known], network, free=1 + prior)
    if parameters[0] <= 0:
        return network
    return replace(network, scale=float(parameters[0]), prior_weight=float(parameters[1]))


def fit(
    predicted: Floats, targets: NDArray[np.int32], network: Network, *, free: int = 2
) -> NDArray[np.float64]:
    """Newton with step halving from the network's own values: ê (N, E), targets (N,) → (s, β).

    Only the first `free` of the two move.
    """
    parameters = np.array([network.scale, network.prior_weight])  # (2,)
    value, gradient, hessian = likelihood(predicted, targets, network, parameters)
    for _ in range(_ITERATIONS):
        step = np.zeros(2)
        step[:free] = np.linalg.solve(hessian[:free, :free] - 1e-9 * np.eye(free), -gradient[:free])
        new = likelihood(predicted, targets, network, parameters + step)
        smallest = _TOLERANCE * max(1.0, np.abs(parameters).max())
        while new[0] < value and np.abs(step).max() > smallest:
            step /= 2
            new = likelihood(predicted, targets, network, parameters + step)
        parameters = parameters + step
        value, gradient, hessian = new
        if np.abs(step).max() < smallest:
            break
    return parameters


def likelihood(
    predicted: Floats,
    targets: NDArray[np.int32],
    network: Network,
    parameters: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Mean log probability of the targets at (s, β), its gradient (2,) and Hessian (2, 2)."""
    value, gradient, hessian = 0.0, np.zeros(2), np.zeros((2, 2))
    rows = rows_at_once(len(network.words), BATCH)
    for first in range(0, len(targets), rows):
        own = slice(first, first + rows)
        cosine = cosines(predicted[own], output_vectors=network.output_vectors)  # (B, V)
        part = _likelihood_of_batch(cosine, targets[own], network.log_prior, parameters)
        value, gradient, hessian = value + part[0], gradient + part[1], hessian + part[2]
    return value / len(targets), gradient / len(targets), hessian / len(targets)


def _likelihood_of_batch(
    cosine: Floats,
    targets: NDArray[np.int32],
    log_prior: Floats,
    parameters: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Sum over a batch what `likelihood` averages: cosines (B, V), targets (B,)."""
    scores = word_scores(
        cosine, log_prior=log_prior, scale=parameters[0], prior_weight=parameters[1]
    )
    probs, log_probs = _softmax(scores, targets)
    rows = np.arange(len(targets))
    prior = log_prior[targets]  # (B,)
    mean_prior = probs @ log_prior  # (B,)
    square_prior = probs @ (log_prior * log_prior)  # (B,)
    weighed = np.multiply(probs, cosine, out=probs)  # (B, V)
    mean_cosine = weighed.sum(axis=1)  # (B,)
    square_cosine = np.einsum("bv,bv->b", weighed, cosine)  # (B,)
    product = weighed @ log_prior  # (B,)
    gradient = np.array(
        [(cosine[rows, targets] - mean_cosine).sum(), (prior - mean_prior).sum()], dtype=np.float64
    )
    covariance = float((product - mean_cosine * mean_prior).sum())
    variance_cosine = float((square_cosine - mean_cosine**2).sum())
    variance_prior = float((square_prior - mean_prior**2).sum())
    hessian = -np.array([[variance_cosine, covariance], [covariance, variance_prior]])
    return float(log_probs.sum(dtype=np.float64)), gradient, hessian


def _softmax(scores: Floats, targets: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return probabilities (B, V) in place of scores, and the log of each target's (B,)."""
    scores -= scores.max(axis=1, keepdims=True)
    log_probs = scores[np.arange(len(targets)), targets]  # (B,)
    np.exp(scores, out=scores)
    totals = scores.sum(axis=1)  # (B,)
    scores /= totals[:, None]
    return scores, log_probs - np.log(totals)
