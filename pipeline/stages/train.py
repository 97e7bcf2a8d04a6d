"""train: the LSTM learns to point at the next word's vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.training import TRAINING, Training
from pipeline.artifacts.windows import Windows, evaluation_starts
from pipeline.errors import StageFailed
from pipeline.learning.objectives import OBJECTIVES, Objective, configured_loss
from pipeline.stage import Context, Stage
from pipeline.stages.train_settings import TrainConfig, TrainSettings
from pipeline.workers import Workers, lasting_or_here

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.base import Base
    from pipeline.artifacts.embedding import Embedding
    from pipeline.learning.batches import Batch
    from pipeline.learning.network import Vectors
    from pipeline.learning.plan import Plan


def _validator(
    config: TrainSettings, embed: Embedding, window: Windows
) -> Callable[[dict[str, NDArray[np.float32]]], dict[str, Any]]:
    """Return a function weights → validation scores, with scale and prior weight fitted."""
    from pipeline.engine.measures.metrics import summarise
    from pipeline.engine.measures.score import score_places
    from pipeline.engine.network.calibrate import calibrate
    from pipeline.engine.network.export import export_network
    from pipeline.engine.network.predict import spread_places

    every = evaluation_starts(window, "validation")

    def validate(weights: dict[str, NDArray[np.float32]]) -> dict[str, Any]:
        network = export_network(
            weights,
            words=embed.words,
            counts=embed.counts,
            steps=window.steps,
            carry_state=config.carry_state,
        )
        starts = spread_places(every, config.validation_targets, network)  # (N,)
        some = spread_places(every, max(1, config.validation_targets // 4), network)
        network = calibrate(window.ids, some, network)  # two numbers: fewer will do
        return summarise(score_places(window.ids, starts, network))

    return validate


def fit_batch_size(config: TrainSettings, window: Windows) -> int:
    """Return the sequences in a batch: fewer for a short novel, which else had too few updates."""
    tokens = sum(int(stop - start) for start, stop in window.spans["train"])
    sequences = tokens // window.steps
    return max(1, min(config.batch_size, sequences // config.epoch_batches))


def batch_maker(
    config: TrainSettings, embed: Embedding, window: Windows
) -> Callable[[np.random.Generator], tuple[int, Iterator[Batch]]]:
    """Return a function generator → (number of batches, batches) of one epoch."""
    from pipeline.learning.batches import (
        Dropout,
        build_sampler,
        consecutive_starts,
        epoch_batches,
        sequence_starts,
    )

    batch_size = fit_batch_size(config, window)
    dropout = Dropout(
        inputs=config.input_dropout,
        outputs=config.output_dropout,
        words=config.word_dropout,
        recurrent=config.recurrent_dropout,
    )
    sampler = build_sampler(
        embed.counts, draws=config.candidates, targets=batch_size * window.steps
    )

    def make_batches(generator: np.random.Generator) -> tuple[int, Iterator[Batch]]:
        if config.carry_state:
            starts = consecutive_starts(window, generator, batch_size=batch_size)
        else:
            starts = sequence_starts(window, generator)
        batches = epoch_batches(
            window,
            starts,
            sampler,
            generator,
            batch_size=batch_size,
            input_size=embed.vectors.shape[1],
            hidden=config.hidden,
            layers=config.layers,
            dropout=dropout,
        )
        count = -(-len(starts) // batch_size)
        most = min(count, config.max_batches or count)
        return most, islice(batches, most)

    return make_batches


def _trained_vectors(config: TrainSettings, objective: Objective) -> Vectors:
    """Return which vectors are trained: output vectors never where they are the yardstick."""
    if objective.trains_vectors:
        return config.vectors
    return "input" if config.vectors == "input" else "frozen"


def _starting_vectors(
    config: TrainSettings, objective: Objective, embed: Embedding, base: Base | None
) -> NDArray[np.float32]:
    """Return the vectors (V, E) to begin with: those of a base, or `embed`'s, centred if asked."""
    from pipeline.learning.begin import begin_vectors
    from pipeline.learning.centre import centre_vectors

    if base is not None:
        return begin_vectors(base, embed.words)
    if not config.centre or objective.raw_vectors:
        return embed.vectors
    _refuse_all_components(config.remove_components, embed.vectors)
    return centre_vectors(embed.vectors, components=config.remove_components)


def _refuse_all_components(count: int, vectors: NDArray[np.float32]) -> None:
    """Raise unless something is left of vectors (V, E) without their first `count` components."""
    most = min(vectors.shape) - 1
    if count > most:
        raise StageFailed(
            f"train: expected at most {most} components to take out of {vectors.shape[1]} "
            f"dimensions, got {count}; lower it: --set train.remove_components={most}"
        )


