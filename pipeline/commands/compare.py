"""`compare`: models times texts, what is nearest to what, a tree, and Burrows' Delta beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.catalog import SOURCE
from pipeline.commands import options
from pipeline.commands.comparison import Json, comparison_csv, comparison_json, comparison_lines
from pipeline.commands.comparison_notes import tell_few, tell_strange, tell_unlike
from pipeline.commands.console import guarded, print_json, put_lines, run_targets, say_notes, width
from pipeline.commands.lending import lent
from pipeline.commands.options import Artifacts, AsJson, Encoding
from pipeline.commands.waiting import waiting
from pipeline.errors import DataError, NotReady, SettingsError
from pipeline.models import shelf
from pipeline.project import ARTIFACTS, open_project
from pipeline.runner.disk import usable, write_durably
from pipeline.runner.store import load
from pipeline.shown import visible

if TYPE_CHECKING:
    from pipeline.engine.measures.cross import Cell
    from pipeline.engine.measures.delta import Deltas
    from pipeline.models.compared import Book, Chosen, Reader
    from pipeline.models.scoring import Scores
    from pipeline.workers import Workers

_DELTA_CHAPTERS = 6  # in all; z-scores over fewer are much the same for any word
_SEED = 1  # of the drawn chapters: equal input, equal intervals


@guarded
def compare(
    texts: options.Texts = None,
    models: options.Compared = None,
    whole: options.Whole = False,
    no_marks: options.NoMarks = False,
    delta: options.WithDelta = False,
    delta_words: options.DeltaWords = None,
    csv_file: options.CsvFile = None,
    page: options.PageFile = None,
    language: options.PageLanguage = None,
    sets: options.Sets = None,
    cluster: options.Cluster = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Compare texts by how well models foretell them: a table, what is nearest, and a tree.

    Each text's held-out chapters are scored under each model. What a model was trained on is told
    by its content, and marked.
    """
    for path, option in ((csv_file, "--csv"), (page, "--page")):
        _check_new(path, option)
    if delta_words is not None and not delta:
        raise SettingsError(
            "--delta-words: expected --delta with it, got none; add --delta", option="--delta-words"
        )
    _check_sets(sets or (), texts or ())
    with lent(cluster) as workers:
        readers = _readers(artifacts, models or [])
        books = (
            _given(artifacts, texts, encoding, sets or ())
            if texts
            else _own_novels(artifacts, readers)
        )
        chosen = _choose(books, readers, whole=whole)
        # before what may take minutes
        say_notes([*tell_few(chosen, whole=whole), *tell_unlike(readers)])
        cells = _score(readers, chosen, workers, marks=not no_marks)
    say_notes([*tell_strange(readers, chosen, cells)])
    deltas = _deltas(chosen, delta_words) if delta else None
    found = {"marks": not no_marks, "whole": whole, **_found(readers, chosen, cells, deltas)}
    files = {}
    if csv_file is not None:
        files[csv_file] = comparison_csv(found)
    if page is not None:
        from pipeline.page.comparison import comparison_page

        files[page] = comparison_page(found, language or "zh")
    _write(files)
    return print_json(found) if as_json else put_lines(comparison_lines(found, width()))


def _check_new(path: Path | None, option: str) -> None:
    """Refuse a file that is there, or whose folder is not, before anything is done.

    Raises
    ------
    SettingsError
        It is one of these.
    """
    if path is None:
        return
    if path.exists() or path.is_symlink():
        raise SettingsError(
            f"{option} {path}: expected a new file, got one that is there; give another name",
            option=option,
            path=path,
        )
    if not path.parent.is_dir():
        raise SettingsError(
            f"{option} {path}: expected a folder to write it to, got none; make it first",
            option=option,
            path=path,
        )


