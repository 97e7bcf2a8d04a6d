"""window: the token stream, and which part of it each window belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipeline.artifacts.segmentation import Part, Section, Segmentation, section_words
from pipeline.artifacts.windows import PARTS, WINDOWS, Windows, evaluation_starts
from pipeline.errors import DataError
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.artifacts.embedding import Embedding
    from pipeline.artifacts.tokens import Tokenizer


class WindowConfig(StageConfig):
    """Settings of `window`."""

    steps: int = Field(20, ge=1, le=1000, description="words of context before a target")


def _token_ids(segmentation: Segmentation, section: Section, tokenizer: Tokenizer) -> NDArray[Any]:
    """Return the ids of a section's words, int32 (tokens,)."""
    import numpy as np

    words = section_words(segmentation, section)
    return np.fromiter(tokenizer.token_ids(words), dtype=np.int32)


def merge_spans(
    sections: Sequence[Section], bounds: NDArray[np.int64], part: Part
) -> NDArray[np.int64]:
    """Return the token ranges of a part, int64 (S, 2), neighbouring sections of a book joined.

    `bounds` int64 (sections + 1,) holds where each section starts, and the end of the last.
    """
    import numpy as np

    spans = []
    owners = [(section.book, section.part) for section in sections]
    for (_, kind), group in groupby(range(len(owners)), key=lambda number: owners[number]):
        numbers = list(group)
        if kind == part:
            spans.append((bounds[numbers[0]], bounds[numbers[-1] + 1]))
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def window(
    config: WindowConfig, *, segment: Segmentation, embed: Embedding, context: Context
) -> Windows:
    """Turn words into the ids of their pieces, and sections into spans.

    Raises
    ------
    DataError
        A part has no window.
    """
    import numpy as np

    from pipeline.artifacts.embedding import tokenizer_of

    tokenizer = tokenizer_of(embed)
    stream = [_token_ids(segment, section, tokenizer) for section in segment.sections]
    bounds = np.cumsum([0] + [len(tokens) for tokens in stream])  # (sections + 1,)
    windows = Windows(
        ids=np.concatenate(stream),
        spans={part: merge_spans(segment.sections, bounds, part) for part in PARTS},
        steps=config.steps,
        vocabulary_size=len(embed.words),
        sections=tuple(
            {
                "title": s.title,
                "part": s.part,
                "start": int(start),
                "stop": int(stop),
                "book": s.book,
            }
            for s, start, stop in zip(segment.sections, bounds[:-1], bounds[1:], strict=True)
        ),
    )
    for part in PARTS:
        _refuse_empty(windows, part)
    return windows


def _refuse_empty(windows: Windows, part: Part) -> None:
    """Raise unless a part has a window; one to train on has to lie in training text as a whole."""
    if part == "train":
        found = any(stop - start > windows.steps for start, stop in windows.spans[part])
    else:
        found = len(evaluation_starts(windows, part)) > 0
    if not found:
        raise DataError(
            f"window: expected windows of {windows.steps} words in every part, found none for "
            f"{part}; lower window.steps or bring a longer text"
        )


STAGE = Stage(
    name="window",
    inputs=("segment", "embed"),
    config=WindowConfig,
    run=window,
    codec=WINDOWS,
    libraries=("numpy",),
)
