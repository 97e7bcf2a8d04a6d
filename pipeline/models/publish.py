"""From a run to the shelf: the stage's model gets its settings and scores, and a name.

The stage leaves out what is no part of its key: how the user's texts are cut, which settings were
chosen, how well it does, in which versions. All of it is stamped on the copy that is published.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pipeline.catalog import EVALUATION, MODEL, SEGMENTER, SOURCE, STAGES
from pipeline.config import Settings
from pipeline.engine.bundle.model import SCORES, Card, Cutting, NovelModel, save_model
from pipeline.models import shelf
from pipeline.models.names import numbered, safe_name
from pipeline.models.shelf import Entry, shelf_of
from pipeline.runner.canonical import digest
from pipeline.runner.fingerprint import file_digests
from pipeline.runner.graph import upstream
from pipeline.runner.store import Record, Store, load
from pipeline.stage import Stage

if TYPE_CHECKING:
    from pipeline.artifacts.evaluation import Evaluation
    from pipeline.engine.bundle.artifact import Finished

_TITLE = 60  # characters of a title made of a file's name
_MADE_WITH = ("xuxie", "numpy", "tensorflow", "tensorflow-cpu")


def publish(
    store: Store, settings: Settings, records: Mapping[str, Record], name: str | None = None
) -> Path:
    """Put the model of a run on the shelf, or find that it stands there; return its file.

    The same novel with the same settings takes its earlier model's place, whatever that is called
    by now; any other gets a name that is free. What is there already only becomes the newest.

    Parameters
    ----------
    records : stage → its artifact
        `model`'s, and `evaluate`'s if the scores are known.
    name : str, optional
        In place of the novel's title; see `names.check_name`.
    """
    origin, scores = records[MODEL.name].content, _held_out_scores(store, records)
    identity = settings_digest(settings, store)
    on_shelf = [entry for entry in shelf.entries(shelf_of(store.folder)) if _suits(entry, name)]
    for entry in on_shelf:
        if entry.card and _is_same(entry.card, origin, identity, scores):
            os.utime(entry.path)
            return entry.path
    finished: Finished = load(store, records[MODEL.name], MODEL.codec)
    model = _stamp(finished.model, settings, identity, origin, scores)
    for entry in on_shelf:
        if entry.card and _is_earlier(entry.card, model.card):
            return shelf.replace(entry.path, lambda path: save_model(model, path))
    own = name or safe_name(model.card.title)
    folder = shelf_of(store.folder)
    return shelf.put(folder, own, lambda path: save_model(model, path), free=True)


def _suits(entry: Entry, name: str | None) -> bool:
    """Return whether an entry has the name that was asked for, if one was, or one numbered so."""
    if name is None or entry.name == name:
        return True
    number = entry.name.removeprefix(f"{name}-")
    return number.isdecimal() and entry.name == numbered(name, int(number))


def _is_same(
    card: Card, origin: str, identity: str, scores: Mapping[str, float | None] | None
) -> bool:
    """Return whether a model is the very one; scores that are not known anew do not count."""
    known = scores is None or card.scores == scores
    return card.origin == origin and card.settings_digest == identity and known


def _is_earlier(card: Card, new: Card) -> bool:
    """Return whether a model is of the same novel and settings as a new one."""
    return (card.source_digest, card.settings_digest) == (new.source_digest, new.settings_digest)


def _stamp(
    model: NovelModel,
    settings: Settings,
    identity: str,
    origin: str,
    scores: Mapping[str, float | None] | None,
) -> NovelModel:
    """Return the model with what was settled outside its stage."""
    card = replace(
        model.card,
        title=model.card.title or source_title(settings),
        made_with=_versions(),
        settings=_changed_settings(settings),
        settings_digest=identity,
        origin=origin,
        scores=scores,
    )
    return replace(model, card=card, cutting=_cutting_of(settings, model.cutting))


def _versions() -> dict[str, str]:
    """Return what makes models here, for people: name → version."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _MADE_WITH:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _cutting_of(settings: Settings, cutting: Cutting) -> Cutting:
    """Return how the novel was cut, with the words of the user dictionary."""
    from pipeline.text.words.dictionary import starting_words

    segment = settings.values[SEGMENTER.name].model_dump()
    own = Path(segment["user_dictionary"]) if segment["user_dictionary"] else None
    return replace(
        cutting,
        engine=segment["engine"],
        user_words=tuple((w.word, w.frequency, w.tag) for w in starting_words(own)),
        simplified=settings.values[SOURCE.name].model_dump()["simplify"],
    )


def source_title(settings: Settings) -> str:
    """Return the title that the name of the novel's source gives."""
    return _title_of(settings.values[SOURCE.name].model_dump()["source"])


def _title_of(source: str) -> str:
    """Return the name of a file or folder, of an address's last part, or a title as it is.

    >>> _title_of("https://example.org/%E9%9B%BE.txt"), _title_of("红楼梦")
    ('雾', '红楼梦')
    """
    path = Path(unquote(urlsplit(source).path) if "://" in source else source)
    return (path.name if path.is_dir() else path.stem)[:_TITLE]


def settings_digest(settings: Settings, store: Store) -> str:
    """Return the digest of all settings that decide a model, and of their files but the novel's."""
    return digest(
        {
            stage.name: {
                "settings": _deciding(settings, stage),
                "files": {}
                if stage is SOURCE
                else file_digests(settings.values[stage.name].files(), store.memo),
            }
            for stage in upstream(STAGES, MODEL.name)
            if stage is not MODEL  # it decides what the sample is, not what the model is
        }
    )


def _deciding(settings: Settings, stage: Stage) -> dict[str, Any]:
    """Return the settings of a stage that decide a model, as a novel's name does not."""
    named = {"source", "title", "max_bytes", "unlisted"} if stage is SOURCE else set()
    values = settings.values[stage.name].key_settings().items()
    return {name: value for name, value in values if name not in named}


def _changed_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that are not the defaults, by their full names; no path is among them."""
    found = {}
    for stage in upstream(STAGES, MODEL.name):
        config = settings.values[stage.name]
        for name, value in config.key_settings().items():
            told = name in config.changed() and name != "source"  # the title tells that
            if told and isinstance(value, str | int | float):
                found[f"{stage.name}.{name}"] = value
    return found


def _held_out_scores(store: Store, records: Mapping[str, Record]) -> dict[str, float | None] | None:
    """Return the whole writer's scores on the test chapters, None before `evaluate` has run."""
    if EVALUATION.name not in records:
        return None
    evaluation: Evaluation = load(store, records[EVALUATION.name], EVALUATION.codec)
    return {name: evaluation.scores["test"]["writer"][name] for name in SCORES}
