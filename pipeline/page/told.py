"""All that the page tells of a model, in no language yet, and the sections that tell it in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.artifacts.evaluation import Evaluation
from pipeline.page import curves, overview, people, prose, scores, wordmap
from pipeline.page.markup import Markup
from pipeline.page.texts import Texts


@dataclass(frozen=True)
class Told:
    """What the sections are made of; each says in its own file what it takes."""

    facts: overview.Facts
    parts: Sequence[overview.Part]
    training: Mapping[str, Any]
    evaluation: Evaluation
    about: Mapping[str, str]  # of each book of a shelf, by its title: its author and period
    places: Sequence[wordmap.Place]
    people: Sequence[people.Person]
    seed_phrase: str
    samples: Sequence[prose.Sample]
    copied_words: int
    settings: tuple[Mapping[str, Any], Mapping[str, Any]]  # changed ones, and those as they come
    costs: Sequence[tuple[str, float, int]]


def sections(texts: Texts, told: Told) -> list[Markup]:
    """Return the page's sections in one language; what was not evaluated is left out."""
    evaluated = told.evaluation
    return [
        overview.overview(texts, told.facts, told.parts),
        curves.curves(texts, told.training),
        scores.evaluation(texts, evaluated.scores),
        *(
            [scores.books(texts, evaluated.books["test"], told.about)]
            if "test" in evaluated.books
            else []
        ),
        *([scores.ablation(texts, evaluated.ablation)] if evaluated.ablation else []),
        *([scores.writing(texts, evaluated.writing)] if evaluated.writing else []),
        *([scores.reading(texts, evaluated.reading)] if evaluated.reading else []),
        wordmap.word_map(texts, told.places),
        people.people(texts, told.people),
        prose.samples(texts, told.seed_phrase, told.samples, told.copied_words),
        overview.settings(texts, *told.settings),
        overview.costs(texts, told.costs),
    ]
