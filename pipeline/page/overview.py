"""What was trained on what, with which settings, and what each stage cost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.page.document import note, section
from pipeline.page.markup import Markup, element, join, table


def overview(facts: Iterable[tuple[str, str]], parts: Iterable[Sequence[str]]) -> Markup:
    """Return the facts of a training, and a row for each part of the novel."""
    head = ("part", "chapters", "words", "known to the vocabulary")
    return section("overview", "The novel", _definitions(facts), table(head, parts))


def _definitions(facts: Iterable[tuple[str, str]], kind: str = "facts") -> Markup:
    """Return names with what is to be said of each."""
    pairs = (join((element("dt", name), element("dd", value))) for name, value in facts)
    return element("dl", *pairs, class_=kind)


def settings(changed: Mapping[str, Any], rest: Mapping[str, Any]) -> Markup:
    """Return the settings that are not the defaults, and behind a fold those that are."""
    opened = _definitions((name, _show(value)) for name, value in changed.items())
    folded = element(
        "details",
        element("summary", f"{len(rest)} settings as they come"),
        _definitions((name, _show(value)) for name, value in rest.items()),
    )
    return section(
        "settings",
        "Settings",
        note("These differ from the defaults:") if changed else note("All are the defaults."),
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


def costs(rows: Sequence[tuple[str, float, int]]) -> Markup:
    """Return stage, seconds and bytes as a table with bars."""
    longest = max((seconds for _, seconds, _ in rows), default=0.0)
    lines = (
        (
            name,
            f"{seconds:,.1f} s",
            _bar(seconds / (longest or 1)),
            f"{size / 1e6:,.2f} MB",
        )
        for name, seconds, size in rows
    )
    total = sum(seconds for _, seconds, _ in rows)
    return section(
        "stages",
        "What it took",
        note(
            f"{total:,.0f} seconds in all. Each stage's time is that of the run which made its "
            "artifact, perhaps days before this page."
        ),
        table(("stage", "time", "", "artifact"), lines),
    )
