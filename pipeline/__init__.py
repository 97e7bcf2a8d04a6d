"""xuxie 续写: turn a Chinese novel into a small model that writes on in its style.

>>> from pipeline import load_writer
>>> load_writer("artifacts").continue_text("青棠听了，", words=200)  # doctest: +SKIP
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.engine.writing.writer import Writer

__all__ = ["load_writer"]


def load_writer(artifacts: str | Path = "artifacts") -> Writer:
    """Return the writer of the last complete run that was kept in a folder of artifacts.

    Raises
    ------
    NotReady
        The folder holds no writer.
    ArtifactDamaged
        The writer's files are not what its manifest says.
    """
    from pipeline.project import last_writer, open_writer
    from pipeline.runner.store import open_store

    store = open_store(Path(artifacts))
    return open_writer(store, last_writer(store))
