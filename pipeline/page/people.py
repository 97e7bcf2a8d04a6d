"""The main characters, and the words nearest to each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, chinese, element, join
from pipeline.page.texts import Texts


def people(texts: Texts, rows: Iterable[tuple[str, int, Sequence[tuple[str, float]]]]) -> Markup:
    """Return for each (name, count, neighbours with cosines) the words that lie nearest."""
    pairs: list[Markup] = []
    for name, count, near in rows:
        pairs.append(element("dt", chinese(name), " ", element("small", f"× {count:,}")))
        words = (
            element("span", chinese(word), " ", element("small", f"{cosine:.2f}"))
            for word, cosine in near
        )
        pairs.append(element("dd", *words))
    return section(
        texts,
        "characters",
        texts.people,
        note(texts.people_note),
        element("dl", join(pairs), class_="facts near"),
    )
