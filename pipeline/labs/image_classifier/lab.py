"""image-classifier: a small convolutional network names what is on a picture.

After LeNet-5 (LeCun et al. 1998), on pictures of 32 × 32 pixels and C channels:

    x (32, 32, C) → convolution 6 of 5×5, ReLU → (28, 28, 6) → max-pool 2 → (14, 14, 6)
                  → convolution 16 of 5×5, ReLU → (10, 10, 16) → max-pool 2 → (5, 5, 16)
                  → dense 120, ReLU → dense 84, ReLU → dense 10 → log-softmax

    log p(k) = z_k − log Σ_j exp z_j          loss = −mean log p(label)
    v ← μ·v + gradient,   w ← w − η·v         SGD with momentum μ and learning rate η

Each channel is standardised, (x − mean) / deviation, with mean and deviation of the *training*
pictures: those of all pictures would tell the network something about what it is tested on.

scikit-learn's digits (8 × 8 grey, 1,797) are the default. Two 5×5 convolutions need room, so every
pixel becomes a block of 4 × 4: the picture has the size of CIFAR-10's and the network is the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.labs.artifacts import FINDINGS, PICTURE, TRIAL, Findings, Trial
from pipeline.labs.lab import TENSORFLOW, Lab, NoSettings, refuse_divergence
from pipeline.plots import as_png, new_figure
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.labs.image_classifier.cifar import Pictures

DIGITS = tuple("0123456789")
BLOCK = 4  # a pixel of a digit becomes a block of so many by so many
HELD_OUT = 0.2  # of the digits
EXPECTED = 0.95  # of the held-out digits, named right


class DataConfig(StageConfig):
    """Which pictures."""

    source: str = Field(
        "",
        description="a folder with CIFAR-10's six .bin files, the archive cifar-10-binary.tar.gz, "
        "or the word cifar-10, which downloads it; empty for scikit-learn's digits",
        json_schema_extra={"path": True},
    )
    downloads: str = Field(
        "data/downloads",
        min_length=1,
        description="folder that the downloaded archive is kept in",
        json_schema_extra={"path": True},
    )
    timeout_seconds: float = Field(
        3600.0, gt=0, le=86_400, description="most seconds for the download of 162 MB"
    )
    seed: int = Field(1, ge=0, lt=2**31, description="seed that decides which digits are held out")

    def files(self) -> dict[str, Path]:
        """Return the files of CIFAR-10, if it is given; none for digits and what is downloaded."""
        from pipeline.labs.image_classifier.cifar import source_files

        return source_files(self.source) if self.source else {}

    def key_settings(self) -> dict[str, Any]:
        """Return what decides the pictures beside files: the digits' seed, or the download."""
        from pipeline.labs.image_classifier.cifar import NAME

        if not self.source:
            return {"seed": self.seed}
        return {"source": NAME} if self.source == NAME else {}


class TrainConfig(StageConfig):
    """How it learns: as the article, with the batch and momentum of the tutorial it follows."""

    epochs: int = Field(5, ge=1, le=1000, description="passes over the training pictures")
    batch_size: int = Field(4, ge=1, le=10_000, description="pictures in a batch")
    learning_rate: float = Field(0.001, gt=0, le=10, description="rate η of SGD")
    momentum: float = Field(0.9, ge=0, lt=1, description="momentum μ of SGD; 0 for plain SGD")
    seed: int = Field(1, ge=0, lt=2**31, description="seed of the weights and of the order")


