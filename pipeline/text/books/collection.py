"""Many files as one novel: those of an archive, each read in its own form."""

from __future__ import annotations

from pipeline.errors import DataError
from pipeline.plural import counted
from pipeline.shown import shown
from pipeline.text.books.choice import ARCHIVES, choose
from pipeline.text.books.copies import without_copies
from pipeline.text.books.document import Document, Limits, Read, Reading, together
from pipeline.text.books.zipped import Archive
from pipeline.text.cuts import Cut


def read_collection(
    archive: Archive, document: Document, limits: Limits, read_member: Read
) -> Reading:
    """Return the texts of an archive's members in reading order.

    Raises
    ------
    DataError
        There is none among them, one is empty or cannot be read, or there is an archive within.
    """
    choice = choose(archive.names, container=f"{document.name}/")
    inner = next((path for path in choice.paths if path.lower().endswith(ARCHIVES)), None)
    if inner or (choice.paths and limits.depth):
        raise DataError(
            f"{archive.name}: expected an archive of texts, got an archive within it"
            f"{f' ({shown(inner)})' if inner else ''}; unpack it and give what is in it"
        )
    documents: list[Document] = []
    cuts: list[Cut] = list(choice.cuts)
    left = limits.max_bytes
    refused: list[DataError] = []
    for path in choice.paths:
        own = Document(f"{document.name}/{path}", archive.read(path))
        try:
            reading = read_member(own, Limits(left, limits.depth + 1))
        except DataError as error:
            refused.append(error)
            continue
        left -= sum(len(text.data) for text in reading.documents)
        documents += reading.documents
        cuts += reading.cuts
    if refused:
        raise together(refused)
    if not documents:
        kinds = "no text by its name" if not choice.paths else "pages that are links alone"
        raise DataError(
            f"{archive.name}: expected an archive with texts (.txt, .html, .epub, .docx), got "
            f"{counted(len(archive.names), 'file')} with {kinds}; give the text itself"
        )
    return without_copies(Reading(tuple(documents), tuple(cuts)))
