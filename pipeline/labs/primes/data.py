"""Stage `data`: windows of primes, those of the circle and those in a row."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from pipeline.arrays import Ids
from pipeline.labs.artifacts import Trial
from pipeline.stage import Context, StageConfig

HIGHEST = 10_000  # more primes than any window reaches, to round to


class DataConfig(StageConfig):
    """The windows of primes."""

    limit: int = Field(100, ge=10, le=1000, description="primes under this, divided by it")
    window: int = Field(50, ge=2, le=200, description="primes in a sample")
    samples: int = Field(10, ge=1, le=100, description="samples that are learnt")


def primes_below(limit: int) -> Ids:
    """Return all primes under `limit`, int32, by the sieve of Eratosthenes."""
    prime = np.ones(limit, dtype=np.bool_)
    prime[:2] = False
    for number in range(2, int(limit**0.5) + 1):
        if prime[number]:
            prime[number * number :: number] = False
    return prime.nonzero()[0].astype(np.int32)


def circle_windows(primes: Ids, window: int) -> Ids:
    """Return for each place of the circle `window` primes and the next: (P, window + 1) int32."""
    places = np.arange(len(primes))[:, None] + np.arange(window + 1)
    circle: Ids = primes[places % len(primes)]
    return circle


def line_windows(primes: Ids, window: int, count: int, *, reach: int) -> Ids:
    """Return `count` stretches of primes in a row, int32 (count, window + 1).

    The first is the lowest whose last prime is `reach` or more: primes under it make none of these.
    """
    start = max(0, int(np.searchsorted(primes, reach)) - window)
    line: Ids = primes[start + np.arange(count)[:, None] + np.arange(window + 1)]
    return line


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Cut the windows of the circle, and as many of true primes in a row as are learnt."""
    circle = circle_windows(primes_below(config.limit), config.window)
    primes = primes_below(HIGHEST)
    line = line_windows(primes, config.window, config.samples, reach=config.limit)
    samples = circle[np.arange(config.samples) % len(circle)]
    return Trial({"samples": samples, "circle": circle, "line": line}, {"limit": config.limit})
