"""Lab: the toy's network reads fifty primes and names the fifty-first; then others are asked.

The primes under 100 stand in a circle, 2 after 97, all divided by 100. Sample k is the fifty from
the k-th on, one input of 50 numbers, and y_k the one that follows; ten samples are ten steps of one
sequence. Loss, cell and descent are the toy's (`pipeline.labs.shared.first_unit`).

A small loss on what was learnt proves little. So the same windows are read one at a time, and
windows that were never learnt, beside a rule without a network: repeat the last gap,
p_51 = 2·p_50 − p_49. An answer counts as right if the prime nearest to it is the one wanted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from pipeline.arrays import Doubles, Ids
from pipeline.artifacts.layers import Layer
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import Lab, NoSettings
from pipeline.labs.shared.first_unit import answers_of, descend, read, start_layer, take_layer
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig

ARTICLE_LOSSES = (0.17973, 1.05172e-06)
LEARNT = "learnt, in order"
ALONE = "learnt, one at a time"
READ_ON = "new: the circle read on"
IN_A_ROW = "new: true primes in a row"
HIGHEST = 10_000  # more primes than any window reaches, to round to
COLUMNS = ("windows", "number", "right", "off by", "last gap right", "last gap off by")


class DataConfig(StageConfig):
    """The windows of primes."""

    limit: int = Field(100, ge=10, le=1000, description="primes under this, divided by it")
    window: int = Field(50, ge=2, le=200, description="primes in a sample")
    samples: int = Field(10, ge=1, le=100, description="samples that are learnt")


class TrainConfig(StageConfig):
    """The network and its training."""

    hidden: int = Field(100, ge=1, le=1000, description="cells")
    rounds: int = Field(10_000, ge=1, le=1_000_000, description="updates")
    learning_rate: float = Field(0.01, gt=0, le=10, description="step along the gradient")
    squash_cell: bool = Field(False, description="h = o·tanh(s) instead of h = o·s")
    seed: int = Field(1, ge=0, lt=2**31, description="draws the first weights")


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


def answer(
    windows: Ids, layer: Layer[Doubles], *, in_order: bool, limit: int, squash_cell: bool
) -> Doubles:
    """Let the network name the next prime of windows (P, window + 1): (P,).

    In order they are the steps of one sequence; otherwise each is read from a state of zeros.
    """
    scaled = windows[:, :-1] / limit  # (P, E)
    inputs = scaled[:, None] if in_order else scaled[None]  # (T, N, E)
    answers: Doubles = answers_of(read(inputs, layer, squash_cell=squash_cell)).ravel() * limit
    return answers


def repeat_last_gap(windows: Ids) -> Doubles:
    """Guess for each window (P, window + 1) that the next gap is as the last: (P,)."""
    return (2 * windows[:, -2] - windows[:, -3]).astype(np.float64)


def judge(answers: Doubles, wanted: Ids, primes: Ids) -> tuple[int, float]:
    """Return how many answers (P,) are nearest to the prime wanted, and how far off the mean is."""
    nearest = primes[np.abs(answers[:, None] - primes).argmin(axis=1)]
    return int((nearest == wanted).sum()), float(np.abs(answers - wanted).mean())


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Cut the windows of the circle, and as many of true primes in a row as are learnt."""
    circle = circle_windows(primes_below(config.limit), config.window)
    primes = primes_below(HIGHEST)
    line = line_windows(primes, config.window, config.samples, reach=config.limit)
    samples = circle[np.arange(config.samples) % len(circle)]
    return Trial({"samples": samples, "circle": circle, "line": line}, {"limit": config.limit})


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Descend on the samples, and keep the weights and all answers on the way."""
    scaled = data.arrays["samples"] / data.facts["limit"]  # (T, window + 1)
    with one_thread():
        layer, answers = descend(
            start_layer(scaled.shape[1] - 1, config.hidden, context.generator),
            scaled[:, None, :-1],
            scaled[:, -1:],
            learning_rate=config.learning_rate,
            rounds=config.rounds,
            squash_cell=config.squash_cell,
            progress=context.progress,
        )
    losses = ((answers - scaled[:, -1]) ** 2).sum(axis=1)  # (rounds + 1,)
    return Trial(layer._asdict() | {"losses": losses}, config.model_dump(mode="json"))


def answer_all(data: Trial, train: Trial) -> dict[str, tuple[Ids, Doubles]]:
    """Return name → windows (P, window + 1) and the network's answers (P,); empty sets left out."""
    how = {
        "layer": take_layer(train.arrays),
        "limit": data.facts["limit"],
        "squash_cell": train.facts["squash_cell"],
    }
    samples, circle, line = (data.arrays[name] for name in ("samples", "circle", "line"))
    learnt = len(samples)
    on = np.concatenate([samples, circle[learnt:]])  # (P, window + 1)
    sets = {
        LEARNT: (samples, answer(samples, in_order=True, **how)),
        ALONE: (samples, answer(samples, in_order=False, **how)),
        READ_ON: (on[learnt:], answer(on, in_order=True, **how)[learnt:]),
        IN_A_ROW: (line, answer(line, in_order=True, **how)),
    }
    return {name: (windows, answers) for name, (windows, answers) in sets.items() if len(windows)}


