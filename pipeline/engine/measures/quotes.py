"""One pair of quotation marks, “ and ”, for texts of novels that print others.

What is measured of speech can then look for one pair: `pipeline.engine.measures.reading`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


def speech_marks(
    texts: Collection[str], pairs: Mapping[str, Collection[str]]
) -> tuple[str, frozenset[str]] | None:
    """Return the mark that opens most quotations of texts, and those that close them.

    Parameters
    ----------
    texts : collection of str
    pairs : opening mark → marks that close it
        A straight mark closes itself.
    """
    counts = {opening: sum(text.count(opening) for text in texts) for opening in pairs}
    opening = max(counts, key=counts.__getitem__, default="")
    return (opening, frozenset(pairs[opening])) if counts.get(opening) else None


def with_curly_quotes(text: str, opening: str, closings: Collection[str]) -> str:
    """Return a text with “ for one opening mark and ” for those that close it.

    A mark that opens and closes does both by turns in each paragraph. A text may begin within a
    paragraph: if the marks before its first line end are odd in number, the first of them closes.
    """
    if opening not in closings:
        return text.translate({ord(opening): "“", **{ord(mark): "”" for mark in closings}})
    first, *others = text.split("\n")
    begins_within = bool(others) and first.count(opening) % 2 == 1
    return "\n".join(
        [_by_turns(first, opening, begins_within), *(_by_turns(p, opening, False) for p in others)]
    )


def _by_turns(paragraph: str, mark: str, closes: bool) -> str:
    """Replace a straight mark by “ and ” by turns, beginning with ” if it closes."""
    before, *parts = paragraph.split(mark)
    return before + "".join("“”"[(n + closes) % 2] + part for n, part in enumerate(parts))
