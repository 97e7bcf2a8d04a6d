"""`text`: the novel as it is read, before anything is trained: chapters, cuts, any place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.artifacts.corpus import book_alone
from pipeline.catalog import SOURCE
from pipeline.commands import arguments, options
from pipeline.commands.arguments import Asked
from pipeline.commands.console import guarded, page_lines, print_json, run_targets
from pipeline.commands.options import AcceptNew, Artifacts, AsJson
from pipeline.errors import SettingsError
from pipeline.plural import counted
from pipeline.project import ARTIFACTS, forget_download
from pipeline.runner.store import load
from pipeline.text.cuts import from_several, show_cut, tell_cuts

if TYPE_CHECKING:
    from pipeline.artifacts.corpus import Chapter, Corpus

_AROUND = 2  # paragraphs shown before and after a place
_MOST_PLACES = 50  # that are shown of a text that is looked for


@guarded
@arguments.takes(asked=arguments.novel_from)
def text(
    asked: Asked,
    chapters: options.Chapters = False,
    removed: options.RemovedOnly = False,
    where: options.Where = None,
    accept_new: AcceptNew = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Show how the novel is read: its chapters, all that was cut or changed, the text anywhere.

    Without an option it shows the chapters and a few examples of what was cut. A long answer comes
    page by page on a terminal.
    """
    if chapters + removed + (where is not None) > 1:
        raise SettingsError(
            "expected one of --chapters, --removed and --where, got several; give one", option=""
        )
    project = asked.open(artifacts)
    force = forget_download(project) if accept_new else frozenset()
    record = run_targets(project, [SOURCE.name], force, "text")[-1].record
    corpus: Corpus = load(project.store, record, SOURCE.codec)
    if where is not None:
        places = _find_places(corpus, where)
        return _put(as_json, _place_rows(corpus, places), _place_lines(corpus, places, where))
    if removed:
        return _put(as_json, [vars(cut) for cut in corpus.cuts], _removed_lines(corpus))
    rows = _chapter_rows(corpus)
    if chapters:
        return _put(as_json, rows, _chapter_lines(corpus))
    facts = SOURCE.codec.describe(corpus) | {"notes": corpus.notes, "chapters": rows}
    if corpus.books:
        facts |= {"books": [vars(book) for book in corpus.books]}
    return _put(as_json, facts, _overview_lines(corpus))


def _put(as_json: bool, value: Any, lines: Iterator[str]) -> None:
    """Print an answer, as JSON or page by page."""
    return print_json(value) if as_json else page_lines(lines)


def _overview_lines(corpus: Corpus) -> Iterator[str]:
    """Yield how the text was read, what was cut with examples, and the chapters."""
    characters = sum(map(len, corpus.paragraphs))
    title = f"《{corpus.title}》, " if corpus.title else ""
    paragraphs = counted(len(corpus.paragraphs), "paragraph")
    yield f"{title}{counted(characters, 'character')} in {paragraphs}"
    yield f"read as {corpus.encoding}"
    yield from corpus.notes
    yield from _book_lines(corpus)
    yield ""
    yield "cut or changed:" if corpus.cuts else "cut or changed: nothing"
    yield from (f"  {line}" for line in tell_cuts(corpus.cuts))
    yield ""
    yield from _chapter_lines(corpus)


def _book_lines(corpus: Corpus) -> Iterator[str]:
    """Yield a line for each book of a shelf: its chapters and characters, its title and file."""
    if corpus.books:
        yield ""
        yield f"{'book':>7}{'chapters':>11}{'characters':>12}  title"
    for number, book in enumerate(corpus.books, 1):
        own = book_alone(corpus, book)
        characters = sum(map(len, own.paragraphs))
        about = " ".join(filter(None, (f"《{book.title}》", book.author, book.period)))
        file = f"({book.file})"
        told = about if file in book.title else f"{about} {file}"  # it tells two of one title apart
        yield f"{number:>7,}{len(own.chapters):>11,}{characters:>12,}  {told}"


