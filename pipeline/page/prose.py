"""Written texts, with what they copy from the novel marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element
from pipeline.page.texts import Texts


@dataclass(frozen=True)
class Sample:
    """A text: paragraphs of pieces (text, whether it is copied); `longest` copy in words."""

    temperature: float
    paragraphs: tuple[tuple[tuple[str, bool], ...], ...]
    longest: int


def samples(texts: Texts, seed_phrase: str, written: Sequence[Sample], least: int) -> Markup:
    """Return texts that go on from one seed phrase, a temperature each."""
    shown = [
        part for text in written for part in (_heading(texts, text), _prose(seed_phrase, text))
    ]
    return section(
        texts,
        "samples",
        texts.samples,
        note(texts.samples_note.format(least=least)),
        *shown,
    )


def _heading(texts: Texts, text: Sample) -> Markup:
    """Return the temperature, and how long the longest copy is."""
    longest = texts.copied.format(longest=text.longest) if text.longest else texts.nothing_copied
    temperature = texts.temperature.format(temperature=text.temperature)
    return element("h3", f"{temperature} ", element("small", f"· {longest}"))


def _prose(seed_phrase: str, text: Sample) -> Markup:
    """Return a text in paragraphs; the first begins with the seed phrase."""
    lines = []
    for number, pieces in enumerate(text.paragraphs):
        seed = [element("span", seed_phrase, class_="seed")] if number == 0 else []
        shown = [element("mark", piece) if copied else piece for piece, copied in pieces]
        lines.append(element("p", *seed, *shown))
    return element("div", *lines, class_="sample", lang="zh")