def training_plan(config: TrainSettings, *, begun: bool = False) -> Plan:
    """Return how long and how fast to train; `begun` is whether with a base."""
    from pipeline.learning.plan import Plan, Schedule

    return Plan(
        epochs=config.epochs,
        patience=config.patience,
        schedule=Schedule(
            config.learning_rate * (config.base_rate if begun else 1),
            config.warmup,
            config.schedule,
        ),
        clip_norm=config.clip_norm,
        weight_decay=config.weight_decay,
        optimizer=config.optimizer,
        carry_state=config.carry_state,
        average=config.average,
    )


def _base_to_begin_with(
    config: TrainSettings, objective: Objective, base: Base | None, context: Context
) -> Base | None:
    """Return the base, if there is one and a training with these settings can begin with it."""
    if base is None or not base.words:
        return None
    if why := reason_not_to_begin(config, objective, base):
        context.say(f"base set aside: {why}")
        return None
    return base


def reason_not_to_begin(config: TrainSettings, objective: Objective, base: Base) -> str:
    """Return why a training cannot begin with a base; empty if it can."""
    hidden = len(base.weights["recurrent_kernel"])
    wanted = {"vectors": "tied", "layers": 1, "hidden": hidden}
    differs = [
        f"{name} {value}" for name, value in wanted.items() if getattr(config, name) != value
    ]
    if not objective.trains_vectors:
        differs.append(f"an objective other than {config.objective}")
    return f"it was trained with {', '.join(differs)}" if differs else ""


def train(
    config: TrainSettings, *, embed: Embedding, window: Windows, base: Base, context: Context
) -> Training:
    """Train the network, going on from this key's checkpoint if there is one.

    Raises
    ------
    StageFailed
        The training diverges, or there are more components to take out than vectors have.
    """
    context.progress(0, config.epochs, "loading TensorFlow")  # takes seconds
    from pipeline.learning.loop import Diverged

    try:
        return train_network(config, embed=embed, window=window, base=base, context=context)
    except Diverged as error:
        lower = f"--set train.learning_rate={config.learning_rate / 4:g}"
        raise StageFailed(f"train: {error}; start afresh with a lower one: {lower}") from error


def _in_shards(config: TrainSettings, embed: Embedding, workers: Workers) -> dict[str, Any]:
    """Return what tells `fit` to part its batches, where the settings say so."""
    from pipeline.artifacts.embedding import log_frequencies
    from pipeline.learning.shards import Spec, sharded_step

    if config.shards == 1:
        return {}
    spec = Spec(
        vocabulary=len(embed.words),
        embedding=embed.vectors.shape[1],
        hidden=config.hidden,
        layers=config.layers,
        vectors=config.vectors,
        log_prior=log_frequencies(embed.counts).tobytes(),
    )
    own = lasting_or_here(workers)  # others would load TensorFlow for each batch
    return {"make_step": partial(sharded_step, spec=spec, shards=config.shards, workers=own)}


def train_network(
    config: TrainSettings,
    *,
    embed: Embedding,
    window: Windows,
    context: Context,
    base: Base | None = None,
) -> Training:
    """Train as `train` does; raise `Diverged` for the caller to say what to do."""
    from pipeline.artifacts.embedding import log_frequencies
    from pipeline.learning.backend import prepare_tensorflow
    from pipeline.learning.begin import begin_weights
    from pipeline.learning.loop import fit
    from pipeline.learning.network import assign_weights, build_network

    prepare_tensorflow()
    objective = OBJECTIVES[config.objective]
    begun = _base_to_begin_with(config, objective, base, context)
    vectors = _starting_vectors(config, objective, embed, begun)
    network = build_network(
        vectors,
        log_frequencies(embed.counts),
        hidden=config.hidden,
        layers=config.layers,
        vectors_mode=_trained_vectors(config, objective),
        seed=config.seed,
    )
    if begun is not None:
        assign_weights(network, begin_weights(begun, vectors))
    weights, history = fit(
        network,
        configured_loss(objective, config.model_dump()),
        training_plan(config, begun=begun is not None),
        make_batches=batch_maker(config, embed, window),
        validate=_validator(config, embed, window),
        generator=context.generator,
        scratch_path=context.scratch_path,
        progress=context.progress,
        say=context.say,
        **_in_shards(config, embed, context.workers),
    )
    return Training(
        weights=weights,
        history={"objective": config.objective, "carry_state": config.carry_state, **history},
    )


STAGE = Stage(
    name="train",
    inputs=("embed", "window", "base"),
    config=TrainConfig,
    run=train,
    codec=TRAINING,
    libraries=("keras", "numpy", "tensorflow", "threadpoolctl"),
)
