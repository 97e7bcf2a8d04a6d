"""Written words as lines and as JSON. Nothing here prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.commands.columns import columns

if TYPE_CHECKING:
    from pipeline.engine.writing.generate import Candidate, Choice
    from pipeline.engine.writing.seed import Seed


def choice_line(choice: Choice, width: int = 10_000) -> str:
    """Return a written word with the candidates for its place: word, cosine, probability.

    Those that do not fit in `width` columns are left out, the least probable first.
    """
    line = f"{candidate_line(choice)}  │"
    for candidate in choice.candidates:
        longer = f"{line}  {candidate_line(candidate)}"
        if columns(longer) > width:
            break
        line = longer
    return line


def candidate_line(candidate: Candidate | Choice) -> str:
    """Return a word with its cosine and its probability."""
    word = show_word(candidate.word)
    if candidate.cosine is None or candidate.probability is None:
        return f"{word} –"
    return f"{word} {candidate.cosine:+.2f} {candidate.probability:.3f}"


def show_word(word: str) -> str:
    """Return a word as it can be shown in a line."""
    return "¶" if word == PARAGRAPH_BREAK else word


def generation_json(
    seed_phrase: str, seed: Seed, samples: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return samples, each of `rng_seed` and `choices`, as JSON values.

    The `text` of one that holds words of a person's own is given too.
    """
    from pipeline.engine.writing.generate import spell
    from pipeline.engine.writing.values import choice_json

    return {
        "seed_phrase": seed_phrase,
        "seed_words": list(seed.words),
        "unknown": list(seed.unknown),
        "samples": [
            {
                "rng_seed": sample["rng_seed"],
                "text": sample["text"]
                if "text" in sample
                else spell([c.word for c in sample["choices"]], previous=seed.words[-1]),
                "words": [choice_json(choice) for choice in sample["choices"]],
            }
            for sample in samples
        ],
    }


def document(value: object) -> str:
    """Return a value as a JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
