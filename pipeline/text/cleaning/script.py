"""From traditional characters to simplified ones."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import DataError


def to_simplified(paragraphs: Sequence[str]) -> list[str]:
    """Turn traditional characters into simplified ones, paragraph by paragraph.

    Raises
    ------
    DataError
        OpenCC is not installed.
    """
    try:
        import opencc
    except ImportError as error:
        raise DataError(
            "fetch.simplify: expected the package opencc, found none; run pip install opencc"
        ) from error
    # tw2s and not t2s, which leaves 跟著 and 看著 as they are: most Big5 novels write 着 that way
    text: str = opencc.OpenCC("tw2s").convert("\n".join(paragraphs))
    return text.split("\n")
