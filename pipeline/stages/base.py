"""base: a network that has read other novels, for the training to begin with, unless it read this.

A novella is too little to learn Chinese from. What a network has learnt of the language from other
novels is a better beginning than chance; what is written hangs on this novel alone, whose words,
frequencies and memories are the only ones. A base that has read the novel, or one of its held-out
chapters, would know what it is to be tested on: it is set aside.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.artifacts.base import BASE, Base, load_base
from pipeline.errors import ArtifactDamaged, DataError
from pipeline.filenames import named_file, on_disk
from pipeline.shown import shown
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.segmentation import Segmentation
    from pipeline.engine.bundle.model import NovelModel

# Novels that share no passage have under a thousandth of their fingerprints in common; a chapter
# has few, of which some may be formulae that all novels use.
_SHARED, _SHARED_CHAPTER, _FEW = 0.02, 0.1, 10


class BaseConfig(StageConfig):
    """Settings of `base`."""

    file: str = Field(
        "data/base.safetensors",
        description="a base or a model of other novels to begin the training with; empty for none",
        json_schema_extra={"path": True},
    )

    def files(self) -> dict[str, Path]:
        """Return the base's file, if any."""
        path = named_file("base.file", self.file)
        return {"base": path} if path else {}

    def check_files(self) -> None:
        """Refuse a base that is not there."""
        for path in self.files().values():
            if not os.access(path, os.R_OK):
                raise DataError(
                    f"base.file: {shown(str(path))}: expected a base or a model, got none; check "
                    "the path, or go without: --base none"
                )


def _read_any(path: Path) -> Base:
    """Return the base in a file: one of its own, or a model, as which it begins as well.

    Raises
    ------
    DataError
        The file is neither, or a model that cannot be begun with.
    """
    from pipeline.artifacts.tensorfile import read_facts

    try:
        if read_facts(path).get("kind") == "base":
            return load_base(path)
        from pipeline.engine.bundle.opening import load_model

        return base_of(load_model(path))
    except (ArtifactDamaged, OSError) as error:
        raise DataError(f"base.file: {shown(path.name)}: {error}") from error


def base_of(model: NovelModel, titles: tuple[str, ...] = ()) -> Base:
    """Return what a model has learnt of the language, without its novel.

    It names the novels by these titles, or by the model's own.

    Raises
    ------
    ArtifactDamaged
        It was trained with two tables of vectors or several layers, or before models kept what
        another training can begin with.
    """
    import numpy as np

    from pipeline.text.words.proper import proper_names

    network = model.network
    if network.kernel is None or network.bias is None or network.lengths is None:
        raise ArtifactDamaged(
            "expected a model whose network can be begun with: one layer, one table of vectors "
            "(train.vectors tied), of this version; got another"
        )
    arrays = {
        "input_vectors": network.output_vectors * network.lengths[:, None],  # (V, E)
        "kernel": network.kernel,
        "recurrent_kernel": network.recurrent_kernel,
        "bias": network.bias,
        "projection_kernel": network.projection_kernel,
        "projection_bias": network.projection_bias,
    }
    lines = _training_lines(model)
    return Base(
        words=network.words,
        weights={name: array.astype(np.float16) for name, array in arrays.items()},
        log_scale=float(np.log(network.scale)),
        prior_weight=network.prior_weight,
        titles=titles or tuple(filter(None, [model.card.title])),
        names=proper_names(lines),
        read=_prints(lines),
    )


def _training_lines(model: NovelModel) -> tuple[str, ...]:
    """Return the paragraphs of a model's training chapters, their pieces parted by spaces."""
    from pipeline.artifacts.segmentation import PARAGRAPH_BREAK

    words, ids = model.network.words, model.memories.text_ids
    text = " ".join(words[i] if i < len(words) else "\ufffd" for i in ids[ids >= 0].tolist())
    lines = (line.strip() for line in text.split(PARAGRAPH_BREAK))
    return tuple(line for line in lines if line)


def reason_not_to(base: Base, segment: Segmentation) -> str:
    """Return why a base may not be used for a novel: it has read of it. Empty if it has not."""
    from pipeline.text.shingles import share_of

    if base.read is None:
        return ""
    titles = " ".join(base.titles) or "novels"
    whole = share_of(_prints(segment.lines), base.read)
    if whole > _SHARED:
        return f"set aside: what it has read ({titles}) holds {whole:.0%} of this novel"
    for section in segment.sections:
        own = _prints(segment.lines[section.start : section.stop])
        if section.part != "train" and len(own) >= _FEW:
            share = share_of(own, base.read)
            if share > _SHARED_CHAPTER:
                return (
                    f"set aside: what it has read ({titles}) holds {share:.0%} of the held-out "
                    f"chapter {shown(section.title)}"
                )
    return ""


def _prints(lines: Sequence[str]) -> NDArray[np.int64]:
    """Return the fingerprints of paragraphs of words."""
    from pipeline.text.shingles import fingerprints

    return fingerprints(line.replace(" ", "") for line in lines)


def base(config: BaseConfig, *, segment: Segmentation, context: Context) -> Base:
    """Return the base to begin with; one of no words where there is none or it has read this."""
    if not config.file:
        return Base()
    found = _read_any(Path(on_disk(config.file)))
    if why := reason_not_to(found, segment):
        context.say(f"base {why}")
        return Base(unused=why)
    return found


STAGE = Stage(
    name="base",
    inputs=("segment",),
    config=BaseConfig,
    run=base,
    codec=BASE,
    libraries=("jieba", "numpy", "opencc", "threadpoolctl"),
)