def _check_sets(sets: Sequence[str], texts: Sequence[str]) -> None:
    """Refuse settings by which nothing is read.

    Raises
    ------
    SettingsError
        One is not of `fetch`, or there is no TEXT.
    """
    for own in sets:
        if not own.startswith(f"{SOURCE.name}."):
            raise SettingsError(
                f"--set: expected how TEXTs are read, as fetch.simplify=true, got {own[:60]}; "
                "models are compared as they are",
                option="--set",
            )
    if sets and not texts:
        raise SettingsError(
            "--set: expected TEXTs to read by it, got none; name the files", option="--set"
        )


def _write(files: Mapping[Path, str]) -> None:
    """Write files, all of them or none: the same command is to find none in its way."""
    with ExitStack() as undo:
        for path, text in files.items():
            with usable(path.parent, "folder"):
                write_durably(path, text)
            undo.callback(path.unlink, missing_ok=True)
        undo.pop_all()


def _readers(artifacts: Path, wanted: Sequence[str]) -> list[Reader]:
    """Open the models that are named, or all of the shelf; one that cannot be used is told of.

    Raises
    ------
    NotReady
        There is none.
    SettingsError, DataError
        One that is named is not there, or cannot be used.
    """
    from pipeline.models.compared import reader_of

    own = shelf.shelf_of(artifacts.absolute())
    if wanted:
        paths = dict.fromkeys(shelf.find(own, name) for name in wanted)
    else:
        entries = shelf.entries(own)
        say_notes([f"{entry.name}: left out: {entry.fault}" for entry in entries if entry.fault])
        paths = dict.fromkeys(entry.path for entry in entries if not entry.fault)
    if not paths:
        raise NotReady("expected models to compare, found none", command="run-all")
    with waiting("models", len(paths)) as told:
        readers = []
        for path in paths:
            readers.append(reader_of(path))
            told.advance(1, readers[-1].name)
    return readers


def _given(
    artifacts: Path, texts: Sequence[str], encoding: str | None, sets: Sequence[str]
) -> list[Book]:
    """Read the texts that are named, each once.

    Raises
    ------
    DataError, SettingsError
        One cannot be used.
    """
    from pipeline.models.compared import books_of

    books: list[Book] = []
    for source in texts:
        project = open_project(artifacts, source=source, encoding=encoding, overrides=sets)
        record = run_targets(project, [SOURCE.name], frozenset(), "compare")[-1].record
        corpus = load(project.store, record, SOURCE.codec)
        name = corpus.title if corpus.books and corpus.title else _name_of(source)  # of a shelf
        for book in books_of(corpus, _free_name(name, books)):
            twin = next((own for own in books if own.digests[0] == book.digests[0]), None)
            if twin:
                say_notes([f"{visible(source)}: the same bytes as {twin.name}; used once"])
            else:
                books.append(book)
    return books


def _name_of(source: str) -> str:
    """Return what a text is called in tables: as its file is."""
    path = Path(source)
    return visible(path.name if path.is_dir() else path.stem or source)


def _free_name(stem: str, books: Sequence[Book]) -> str:
    """Return the name, numbered where another text has it."""
    taken = {own.name for own in books}
    names = (stem if number == 1 else f"{stem} ({number})" for number in range(1, len(books) + 2))
    return next(name for name in names if name not in taken)


def _own_novels(artifacts: Path, readers: Sequence[Reader]) -> list[Book]:
    """Return the novels that the models are of, as far as runs have left them here.

    Raises
    ------
    DataError
        None is here.
    """
    from pipeline.models.compared import books_of, stored_corpora, with_books

    store = open_project(artifacts).store
    corpora = stored_corpora(store, [reader.digest for reader in readers])
    books: list[Book] = []
    of = Counter(reader.digest for reader in readers)
    for reader in readers:
        if reader.digest in corpora:
            # a novel of several models is read once, and called by its own title
            own = reader.title if of[reader.digest] > 1 and reader.title else reader.name
            books = with_books(books, books_of(corpora.pop(reader.digest), _free_name(own, books)))
        elif not any(reader.digest in own.digests for own in books):
            say_notes([f"{reader.name}: its novel is not among the artifacts; name it as a TEXT"])
    if not books:
        raise DataError("expected the models' novels among the artifacts, found none; name TEXTs")
    return books


