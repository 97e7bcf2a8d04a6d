"""What was trained on what, with which settings, and what each stage cost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element, join, named, table
from pipeline.page.texts import Texts

_NAMED = 20  # files that are named


@dataclass(frozen=True)
class Facts:
    """What was read, how, and how large what came of it is."""

    characters: int
    paragraphs: int
    encoding: str
    replaced: int  # bytes that could not be read
    cuts: int
    left_out: Sequence[str]  # files that are no part of it
    rejoined_lines: int
    words: int
    dimensions: int
    units: int
    layers: int
    steps: int


@dataclass(frozen=True)
class Part:
    """What a part of the novel holds; `known` is the share of words in the vocabulary."""

    name: str
    chapters: int
    words: int
    known: float


def overview(texts: Texts, facts: Facts, parts: Iterable[Part]) -> Markup:
    """Return the facts of a training, and a row for each part of the novel."""
    rows = (
        (
            texts.parts.get(part.name, part.name),
            f"{part.chapters:,}",
            f"{part.words:,}",
            f"{100 * part.known:.1f} %",
        )
        for part in parts
    )
    return section(
        texts,
        "overview",
        texts.overview,
        _definitions(_tell(texts, facts)),
        table(texts.parts_head, rows),
    )


def _tell(texts: Texts, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what there is to know, each with its name."""
    own = vars(facts)
    layers = texts.layers.format(layers=facts.layers) if facts.layers > 1 else ""
    yield texts.text, texts.text_size.format(**own)
    yield texts.encoding, (texts.unreadable if facts.replaced else "{encoding}").format(**own)
    yield texts.cleaning, texts.cleaned.format(**own)
    if facts.left_out:
        named = " · ".join(facts.left_out[:_NAMED])
        rest = texts.more_left_out.format(rest=len(facts.left_out) - _NAMED)
        yield texts.left_out, named + (rest if len(facts.left_out) > _NAMED else "")
    yield texts.vocabulary, texts.vocabulary_size.format(**own)
    yield texts.network, texts.network_size.format(**own | {"layers": layers})


def _definitions(facts: Iterable[tuple[str, str]], kind: str = "facts") -> Markup:
    """Return names with what is to be said of each."""
    pairs = (join((element("dt", name), element("dd", value))) for name, value in facts)
    return element("dl", *pairs, class_=kind)


def settings(texts: Texts, changed: Mapping[str, Any], rest: Mapping[str, Any]) -> Markup:
    """Return the settings that are not the defaults, and behind a fold those that are."""
    opened = _definitions((name, _show(value)) for name, value in changed.items())
    folded = element(
        "details",
        element("summary", texts.rest.format(count=len(rest))),
        _definitions((name, _show(value)) for name, value in rest.items()),
    )
    return section(
        texts,
        "settings",
        texts.settings,
        note(texts.changed if changed else texts.unchanged),
        opened if changed else "",
        folded,
    )


def _show(value: Any) -> Markup:
    """Write a setting's value as it would stand in a settings file."""
    return element("code", json.dumps(value, ensure_ascii=False))


def _bar(share: float) -> Markup:
    """Return a bar as long as a share, 0 to 1, of the room it has."""
    filled = element("span", class_="bar", style=f"width:{100 * share:.0f}%")
    return element("span", filled, class_="track")


def costs(texts: Texts, rows: Sequence[tuple[str, float, int]]) -> Markup:
    """Return stage, seconds and bytes as a table with bars."""
    longest = max((seconds for _, seconds, _ in rows), default=0.0)
    lines = (
        (
            named(name, texts.stage_names),
            f"{seconds:,.1f} s",
            _bar(seconds / (longest or 1)),
            f"{size / 1e6:,.2f} MB",
        )
        for name, seconds, size in rows
    )
    stage, time, artifact = texts.stages_head
    return section(
        texts,
        "stages",
        texts.stages,
        note(texts.stages_note.format(seconds=sum(seconds for _, seconds, _ in rows))),
        table((stage, time, "", artifact), lines),
    )
