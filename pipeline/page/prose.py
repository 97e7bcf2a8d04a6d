"""Written texts, with what they copy from the novel marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element


@dataclass(frozen=True)
class Sample:
    """A text: paragraphs of pieces (text, whether it is copied); `longest` copy in words."""

    temperature: float
    paragraphs: tuple[tuple[tuple[str, bool], ...], ...]
    longest: int


def samples(seed_phrase: str, texts: Sequence[Sample], least: int) -> Markup:
    """Return texts that go on from one seed phrase, a temperature each."""
    shown = [part for text in texts for part in (_heading(text), _prose(seed_phrase, text))]
    return section(
        "samples",
        "Samples",
        note(
            "The lower the temperature, the more it keeps to the likeliest words. Marked are runs "
            f"of at least {least} words that stand word for word in the chapters trained on."
        ),
        *shown,
    )


def _heading(text: Sample) -> Markup:
    """Return the temperature, and how long the longest copy is."""
    copied = f"longest copy {text.longest} words" if text.longest else "nothing copied"
    return element("h3", f"temperature {text.temperature:g} ", element("small", f"· {copied}"))


def _prose(seed_phrase: str, text: Sample) -> Markup:
    """Return a text in paragraphs; the first begins with the seed phrase."""
    lines = []
    for number, pieces in enumerate(text.paragraphs):
        seed = [element("span", seed_phrase, class_="seed")] if number == 0 else []
        shown = [element("mark", piece) if copied else piece for piece, copied in pieces]
        lines.append(element("p", *seed, *shown))
    return element("div", *lines, class_="sample", lang="zh")
