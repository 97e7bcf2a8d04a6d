"""article: the original experiment, ten windows of a novel learnt by heart, and what it is worth.

The novel becomes windows through the pipeline's own first four stages, which are this lab's data:
fetch → segment → embed → window, with their own settings. What follows is the article's:

    ê = W·h_T + c,   h_T = LSTM(e_1 … e_T)        T = 20 words, H = 200 units
    loss = mean (ê − e_next)²                      mean over windows and dimensions
    w ← w − η·∂loss/∂w                             plain SGD, all windows in one batch
    guess = argmax_w cos(ê, e_w)                   over the whole vocabulary

e_w are the raw word2vec vectors, never trained. Vectors of another scale have another error, so
MSE is also given relative to the targets' own spread: with their variance, mean (e − mean e)², as
the unit, to answer always with their mean scores 1, whatever the scale.

Words outside the vocabulary have no vector. They are left out before windows are cut, so a window
is 20 known words in a row, and the first ten windows lie at the text's start, as the article's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.windows import spread, window_view
from pipeline.engine.threads import one_thread
from pipeline.errors import DataError
from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import TENSORFLOW, Lab, NoSettings
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig
from pipeline.stages import embed as embed_stage
from pipeline.stages import fetch as fetch_stage
from pipeline.stages import segment as segment_stage
from pipeline.stages import window as window_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.segmentation import Part
    from pipeline.artifacts.windows import Windows
    from pipeline.stage import Made

HELD_OUT: tuple[Part, ...] = ("validation", "test")
SHOWN = 10  # windows whose words are printed
ARTICLE_WINDOWS = 10
ARTICLE_COSINE = 0.9418  # of window 0
ARTICLE_MSE = 0.33673  # the loss at the end of the training, so of all windows learnt


class TrainConfig(StageConfig):
    """The article's training."""

    windows: int = Field(10, ge=2, le=10_000, description="windows from the start of the text")
    hidden: int = Field(200, ge=1, le=4096, description="units of the LSTM")
    epochs: int = Field(500, ge=1, le=100_000, description="steps, each on all windows at once")
    learning_rate: float = Field(0.1, gt=0, le=100, description="rate η of plain SGD")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the weights")


class EvaluateConfig(StageConfig):
    """What it is asked afterwards."""

    unseen: int = Field(
        1000, ge=2, le=1_000_000, description="windows of held-out chapters, spread evenly"
    )


def stretches(windows: Windows, part: Part) -> Iterator[NDArray[np.int32]]:
    """Yield for each stretch of neighbouring chapters of a part its windows with their targets.

    Views, int32 (n, T + 1), n > 0, of its known words: those outside the vocabulary are left out.
    """
    for start, stop in windows.spans[part]:
        ids = windows.ids[start:stop]
        known = ids[ids < windows.vocabulary_size]  # (words,) int32
        if len(known) > windows.steps:
            yield window_view(known, steps=windows.steps)


def first_windows(windows: Windows, count: int) -> NDArray[np.int32]:
    """Return the first windows of the training chapters with their targets, int32 (count, T + 1).

    Raises
    ------
    DataError
        The text has fewer.
    """
    import numpy as np

    found = np.empty((0, windows.steps + 1), dtype=np.int32)
    for stretch in stretches(windows, "train"):
        found = np.concatenate([found, stretch[: count - len(found)]])
        if len(found) == count:
            return found
    raise DataError(
        f"train: expected {count} windows of {windows.steps} known words, got {len(found)}; "
        "bring a longer text or lower train.windows"
    )


def train(config: TrainConfig, *, embed: Embedding, window: Windows, context: Context) -> Trial:
    """Learn the first windows by heart."""
    from pipeline.labs.article.network import fit

    ids = first_windows(window, config.windows)  # (n, T + 1)
    vectors = embed.vectors[ids]  # (n, T + 1, E) float32
    weights, losses = fit(
        vectors[:, :-1],
        vectors[:, -1],
        hidden=config.hidden,
        epochs=config.epochs,
        learning_rate=config.learning_rate,
        seed=config.seed,
        progress=context.progress,
    )
    return Trial({**weights, "windows": ids}, {"losses": losses, **config.model_dump()})


