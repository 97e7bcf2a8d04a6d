"""`model`'s artifact: a model, and the first thing that it writes.

model.safetensors   the model: `model.py` writes it, `opening.py` reads it
sample.txt          a continuation of the seed phrase
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import Codec
from pipeline.artifacts.memories import describe_memories
from pipeline.engine.bundle.model import NovelModel, save_model
from pipeline.engine.bundle.opening import load_model

_FILE, _SAMPLE = "model.safetensors", "sample.txt"


@dataclass(frozen=True)
class Finished:
    """The model, and what it writes on from its seed phrase, that included."""

    model: NovelModel
    sample: str


def _save_finished(finished: Finished, folder: Path) -> None:
    """Write model.safetensors and sample.txt."""
    save_model(finished.model, folder / _FILE)
    (folder / _SAMPLE).write_text(finished.sample + "\n", encoding="utf-8", newline="\n")


def _load_finished(folder: Path) -> Finished:
    """Read what `_save_finished` wrote."""
    sample = (folder / _SAMPLE).read_text(encoding="utf-8").removesuffix("\n")
    return Finished(model=load_model(folder / _FILE), sample=sample)


def _describe_finished(finished: Finished) -> dict[str, Any]:
    """Return the facts shown to people: the title, and each component's share."""
    model = finished.model
    return {"title": model.card.title, **describe_memories(model.memories)}


FINISHED = Codec(save=_save_finished, load=_load_finished, describe=_describe_finished)
