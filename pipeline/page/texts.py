"""What the report says, as one value a language: `texts_en` and `texts_zh` fill it in.

A sentence is a template for `str.format`: what stands in braces is filled in where it is shown.
Both languages fill in every field, with the same braces and the same names in their tables; mypy
sees a field that is missing, `tests/page/test_texts.py` all else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

Labels = Mapping[str, str]  # a name that the program uses → what it is called


@dataclass(frozen=True)
class Texts:
    """All texts of the report in one language, in the order in which the page shows them."""

    name: str  # as in `--language`; one of `pipeline.artifacts.report.LANGUAGES`
    tag: str  # as HTML says it
    own_name: str  # what its readers call the language

    about: str
    shelf_about: str
    fonts: str

    overview: str
    shelf_overview: str
    parts_head: tuple[str, str, str, str]
    parts: Labels
    text: str
    text_size: str
    encoding: str
    unreadable: str
    cleaning: str
    cleaned: str
    left_out: str
    more_left_out: str
    vocabulary: str
    vocabulary_size: str
    network: str
    network_size: str
    layers: str

    training: str
    objective: str
    panels: Labels
    no_figures: str
    epoch: str

    evaluation: str
    evaluation_note: str
    chapters_of: str
    model: str
    scores: Labels
    models: Labels
    lead: str

    ablation: str
    ablation_note: str
    mixture: str
    shares: str
    mixtures: Labels

    writing: str
    writing_note: str
    way: str
    measures: Labels
    ways: Labels

    books: str
    books_note: str
    books_head: tuple[str, str, str, str, str]
    reading: str
    reading_note: str
    reading_head: tuple[str, str, str]
    reading_of: Labels
    figures: Labels

    map: str
    map_note: str
    map_label: str

    people: str
    people_note: str
    shelf_people_note: str

    samples: str
    samples_note: str
    temperature: str
    copied: str
    nothing_copied: str

    settings: str
    changed: str
    unchanged: str
    rest: str

    stages: str
    stages_note: str
    stages_head: tuple[str, str, str]
    stage_names: Labels

    def of_shelf(self) -> Texts:
        """Return the texts for a page on several books."""
        return replace(
            self,
            about=self.shelf_about,
            overview=self.shelf_overview,
            people_note=self.shelf_people_note,
        )
