"""A book that lies beside its own text in another form is read once, told by what it says."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.text.books.choice import rank_of
from pipeline.text.books.document import Document, Reading
from pipeline.text.cleaning.encoding import decode
from pipeline.text.cuts import Cut

_COPY = 0.5  # of a text's passages that others have: two novels share one in a thousand

_ENOUGH = 8  # kept passages: five hundred characters, of which no chance makes half the same


def without_copies(reading: Reading) -> Reading:
    """Return a reading without the texts whose passages stand in those of plainer forms.

    Texts of one form are let be: people number their chapters, and a chapter may come twice.
    """
    ranks = {document.name: rank_of(PurePosixPath(document.name)) for document in reading.documents}
    if len(set(ranks.values())) < 2:
        return reading
    import numpy as np

    from pipeline.text.shingles import fingerprints, share_of

    known = np.empty(0, dtype=np.int64)  # of the plainer forms
    copies: dict[str, float] = {}
    for rank in sorted(set(ranks.values())):
        own = [document for document in reading.documents if ranks[document.name] == rank]
        prints = [fingerprints(_text(document).split("\n")) for document in own]
        for document, found in zip(own, prints, strict=True):
            if len(found) >= _ENOUGH and (share := share_of(found, known)) > _COPY:
                copies[document.name] = share
        known = np.concatenate([known, *prints])
    return Reading(
        tuple(own for own in reading.documents if own.name not in copies),
        (*reading.cuts, *(_cut(own, copies) for own in reading.documents if own.name in copies)),
    )


def _cut(document: Document, copies: dict[str, float]) -> Cut:
    share = f"{copies[document.name]:.0%} of it stand in the texts beside it"
    return Cut("same text in another form", document.name, 0, share)


def _text(document: Document) -> str:
    return decode(document.data, document.encoding, name=document.name).text