def _choose(books: Sequence[Book], readers: Sequence[Reader], *, whole: bool) -> list[Chosen]:
    """Choose each book's chapters; one of several that cannot be divided is told of and left out.

    Raises
    ------
    DataError
        None can be divided.
    """
    from pipeline.models.compared import choose_chapters

    chosen: list[Chosen] = []
    refused: DataError | None = None
    for book in books:
        try:
            chosen.append(choose_chapters(book, readers, whole=whole))
        except DataError as error:
            refused = refused or error
            if len(books) > 1:
                say_notes([f"{book.name}: left out: {error}"])
    if not chosen and refused:
        raise refused
    return chosen


def _score(
    readers: Sequence[Reader], chosen: Sequence[Chosen], workers: Workers | None, *, marks: bool
) -> list[list[Cell]]:
    """Score all texts under all models, a model a worker where there are any: a row a text."""
    from pipeline.engine.measures.cross import Cell

    columns = [
        [
            Cell(chapters, own.shares[number], own.learnt[number], own.readers[number])
            for chapters, own in zip(scored, chosen, strict=True)
        ]
        for number, scored in enumerate(_columns(readers, chosen, workers, marks=marks))
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _columns(
    readers: Sequence[Reader], chosen: Sequence[Chosen], workers: Workers | None, *, marks: bool
) -> Iterator[Scores]:
    """Yield each model's scores of all texts, and tell how far that is."""
    from pipeline.models.compared import characters_of, texts_of
    from pipeline.models.scoring import score_on, score_texts

    texts, characters = [texts_of(own) for own in chosen], sum(map(characters_of, chosen))
    with waiting("scores", len(readers) * characters) as told:
        if workers is None:
            for reader in readers:
                advance = partial(told.advance, note=reader.name)
                yield score_texts(reader.path, texts, advance, marks=marks)
            return
        found = score_on(workers, [reader.path for reader in readers], texts, marks=marks)
        for reader, scores in zip(readers, found, strict=True):
            told.advance(characters, reader.name)
            yield scores


def _deltas(chosen: Sequence[Chosen], words: int | None) -> Deltas | None:
    """Return Burrows' Delta between the compared chapters of the texts; see `WORDS`.

    Of two chapters any word's z-scores differ by √2, of few nearly so: then there is none.
    """
    from pipeline.engine.measures.delta import WORDS, burrows_delta, count_words
    from pipeline.models.compared import chapter_words

    samples, owners = [], []
    for number, own in enumerate(chosen):
        for chapter in chapter_words(own):
            samples.append(count_words(chapter))
            owners.append(number)
    if len(samples) < _DELTA_CHAPTERS:
        say_notes(
            [f"no Delta: it takes {_DELTA_CHAPTERS} chapters, here are {len(samples)} in all"]
        )
        return None
    found = burrows_delta(samples, owners, words=words or WORDS)
    if found is None:
        say_notes(["no Delta: it takes two texts that use some of the most frequent words unalike"])
    return found


def _found(
    readers: Sequence[Reader],
    chosen: Sequence[Chosen],
    cells: Sequence[Sequence[Cell]],
    deltas: Deltas | None,
) -> Json:
    """Return all that is told."""
    import numpy as np

    from pipeline.engine.measures.cross import cross
    from pipeline.models.compared import own_text

    own = [own_text(reader, chosen, number) for number, reader in enumerate(readers)]
    # of each text by itself, so that its intervals do not hang on what stands beside it
    seeds = [[_SEED, int(text.book.digests[0][:16], 16)] for text in chosen]
    found = cross(cells, own, [np.random.default_rng(seed) for seed in seeds])
    return comparison_json(readers, chosen, cells, found, deltas)
