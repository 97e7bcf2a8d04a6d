"""What a lab is, and the stages that all labs declare alike: data, train, evaluate, plot.

No stage's code imports this, so that a change here runs no lab again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Stage, StageConfig

# The libraries that decide a stage's result.
NUMPY = ("numpy",)
ONE_THREAD = ("numpy", "threadpoolctl")
TENSORFLOW = ("keras", "numpy", "tensorflow")


@dataclass(frozen=True)
class Lab:
    """One lab.

    Attributes
    ----------
    name : str
        As on the command line and in `artifacts/labs/`.
    title : str
        What it shows, in one line.
    stages : tuple of Stage
        In the order in which they run; the last but one makes `Findings`, the last the picture.
    source_setting : str
        The setting that `--source` stands for, as `data.source`; empty where there is none.
    """

    name: str
    title: str
    stages: tuple[Stage, ...]
    source_setting: str = ""


def data_stage(
    run: Callable[..., Any], config: type[StageConfig], libraries: tuple[str, ...] = NUMPY
) -> Stage:
    """Return the stage that makes a lab's data."""
    return Stage("data", (), config, run, TRIAL, libraries)


def train_stage(
    run: Callable[..., Any],
    config: type[StageConfig],
    libraries: tuple[str, ...],
    inputs: tuple[str, ...] = ("data",),
) -> Stage:
    """Return the stage that trains."""
    return Stage("train", inputs, config, run, TRIAL, libraries)


def evaluate_stage(
    run: Callable[..., Any],
    config: type[StageConfig] = NoSettings,
    libraries: tuple[str, ...] = NUMPY,
    inputs: tuple[str, ...] = ("data", "train"),
) -> Stage:
    """Return the last stage but one, which makes the findings."""
    return Stage("evaluate", inputs, config, run, FINDINGS, libraries)


def plot_stage(run: Callable[..., Any], *inputs: str) -> Stage:
    """Return the last stage, which draws the picture from what `inputs` made."""
    return Stage("plot", inputs, NoSettings, run, PICTURE, libraries=("matplotlib",))
