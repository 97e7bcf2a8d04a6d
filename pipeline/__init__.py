"""xuxie 续写: turn a Chinese novel into a small model that writes on in its style.

>>> from pipeline import load_writer
>>> load_writer("红楼梦.safetensors").continue_text("宝玉听了，", words=200)  # doctest: +SKIP
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own takes 2 ms in which nobody answers Ctrl-C: see __main__
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.engine.writing.mixing import MixedWriter
    from pipeline.engine.writing.writer import Writer

__all__ = ["load_mixed_writer", "load_writer"]


def load_writer(model: str | Path = "artifacts") -> Writer:
    """Return the writer in a model's file, or the newest one of a folder of artifacts.

    Raises
    ------
    NotReady
        There is no such file, and no such folder with a model in it.
    DataError
        The file is no sound model.
    """
    from pathlib import Path

    from pipeline.engine.writing.writer import Writer
    from pipeline.errors import NotReady
    from pipeline.models import shelf
    from pipeline.program import told

    path = Path(model)
    if not path.is_file():
        try:
            path = shelf.choose(shelf.shelf_of(path), None, "run-all")
        except NotReady as error:
            raise NotReady(told(error)) from None
    whole = shelf.open_model(path)
    return Writer(whole.network, whole.memories)


def load_mixed_writer(weights: Mapping[str, float] | Mapping[Path, float]) -> MixedWriter:
    """Return a writer of several models: file or folder of artifacts → weight, in any proportion.

    >>> own = load_mixed_writer({"红楼梦.safetensors": 7, "mine.safetensors": 3})  # doctest: +SKIP

    Raises
    ------
    NotReady, DataError
        See `load_writer`.
    SettingsError
        There are fewer than two models, or a weight is not above 0.
    """
    from pathlib import Path

    from pipeline.engine.writing.mixing import mixed_writer

    paths = {Path(model): weight for model, weight in weights.items()}
    stems = {path.stem for path in paths}
    return mixed_writer(
        {
            path.stem if len(stems) == len(paths) else str(path): (load_writer(path), weight)
            for path, weight in paths.items()
        }
    )
