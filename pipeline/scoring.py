"""Scoring a file or a pipe: its words as in training, and how the writer foretold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import Settings

if TYPE_CHECKING:
    from pipeline.artifacts.bundle import WriterBundle
    from pipeline.engine.stream import ScoredWord
    from pipeline.text.segment import Cut

PIPE = "-"  # the name that stands for standard input


def score_text(
    settings: Settings,
    bundle: WriterBundle,
    name: str,
    *,
    pipe: BufferedIOBase,
    encoding: str | None = None,
    names: Sequence[str] = (),
) -> Iterator[ScoredWord]:
    """Yield the words of a text with their scores, as the text is read.

    Parameters
    ----------
    settings : Settings
        Those the writer was trained with: the segmenter, its dictionary, simplification.
    bundle : WriterBundle
    name : str
        A file, or `PIPE`.
    pipe : binary stream
        What `PIPE` stands for: UTF-8.
    encoding : str, optional
        Of the text; a file's is found out.
    names : sequence of str
        Those that `segment` found in the novel and cut it with.

    Raises
    ------
    DataError
        There is no such file, or no Chinese text in it.
    SettingsError
        `encoding` is not the name of one.
    """
    from pipeline.engine.stream import score_words
    from pipeline.text.reading import read_file, read_pipe, read_words, require_chinese

    if name == PIPE:
        title, texts = "standard input", read_pipe(pipe, name="standard input", encoding=encoding)
    else:
        title, texts = name, read_file(Path(name), encoding=encoding)
    cut = trained_cut(settings, names)
    words = read_words(require_chinese(texts, name=title), cut, convert=converter(settings))
    return score_words(words, bundle)


def trained_cut(settings: Settings, names: Sequence[str] = ()) -> Cut:
    """Return the segmenter that cut the novel, with the names found in it."""
    from pipeline.text.dictionary import starting_words
    from pipeline.text.segment import make_cut

    segment = settings.values["segment"].model_dump()
    user_dictionary = segment["user_dictionary"]
    own = Path(user_dictionary) if user_dictionary else None
    return make_cut(segment["engine"], starting_words(own, names))


def converter(settings: Settings) -> Callable[[str], str] | None:
    """Return what turns traditional characters into simplified ones, if the novel's were."""
    if not settings.values["fetch"].model_dump()["simplify"]:
        return None
    from pipeline.stages.fetch import to_simplified

    return lambda text: to_simplified([text])[0]