def unseen_windows(windows: Windows, count: int) -> NDArray[np.int32]:
    """Return windows of held-out chapters with their targets, int32 (N, T + 1), spread evenly.

    Raises
    ------
    DataError
        There are none.
    """
    import numpy as np

    cuts = [stretch for part in HELD_OUT for stretch in stretches(windows, part)]
    if not cuts:
        raise DataError(
            f"evaluate: expected windows of {windows.steps} known words in held-out chapters, got "
            "none; bring a longer text"
        )
    found = np.concatenate(cuts)  # (M, T + 1)
    return found[spread(np.arange(len(found)), count)]


def judge_unseen(
    windows: NDArray[np.int32], embed: Embedding, weights: dict[str, NDArray[Any]]
) -> dict[str, dict[str, float]]:
    """Measure the network on windows (N, T + 1), beside two answers that need none.

    Always the mean of the vectors, by how often each word occurs; always the most frequent word.
    """
    import numpy as np

    from pipeline.labs.article.network import foretell, judge

    vectors, targets = embed.vectors, windows[:, -1]  # (V, E), (N,)
    shape = (len(windows), vectors.shape[1])
    mean = np.average(vectors, axis=0, weights=embed.counts).astype(np.float32)  # (E,)
    guesses = {
        "network": foretell(windows[:, :-1], vectors, weights),  # (N, E)
        "mean_vector": np.broadcast_to(mean, shape),
        "frequent_word": np.broadcast_to(vectors[0], shape),
    }
    unit = vectors[targets]  # (N, E)
    return {name: judge(rows, targets, vectors, unit=unit) for name, rows in guesses.items()}


def evaluate(
    config: EvaluateConfig, *, embed: Embedding, window: Windows, train: Trial, context: Context
) -> Findings:
    """Ask for the windows learnt, and for unseen ones."""
    # The products have millions of terms: shared out among cores, they sum in another order, and
    # the last digits would be those of this machine.
    with one_thread():
        facts = judge_all(config, embed=embed, window=window, train=train)
    seeds = {"seed": train.facts["seed"], "embed_seed": embed_seed(context.made["embed"])}
    return report({**facts, **train.facts, **seeds})


def embed_seed(made: Made) -> int | None:
    """Return the seed that the word vectors were trained with; none where they were given."""
    return None if made.names else made.settings["seed"]


def judge_all(
    config: EvaluateConfig, *, embed: Embedding, window: Windows, train: Trial
) -> dict[str, Any]:
    """Return name → what was measured, words and numbers, as JSON values."""
    import numpy as np

    from pipeline.labs.article.network import foretell, judge, nearest_words, row_cosines, variance

    vectors, ids = embed.vectors, train.arrays["windows"]  # (V, E), (n, T + 1)
    unseen = unseen_windows(window, config.unseen)  # (N, T + 1)
    guess = foretell(ids[:, :-1], vectors, train.arrays)  # (n, E)
    targets = vectors[ids[:, -1]]  # (n, E)
    return {
        "window_0": judge(guess[:1], ids[:1, -1], vectors, unit=targets),
        "learnt": judge(guess, ids[:, -1], vectors, unit=targets),
        "unseen": judge_unseen(unseen, embed, train.arrays),
        "variance": variance(targets),
        "mean_square": float(np.mean(targets**2)),
        "right_words": [printable(embed.words[word]) for word in ids[:, -1]],
        "predicted_words": [printable(embed.words[k]) for k in nearest_words(guess, vectors)],
        "cosines": row_cosines(guess, targets).tolist(),
        "frequent_word": printable(embed.words[0]),
        "unseen_windows": len(unseen),
        "unknown_share": float(np.mean(window.ids >= window.vocabulary_size)),
        "vocabulary": len(embed.words),
        "article": {"cosine": ARTICLE_COSINE, "mse": ARTICLE_MSE},
    }


def printable(word: str) -> str:
    """Return a word as it is shown; the end of a paragraph is a word too."""
    return "¶" if word == PARAGRAPH_BREAK else word


