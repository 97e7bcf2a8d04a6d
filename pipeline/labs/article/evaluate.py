"""Stage `evaluate`: the windows learnt, and unseen ones beside answers that need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.threads import one_thread
from pipeline.labs.artifacts import Findings, Trial
from pipeline.stage import Context, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.windows import Windows
    from pipeline.stage import Made
from pipeline.labs.article.windows import unseen_windows

_SHOWN = 10  # windows whose words are printed
_ARTICLE_WINDOWS = 10
_ARTICLE_COSINE = 0.9418  # of window 0
_ARTICLE_MSE = 0.33673  # the loss at the end of the training, so of all windows learnt


class EvaluateConfig(StageConfig):
    """What it is asked afterwards."""

    unseen: int = Field(
        1000, ge=2, le=1_000_000, description="windows of held-out chapters, spread evenly"
    )


def _judge_unseen(
    windows: NDArray[np.int32], embed: Embedding, weights: dict[str, NDArray[Any]]
) -> dict[str, dict[str, float]]:
    """Measure the network on windows (N, T + 1), beside two answers that need none.

    Always the mean of the vectors, by how often each word occurs; always the most frequent word.
    """
    import numpy as np

    from pipeline.labs.article.network import judge, predict

    vectors, targets = embed.vectors, windows[:, -1]  # (V, E), (N,)
    shape = (len(windows), vectors.shape[1])
    mean = np.average(vectors, axis=0, weights=embed.counts).astype(np.float32)  # (E,)
    guesses = {
        "network": predict(windows[:, :-1], vectors, weights),  # (N, E)
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
        facts = _judge_all(config, embed=embed, window=window, train=train)
    seeds = {"seed": train.facts["seed"], "embed_seed": _embed_seed(context.made["embed"])}
    return _report({**facts, **train.facts, **seeds})


def _embed_seed(made: Made) -> int | None:
    """Return the seed that the word vectors were trained with; none where they were given."""
    return None if made.names else made.settings["seed"]


def _judge_all(
    config: EvaluateConfig, *, embed: Embedding, window: Windows, train: Trial
) -> dict[str, Any]:
    """Return name → what was measured, words and numbers, as JSON values."""
    import numpy as np

    from pipeline.labs.article.network import judge, nearest_words, predict, row_cosines, variance

    vectors, ids = embed.vectors, train.arrays["windows"]  # (V, E), (n, T + 1)
    unseen = unseen_windows(window, config.unseen)  # (N, T + 1)
    guess = predict(ids[:, :-1], vectors, train.arrays)  # (n, E)
    targets = vectors[ids[:, -1]]  # (n, E)
    return {
        "window_0": judge(guess[:1], ids[:1, -1], vectors, unit=targets),
        "learnt": judge(guess, ids[:, -1], vectors, unit=targets),
        "unseen": _judge_unseen(unseen, embed, train.arrays),
        "variance": variance(targets),
        "mean_square": float(np.mean(targets**2)),
        "right_words": [_printable(embed.words[word]) for word in ids[:, -1]],
        "predicted_words": [_printable(embed.words[k]) for k in nearest_words(guess, vectors)],
        "cosines": row_cosines(guess, targets).tolist(),
        "frequent_word": _printable(embed.words[0]),
        "unseen_windows": len(unseen),
        "unknown_share": float(np.mean(window.ids >= window.vocabulary_size)),
        "vocabulary": len(embed.words),
        "article": {"cosine": _ARTICLE_COSINE, "mse": _ARTICLE_MSE},
    }


def _printable(word: str) -> str:
    """Return a word as it is shown; the end of a paragraph is a word too."""
    return "¶" if word == PARAGRAPH_BREAK else word


def _report(facts: dict[str, Any]) -> Findings:
    """Put what was found into a table, and the words into sentences."""
    first, unseen = facts["window_0"], facts["unseen"]
    several = f"{facts['unseen_windows']:,} unseen"
    frequent = f"always {facts['frequent_word']}"
    rows = [
        ("window 0", "the network", *_cells(first)),
        ("window 0", "the article's", "–", str(_ARTICLE_COSINE), "–", "–"),
        (f"all {facts['windows']} learnt", "the network", *_cells(facts["learnt"])),
        (f"all {_ARTICLE_WINDOWS} learnt", "the article's", "–", "–", str(_ARTICLE_MSE), "–"),
        (several, "the network", *_cells(unseen["network"])),
        (several, "always the mean vector", *_cells(unseen["mean_vector"])),
        (several, frequent, *_cells(unseen["frequent_word"])),
    ]
    right, predicted = facts["right_words"], facts["predicted_words"]
    seeds = f"Seed {facts['seed']}"
    if facts["embed_seed"] is not None:
        seeds = f"Seeds: {facts['embed_seed']} (word vectors), {facts['seed']} (network)"
    correct = sum(a == b for a, b in zip(right, predicted, strict=True))
    answers = zip(right, predicted, facts["cosines"], strict=True)
    shown = [f"{wanted} → {guess} ({cosine:.2f})" for wanted, guess, cosine in answers][:_SHOWN]
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


def _cells(scores: dict[str, float]) -> tuple[str, ...]:
    """Return scores as cells of the table."""
    cosine, mse, relative = scores["cosine"], scores["mse"], scores["mse_by_variance"]
    return f"{scores['top1']:.1%}", f"{cosine:.4f}", f"{mse:.4g}", f"{relative:.3f}"
