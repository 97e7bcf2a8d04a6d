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

from pipeline.labs.article import embed
from pipeline.labs.article.evaluate import EvaluateConfig, evaluate
from pipeline.labs.article.plot import plot
from pipeline.labs.article.train import TrainConfig, train
from pipeline.labs.lab import ONE_THREAD, TENSORFLOW, Lab, evaluate_stage, plot_stage, train_stage
from pipeline.stages import fetch, segment, window

LAB = Lab(
    name="article",
    title="the original experiment: ten windows of a novel learnt, then unseen ones",
    source_setting="fetch.source",
    stages=(
        fetch.STAGE,
        segment.STAGE,
        embed.STAGE,
        window.STAGE,
        train_stage(train, TrainConfig, TENSORFLOW, inputs=("embed", "window")),
        evaluate_stage(evaluate, EvaluateConfig, ONE_THREAD, inputs=("embed", "window", "train")),
        plot_stage(plot, "train", "evaluate"),
    ),
)
