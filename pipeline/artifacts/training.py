"""`train`'s artifact: the trained arrays and the curves of the training.

weights.safetensors   see `WEIGHT_SHAPES`
history.json          objective, whether the state was carried on, one row an epoch, and which was
                      kept
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import (
    Codec,
    check_array,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from pipeline.artifacts.layers import count_upper, upper_shapes
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# V vocabulary, E embedding, H hidden. Row V of the input vectors stands for an unknown word.
# The four gates lie side by side in Keras' order: input, forget, cell, output. Layers above the
# first come on top of these: `pipeline.artifacts.layers`.
WEIGHT_SHAPES: dict[str, tuple[str, ...]] = {
    "input_vectors": ("V+1", "E"),
    "output_vectors": ("V", "E"),
    "kernel": ("E", "4H"),
    "recurrent_kernel": ("H", "4H"),
    "bias": ("4H",),
    "projection_kernel": ("H", "E"),
    "projection_bias": ("E",),
    "log_scale": (),
    "prior_weight": (),
}


@dataclass(frozen=True)
class Training:
    """Trained arrays (float32, shapes in `WEIGHT_SHAPES`) and the history of the training.

    `history` holds `objective`, `carry_state`, `best_epoch` and `epochs`, a list of rows with
    `epoch`, `train_loss` and the validation scores after that epoch.
    """

    weights: dict[str, NDArray[np.float32]]
    history: dict[str, Any]


def _check_weights(weights: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Return the weights if all are present, agree in shape, and are finite float32.

    Raises
    ------
    ArtifactDamaged
        Naming the array that is missing, superfluous or wrong.
    """
    import numpy as np

    hidden = (*weights.get("projection_kernel", np.empty(0)).shape, 0)[0]
    upper = upper_shapes(count_upper(weights), hidden)
    wanted = set(WEIGHT_SHAPES) | set(upper)
    extra, missing = sorted(set(weights) - wanted), sorted(wanted - set(weights))
    if extra or missing:
        raise ArtifactDamaged(
            f"weights: missing {missing or 'nothing'}, unexpected {extra or 'nothing'}"
        )
    vocabulary, embedding = (*weights["output_vectors"].shape, 0, 0)[:2]
    sizes = {
        "V": vocabulary,
        "V+1": vocabulary + 1,
        "E": embedding,
        "H": hidden,
        "4H": 4 * hidden,
    }
    shapes = {name: tuple(sizes[s] for s in letters) for name, letters in WEIGHT_SHAPES.items()}
    for name, shape in (shapes | upper).items():
        check_array(name, weights[name], shape=shape, dtype=np.float32)
    return weights


def _save_training(training: Training, folder: Path) -> None:
    """Write weights.safetensors and history.json."""
    write_tensors(folder / "weights.safetensors", _check_weights(training.weights))
    write_json(folder / "history.json", training.history)


def _load_training(folder: Path) -> Training:
    """Read what `_save_training` wrote, and check every array."""
    weights = _check_weights(read_tensors(folder / "weights.safetensors"))
    return Training(weights=weights, history=read_json(folder / "history.json"))


def _describe_training(training: Training) -> dict[str, Any]:
    """Return the facts shown to people."""
    history = training.history
    best = history["epochs"][history["best_epoch"] - 1]
    return {
        "objective": history["objective"],
        "epochs": len(history["epochs"]),
        "best epoch": history["best_epoch"],
        "validation perplexity": round(best["perplexity"], 2),
        "validation top-1": round(best["top1"], 4),
    }


TRAINING = Codec(save=_save_training, load=_load_training, describe=_describe_training)
