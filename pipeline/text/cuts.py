"""What reading a text leaves out or changes: nothing goes without a record of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """A stretch of the source that is not in the text as it stood there.

    Attributes
    ----------
    reason : str
        A few words that name the kind, the same for all of the kind: "advert", "contents".
    document : str
        The file, or the member of an archive or a book.
    line : int
        Of the document, from 1; 0 where it has no lines.
    text : str
        What was cut, or what stood there before it was changed.
    """

    reason: str
    document: str
    line: int
    text: str
