"""The user's own text that is read before: what `--learn-from` names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def draft_pieces(path: Path) -> Iterator[str]:
    """Yield the text of a file in pieces, its encoding found out.

    Raises
    ------
    DataError
        It cannot be read, makes no sense in any encoding, or holds no Chinese text.
    """
    from pipeline.text.reading import read_file, require_chinese

    return require_chinese(read_file(path, or_else=""), name=str(path))


def read_draft(path: Path | None) -> str:
    """Return the text of a file, cleaned as a novel's is; none for None."""
    if path is None:
        return ""
    from pipeline.text.cleaning.clean import clean_characters

    return clean_characters("".join(draft_pieces(path)))
