"""One document, from its bytes to clean paragraphs, with all that is to be said of how."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.errors import DataError
from pipeline.text.chapters.listing import refuse_list
from pipeline.text.cleaning.clean import Cleaned, Rejoin, clean, clean_characters
from pipeline.text.cleaning.damage import Mended, mend
from pipeline.text.cleaning.encoding import (
    Decoded,
    Pieces,
    decode_pieces,
    refuse_misread,
    show_map,
    unreadable_share,
)
from pipeline.text.cleaning.losses import refuse_lost
from pipeline.text.cleaning.punctuation import Punctuation
from pipeline.text.cleaning.stand_ins import refuse_stand_ins
from pipeline.text.cleaning.subtitles import note_subtitles
from pipeline.text.cleaning.telling import Adverts

_MOST_UNREADABLE = 0.2  # of a text's characters
_BEGINNING = 20_000  # characters in which a title is looked for


@dataclass(frozen=True)
class ReadDocument:
    """What a document's text is, and how it was read.

    `encodings` are those of its parts, `beginning` is how it begins before anything is cut, and
    `notes` are lines for people.
    """

    cleaned: Cleaned
    encodings: tuple[str, ...]
    replaced: int
    beginning: tuple[str, ...]
    notes: tuple[str, ...]


def decode_document(data: bytes, *, name: str, encoding: str | None) -> Pieces:
    """Decode a document; `encoding` is None to find out, see `decode`.

    Raises
    ------
    DataError
        It is no text, or no Chinese in the encoding that was named.
    """
    if encoding is not None:
        refuse_misread(data, encoding, name=name)
    return decode_pieces(data, encoding, name=name)


def read_document(
    pieces: Pieces,
    *,
    name: str,
    size: int,
    mending: bool,
    advice: str,
    rejoin_lines: Rejoin,
    adverts: Adverts,
    punctuation: Punctuation,
    read_from: tuple[str, ...] = (),
) -> ReadDocument:
    """Mend and clean a document.

    Parameters
    ----------
    pieces
        Its text, of which none are left.
    size
        Its bytes.
    mending
        Take the way back from what was once read in a wrong encoding; see `mend`.
    advice
        What to do where it was perhaps misread.
    rejoin_lines, adverts, punctuation
        See `clean`.
    read_from
        The encodings that people are told of, where the text was made of one in those.

    Raises
    ------
    DataError
        It is no text, or one that is too damaged to learn from.
    """
    decoded = pieces.joined()
    if read_from:
        decoded = replace(decoded, encoding="+".join(read_from))
    _refuse_no_text(decoded, name, advice)
    mended = mend(decoded, document=name) if mending else Mended(decoded.text)
    notes = refuse_lost(decoded, size, document=name, advice=advice, garbled=mended.garbled)
    notes += refuse_stand_ins(mended.text, document=name)
    notes += note_subtitles(mended.text, document=name)
    if reach := show_map(decoded):
        notes.insert(0, f"{name}: {reach}")
    refuse_list(mended.text, name=name)
    beginning = tuple(clean_characters(mended.text[:_BEGINNING]).split("\n"))
    held = [mended.text]
    mended, decoded = replace(mended, text=""), replace(decoded, text="")  # it is held once
    cleaned = clean(
        held.pop(),
        document=name,
        rejoin_lines=rejoin_lines,
        adverts=adverts,
        punctuation=punctuation,
    )
    return ReadDocument(
        cleaned=replace(cleaned, cuts=mended.cuts + cleaned.cuts),
        encodings=read_from or decoded.encodings,
        replaced=decoded.replaced,
        beginning=beginning,
        notes=(*notes, *mended.notes),
    )


def _refuse_no_text(decoded: Decoded, name: str, advice: str) -> None:
    """Refuse what is no text though an encoding reads it, as images of disks are."""
    share = unreadable_share(decoded)
    if share > _MOST_UNREADABLE:
        raise DataError(
            f"{name}: expected a text, got {share:.0%} unreadable bytes and control characters "
            f"when read as {decoded.encoding}; {advice}"
        )
