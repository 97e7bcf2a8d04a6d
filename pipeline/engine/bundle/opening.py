"""Opening a model: every fact and every number is bounded before anything is done with it.

What a bound is for: no number can ask for more memory than the file has, none leads out of an
array, none becomes infinite in the network, and no text does anything to a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts import checks
from pipeline.artifacts.checks import UNIT, Bounds, sizes_of
from pipeline.artifacts.layers import take_upper, upper_shapes
from pipeline.artifacts.network import ARRAYS, Network, beginning_shapes, take_beginning
from pipeline.artifacts.tensorfile import read_facts, read_tensor_file
from pipeline.engine.bundle.model import (
    NOTE,
    PHRASE,
    RARE,
    SCHEMA,
    SCORES,
    TITLE,
    WORD,
    Card,
    Cutting,
    NovelModel,
)
from pipeline.engine.bundle.remembered import check_facts, join_memories, memory_bounds
from pipeline.errors import ArtifactDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FACTS = ("schema", "sha256", "words", "network", "memories", "chapters", "examples", "cutting")
_WORDS = 2_000_000  # of a vocabulary
_ENTRIES = 1_000_000  # of a user dictionary, of names
_NETWORK_FACTS = (
    "scale",
    "prior_weight",
    "steps",
    "carry_state",
    "unseen",
    "layers",
    "foreign_names",
)
_STEPS, _LAYERS = 1_000, 8
_LARGE, _FACTOR = 1e6, 1e9  # the largest weight of a network, the largest scale and prior weight
_DIGEST = 64


def load_model(path: Path) -> NovelModel:
    """Map a model's file and check all that it holds.

    Raises
    ------
    ArtifactDamaged
        It is no model, or one of a newer schema, or a value in it is out of bounds: which, in one
        line.
    OSError
        It cannot be read.
    """
    mapped = read_tensor_file(path)
    try:
        return _check_model(mapped.tensors, mapped.facts)
    finally:
        mapped.verify()  # first of all complaints: of damage, the others only show where


def _check_model(tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> NovelModel:
    """Put a model together from arrays and facts, all of which are checked."""
    _check_schema(facts)
    checks.table("facts", facts, (*_FACTS, "card"))
    words = _read_words(facts["words"])
    tensors, facts = _renewed(tensors, facts, len(words))
    network = checks.table("network", facts["network"], _NETWORK_FACTS)
    layers = checks.whole("network.layers", network["layers"], 1, _LAYERS)
    memory = check_facts(facts["memories"])
    checks.arrays(tensors, _all_bounds(tensors, len(words), layers, memory))
    arrays: dict[str, Any] = {name: tensors[name] for name in ARRAYS} | take_beginning(tensors)
    return NovelModel(
        network=Network(
            words=words,
            scale=checks.number("network.scale", network["scale"], 0, _FACTOR),
            prior_weight=checks.number(
                "network.prior_weight", network["prior_weight"], -_FACTOR, _FACTOR
            ),
            steps=checks.whole("network.steps", network["steps"], 1, _STEPS),
            carry_state=checks.flag("network.carry_state", network["carry_state"]),
            examples=checks.texts("examples", facts["examples"], 100, PHRASE),
            unseen=checks.number("network.unseen", network["unseen"], 0, 1),
            foreign_names=checks.texts(
                "network.foreign_names", network["foreign_names"], _ENTRIES, WORD, least=1
            ),
            upper_layers=take_upper(tensors),
            **arrays,
        ),
        memories=join_memories(memory, tensors, facts["chapters"], words=len(words)),
        cutting=_read_cutting(facts["cutting"]),
        card=_read_card(facts["card"]),
        rare_text=tensors[RARE],
    )


def load_card(path: Path) -> tuple[Card, int]:
    """Return what a model says of itself and the size of its vocabulary, without its arrays.

    The digest is not compared: that takes reading all of the file.
    """
    facts = read_facts(path)
    _check_schema(facts)
    checks.table("facts", facts, (*_FACTS, "card"))
    return _read_card(facts["card"]), len(checks.listed("words", facts["words"], _WORDS))


def _check_schema(facts: Mapping[str, Any]) -> None:
    """Refuse a model of a newer schema, and a base, which is none."""
    if facts.get("kind") == "base":
        raise ArtifactDamaged("a base, which can only begin a training (run-all --base FILE)")
    schema = checks.whole("schema", facts.get("schema"), 1, 2**31)
    if schema > SCHEMA:
        raise ArtifactDamaged(f"schema {schema}, expected {SCHEMA}: made by a newer xuxie")


def _renewed(
    tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], words: int
) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]]:
    """Return arrays and facts as the present schema has them, given V.

    Before schema 3 no state was carried on. A model of schema 1 had words alone, and ids above V
    for unknown words that were read as another: it is one of a closed vocabulary, and reads them as
    unknown.
    """
    network = facts["network"]
    if facts["schema"] == SCHEMA or not isinstance(network, dict):
        return tensors, facts
    network = {**network, "carry_state": False}
    facts = {**facts, "network": network}
    if "suffixes" not in network:
        return tensors, facts
    import numpy as np

    network = {name: own for name, own in network.items() if name != "suffixes"} | {
        "unseen": 0.0,
        "foreign_names": [],
    }
    text_ids = np.minimum(tensors["text_ids"], words) if "text_ids" in tensors else None
    own = tensors if text_ids is None else {**tensors, "text_ids": text_ids}
    return own, {**facts, "network": network}


def _read_words(value: Any) -> tuple[str, ...]:
    """Return the vocabulary."""
    words = checks.texts("words", value, _WORDS, WORD, least=1)
    if not words or len(set(words)) != len(words):
        raise ArtifactDamaged("words: expected at least one, none twice, got otherwise")
    return words


def _all_bounds(
    tensors: Mapping[str, NDArray[Any]], words: int, layers: int, memory: Mapping[str, Any]
) -> dict[str, Bounds]:
    """Return what each array must be, given V and what the facts say there is.

    H and E are as large as the projection says.
    """
    hidden, size = sizes_of(tensors, "projection_kernel", 2)
    (rare,) = sizes_of(tensors, RARE, 1, least=0)
    weights = {
        "recurrent_kernel": (hidden, 4 * hidden),
        "projection_kernel": (hidden, size),
        "projection_bias": (size,),
        "gate_table": (words + 1, 4 * hidden),
        **upper_shapes(layers - 1, hidden),
        **(beginning_shapes(words, hidden, size) if "kernel" in tensors else {}),
    }
    return {
        **{name: Bounds("float32", shape, -_LARGE, _LARGE) for name, shape in weights.items()},
        "output_vectors": Bounds("float32", (words, size), -UNIT, UNIT),
        "log_prior": Bounds("float32", (words,), -_LARGE, 0),
        RARE: Bounds("uint8", (rare,), 0, 255),
        **memory_bounds(tensors, memory, words=words, size=size),
    }


def _read_cutting(value: Any) -> Cutting:
    """Return how the novel was cut."""
    facts = checks.table("cutting", value, ("engine", "user_words", "names", "simplified"))
    if facts["engine"] not in ("rjieba", "jieba"):
        raise checks.refuse("cutting.engine", "rjieba or jieba", facts["engine"])
    user_words = []
    for entry in checks.listed("cutting.user_words", facts["user_words"], _ENTRIES):
        if not isinstance(entry, list) or len(entry) != 3:
            raise checks.refuse("cutting.user_words", "word, frequency and tag", entry)
        word, frequency, tag = entry
        user_words.append(
            (
                checks.text("cutting.user_words", word, PHRASE),
                None if frequency is None else checks.whole("frequency", frequency, 1, 10**9),
                None if tag is None else checks.text("tag", tag, WORD),
            )
        )
    return Cutting(
        engine=facts["engine"],
        user_words=tuple(user_words),
        names=checks.texts("cutting.names", facts["names"], _ENTRIES, WORD, least=1),
        simplified=checks.flag("cutting.simplified", facts["simplified"]),
    )


def _read_card(value: Any) -> Card:
    """Return what the model says of itself."""
    card = checks.table("card", value, Card.__dataclass_fields__)
    scores = card["scores"]
    if scores is not None:
        told = SCORES if not isinstance(scores, dict) or SCORES[0] in scores else SCORES[1:]
        for name, score in checks.table("card.scores", scores, told).items():
            if score is not None:
                checks.number(f"card.scores.{name}", score, 0, 1e12)
    return Card(
        title=checks.text("card.title", card["title"], TITLE),
        source_digest=checks.text("card.source_digest", card["source_digest"], _DIGEST),
        seed_phrase=checks.text("card.seed_phrase", card["seed_phrase"], PHRASE),
        made_with=_read_pairs("card.made_with", card["made_with"]),
        licence_note=checks.text("card.licence_note", card["licence_note"], NOTE),
        settings=_read_pairs("card.settings", card["settings"]),
        settings_digest=checks.text("card.settings_digest", card["settings_digest"], _DIGEST),
        origin=checks.text("card.origin", card["origin"], _DIGEST),
        scores=scores,
    )


def _read_pairs(name: str, value: Any) -> dict[str, Any]:
    """Return name → text, number or truth value, few and short."""
    if not isinstance(value, dict) or len(value) > PHRASE:
        raise checks.refuse(name, "a few names and values", value)
    for key, own in value.items():
        checks.text(name, key, WORD)
        if isinstance(own, str):
            checks.text(f"{name} {key}", own, PHRASE)
        elif type(own) is not bool:
            checks.number(f"{name} {key}", own, -1e15, 1e15)
    return value
