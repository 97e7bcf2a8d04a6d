"""The writer of `generate`: one model's, or that of several mixed, as `--mix` names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.project import choose_model, find_model
from pipeline.shown import shown

if TYPE_CHECKING:
    from pipeline.engine.bundle.model import NovelModel
    from pipeline.engine.writing.text_writer import TextWriter

_OPTION = "--mix"
_LONGEST = 60  # characters of a refused value that are shown


def open_novels(
    artifacts: Path, model: str | None, weights: Mapping[str, float]
) -> tuple[dict[str, NovelModel], dict[str, float], list[str]]:
    """Open the models that are meant; return them and their weights by name, and notes.

    Where nothing is mixed it is one, without a weight.

    Raises
    ------
    SettingsError
        `--model` stands beside `--mix`, or two names mean one model; and see `choose_model`.
    """
    if not weights:
        novel, notes = choose_model(artifacts, model)
        return {novel.card.title: novel}, {}, notes
    if model is not None:
        raise SettingsError(
            f"{_OPTION}: expected no --model beside it, got both; name the model in {_OPTION}",
            option=_OPTION,
        )
    paths: dict[Path, str] = {}
    novels: dict[str, NovelModel] = {}
    own_weights, notes = {}, []
    for wanted, weight in weights.items():
        name, path = find_model(artifacts, wanted)
        if path.resolve() in paths or name in novels:
            raise SettingsError(
                f"{_OPTION}: expected each model once, got {name} twice", option=_OPTION
            )
        paths[path.resolve()] = name
        novels[name], own_notes = choose_model(artifacts, wanted)
        own_weights[name] = weight
        notes += own_notes
    return novels, own_weights, notes


def writer_of(
    novels: Mapping[str, NovelModel], weights: Mapping[str, float], memory: str | None
) -> TextWriter:
    """Return the writer of one model, or of several by their weights, with some components."""
    from pipeline.engine.writing.mixing import mixed_writer
    from pipeline.engine.writing.writer import Writer

    writers = {name: Writer(novel.network, novel.memories) for name, novel in novels.items()}
    if memory is not None:
        writers = {name: writer.remembering(memory) for name, writer in writers.items()}
    if not weights:
        (writer,) = writers.values()
        return writer
    return mixed_writer({name: (writer, weights[name]) for name, writer in writers.items()})


def read_mix(values: Sequence[str]) -> dict[str, float]:
    """Return name → weight of `红楼梦=0.7,我的=0.3`, which may be given in parts.

    Raises
    ------
    SettingsError
        A part is none such, a weight is no number above 0, a name comes twice, or it is only one.
    """
    from pipeline.engine.writing.mixing import check_weights

    weights: dict[str, float] = {}
    for item in (part for value in values for part in value.replace("，", ",").split(",")):
        name, _, number = item.rpartition("=")
        name = name.strip()
        if not name or not number.strip():
            raise SettingsError(
                f"{_OPTION}: expected NAME=WEIGHT,NAME=WEIGHT, as 红楼梦=0.7,我的=0.3, got "
                f"{shown(item, _LONGEST) or 'nothing'}",
                option=_OPTION,
            )
        if name in weights:
            raise SettingsError(
                f"{_OPTION}: expected each model once, got {shown(name, _LONGEST)} twice",
                option=_OPTION,
            )
        try:
            weights[name] = float(number)
        except ValueError:
            raise SettingsError(
                f"{_OPTION}: expected a number as the weight of {shown(name, _LONGEST)}, got "
                f"{shown(number, _LONGEST)}",
                option=_OPTION,
            ) from None
    if values:
        check_weights(weights)
    return weights