def split_digits(seed: int) -> Pictures:
    """Return scikit-learn's digits, each pixel a block, with a fifth of every class held out."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    from pipeline.labs.image_classifier.cifar import Pictures

    values, labels = load_digits(return_X_y=True)  # (1797, 64) 0 to 16, (1797,)
    pixels = values.astype("uint8").reshape(-1, 8, 8, 1)
    images = pixels.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)  # (1797, 32, 32, 1) uint8
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels.astype("uint8"), test_size=HELD_OUT, stratify=labels, random_state=seed
    )
    return Pictures(train_images, train_labels, test_images, test_labels)


def read_pictures(config: DataConfig) -> Pictures:
    """Return the pictures that the settings name; raises as `cifar` does."""
    from pipeline.labs.image_classifier import cifar
    from pipeline.text.books.request import DownloadPolicy

    if not config.source:
        return split_digits(config.seed)
    if config.source != cifar.NAME:
        return cifar.read_cifar(Path(config.source))
    policy = DownloadPolicy(
        max_bytes=cifar.MAX_ARCHIVE_BYTES, timeout_seconds=config.timeout_seconds
    )
    archive = cifar.download_archive(Path(config.downloads), policy=policy)
    return cifar.to_pictures(cifar.unpack_archive(archive, name=cifar.ARCHIVE))


def make_data(config: DataConfig, *, context: Context) -> Trial:
    """Read the pictures and divide them; CIFAR-10 comes divided."""
    from pipeline.labs.image_classifier.cifar import CLASSES

    pictures = read_pictures(config)
    # Only digits are divided by chance; of CIFAR-10 the seed is no part of the key either.
    seed = {} if config.source else {"data_seed": config.seed}
    facts = {
        **seed,
        "data": "CIFAR-10" if config.source else "digits",
        "classes": list(CLASSES if config.source else DIGITS),
        "training_pictures": len(pictures.train_labels),
        "held_out_pictures": len(pictures.test_labels),
    }
    return Trial(pictures._asdict(), facts)


def train(config: TrainConfig, *, data: Trial, context: Context) -> Trial:
    """Train; the held-out pictures are watched after each epoch, nothing is decided by them."""
    import numpy as np

    from pipeline.labs.image_classifier.cifar import Pictures
    from pipeline.labs.image_classifier.network import (
        build_network,
        channel_statistics,
        compile_epoch,
        predict_classes,
    )
    from pipeline.learning.backend import keras, prepare_tensorflow

    prepare_tensorflow()
    keras.utils.set_random_seed(config.seed)
    images, labels, test_images, test_labels = Pictures(**data.arrays)
    statistics = channel_statistics(images)  # (2, C)
    network = build_network(images.shape[-1])
    rates = {"learning_rate": config.learning_rate, "momentum": config.momentum}
    run_epoch = compile_epoch(network, images, labels, statistics, **rates)
    losses, accuracies = [], []
    for epoch in range(config.epochs):
        losses.append(run_epoch(draw_batches(len(images), config.batch_size, context.generator)))
        refuse_divergence(losses)
        predicted = predict_classes(network, test_images, statistics)  # (M,)
        accuracies.append(float(np.mean(predicted == test_labels)))
        context.progress(epoch + 1, config.epochs, f"loss {losses[-1]:.4f}")
    weights = {variable.path: variable.numpy() for variable in network.variables}
    facts = {"losses": losses, "accuracies": accuracies, **config.model_dump()}
    return Trial({**weights, "statistics": statistics}, facts)


def draw_batches(count: int, size: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return which of `count` pictures each batch has, int64 (steps, B), in a random order.

    What does not fill a last batch is left out; the next epoch leaves out other pictures.
    """
    size = min(size, count)
    return generator.permutation(count)[: count // size * size].reshape(-1, size)


def evaluate(config: NoSettings, *, data: Trial, train: Trial, context: Context) -> Findings:
    """Name the held-out pictures and count, class by class, those named right."""
    import numpy as np

    from pipeline.labs.image_classifier.cifar import Pictures
    from pipeline.labs.image_classifier.network import CLASS_COUNT, build_network, predict_classes
    from pipeline.learning.backend import prepare_tensorflow

    prepare_tensorflow()
    _, _, images, labels = Pictures(**data.arrays)
    network = build_network(images.shape[-1])
    for variable in network.variables:
        variable.assign(train.arrays[variable.path])
    predicted = predict_classes(network, images, train.arrays["statistics"])  # (M,)
    confusion = np.zeros((CLASS_COUNT, CLASS_COUNT), dtype=np.int64)  # (K, K): label, predicted
    np.add.at(confusion, (labels, predicted), 1)
    return report(data.facts, train.facts, confusion)


def report(data: dict[str, Any], train: dict[str, Any], confusion: NDArray[np.int64]) -> Findings:
    """Put counts (K, K), label by predicted class, into a table with a row a class."""
    names = data["classes"]
    pictures, right = confusion.sum(axis=1).tolist(), confusion.diagonal().tolist()  # (K,) each
    overall = sum(right) / sum(pictures)
    rows = [
        (name, pictures[k], right[k], share(right[k], pictures[k]), mistaken(confusion, k, names))
        for k, name in enumerate(names)
    ]
    rows.append(("all", sum(pictures), sum(right), share(sum(right), sum(pictures)), ""))
    seeds = f"seed {train['seed']}"
    if "data_seed" in data:
        seeds = f"seeds {data['data_seed']} (what is held out) and {train['seed']} (network)"
    notes = [
        f"{data['training_pictures']:,} pictures of {data['data']} to learn from, "
        f"{train['epochs']} epochs, {seeds}; the loss fell to {train['losses'][-1]:.4f}."
    ]
    facts = {**data, **train, "accuracy": overall, "confusion": confusion.tolist()}
    if data["data"] == "digits":
        facts["expected_accuracy"] = EXPECTED
        verdict = "at least" if overall >= EXPECTED else "LESS THAN"
        notes.append(f"The accuracy is {verdict} the {EXPECTED:.0%} that is expected of it.")
    columns = ("class", "held out", "right", "accuracy", "most often taken for")
    return Findings(columns, tuple(rows), tuple(notes), facts)


def share(part: int, whole: int) -> str:
    """Return a share in per cent; a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "–"


def mistaken(confusion: NDArray[np.int64], label: int, names: list[str]) -> str:
    """Return what a class is most often taken for, and how often; a dash if never."""
    others = confusion[label].copy()  # (K,)
    others[label] = 0
    return f"{names[others.argmax()]} ({others.max()})" if others.any() else "–"


def plot(config: NoSettings, *, train: Trial, evaluate: Findings, context: Context) -> bytes:
    """Draw loss and accuracy by epoch, and accuracy by class."""
    figure = new_figure(3)
    loss, accuracy, classes = figure.axes
    epochs = range(1, len(train.facts["losses"]) + 1)
    loss.plot(epochs, train.facts["losses"], marker="o", markersize=4)
    loss.set(title="training loss", xlabel="epoch", ylim=(0, None))
    accuracy.plot(epochs, train.facts["accuracies"], marker="o", markersize=4)
    accuracy.set(title="accuracy on held-out pictures", xlabel="epoch", ylim=(None, 1))
    for axes in (loss, accuracy):
        axes.locator_params(axis="x", integer=True)
    counts = evaluate.facts["confusion"]
    shares = [row[k] / max(1, sum(row)) for k, row in enumerate(counts)]
    classes.barh(evaluate.facts["classes"], shares)
    classes.set(title="accuracy by class", xlim=(0, 1))
    classes.invert_yaxis()
    return as_png(figure)


LAB = Lab(
    name="image-classifier",
    title="a small convolutional network names digits, or the pictures of CIFAR-10",
    source_setting="data.source",
    stages=(
        Stage("data", (), DataConfig, make_data, TRIAL, libraries=("numpy", "scikit-learn")),
        Stage("train", ("data",), TrainConfig, train, TRIAL, libraries=TENSORFLOW),
        Stage("evaluate", ("data", "train"), NoSettings, evaluate, FINDINGS, libraries=TENSORFLOW),
        Stage("plot", ("train", "evaluate"), NoSettings, plot, PICTURE, libraries=("matplotlib",)),
    ),
)