def evaluate(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Judge the network and the last gap on what was learnt and on what was not."""
    with one_thread():
        answered = answer_all(data, train)
    rows = [judge_both(name, *found) for name, found in answered.items()]
    first, last = (float(train.arrays["losses"][number]) for number in (0, -1))
    facts = {
        **train.facts,
        "limit": data.facts["limit"],
        "learnt": len(data.arrays["samples"]),
        "loss_start": first,
        "loss_end": last,
        "article_loss_start": ARTICLE_LOSSES[0],
        "article_loss_end": ARTICLE_LOSSES[1],
        "sets": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        "wanted": {name: windows[:, -1].tolist() for name, (windows, _) in answered.items()},
        "answers": {name: answers.tolist() for name, (_, answers) in answered.items()},
    }
    return Findings(COLUMNS, tuple(rows), notes_on(facts), facts)


def judge_both(name: str, windows: Ids, answers: Doubles) -> tuple[str | float | int, ...]:
    """Return the table's row of a set: windows (P, window + 1), the network's answers (P,)."""
    primes = primes_below(HIGHEST)
    right, off = judge(answers, windows[:, -1], primes)
    gap_right, gap_off = judge(repeat_last_gap(windows), windows[:, -1], primes)
    return name, len(windows), right, round(off, 2), gap_right, round(gap_off, 2)


def notes_on(facts: dict[str, Any]) -> tuple[str, ...]:
    """Say what the table does not: the losses beside the article's, what is counted, the seed."""
    formula = "h = o·tanh(s)" if facts["squash_cell"] else "h = o·s"
    verdict = "no higher" if facts["loss_end"] <= ARTICLE_LOSSES[1] else "HIGHER"
    return (
        f"{formula}, {facts['rounds']:,} rounds: squared loss {facts['loss_start']:.5f} → "
        f"{facts['loss_end']:.5g} (the article's: {ARTICLE_LOSSES[0]} → {ARTICLE_LOSSES[1]:g}); "
        f"the last is {verdict} than the article's.",
        "Right: the prime nearest to the answer is the one wanted. Off by: mean absolute error, "
        "in units of the primes.",
        f"Seed: {facts['seed']}.",
    )


def plot(config: NoSettings, *, train: Trial, evaluate: Findings, context: Context) -> bytes:
    """Draw the loss round by round, and wanted against answered around the circle."""
    wanted, answers = evaluate.facts["wanted"], evaluate.facts["answers"]
    figure = new_figure(2)
    left, right = figure.axes
    left.semilogy(train.arrays["losses"])
    for value, name, style in zip(ARTICLE_LOSSES, ("start", "end"), ("--", ":"), strict=True):
        left.axhline(value, color="grey", linestyle=style, label=f"article's {name}: {value:g}")
    left.set(title="squared loss", xlabel="round")
    left.legend()
    right.plot(wanted[LEARNT] + wanted.get(READ_ON, []), "k.", label="wanted")
    right.plot(answers[LEARNT] + answers.get(READ_ON, []), label="read in order")
    right.plot(answers[ALONE], label="one at a time")
    right.axvline(
        evaluate.facts["learnt"] - 0.5, color="grey", linestyle=":", label="learnt up to here"
    )
    right.set(title="the next prime", xlabel="window")
    right.legend()
    return as_png(figure)


LAB = Lab(
    name="primes",
    title="the same network learns ten windows of primes; then it is asked others",
    stages=(
        Stage("data", (), DataConfig, make_data, TRIAL, libraries=("numpy",)),
        Stage("train", ("data",), TrainConfig, train, TRIAL, libraries=("numpy", "threadpoolctl")),
        Stage(
            "evaluate",
            ("data", "train"),
            NoSettings,
            evaluate,
            FINDINGS,
            libraries=("numpy", "threadpoolctl"),
        ),
        Stage("plot", ("train", "evaluate"), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
