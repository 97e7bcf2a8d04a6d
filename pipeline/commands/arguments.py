"""What commands make of their options: a novel with its settings, sampling, what is written."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from pipeline.commands import options, writing_options
from pipeline.config import Override
from pipeline.project import Project, open_project

if TYPE_CHECKING:
    from pipeline.engine.writing.options import WritingOptions
    from pipeline.engine.writing.sampling import Sampling


@dataclass(frozen=True)
class Asked:
    """Which novel and settings are meant: what `--source`, `--config`, `--set` and so on say.

    `overrides` are those of `--set`, `given` what further options stand for.
    """

    source: str | None
    config_path: Path | None
    overrides: tuple[str, ...]
    encoding: str | None = None
    base: str | None = None
    given: tuple[Override, ...] = ()

    def with_setting(self, setting: str, value: str | bool, option: str) -> Asked:
        """Return this with one setting more, which an option of the command line stands for."""
        return self.with_given(Override(f"{setting}={json.dumps(value)}", option))

    def with_given(self, *more: Override) -> Asked:
        """Return this with more settings, above those of `--set`."""
        return replace(self, given=(*self.given, *more))

    def open(self, artifacts: Path) -> Project:
        """Return the project that the options name, the default one if they name none."""
        return open_project(
            artifacts,
            config_path=self.config_path,
            overrides=self.overrides,
            options=self.given,
            source=self.source,
            encoding=self.encoding,
            base=self.base,
        )


def novel_from(
    source: options.Source = None,
    config: options.Config = None,
    sets: options.Sets = None,
    encoding: options.Encoding = None,
    base: options.Base = None,
    strict: options.Strict = False,
) -> Asked:
    """Return which novel and settings are meant."""
    asked = Asked(source, config, tuple(sets or ()), encoding, base)
    return asked.with_setting("fetch.strict", True, "--strict") if strict else asked


def sampling_from(
    greedy: writing_options.Greedy = False,
    temperature: writing_options.Temperature = 0.9,
    top_k: writing_options.TopK = 0,
    top_p: writing_options.TopP = 0.9,
    repetition_penalty: writing_options.RepetitionPenalty = 1.2,
    penalty_window: writing_options.PenaltyWindow = 60,
    best_of: writing_options.BestOf = 4,
    min_p: writing_options.MinP = 0.0,
    bare: writing_options.Bare = False,
) -> Sampling:
    """Return how words are chosen."""
    from pipeline.engine.writing.sampling import Sampling

    penalty = 1.0 if bare else repetition_penalty
    drawn = 1 if bare else best_of
    coldness = 0.0 if greedy else temperature
    return Sampling(coldness, top_k, top_p, penalty, penalty_window, drawn, min_p)


def writing_from(
    words: writing_options.Words = None,
    sentences: writing_options.Sentences = None,
    paragraphs: writing_options.Paragraphs = None,
    until: writing_options.Until = None,
    must_include: writing_options.MustInclude = None,
    ban: writing_options.Ban = None,
    no_repeat: writing_options.NoRepeat = 4,
    max_copy: writing_options.MaxCopy = 8,
    bare: writing_options.Bare = False,
) -> WritingOptions:
    """Return how much is written, and what is kept to."""
    from pipeline.engine.writing.options import OFF, WritingOptions, split_list

    given = {
        "words": words,
        "sentences": sentences,
        "paragraphs": paragraphs,
        "until": until or "",
        "no_repeat": no_repeat,
        "max_copy": max_copy,
        "must_include": split_list(must_include or ()),
        "ban": split_list(ban or ()),
    }
    return WritingOptions(**(given | OFF if bare else given))


def takes(**makers: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of functions that each make one of its arguments.

    `@takes(writing=writing_from)` puts the options of `writing_from` in the place of the command's
    `writing`.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        made = {command.__annotations__[name]: object for name in makers}  # types not loaded yet
        hints = get_type_hints(command, localns=made, include_extras=True)
        own = inspect.signature(command).parameters
        parameters: dict[str, inspect.Parameter] = {}
        for name, parameter in own.items():
            if name in makers:
                parameters |= _options_of(makers[name])
            else:
                parameters[name] = parameter.replace(annotation=hints[name])

        @functools.wraps(command)
        def run(**given: Any) -> Any:
            for name, maker in makers.items():
                given[name] = maker(**{key: given[key] for key in _options_of(maker)})
            return command(**{name: given[name] for name in own})

        keyword = inspect.Parameter.KEYWORD_ONLY
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [parameter.replace(kind=keyword) for parameter in parameters.values()]
        )
        run.__annotations__ = {name: p.annotation for name, p in parameters.items()}
        return run

    return decorate


def _options_of(maker: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a function with their annotations resolved, not its result's."""
    made = {maker.__annotations__["return"]: object}
    hints = get_type_hints(maker, localns=made, include_extras=True)
    parameters = inspect.signature(maker).parameters
    return {name: p.replace(annotation=hints[name]) for name, p in parameters.items()}
