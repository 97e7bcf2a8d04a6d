"""`decode`'s artifact: everything that the numpy engine needs to write.

network.safetensors   see `Network`
network.json          vocabulary, scale, prior weight, how it reads, share of unseen characters,
                     example seed phrases
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.codec import (
    Codec,
    check_array,
    check_number,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from pipeline.artifacts.layers import Layer, count_upper, pack_upper, take_upper, upper_shapes
from pipeline.artifacts.tokens import Tokenizer
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCHEMA = 4


@dataclass(frozen=True)
class Network:
    """A trained network, ready for numpy. V vocabulary, E embedding, H hidden; all arrays float32.

    Attributes
    ----------
    words : tuple of str, length V
    gate_table : (V + 1, 4H)
        x·W + b of every word; row V stands for what the vocabulary lacks.
    recurrent_kernel : (H, 4H)
    upper_layers : tuple of Layer
        The LSTM's layers above the first, mostly none.
    projection_kernel : (H, E)
    projection_bias : (E,)
    output_vectors : (V, E)
        Unit rows.
    log_prior : (V,)
        Log frequency of each word in the training chapters.
    scale, prior_weight : float
        s and β of score(w) = s·cos(ê, e_w) + β·b_w, fitted on the validation chapters.
    steps : int
        Words of context in training.
    carry_state : bool
        Whether the LSTM reads on from word to word, as it was trained to; else it foretells each
        word from the last `steps` words alone.
    examples : tuple of str
        Phrases of the novel that the writer knows, to offer when a seed phrase is not understood.
    unseen : float
        The probability of a character that the novel never used, whatever stands before; 0 in a
        closed vocabulary, whose unknown words have none.
    kernel, bias, lengths : (E, 4H), (4H,), (V,) or None
        W, b and the lengths of the words' vectors x, which are else but in `gate_table`: what a
        training can begin with. None where input and output vectors are two tables, or there are
        upper layers.
    foreign_names : tuple of str
        Names of the novels that the training's base has read and this one does not have: not to be
        written.
    """

    words: tuple[str, ...]
    gate_table: NDArray[np.float32]
    recurrent_kernel: NDArray[np.float32]
    projection_kernel: NDArray[np.float32]
    projection_bias: NDArray[np.float32]
    output_vectors: NDArray[np.float32]
    log_prior: NDArray[np.float32]
    scale: float
    prior_weight: float
    steps: int
    examples: tuple[str, ...]
    upper_layers: tuple[Layer[NDArray[np.float32]], ...] = ()
    unseen: float = 0.0
    kernel: NDArray[np.float32] | None = None
    bias: NDArray[np.float32] | None = None
    lengths: NDArray[np.float32] | None = None
    foreign_names: tuple[str, ...] = ()
    carry_state: bool = False


def tokenizer_of(network: Network) -> Tokenizer:
    """Return what parts words into the pieces that a network reads."""
    return Tokenizer(network.words, network.log_prior.tolist(), parts=network.unseen > 0)


ARRAYS = (
    "gate_table",
    "recurrent_kernel",
    "projection_kernel",
    "projection_bias",
    "output_vectors",
    "log_prior",
)
BEGINNING = ("kernel", "bias", "lengths")  # all of them, or none


def network_arrays(network: Network) -> dict[str, NDArray[Any]]:
    """Return all arrays that there are by name."""
    names = ARRAYS if network.kernel is None else (*ARRAYS, *BEGINNING)
    own = {name: getattr(network, name) for name in names}
    return own | pack_upper(network.upper_layers)


def take_beginning(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any] | None]:
    """Return name → array of what a training can begin with, None where it is not there."""
    return {name: arrays.get(name) for name in BEGINNING}


def _save_network(network: Network, folder: Path) -> None:
    """Write network.safetensors and network.json."""
    write_tensors(folder / "network.safetensors", network_arrays(network))
    facts = {
        "schema": _SCHEMA,
        "words": list(network.words),
        "scale": network.scale,
        "prior_weight": network.prior_weight,
        "steps": network.steps,
        "carry_state": network.carry_state,
        "examples": list(network.examples),
        "unseen": network.unseen,
        "foreign_names": list(network.foreign_names),
    }
    write_json(folder / "network.json", facts)


def load_network(folder: Path) -> Network:
    """Read what `_save_network` wrote; every array is checked for presence, shape and finiteness.

    Raises
    ------
    ArtifactDamaged
        Also for a network of a newer schema.
    """
    import numpy as np

    facts = read_json(folder / "network.json")
    if facts.get("schema") != _SCHEMA:
        raise ArtifactDamaged(
            f"network.json: expected schema {_SCHEMA}, got {facts.get('schema')}; run decode again"
        )
    arrays = read_tensors(folder / "network.safetensors")
    words = tuple(facts["words"])
    shapes = _network_shapes(arrays, vocabulary=len(words))
    if set(arrays) != set(shapes):
        raise ArtifactDamaged(
            f"network.safetensors: expected {sorted(shapes)}, got {sorted(arrays)}"
        )
    for name, shape in shapes.items():
        check_array(name, arrays[name], shape=shape, dtype=np.float32)
    beginning: dict[str, Any] = take_beginning(arrays)
    return Network(
        words=words,
        scale=check_number("scale", facts["scale"], least=-math.inf),
        prior_weight=check_number("prior_weight", facts["prior_weight"], least=-math.inf),
        steps=int(check_number("steps", facts["steps"], least=1)),
        carry_state=bool(facts["carry_state"]),
        examples=tuple(facts["examples"]),
        unseen=check_number("unseen", facts.get("unseen"), least=0),
        foreign_names=tuple(facts.get("foreign_names", ())),
        upper_layers=take_upper(arrays),
        **{name: arrays[name] for name in ARRAYS},
        **beginning,
    )


def _network_shapes(
    arrays: dict[str, NDArray[Any]], *, vocabulary: int
) -> dict[str, tuple[int, ...]]:
    """Return the shape every array must have, given V and what the projection says of H and E."""
    projection = arrays.get("projection_kernel")
    if projection is None or projection.ndim != 2:
        raise ArtifactDamaged("array projection_kernel: expected shape (H, E), got none such")
    hidden, embedding = projection.shape
    return {
        "gate_table": (vocabulary + 1, 4 * hidden),
        "recurrent_kernel": (hidden, 4 * hidden),
        "projection_kernel": (hidden, embedding),
        "projection_bias": (embedding,),
        "output_vectors": (vocabulary, embedding),
        "log_prior": (vocabulary,),
        **upper_shapes(count_upper(arrays), hidden),
        **(beginning_shapes(vocabulary, hidden, embedding) if "kernel" in arrays else {}),
    }


def beginning_shapes(vocabulary: int, hidden: int, embedding: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of what a training can begin with."""
    return {
        "kernel": (embedding, 4 * hidden),
        "bias": (4 * hidden,),
        "lengths": (vocabulary,),
    }


def _describe_network(network: Network) -> dict[str, Any]:
    """Return the facts shown to people."""
    return {
        "vocabulary": len(network.words),
        "hidden": network.recurrent_kernel.shape[0],
        "scale": round(network.scale, 3),
        "prior weight": round(network.prior_weight, 3),
    }


NETWORK = Codec(save=_save_network, load=load_network, describe=_describe_network)
