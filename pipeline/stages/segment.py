"""segment: the novel's text cut into words, and some chapters held out.

Chapters are held out here, before anything is learnt, so that no vocabulary, vector or weight can
know a word of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.artifacts.segmentation import SEGMENTATION, Segmentation
from pipeline.stage import Context, Stage, StageConfig

if TYPE_CHECKING:
    from pipeline.artifacts.corpus import Corpus


class SegmentConfig(StageConfig):
    """How the text is cut into words, and which chapters are held out."""

    engine: Literal["rjieba", "jieba"] = Field(
        default="rjieba", description="rjieba, or the slower reference jieba: the words are equal"
    )
    user_dictionary: str = Field(
        default="data/userdict.txt",
        description="names and words to keep whole: word [frequency] [tag] a line; empty for none",
        json_schema_extra={"path": True},
    )
    workers: int = Field(
        default=0, ge=0, le=256, description="processes for the jieba engine; 0 means one a core"
    )
    holdout_every: int = Field(
        default=20, ge=3, le=1000, description="of so many chapters, one validates and one tests"
    )
    validation_chapter: int = Field(
        default=7, ge=0, description="the one that validates: its index, from 0, modulo that number"
    )
    test_chapter: int = Field(
        default=17, ge=0, description="the one that tests: its index, from 0, modulo that number"
    )

    @model_validator(mode="after")
    def check_holdout(self) -> Self:
        """Refuse held-out chapters that fall together or never occur."""
        chapters = (self.validation_chapter, self.test_chapter)
        if max(chapters) >= self.holdout_every or chapters[0] == chapters[1]:
            raise ValueError(
                "expected validation_chapter and test_chapter to differ and to be below "
                f"holdout_every ({self.holdout_every}), got {chapters[0]} and {chapters[1]}"
            )
        return self

    def files(self) -> dict[str, Path]:
        """Return the user dictionary, if any."""
        return {"user dictionary": Path(self.user_dictionary)} if self.user_dictionary else {}

    def key_settings(self) -> dict[str, Any]:
        """Return all but the number of workers, which changes no word."""
        return {k: v for k, v in super().key_settings().items() if k != "workers"}


def count_unknown(lines: Sequence[str], user_dictionary: Path | None) -> list[tuple[str, int]]:
    """Return the words that no dictionary lists with their counts, most frequent first."""
    from pipeline.text.dictionary import out_of_dictionary, read_user_dictionary

    counts = Counter(word for line in lines for word in line.split(" "))
    user_words = read_user_dictionary(user_dictionary) if user_dictionary else ()
    unknown = [(word, counts[word]) for word in out_of_dictionary(counts, user_words)]
    return sorted(unknown, key=lambda entry: (-entry[1], entry[0]))


def segment(config: SegmentConfig, *, fetch: Corpus, context: Context) -> Segmentation:
    """Cut every paragraph into words and divide the chapters into parts."""
    from pipeline.text.holdout import divide_parts
    from pipeline.text.segment import cut_paragraphs

    user_dictionary = Path(config.user_dictionary) if config.user_dictionary else None
    words = cut_paragraphs(
        fetch.paragraphs,
        engine=config.engine,
        user_dictionary=user_dictionary,
        workers=config.workers or os.cpu_count() or 1,
        progress=context.progress,
    )
    lines = tuple(" ".join(paragraph) for paragraph in words)
    sections = divide_parts(
        fetch.chapters,
        [line.count(" ") + 1 for line in lines],
        every=config.holdout_every,
        validation=config.validation_chapter,
        test=config.test_chapter,
    )
    return Segmentation(
        lines=lines,
        sections=sections,
        unknown=tuple(count_unknown(lines, user_dictionary)),
    )


STAGE = Stage(
    name="segment",
    inputs=("fetch",),
    config=SegmentConfig,
    run=segment,
    codec=SEGMENTATION,
    libraries=("jieba", "rjieba"),
)
