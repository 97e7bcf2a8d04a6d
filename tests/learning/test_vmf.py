"""The von Mises–Fisher normaliser against scipy's Bessel functions, and its gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import gammaln, ive

from pipeline.learning.backend import tf
from pipeline.learning.vmf import log_normaliser

# Both sides of the order (m/2 − 1) from which the expansion is used without recurrence, 32.
DIMENSIONS = [2, 3, 6, 50, 65, 66, 67, 200, 2000]
CONCENTRATIONS = np.array([0.3, 1, 4, 15, 40, 100, 250, 1000, 5000])


def expected_log_normaliser(kappa: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    """Log C_m(κ), (N,) float64: the definition where ive holds, else the power series of I_ν.

    ive(ν, κ) = I_ν(κ) exp(−κ) is zero in float64 where κ is far below ν; there the series
    I_ν(κ) = (κ/2)^ν / Γ(ν+1) · Σ_j (κ²/4)^j / (j! (ν+1)…(ν+j)), DLMF 10.25.2, is short.
    """
    order = m / 2 - 1
    term = np.ones_like(kappa)
    total = term
    for j in range(1, 600):
        term = term * np.minimum(kappa, order + 10) ** 2 / (4 * j * (order + j))
        total = total + term
    start = gammaln(m / 2) - math.log(2) - m / 2 * math.log(math.pi)
    with np.errstate(divide="ignore"):
        definition = (
            order * np.log(kappa)
            - m / 2 * math.log(2 * math.pi)
            - (np.log(ive(order, kappa)) + kappa)
        )
    result: NDArray[np.float64] = np.where(kappa < order + 10, start - np.log(total), definition)
    return result


def value_and_gradient(
    kappa: NDArray[np.float64], m: int, dtype: tf.DType = tf.float32
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tensor = tf.constant(kappa, dtype)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        value = log_normaliser(tensor, m)
    return (
        value.numpy().astype(np.float64),
        tape.gradient(value, tensor).numpy().astype(np.float64),
    )


def test_the_expected_values_agree_where_both_ways_hold() -> None:
    # m = 200: ive is 1e-89 at κ = 10, far from underflow; the series is used for κ < 109.
    kappa = np.array([10.0, 50, 100, 108])
    definition = 99 * np.log(kappa) - 100 * math.log(2 * math.pi) - (np.log(ive(99, kappa)) + kappa)
    np.testing.assert_allclose(expected_log_normaliser(kappa, 200), definition, rtol=1e-12)


@pytest.mark.parametrize("m", DIMENSIONS)
def test_the_value_is_the_log_normaliser(m: int) -> None:
    expected = expected_log_normaliser(CONCENTRATIONS, m)
    exact, _ = value_and_gradient(CONCENTRATIONS, m, tf.float64)
    # 3e-5 is what the expansion leaves out at order 32; at m = 200 it is 3e-6.
    np.testing.assert_allclose(exact, expected, rtol=0, atol=3e-6 if m == 200 else 3e-5)
    rounded, _ = value_and_gradient(CONCENTRATIONS, m)
    np.testing.assert_allclose(rounded, expected, rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("m", DIMENSIONS)
def test_the_gradient_is_minus_the_bessel_ratio(m: int) -> None:
    order = m / 2 - 1
    kappa = CONCENTRATIONS[ive(order + 1, CONCENTRATIONS) > 1e-280]
    assert len(kappa)
    _, gradient = value_and_gradient(kappa, m)
    # 3.1e-5 is what the expansion leaves out at order 32 and a small κ; it falls as 1 / order³.
    np.testing.assert_allclose(-gradient, ive(order + 1, kappa) / ive(order, kappa), rtol=4e-5)


@given(m=st.integers(2, 600), kappa=st.floats(0.01, 5000))
@settings(deadline=None, max_examples=60)
def test_the_gradient_is_the_slope_of_the_value(m: int, kappa: float) -> None:
    step = 1e-3 * kappa
    values, gradients = value_and_gradient(
        np.array([kappa - step, kappa, kappa + step]), m, tf.float64
    )
    # Central differences err by κ'' step²/6 relative, about 1e-6, and by the values' rounding.
    slope = (values[2] - values[0]) / (2 * step)
    rounding = 4 * np.finfo(np.float64).eps * abs(values[1]) / step
    assert gradients[1] == pytest.approx(slope, rel=1e-4, abs=rounding)


@pytest.mark.parametrize("m", [2, 6, 200])
def test_with_no_concentration_it_is_one_over_the_surface_of_the_sphere(m: int) -> None:
    # The surface in 2 dimensions is 2π; Γ(3) = 2 gives π³ in 6; in general 2 π^{m/2} / Γ(m/2).
    surface = {2: math.log(2 * math.pi), 6: 3 * math.log(math.pi)}.get(
        m, math.log(2) + m / 2 * math.log(math.pi) - math.lgamma(m / 2)
    )
    value, gradient = value_and_gradient(np.array([0.0, 1e-6, 1e-3]), m)
    np.testing.assert_allclose(value, -surface, rtol=1e-5)
    # R_ν(κ) is κ/m at first: DLMF 10.30.1.
    np.testing.assert_allclose(gradient, [0, -1e-6 / m, -1e-3 / m], rtol=1e-3)


def test_in_three_dimensions_it_has_a_closed_form() -> None:
    # C_3(κ) = κ / (4π sinh κ), Fisher (1953); d/dκ log C_3 = 1/κ − coth κ.
    kappa = np.array([0.5, 2.0, 9.0])
    value, gradient = value_and_gradient(kappa, 3, tf.float64)
    np.testing.assert_allclose(value, np.log(kappa / (4 * math.pi * np.sinh(kappa))), atol=3e-5)
    np.testing.assert_allclose(gradient, 1 / kappa - 1 / np.tanh(kappa), rtol=1e-7)


def test_the_density_sums_to_one_over_the_circle() -> None:
    angles = np.linspace(0, 2 * math.pi, 2000, endpoint=False)
    for kappa in (0.1, 3.0, 80.0):
        value, _ = value_and_gradient(np.array([kappa]), 2, tf.float64)
        total = np.exp(value + kappa * np.cos(angles)).mean() * 2 * math.pi
        assert total == pytest.approx(1, abs=5e-5)


@pytest.mark.parametrize("m", [2, 200])
def test_concentrations_far_from_all_others_stay_finite(m: int) -> None:
    value, gradient = value_and_gradient(np.array([0.0, 1e-20, 1e6, 1e12]), m)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    assert (np.abs(gradient) <= 1).all()
    assert gradient[-1] == pytest.approx(-1), "the ratio tends to one"
