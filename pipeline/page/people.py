"""The main characters, and the words nearest to each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, chinese, element, join
from pipeline.page.texts import Texts


@dataclass(frozen=True)
class Person:
    """A character, how often it is named, and the words nearest to it with their cosines.

    `books` are titles of a shelf's books, and how often each names it; of a novel alone none.
    """

    name: str
    count: int
    near: Sequence[tuple[str, float]]
    books: Sequence[tuple[str, int]] = ()


def people(texts: Texts, characters: Iterable[Person]) -> Markup:
    """Return for each character the words that lie nearest."""
    pairs: list[Markup] = []
    for own in characters:
        books = (
            element("small", " ", chinese(f"《{title}》"), f" {count:,}")
            for title, count in own.books
        )
        times = element("small", f"× {own.count:,}")
        pairs.append(element("dt", chinese(own.name), " ", times, *books))
        words = (
            element("span", chinese(word), " ", element("small", f"{cosine:.2f}"))
            for word, cosine in own.near
        )
        pairs.append(element("dd", *words))
    return section(
        texts,
        "characters",
        texts.people,
        note(texts.people_note),
        element("dl", join(pairs), class_="facts near"),
    )