def report(facts: dict[str, Any]) -> Findings:
    """Put what was found into a table, and the words into sentences."""
    first, unseen = facts["window_0"], facts["unseen"]
    several = f"{facts['unseen_windows']:,} unseen"
    frequent = f"always {facts['frequent_word']}"
    rows = [
        ("window 0", "the network", *cells(first)),
        ("window 0", "the article's", "–", str(ARTICLE_COSINE), "–", "–"),
        (f"all {facts['windows']} learnt", "the network", *cells(facts["learnt"])),
        (f"all {ARTICLE_WINDOWS} learnt", "the article's", "–", "–", str(ARTICLE_MSE), "–"),
        (several, "the network", *cells(unseen["network"])),
        (several, "always the mean vector", *cells(unseen["mean_vector"])),
        (several, frequent, *cells(unseen["frequent_word"])),
    ]
    right, predicted = facts["right_words"], facts["predicted_words"]
    seeds = f"Seed {facts['seed']}"
    if facts["embed_seed"] is not None:
        seeds = f"Seeds: {facts['embed_seed']} (word vectors), {facts['seed']} (network)"
    correct = sum(a == b for a, b in zip(right, predicted, strict=True))
    answers = zip(right, predicted, facts["cosines"], strict=True)
    shown = [f"{wanted} → {guess} ({cosine:.2f})" for wanted, guess, cosine in answers][:SHOWN]
    notes = (
        f"Window 0: the right word is {right[0]}, predicted is {predicted[0]}; MSE is "
        f"{first['mse_by_mean_square']:.3f} of the targets' mean square "
        f"({facts['mean_square']:.4g}), {first['mse_by_variance']:.3f} of their variance "
        f"({facts['variance']:.4g}).",
        f"{correct} of {len(right)} learnt windows are right. Right word → predicted (cosine with "
        f"the right one): {', '.join(shown)}.",
        f"{facts['unknown_share']:.1%} of the words are outside the vocabulary of "
        f"{facts['vocabulary']:,} and were left out. {seeds}.",
    )
    columns = ("windows", "guess", "right", "cosine", "MSE", "MSE / variance")
    return Findings(columns, tuple(rows), notes, facts)


def cells(scores: dict[str, float]) -> tuple[str, ...]:
    """Return scores as cells of the table."""
    cosine, mse, relative = scores["cosine"], scores["mse"], scores["mse_by_variance"]
    return f"{scores['top1']:.1%}", f"{cosine:.4f}", f"{mse:.4g}", f"{relative:.3f}"


def plot(config: NoSettings, *, train: Trial, evaluate: Findings, context: Context) -> bytes:
    """Draw the error by epoch; cosine and top-1 of learnt windows beside those of unseen ones."""
    figure = new_figure(3)
    loss, cosine, top1 = figure.axes
    facts = evaluate.facts
    loss.plot(train.facts["losses"])
    for name, style in (("mean_square", ":"), ("variance", "--")):
        label = f"{name.replace('_', ' ')} of the targets"
        loss.axhline(facts[name], color="0.5", linestyle=style, label=label)
    loss.set(title="MSE on the windows learnt", xlabel="epoch", ylim=(0, None))
    loss.legend(fontsize=8)
    unseen = facts["unseen"]
    scores = [facts["learnt"], unseen["network"], unseen["mean_vector"], unseen["frequent_word"]]
    labels = ["learnt", "unseen", "unseen:\nmean vector", "unseen:\nfrequent word"]
    for axes, name, title in ((cosine, "cosine", "mean cosine"), (top1, "top1", "right words")):
        axes.bar(labels, [score[name] for score in scores], color=["C0", "C1", "0.7", "0.8"])
        axes.set_title(title)
        axes.tick_params(axis="x", labelsize=8)
    top1.set_ylim(0, 1)
    return as_png(figure)


LAB = Lab(
    name="article",
    title="the original experiment: ten windows of a novel learnt, then unseen ones",
    source_setting="fetch.source",
    stages=(
        fetch_stage.STAGE,
        segment_stage.STAGE,
        embed_stage.STAGE,
        window_stage.STAGE,
        Stage("train", ("embed", "window"), TrainConfig, train, TRIAL, libraries=TENSORFLOW),
        Stage(
            "evaluate",
            ("embed", "window", "train"),
            EvaluateConfig,
            evaluate,
            FINDINGS,
            libraries=("numpy", "threadpoolctl"),
        ),
        Stage("plot", ("train", "evaluate"), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
