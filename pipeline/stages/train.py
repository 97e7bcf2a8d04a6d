"""train: the LSTM learns to point at the next word's vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, Field, create_model, model_validator

from pipeline.artifacts.training import TRAINING, Training
from pipeline.artifacts.windows import Windows, evaluation_starts
from pipeline.errors import StageFailed
from pipeline.learning.objectives import OBJECTIVES, Objective, configured_loss
from pipeline.stage import Context, Stage, StageConfig
from pipeline.workers import HERE, Workers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.base import Base
    from pipeline.artifacts.embedding import Embedding
    from pipeline.learning.batches import Batch
    from pipeline.learning.network import Vectors
    from pipeline.learning.plan import Plan


def known_objective(name: str) -> str:
    """Return the name of an objective that there is."""
    if name not in OBJECTIVES:
        *names, last = map(repr, OBJECTIVES)
        raise ValueError(f"expected {', '.join(names)} or {last}, got {name!r}")
    return name


class TrainSettings(StageConfig):
    """Settings of `train`, but for those that an objective has of its own."""

    objective: Annotated[str, AfterValidator(known_objective)] = Field(
        "contrastive",
        description="loss: "
        + "; ".join(f"{name}, {own.description}" for name, own in OBJECTIVES.items()),
    )
    vectors: Literal["tied", "both", "input", "output", "frozen"] = Field(
        "tied",
        description="word vectors that are trained: tied, one table for input and output; both, a "
        "table each; input or output, one of the two; frozen, none (only contrastive trains "
        "output vectors; the others train input, or else are frozen)",
    )
    centre: bool = Field(
        True,
        description="take the vectors' mean out and scale them to mean length 1 (never with mse)",
    )
    remove_components: int = Field(
        0, ge=0, le=100, description="with centre: principal components to take out too"
    )
    hidden: int = Field(200, ge=1, le=4096, description="units of an LSTM layer")
    layers: int = Field(1, ge=1, le=8, description="LSTM layers, one above the other")
    carry_state: bool = Field(
        True,
        description="carry the LSTM's state on, in training from sequence to sequence, then from "
        "word to word; else each word is foretold from the words of one window",
    )
    epochs: int = Field(4, ge=1, le=1000, description="passes over the training chapters, at most")
    patience: int = Field(
        2, ge=1, le=1000, description="epochs without a better validation before training stops"
    )
    batch_size: int = Field(64, ge=1, le=4096, description="sequences in a batch, at most")
    epoch_batches: int = Field(
        250,
        ge=1,
        le=1_000_000,
        description="batches in an epoch, at least: a short novel gets smaller batches",
    )
    max_batches: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="batches in an epoch, at most: of a large shelf each takes others; 0 for all",
    )
    shards: int = Field(
        1,
        ge=1,
        le=1024,
        description="parts of a batch whose gradients are made apart and added up, side by side on "
        "a cluster; only with contrastive",
    )
    optimizer: Literal["adam", "sgd"] = Field(
        "adam", description="adam (AdamW where weights decay), or plain gradient descent"
    )
    learning_rate: float = Field(6e-3, gt=0, le=10, description="greatest step size")
    base_rate: float = Field(
        0.5,
        gt=0,
        le=10,
        description="factor of the step size where the training begins with a base",
    )
    schedule: Literal["cosine", "constant"] = Field(
        "cosine", description="whether the step size falls to zero along half a cosine"
    )
    warmup: float = Field(
        0.0, ge=0, lt=1, description="share of the training in which the step size rises evenly"
    )
    weight_decay: float = Field(
        0.0, ge=0, le=1, description="with adam: share of step size that each weight shrinks by"
    )
    average: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="epochs that the weights are averaged over, older ones exponentially less; 0 "
        "averages nothing",
    )
    clip_norm: float = Field(1.0, gt=0, description="greatest norm of the whole gradient")
    input_dropout: float = Field(0.1, ge=0, lt=1, description="share of input units dropped")
    output_dropout: float = Field(0.2, ge=0, lt=1, description="share of LSTM outputs dropped")
    word_dropout: float = Field(
        0.0, ge=0, lt=1, description="share of input words replaced by the unknown word"
    )
    recurrent_dropout: float = Field(
        0.0, ge=0, lt=1, description="share of the LSTM's recurrent weights dropped"
    )
    candidates: int = Field(
        800, ge=1, le=1_000_000, description="words drawn for each batch to compete with targets"
    )
    validation_targets: int = Field(
        4000, ge=1, le=10_000_000, description="targets, spread evenly, to validate an epoch on"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the random numbers")

    @model_validator(mode="after")
    def _check_shards(self) -> Self:
        """Refuse shards where a loss needs more than the rows of a batch."""
        if self.shards > 1 and self.objective != "contrastive":
            raise ValueError(
                f"expected train.shards = 1 with the objective {self.objective}, got {self.shards}"
            )
        return self


def train_config(objectives: Mapping[str, Objective]) -> type[TrainSettings]:
    """Return the settings of `train`: its own, then those of each objective in order."""
    own = dict.fromkeys(objective.settings for objective in objectives.values())
    # Fields come in the order of the bases from the last on.
    bases: Any = (*reversed([kind for kind in own if kind is not StageConfig]), TrainSettings)
    model = create_model("TrainConfig", __base__=bases, __module__=__name__)
    return cast("type[TrainSettings]", model)


if TYPE_CHECKING:

    class TrainConfig(TrainSettings):
        """Settings of `train`."""

else:
    TrainConfig = train_config(OBJECTIVES)


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


def reason_not_to_begin(config: TrainSettings, objective: Objective, base: Base) -> str:
    """Return why a training cannot begin with a base; empty if it can, or there is none."""
    if not base.words:
        return ""
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
    own = workers if workers.lasting else HERE  # others would load TensorFlow for each batch
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
    from pipeline.learning.begin import begin_vectors, begin_weights
    from pipeline.learning.centre import centre_vectors
    from pipeline.learning.loop import fit
    from pipeline.learning.network import assign_weights, build_network

    prepare_tensorflow()
    objective = OBJECTIVES[config.objective]
    vectors = embed.vectors  # (V, E)
    if base is not None and (why := reason_not_to_begin(config, objective, base)):
        context.say(f"base set aside: {why}")
        base = None
    if base is not None and base.words:
        vectors = begin_vectors(base, embed.words)
    elif config.centre and not objective.raw_vectors:
        _refuse_all_components(config.remove_components, vectors)
        vectors = centre_vectors(vectors, components=config.remove_components)
    network = build_network(
        vectors,
        log_frequencies(embed.counts),
        hidden=config.hidden,
        layers=config.layers,
        vectors_mode=_trained_vectors(config, objective),
        seed=config.seed,
    )
    if base is not None and base.words:
        assign_weights(network, begin_weights(base, vectors))
    weights, history = fit(
        network,
        configured_loss(objective, config.model_dump()),
        training_plan(config, begun=base is not None and bool(base.words)),
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
        history={
            "objective": config.objective,
            "carry_state": config.carry_state,
            **history,
        },
    )


STAGE = Stage(
    name="train",
    inputs=("embed", "window", "base"),
    config=TrainConfig,
    run=train,
    codec=TRAINING,
    libraries=("keras", "numpy", "tensorflow", "threadpoolctl"),
)
