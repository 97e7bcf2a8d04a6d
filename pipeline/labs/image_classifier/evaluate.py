"""Stage `evaluate`: class by class, how many held-out pictures are named right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.labs.artifacts import Findings, Trial
from pipeline.labs.shared.no_settings import NoSettings
from pipeline.stage import Context

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_EXPECTED = 0.95  # of the held-out digits, named right


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
    return _report(data.facts, train.facts, confusion)


def _report(data: dict[str, Any], train: dict[str, Any], confusion: NDArray[np.int64]) -> Findings:
    """Put counts (K, K), label by predicted class, into a table with a row a class."""
    names = data["classes"]
    pictures, right = confusion.sum(axis=1).tolist(), confusion.diagonal().tolist()  # (K,) each
    overall = sum(right) / sum(pictures)
    rows = [
        (name, pictures[k], right[k], _share(right[k], pictures[k]), _mistaken(confusion, k, names))
        for k, name in enumerate(names)
    ]
    rows.append(("all", sum(pictures), sum(right), _share(sum(right), sum(pictures)), ""))
    seeds = f"seed {train['seed']}"
    if "data_seed" in data:
        seeds = f"seeds {data['data_seed']} (what is held out) and {train['seed']} (network)"
    notes = [
        f"{data['training_pictures']:,} pictures of {data['data']} to learn from, "
        f"{train['epochs']} epochs, {seeds}; the loss fell to {train['losses'][-1]:.4f}."
    ]
    facts = {**data, **train, "accuracy": overall, "confusion": confusion.tolist()}
    if data["data"] == "digits":
        facts["expected_accuracy"] = _EXPECTED
        verdict = "at least" if overall >= _EXPECTED else "LESS THAN"
        notes.append(f"The accuracy is {verdict} the {_EXPECTED:.0%} that is expected of it.")
    columns = ("class", "held out", "right", "accuracy", "most often taken for")
    return Findings(columns, tuple(rows), tuple(notes), facts)


def _share(part: int, whole: int) -> str:
    """Return a share in per cent; a dash of nothing."""
    return f"{part / whole:.1%}" if whole else "–"


def _mistaken(confusion: NDArray[np.int64], label: int, names: list[str]) -> str:
    """Return what a class is most often taken for, and how often; a dash if never."""
    others = confusion[label].copy()  # (K,)
    others[label] = 0
    return f"{names[others.argmax()]} ({others.max()})" if others.any() else "–"