def _titled(corpus: Corpus, chapter: Chapter) -> str:
    """Return a chapter's title, on a shelf with its book's before it."""
    if not corpus.books:
        return chapter.title
    number = bisect_right(corpus.books, chapter.start, key=lambda book: book.start) - 1
    return f"《{corpus.books[number].title}》{chapter.title}"


def _chapter_rows(corpus: Corpus) -> list[dict[str, Any]]:
    """Return the chapters with their first paragraphs, from 1, and their sizes."""
    return [
        {
            "title": _titled(corpus, chapter),
            "paragraph": chapter.start + 1,
            "paragraphs": chapter.stop - chapter.start,
            "characters": sum(map(len, corpus.paragraphs[chapter.start : chapter.stop])),
        }
        for chapter in corpus.chapters
    ]


def _chapter_lines(corpus: Corpus) -> Iterator[str]:
    """Yield a line a chapter: number, first paragraph, characters, title."""
    yield f"{'chapter':>7}{'paragraph':>11}{'characters':>12}  title"
    for number, row in enumerate(_chapter_rows(corpus), 1):
        yield f"{number:>7,}{row['paragraph']:>11,}{row['characters']:>12,}  {row['title']}"


def _removed_lines(corpus: Corpus) -> Iterator[str]:
    """Yield everything that was cut or changed, reason by reason."""
    if not corpus.cuts:
        yield "nothing was cut or changed"
    reasons: dict[str, list[str]] = {}
    for cut in corpus.cuts:
        line = show_cut(cut, named=from_several(corpus.cuts), longest=None)
        reasons.setdefault(cut.reason, []).append(line)
    for reason, lines in sorted(reasons.items()):
        yield f"{reason} ({len(lines):,})"
        yield from (f"  {line}" for line in lines)


def _find_places(corpus: Corpus, where: str) -> list[int]:
    """Return the indices of the paragraphs that are meant: one by its number, or all with a text.

    Raises
    ------
    SettingsError
        There is no such paragraph.
    """
    count = len(corpus.paragraphs)
    if where.isdecimal():
        if not 1 <= int(where) <= count:
            raise SettingsError(
                f"--where: expected a paragraph from 1 to {count:,}, got {where}", option="--where"
            )
        return [int(where) - 1]
    found = [place for place, paragraph in enumerate(corpus.paragraphs) if where in paragraph]
    if not found:
        raise SettingsError(
            f"--where: expected a paragraph's number or words of the text, got {where}, which is "
            "not in it; --removed shows what was cut",
            option="--where",
        )
    return found


def _place_rows(corpus: Corpus, places: Sequence[int]) -> list[dict[str, Any]]:
    """Return paragraphs with their numbers, from 1, and their chapters."""
    return [
        {
            "paragraph": place + 1,
            "chapter": _titled(corpus, _chapter_of(corpus, place)),
            "text": corpus.paragraphs[place],
        }
        for place in places
    ]


def _place_lines(corpus: Corpus, places: Sequence[int], where: str) -> Iterator[str]:
    """Yield each place with the paragraphs around it, marked in the margin."""
    for place in places[:_MOST_PLACES]:
        yield f"{_titled(corpus, _chapter_of(corpus, place))}, paragraph {place + 1:,}"
        start, stop = max(0, place - _AROUND), place + _AROUND + 1
        for index, paragraph in enumerate(corpus.paragraphs[start:stop], start):
            yield f"{'>' if index == place else ' '} {index + 1:>7,}  {paragraph}"
        yield ""
    if len(places) > _MOST_PLACES:
        yield f"{where}: {len(places):,} places; the first {_MOST_PLACES} are shown"


def _chapter_of(corpus: Corpus, place: int) -> Chapter:
    """Return the chapter of a paragraph."""
    return next(chapter for chapter in corpus.chapters if chapter.start <= place < chapter.stop)
