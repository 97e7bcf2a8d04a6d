"""A model: all that writes and scores in the voice of one novel, in one file.

See docs/model-format.md. `pipeline.artifacts.tensorfile` has the container, this file what goes
into it, `opening.py` what may come out.

A model is complete: no other file, no setting and no stage is asked for to write with it. It holds
no time and no path, so equal models have equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.memories import Memories
from pipeline.artifacts.network import Network, network_arrays
from pipeline.artifacts.tensorfile import write_tensor_file
from pipeline.engine.bundle.remembered import memory_arrays, memory_facts
from pipeline.errors import ArtifactDamaged
from pipeline.shown import visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 3
WORD, PHRASE, TITLE, NOTE = 64, 1_000, 200, 1_000  # characters, at most
RARE = "rare_text"  # the array of the novel's words outside the vocabulary
SCORES = ("bits_per_character", "top1", "mrr", "perplexity", "coverage")
_LICENCE_NOTE = (
    "What this model writes can contain up to 8 words running of the novel, and this file holds "
    "the words of its training chapters: mind the novel's copyright before you share either."
)


@dataclass(frozen=True)
class Cutting:
    """How the novel was cut into words, so that another text can be cut alike.

    Attributes
    ----------
    engine : str
        The segmenter: rjieba or jieba.
    user_words : tuple of (word, frequency or None, tag or None)
        The user dictionary.
    names : tuple of str
        Those found in the novel.
    simplified : bool
        Whether traditional characters were turned into simplified ones.
    """

    engine: str = "rjieba"
    user_words: tuple[tuple[str, int | None, str | None], ...] = ()
    names: tuple[str, ...] = ()
    simplified: bool = False


@dataclass(frozen=True)
class Card:
    """What a model says of itself.

    Attributes
    ----------
    title : str
    source_digest : str
        sha256 of the novel's bytes.
    seed_phrase : str
        What the sample continues.
    made_with : name → version
        Empty until it is published.
    licence_note : str
    settings : setting → value
        Those that are not the defaults.
    settings_digest : str
        Of all settings that decide the model; empty until it is published.
    origin : str
        Content digest of the artifact that it was published from; empty before.
    scores : measure → number or None, of the test chapters; None before `evaluate` has run.
    """

    title: str
    source_digest: str
    seed_phrase: str
    made_with: Mapping[str, str] = field(default_factory=dict)
    licence_note: str = _LICENCE_NOTE
    settings: Mapping[str, Any] = field(default_factory=dict)
    settings_digest: str = ""
    origin: str = ""
    scores: Mapping[str, float | None] | None = None


@dataclass(frozen=True)
class NovelModel:
    """A model in memory.

    `rare_text` uint8 (B,) holds the words of the training chapters that the vocabulary lacks, in
    the order in which they stand, each with a line end: UTF-8.
    """

    network: Network
    memories: Memories
    cutting: Cutting
    card: Card
    rare_text: NDArray[np.uint8]


def rare_words(model: NovelModel) -> tuple[str, ...]:
    """Return the training chapters' words outside the vocabulary, in order.

    Raises
    ------
    ArtifactDamaged
        They are no text, or not as many as the training chapters have; hidden characters are
        spelled out.
    """
    words = model.rare_text.tobytes().decode("utf-8", errors="replace").split("\n")[:-1]
    places = int((model.memories.text_ids >= len(model.network.words)).sum())
    if len(words) != places:
        raise ArtifactDamaged(f"array {RARE}: expected {places:,} words, got {len(words):,}")
    return tuple(map(visible, words))


def pack_words(words: list[str]) -> NDArray[np.uint8]:
    """Return words as `NovelModel.rare_text`; the line ends part them."""
    import numpy as np

    text = "".join(f"{visible(word)}\n" for word in words)
    return np.frombuffer(text.encode("utf-8", errors="replace"), dtype=np.uint8)


def model_arrays(model: NovelModel) -> dict[str, NDArray[Any]]:
    """Return all arrays by name."""
    network = model.network
    return {
        **network_arrays(network),
        **memory_arrays(model.memories),
        RARE: model.rare_text,
    }


def model_facts(model: NovelModel) -> dict[str, Any]:
    """Return all that is no array, as JSON values.

    Hidden characters are spelled out and long texts cut, so that whatever a novel holds, its model
    can be opened.
    """
    network, memories, cutting, card = model.network, model.memories, model.cutting, model.card
    facts = {
        "schema": SCHEMA,
        "words": _fitting_words(network.words),
        "network": {
            "scale": network.scale,
            "prior_weight": network.prior_weight,
            "steps": network.steps,
            "carry_state": network.carry_state,
            "unseen": network.unseen,
            "foreign_names": [name for name in network.foreign_names if _fits(name)],
            "layers": 1 + len(network.upper_layers),
        },
        "memories": memory_facts(memories),
        "chapters": [[title[:PHRASE], *span] for title, *span in memories.chapters],
        "examples": list(network.examples),
        "cutting": {
            "engine": cutting.engine,
            "user_words": [
                list(e) for e in cutting.user_words if _fits(e[0]) and _fits(e[2] or "")
            ],
            "names": [name for name in cutting.names if _fits(name)],
            "simplified": cutting.simplified,
        },
        "card": {
            "title": card.title[:TITLE],
            "source_digest": card.source_digest,
            "seed_phrase": card.seed_phrase[:PHRASE],
            "made_with": dict(card.made_with),
            "licence_note": card.licence_note,
            "settings": dict(card.settings),
            "settings_digest": card.settings_digest,
            "origin": card.origin,
            "scores": None if card.scores is None else dict(card.scores),
        },
    }
    plain: dict[str, Any] = _make_plain(facts)
    return plain


def _fits(text: str) -> bool:
    """Return whether a word of the user's is one that can be stored."""
    return len(text) <= WORD and text == visible(text)


def _fitting_words(words: tuple[str, ...]) -> list[str]:
    """Return a vocabulary with words in the place of those that cannot be stored, all different."""
    return [
        word if word and _fits(word) else f"{visible(word[:20])[:40]}‹{number}›"
        for number, word in enumerate(words)
    ]


def _make_plain(value: Any) -> Any:
    """Return JSON values with the hidden characters of every text in them spelled out."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_make_plain(item) for item in value]
    if isinstance(value, dict):
        return {visible(key): _make_plain(item) for key, item in value.items()}
    return value


def save_model(model: NovelModel, path: Path) -> None:
    """Write a model's file."""
    with path.open("wb") as file:
        write_tensor_file(file, model_arrays(model), model_facts(model))
