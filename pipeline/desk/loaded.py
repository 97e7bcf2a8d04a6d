"""The models that the desk writes with: opened when they are asked for, a few kept open."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.desk.ready import Ready
from pipeline.engine.bundle.model import NovelModel, rare_words
from pipeline.engine.copy_index import CopyIndex, index_text
from pipeline.engine.writing.writer import Writer
from pipeline.models import shelf
from pipeline.models.cutting import trained_cut, trained_script

_CAST = 30  # main characters
_OPEN = 4  # models at once: each takes its file's size and half as much


@dataclass(frozen=True)
class Loaded:
    """A model that is open.

    Attributes
    ----------
    name : str
    novel : NovelModel
    writer : Writer
        One for all texts, so that a novel's habits are learnt once.
    rare : sequence of str
        The novel's words outside the vocabulary.
    stamp : tuple of int
        Of its file when it was opened; another one there now is a newer model.
    """

    name: str
    novel: NovelModel
    writer: Writer
    rare: Sequence[str] = field(repr=False)
    stamp: tuple[int, ...]

    @cached_property
    def ready(self) -> Ready:
        """What the writer has made ready lately."""
        return Ready(self.writer)

    @cached_property
    def cut(self) -> Callable[[str], list[str]]:
        """What cuts a text into words as the novel was cut."""
        return trained_cut(self.novel.cutting)

    @cached_property
    def script(self) -> Callable[[str], str] | None:
        """What turns a text into the novel's script, if that was turned."""
        return trained_script(self.novel.cutting)

    @cached_property
    def copies(self) -> CopyIndex:
        """Where each word stands in the training chapters."""
        return index_text(self.novel.memories.text_ids, len(self.novel.network.words))

    @cached_property
    def cast(self) -> list[tuple[str, int]]:
        """The main characters with how often they are named, the most present first."""
        from pipeline.text.words.cast import main_characters

        known = frozenset(self.novel.network.words)
        found = main_characters(list(self._lines()), _CAST, known)
        return sorted(found, key=lambda own: -own[1])

    def _lines(self) -> Iterator[str]:
        """Yield the paragraphs of the training chapters, words parted by spaces."""
        words, rare = self.novel.network.words, iter(self.rare)
        line: list[str] = []
        for word_id in self.novel.memories.text_ids.tolist():
            word = words[word_id] if 0 <= word_id < len(words) else ""
            if word_id >= len(words):
                word = next(rare)
            if word_id < 0 or word == PARAGRAPH_BREAK:
                yield " ".join(line)
                line = []
            else:
                line.append(word)
        yield " ".join(line)


class Models:
    """The shelf of a folder of artifacts, and the models of it that are open.

    A model that is replaced on the disk is served on as it was until `reload` asks for the new one.
    """

    def __init__(self, artifacts: Path) -> None:
        self.artifacts = artifacts
        self._open: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = Lock()

    def entries(self) -> list[shelf.Entry]:
        """Return what stands on the shelf, the newest first."""
        return shelf.entries(shelf.shelf_of(self.artifacts))

    def load(self, wanted: str | None = None) -> Loaded:
        """Return a model by its name on the shelf, the newest if none is named.

        A name that leads anywhere else is none.

        Raises
        ------
        NotReady
            There is no model at all.
        SettingsError, DataError
            There is none of that name, or it cannot be used.
        """
        folder = shelf.shelf_of(self.artifacts)
        with self._lock:
            if wanted is not None and wanted in self._open:
                self._open.move_to_end(wanted)
                return self._open[wanted]
            path = shelf.choose(folder, None, "run-all") if wanted is None else None
            path = path or shelf.own_file(folder, wanted or "")
            name = shelf.read_name(path)
            if name not in self._open:
                self._open[name] = _open(path, name)
                while len(self._open) > _OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(name)
            return self._open[name]

    def is_open(self, name: str) -> bool:
        """Return whether a model is open."""
        return name in self._open

    def is_newer_on_disk(self, name: str) -> bool:
        """Return whether an open model's file is another one now."""
        loaded = self._open.get(name)
        if loaded is None:
            return False
        try:
            path = shelf.own_file(shelf.shelf_of(self.artifacts), name)
        except Exception:  # gone: the old one serves on
            return False
        return _stamp(path) != loaded.stamp

    def reload(self, name: str) -> Loaded:
        """Open a model anew."""
        with self._lock:
            self._open.pop(name, None)
        return self.load(name)


def _open(path: Path, name: str) -> Loaded:
    """Open a model."""
    stamp = _stamp(path)
    novel = shelf.open_model(path)
    return Loaded(name, novel, Writer(novel.network, novel.memories), rare_words(novel), stamp)


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what tells a file from the one that takes its place."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
