"""`score`: how well each word of a text is predicted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from pipeline.commands import options, parsers
from pipeline.commands.console import UNBOUNDED, guarded, put, say_notes, width
from pipeline.commands.draft import draft_pieces
from pipeline.commands.options import Artifacts, Encoding
from pipeline.commands.results import format_score
from pipeline.commands.words import (
    show_word,
)
from pipeline.interrupts import check
from pipeline.project import ARTIFACTS, choose_model

if TYPE_CHECKING:
    from pipeline.engine.bundle.model import Cutting, NovelModel
    from pipeline.engine.measures.stream import ScoredPiece, ScoredWord
    from pipeline.engine.memories.next_word import Model

_PIPE = "-"  # the name that stands for standard input


@guarded
def score(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", parser=parsers.checked_name, help="A text, or - for UTF-8 on stdin."
        ),
    ],
    model: options.ModelName = None,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="A JSON object a line.")] = False,
    memory: options.Memory = None,
    learn_from: options.LearnFrom = None,
    encoding: Encoding = None,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Score each word of a text: its rank, log probability and cosine given the words before it."""
    novel, notes = choose_model(artifacts, model)
    say_notes(notes)
    pipe = cast("BufferedIOBase", sys.stdin.buffer)
    scored = score_text(
        novel.cutting,
        _predictor(novel, memory),
        file,
        pipe=pipe,
        encoding=encoding,
        learn_from=learn_from,
    )
    for line in scoring_lines(scored, json_lines=json_lines, columns=width()):
        check()
        put(line)


def _predictor(novel: NovelModel, memory: str | None) -> Model:
    """Return what foretells: the network and its memories, or those that are named."""
    from pipeline.engine.writing.writer import Writer

    writer = Writer(novel.network, novel.memories)
    return (writer if memory is None else writer.remembering(memory)).model()


def score_text(
    cutting: Cutting,
    model: Model,
    name: str,
    *,
    pipe: BufferedIOBase,
    encoding: str | None = None,
    learn_from: Path | None = None,
) -> Iterator[ScoredWord]:
    """Yield the words of a text with their scores, as the text is read.

    Parameters
    ----------
    cutting : Cutting
        How the model's novel was cut.
    model : Model
    name : str
        A file, or `_PIPE`.
    pipe : binary stream
        What `_PIPE` stands for: UTF-8.
    encoding : str, optional
        Of the text; a file's is found out.
    learn_from : Path, optional
        A text that is read before it, and not scored.

    Raises
    ------
    DataError
        There is no such file, or no Chinese text in it.
    SettingsError
        `encoding` is not the name of one.
    """
    from pipeline.engine.measures.stream import score_words
    from pipeline.models.cutting import trained_cut, trained_script
    from pipeline.text.reading import read_file, read_pipe, read_words, require_chinese

    if name == _PIPE:
        title, texts = "standard input", read_pipe(pipe, name="standard input", encoding=encoding)
    else:
        title, texts = name, read_file(Path(name), encoding=encoding)
    cut, convert = trained_cut(cutting), trained_script(cutting)
    words = read_words(require_chinese(texts, name=title), cut, convert=convert)
    draft = draft_pieces(learn_from) if learn_from else ()
    return score_words(words, model, learnt=read_words(draft, cut, convert=convert))


def scoring_lines(
    scored: Iterable[ScoredWord], *, json_lines: bool, columns: int = UNBOUNDED
) -> Iterator[str]:
    """Yield a line a word as the words come, and a summary at the end; nothing before the first."""
    from pipeline.engine.measures.stream import Tally

    tally = Tally()
    for word in scored:
        if not tally.words and not json_lines:
            yield f"{'rank':>7}{'log p':>10}{'cosine':>9}  word"
        tally.add(word)
        yield (
            json.dumps(_scored_json(word), ensure_ascii=False) if json_lines else _scored_line(word)
        )
    summary = tally.summary()
    if json_lines:
        yield json.dumps({"summary": summary})
    else:
        yield from _summary_lines(summary, columns)


def _scored_line(scored: ScoredWord) -> str:
    """Return a scored word in columns; the word comes last, as its width is uncertain.

    A parted word shows its pieces, each with its rank.
    """
    probability = scored.log_probability
    rank = "–" if scored.rank is None else str(scored.rank)
    told = "–" if probability is None else f"{probability:.4f}"
    cosine = "–" if scored.cosine is None else f"{scored.cosine:+.4f}"
    line = f"{rank if scored.known else 'unknown':>7}{told:>10}{cosine:>9}  "
    line += show_word(scored.word)
    if len(scored.pieces) > 1:
        line += "  = " + " + ".join(map(_piece, scored.pieces))
    return line


def _piece(scored: ScoredPiece) -> str:
    """Return a piece with its rank, if it has one."""
    return show_word(scored.piece) + (f" {scored.rank}" if scored.rank else "")


def _scored_json(scored: ScoredWord) -> dict[str, Any]:
    """Return a scored word as JSON values; scores are null where there are none.

    A parted word has its pieces too.
    """
    row: dict[str, Any] = {
        "word": scored.word,
        "known": scored.known,
        **_figures(scored.rank, scored.log_probability, scored.cosine),
    }
    if len(scored.pieces) > 1:
        row["pieces"] = [
            {"piece": own.piece, **_figures(own.rank, own.log_probability, own.cosine)}
            for own in scored.pieces
        ]
    return row


def _figures(
    rank: int | None, log_probability: float | None, cosine: float | None
) -> dict[str, int | float | None]:
    """Return the figures of a word or a piece, rounded."""
    return {
        "rank": rank,
        "log_probability": log_probability and round(log_probability, 6),
        "cosine": cosine and round(cosine, 6),
    }


def _summary_lines(summary: Mapping[str, int | float | None], columns: int) -> Iterator[str]:
    """Yield the figures of a text in one line, or in as many as so many columns take."""
    line = "summary"
    for name, value in summary.items():
        figure = f"{name} {value:,}" if isinstance(value, int) else f"{name} {format_score(value)}"
        if len(line) + 2 + len(figure) > columns:
            yield line
            line = " " * len("summary")
        line += f"  {figure}"
    yield line
