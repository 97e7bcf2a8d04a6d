"""A book in any form as the text of a manuscript, read as `fetch` reads a novel."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pipeline.desk.manuscripts import MOST_CHARACTERS, Content, clean_name
from pipeline.errors import DataError
from pipeline.stage import Context, no_progress
from pipeline.stages.fetch import FetchConfig, fetch


def read_manuscript(path: Path, name: str) -> tuple[Content, str]:
    """Return a book's text, and what is to be said of how it was read.

    What looks like an advert stays: a manuscript is one's own, however short.

    Parameters
    ----------
    path : Path
    name : str
        Where the book names itself nowhere.

    Raises
    ------
    DataError
        It cannot be read, or is too long.
    """
    notes: list[str] = []
    config = FetchConfig(
        source=str(path),
        books="one",  # a list of books would name files beside it
        adverts="keep",
        min_chinese_share=0,
        min_characters=1,
    )
    with TemporaryDirectory() as scratch:
        context = Context(
            progress=no_progress,
            generator=np.random.default_rng(0),
            scratch_path=Path(scratch),
            say=notes.append,
        )
        corpus = fetch(config, context=context)
    text = "\n".join(corpus.paragraphs)
    if len(text) > MOST_CHARACTERS:
        raise DataError(
            f"{path.name}: expected at most {MOST_CHARACTERS:,} characters, got {len(text):,}"
        )
    return Content(clean_name(corpus.title or Path(name).stem), text), "\n".join(notes)
