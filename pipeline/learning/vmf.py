"""The von Mises–Fisher density's log normaliser, differentiable, in any number of dimensions.

The density of a unit vector x in m dimensions around ê/‖ê‖ is C_m(κ) exp(ê·x) with κ = ‖ê‖ and
C_m(κ) = κ^ν / ((2π)^{m/2} I_ν(κ)), ν = m/2 − 1. I_ν itself leaves float32, and for m = 200 float64
too, at both ends of κ. So everything is said by the growth

    G_ν(κ) = log(Γ(ν+1) (2/κ)^ν I_ν(κ)),  G_ν(0) = 0,  dG_ν/dκ = R_ν(κ) = I_{ν+1}(κ) / I_ν(κ),

which is near κ²/(4(ν+1)) at first and near κ at last: log C_m(κ) = log C_m(0) − G_ν(κ), where
C_m(0) = Γ(m/2) / (2 π^{m/2}), one over the surface of the sphere.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pipeline.learning.backend import tf

_LEAST_ORDER = 32  # from here on the expansion of G errs by less than 3e-5, at any κ


def log_normaliser(concentration: tf.Tensor, dimensions: int) -> tf.Tensor:
    """Return log C_m(κ) for κ ≥ 0 (N,), whose gradient is −I_{m/2}(κ) / I_{m/2−1}(κ).

    The gradient is given and not derived by TensorFlow, as Kumar & Tsvetkov (2019) do: it needs
    the Bessel ratio alone, which is found on the way.
    """
    half = dimensions / 2
    log_start = math.lgamma(half) - math.log(2) - half * math.log(math.pi)

    def value_and_gradient(kappa: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        growth, ratio = _growth_and_ratio(kappa, half - 1)
        return log_start - growth, lambda upstream: -upstream * ratio

    return tf.custom_gradient(value_and_gradient)(concentration)


def _growth_and_ratio(kappa: tf.Tensor, order: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Return G_ν(κ) and R_ν(κ) for κ ≥ 0 (N,), ν ≥ 0.

    A small order is reached from a large one. I_ν = I_{ν+2} + 2(ν+1)/κ · I_{ν+1} (DLMF 10.29.1),
    divided by I_{ν+1}, is one step of the continued fraction of R_ν, and gives G_ν with it:

        R_ν = κ / (2(ν+1) + κ R_{ν+1}),  G_ν = G_{ν+1} + log(1 + κ R_{ν+1} / (2(ν+1))).

    Each step takes from the ratio's error; all terms are positive, so none cancel.
    """
    steps = max(0, math.ceil(_LEAST_ORDER - order))
    growth, ratio = _expand(kappa, order + steps)
    for step in reversed(range(steps)):
        twice = 2 * (order + step + 1)
        product = kappa * ratio
        growth += tf.math.log1p(product / twice)
        ratio = kappa / (twice + product)
    return growth, ratio


def _expand(kappa: tf.Tensor, order: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Return G_ν(κ) and R_ν(κ) by Debye's expansion for a large order, uniform in κ.

    With u = √(ν² + κ²) and p = ν/u, two terms of DLMF 10.41.3 and 10.41.10, less their value at 0:

        G ≈ (u − ν) − ν log((u + ν) / 2ν) − ½ log(u / ν) + ((3p − 5p³) / 24 + 1/12) / ν
        R ≈ κ (1 / (u + ν) − 1 / 2u² + (5p² − 1) / 8u³),  its derivative.

    The first two terms of G are the integral of the bound R < κ / (u + ν), of the kind of Amos
    (1974), that alone would be off by about ½ log(u / ν).
    """
    root = tf.sqrt(kappa * kappa + order * order)
    rise = kappa * kappa / (root + order)  # u − ν, which would lose all digits at a small κ
    share = order / root
    square = share * share
    growth = (
        rise
        - order * tf.math.log1p(rise / (2 * order))
        - tf.math.log1p(rise / order) / 2
        + (share * (3 - 5 * square) + 2) / (24 * order)
    )
    ratio = kappa * (
        1 / (root + order) - 1 / (2 * root * root) + (5 * square - 1) / (8 * root * root * root)
    )
    return growth, ratio
