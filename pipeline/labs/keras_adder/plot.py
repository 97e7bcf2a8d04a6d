"""Stage `plot`: the squared error for both losses, and the share of exact sums."""

from __future__ import annotations

from pipeline.labs.artifacts import Trial
from pipeline.labs.keras_adder.train import LOSSES, steps_in_epoch
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context


def plot(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> bytes:
    """Draw the squared error of the bits for both losses, and the share of exact sums."""
    titles = {f"{name}: squared error, learnt (line), unseen (dashes)": "epoch" for name in LOSSES}
    titles["exact unseen sums: mse (line), weighted (dashes)"] = "steps"
    figure = new_figure(titles, title_size=8)
    exact = figure.axes[2]
    for number in range(len(LOSSES)):
        errors = figure.axes[number]
        for place, count in enumerate(data.facts["counts"]):
            checked = train.arrays[f"checked_{count}"]  # (C,)
            unseen, learnt = (
                train.arrays[f"{part}_{count}"][:, number] for part in ("unseen", "learnt")
            )  # (C, 3) each
            colour = f"C{place}"
            errors.plot(checked, learnt[:, 2], color=colour, label=f"{count:,} pairs")
            errors.plot(checked, unseen[:, 2], color=colour, linestyle="--")
            steps = checked * steps_in_epoch(count, train)
            exact.plot(steps, unseen[:, 0], color=colour, linestyle=("-", "--")[number])
        errors.set_yscale("log")
    figure.axes[0].legend(fontsize=7)
    exact.set_xscale("log")
    return as_png(figure)
