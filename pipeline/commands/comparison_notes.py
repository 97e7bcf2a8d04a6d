"""What a comparison's figures do not tell: few chapters, unlike models, characters unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.engine.measures.cross import Cell
    from pipeline.models.compared import Chosen, Reader

_UNLIKE = 2.0  # times as much read by one model as by another, from which a line tells of it


def tell_few(chosen: Sequence[Chosen], *, whole: bool) -> Iterator[str]:
    """Yield which texts have too few chapters for an interval."""
    from pipeline.engine.measures.bootstrap import FEWEST

    for own in chosen:
        count = len(own.stretches)
        if count < FEWEST:
            more = "" if whole or any(own.readers) else "; --whole takes all of the text"
            name = own.book.name
            yield f"{name}: compared by {count} of its chapters, too few for an interval{more}"


def tell_unlike(readers: Sequence[Reader]) -> Iterator[str]:
    """Yield a line where one model has read much more than another."""
    small = min(readers, key=lambda reader: reader.characters)
    large = max(readers, key=lambda reader: reader.characters)
    if large.characters >= _UNLIKE * small.characters > 0:
        yield (
            f"{large.name} was trained on {large.characters:,} characters, {small.name} on "
            f"{small.characters:,}: who has read more foretells any text better, so that their "
            "order tells little of style"
        )


def tell_strange(
    readers: Sequence[Reader], chosen: Sequence[Chosen], cells: Sequence[Sequence[Cell]]
) -> Iterator[str]:
    """Yield which texts have many characters that a model's novel never used."""
    from pipeline.engine.measures.cross import STRANGE
    from pipeline.models.compared import texts_of
    from pipeline.text.cleaning.evidence import is_traditional

    for own, row in zip(chosen, cells, strict=True):
        shares = {
            reader.name: cell.strange_share
            for reader, cell in zip(readers, row, strict=True)
            if cell.strange_share >= STRANGE
        }
        if shares:
            old = is_traditional("".join(texts_of(own)))
            advice = "; to read it in simplified characters: --set fetch.simplify=true"
            (first, most), *others = shares.items()
            told = "".join(f", {share:.0%} to {name}" for name, share in others)
            yield (
                f"{own.book.name}: {most:.0%} of its characters are unknown to {first}{told}; they "
                f"cost what any character would{advice if old else ''}"
            )
