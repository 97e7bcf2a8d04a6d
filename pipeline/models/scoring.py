"""Scores of texts under models of the shelf: here, or on a cluster with a model a worker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.models import shelf
from pipeline.models.cutting import trained_cut, trained_script
from pipeline.runner.elsewhere import product_threads
from pipeline.text.reading import read_words
from pipeline.workers import Workers

if TYPE_CHECKING:
    from pipeline.engine.measures.cross import Scored

Chapters = Sequence[str]  # of one text
Scores = list[tuple["Scored", ...]]  # a row a text, in it each chapter


@dataclass(frozen=True)
class _Job:
    """A model's file and what it is to foretell, for a machine that has neither.

    `threads` are those of numpy's products where the command runs: see `runner.elsewhere.Job`.
    """

    name: str
    content: bytes
    texts: tuple[tuple[str, ...], ...]
    marks: bool
    threads: int


def score_texts(
    path: Path, texts: Sequence[Chapters], advance: Callable[[int], None], *, marks: bool = True
) -> Scores:
    """Score the chapters of all texts under a model, as `score` scores a text.

    `advance` is told of the characters of each chapter that is done, a line end being one; see
    `score_chapter` for `marks`.

    Raises
    ------
    DataError
        The model cannot be used: why, in one line.
    """
    from pipeline.engine.measures.cross import score_chapter
    from pipeline.engine.writing.writer import Writer

    novel = shelf.open_model(path)
    model = Writer(novel.network, novel.memories).model()
    cut, convert = trained_cut(novel.cutting), trained_script(novel.cutting)
    rows = []
    for chapters in texts:
        scored = []
        for chapter in chapters:
            words = read_words([chapter], cut, convert=convert)
            scored.append(score_chapter(words, model, marks=marks))
            advance(len(chapter) + 1)
        rows.append(tuple(scored))
    return rows


def score_on(
    workers: Workers, paths: Sequence[Path], texts: Sequence[Chapters], *, marks: bool = True
) -> Iterator[Scores]:
    """Yield for each model what `score_texts` returns; a worker gets a whole model.

    Raises
    ------
    DataError
        A model cannot be used.
    XuxieError
        The workers are lost.
    """
    plain, threads = tuple(map(tuple, texts)), product_threads()

    def jobs() -> Iterator[_Job]:
        for path in paths:  # read when its turn comes
            with shelf.readable(path):
                content = path.read_bytes()
            yield _Job(path.name, content, plain, marks, threads)

    with closing(workers.map(_score, jobs())) as results:
        yield from results


def _score(job: _Job) -> Scores:
    """Score on a worker."""
    from threadpoolctl import threadpool_limits

    with tempfile.TemporaryDirectory(prefix="xuxie-") as folder:
        path = Path(folder) / Path(job.name).name
        path.write_bytes(job.content)
        with threadpool_limits(job.threads, user_api="blas"):  # Ray has started this one with one
            return score_texts(path, job.texts, lambda characters: None, marks=job.marks)
