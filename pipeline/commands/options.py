"""The options of the command line, each declared once, and what is made of them."""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from pipeline.artifacts.report import LANGUAGES, Language
from pipeline.filenames import why_impossible
from pipeline.project import Project, open_project
from pipeline.shown import shown

if TYPE_CHECKING:
    from pipeline.engine.writing.options import WritingOptions
    from pipeline.engine.writing.sampling import Sampling

_LONGEST = 60  # characters of a refused value that are repeated
_LAST_PORT = 65_535


def _whole_number(value: str) -> int:
    """Read an option's whole number; the parser hands defaults through here too.

    Raises
    ------
    typer.BadParameter
        It is none, or so large that no array has it.
    """
    try:
        number = int(value)
    except ValueError:
        raise typer.BadParameter(f"expected a whole number, got {_got(value)}") from None
    if not -(2**63) <= number < 2**63:
        raise typer.BadParameter(f"expected a whole number of 64 bits at most, got {_got(value)}")
    return number


def _count(value: str) -> int:
    """Read an option's whole number that is not negative, as `_whole_number` does."""
    if not str(value).isdecimal():
        raise typer.BadParameter(f"expected a whole number of at least 0, got {_got(value)}")
    return _whole_number(value)


def _port(value: str) -> int:
    """Read an option's port, as `_whole_number` does."""
    port = _count(value)
    if port > _LAST_PORT:
        raise typer.BadParameter(f"expected 0 to {_LAST_PORT}, got {_got(value)}")
    return port


def _number(value: str) -> float:
    """Read an option's number, as `_whole_number` does."""
    try:
        return float(value)
    except ValueError:
        raise typer.BadParameter(f"expected a number, got {_got(value)}") from None


def _text(value: str) -> str:
    """Read an option's text, which is not to be empty."""
    if not value.strip():
        raise typer.BadParameter("expected a text, got nothing")
    return value


def checked_name(value: str) -> str:
    """Read an option's or argument's path, or a name that stands for one; nothing need be there.

    Raises
    ------
    typer.BadParameter
        It is empty, or no system could find it, as where a name is too long.
    """
    text = os.fspath(value)
    if not text:
        raise typer.BadParameter("expected a name, got nothing")
    if why := why_impossible(text):
        raise typer.BadParameter(f"expected a name, got {_got(text)}: {why}; give another")
    return text


def checked_path(value: str) -> Path:
    """Read an option's or argument's path, as `checked_name` does."""
    return Path(checked_name(value))


def _progress_form(value: str) -> str:
    """Read in which form progress is told."""
    if value not in ("auto", "json"):
        raise typer.BadParameter(f"expected auto or json, got {_got(value)}")
    return value


def _language(value: str) -> Language:
    """Read an option's language, which is one of those that the report is in."""
    for language in LANGUAGES:
        if language == value:
            return language
    raise typer.BadParameter(f"expected {' or '.join(LANGUAGES)}, got {_got(value)}")


def _got(value: str) -> str:
    """Return a refused value as it can be shown."""
    return shown(str(value), longest=_LONGEST) or "nothing"


# What every command takes.
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

# What every command about a novel takes.
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        parser=checked_path,
        metavar="PATH",
        help="Settings file in TOML, or a preset: article, best, default, tiny.",
    ),
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="One setting, as train.epochs=3; repeatable.")
]
Source = Annotated[
    str | None,
    typer.Option("--source", help="The novel: a file, a folder, an address, or a name as 红楼梦."),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        parser=checked_name,
        metavar="NAME|FILE|none",
        help="What has read other novels, to begin the training with: a model, a base, or none.",
    ),
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of the text, as gb18030 or big5.")
]
Artifacts = Annotated[
    Path,
    typer.Option(
        "--artifacts",
        parser=checked_path,
        metavar="PATH",
        envvar="XUXIE_ARTIFACTS",
        help="Folder of the artifacts.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Force = Annotated[bool, typer.Option("--force", help="Run it even if nothing changed.")]
Keep = Annotated[
    int, typer.Option("--keep", parser=_count, metavar="N", help="Newest artifacts to keep.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AcceptNew = Annotated[
    bool, typer.Option("--accept-new", help="Download again and accept changed bytes.")
]

# What `lab run` takes.
LabSource = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Of article: the novel. Of image-classifier: the folder or archive of CIFAR-10's "
        "binary version, or cifar-10, which downloads it.",
    ),
]

# What `text` takes.
Chapters = Annotated[bool, typer.Option("--chapters", help="The chapters and their sizes.")]
RemovedOnly = Annotated[
    bool, typer.Option("--removed", help="All that was cut or changed, by reason.")
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        parser=_text,
        metavar="N|TEXT",
        help="The text around a paragraph, given by its number or by words in it.",
    ),
]

# What `desk` takes.
Port = Annotated[
    int,
    typer.Option("--port", parser=_port, metavar="N", help="Where the desk listens; 0: any free."),
]
Host = Annotated[
    str,
    typer.Option(
        "--host",
        parser=_text,
        metavar="ADDRESS",
        help="Whom it listens to: 127.0.0.1 is this machine alone; others need the token.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TEXT",
        envvar="XUXIE_TOKEN",
        help="What everybody has to show, 16 characters or more; made where others get in.",
    ),
]
AllowOrigins = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-origin",
        metavar="SITE",
        help="Another site whose pages may use the desk, as https://example.org; repeatable.",
    ),
]
OpenPage = Annotated[
    bool | None,
    typer.Option(
        "--open/--no-open", help="Open the page in the browser; by default on a terminal."
    ),
]

# What `report` takes.
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", parser=checked_path, metavar="PATH", help="File to copy the report to."
    ),
]

PageLanguage = Annotated[
    Language | None,
    typer.Option(
        "--language",
        parser=_language,
        metavar="zh|en",
        help="Language that the report opens in; it holds both.",
    ),
]

# What commands that use a model take.
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model",
        parser=checked_name,
        metavar="TEXT",
        help="A model's name or its file; by default the newest.",
    ),
]

Mix = Annotated[
    list[str] | None,
    typer.Option(
        "--mix",
        parser=_text,
        metavar="NAME=X,…",
        help="Several models at once, each with its weight, as 红楼梦=0.7,我的=0.3.",
    ),
]

# What `run-all` takes.
NewName = Annotated[
    str | None, typer.Option("--name", help="The model's name; by default the novel's title.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="Stop when the model is made; no scores, no report.")
]

ProgressForm = Annotated[
    str,
    typer.Option(
        "--progress",
        parser=_progress_form,
        metavar="auto|json",
        help="How progress is told on stderr: for people, or an object of JSON a line.",
    ),
]

# What `generate` takes.
SeedPhrase = Annotated[
    str | None,
    typer.Argument(
        metavar="SEED_PHRASE|-", help="What the text begins with; - reads it from standard input."
    ),
]
SeedFile = Annotated[
    Path | None,
    typer.Option(
        "--seed-file",
        parser=checked_path,
        metavar="PATH",
        help="File with what the text begins with.",
    ),
]
LearnFrom = Annotated[
    Path | None,
    typer.Option(
        "--learn-from",
        parser=checked_path,
        metavar="PATH",
        help="File with a text of yours, to be read before: its words are remembered.",
    ),
]
Words = Annotated[
    int | None,
    typer.Option(
        "--words",
        parser=_whole_number,
        metavar="N",
        help="Words to write; 200 unless another end is given.",
    ),
]
Sentences = Annotated[
    int | None,
    typer.Option("--sentences", parser=_whole_number, metavar="N", help="Sentences to write."),
]
Paragraphs = Annotated[
    int | None,
    typer.Option("--paragraphs", parser=_whole_number, metavar="N", help="Paragraphs to write."),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", parser=_text, metavar="TEXT", help="Write until this has been written."
    ),
]
MustInclude = Annotated[
    list[str] | None,
    typer.Option(
        "--must-include",
        parser=_text,
        metavar="TEXT",
        help="Words that must occur, as 黛玉,宝钗; repeatable.",
    ),
]
Ban = Annotated[
    list[str] | None,
    typer.Option(
        "--ban",
        parser=_text,
        metavar="TEXT",
        help="Words never to write, as 黛玉,宝钗; repeatable.",
    ),
]
NoRepeat = Annotated[
    int,
    typer.Option(
        "--no-repeat",
        parser=_whole_number,
        metavar="N",
        help="No run of so many words twice; 0: any.",
    ),
]
MaxCopy = Annotated[
    int,
    typer.Option(
        "--max-copy",
        parser=_whole_number,
        metavar="N",
        help="Longest run copied from the novel, in words; 0: any.",
    ),
]
Bare = Annotated[
    bool, typer.Option("--bare", help="No rules and no penalty: the model alone, exactly --words.")
]
Book = Annotated[
    Path | None,
    typer.Option(
        "--output",
        parser=checked_path,
        metavar="PATH",
        help="New file for the text, a .txt or an .epub, instead of the screen.",
    ),
]
Interactive = Annotated[
    bool, typer.Option("--interactive", help="Write together: pick a candidate or type words.")
]
Unknown = Annotated[
    str,
    typer.Option("--unknown", help="Characters the novel never uses: keep, drop or error."),
]
Greedy = Annotated[bool, typer.Option("--greedy", help="Always the most probable.")]
Temperature = Annotated[
    float, typer.Option(parser=_number, metavar="X", help="0 is greedy, 1 as the model says.")
]
TopK = Annotated[
    int, typer.Option(parser=_whole_number, metavar="N", help="Choose among the k best; 0 for all.")
]
TopP = Annotated[
    float, typer.Option(parser=_number, metavar="X", help="Choose among the best that sum to p.")
]
MinP = Annotated[
    float,
    typer.Option(
        parser=_number, metavar="X", help="Choose among those at least so probable as X x the best."
    ),
]
RepetitionPenalty = Annotated[
    float,
    typer.Option(
        parser=_number, metavar="X", help="Divides the probability of words written lately."
    ),
]
PenaltyWindow = Annotated[
    int, typer.Option(parser=_whole_number, metavar="N", help="How many words back lately reaches.")
]
BestOf = Annotated[
    int,
    typer.Option(
        parser=_whole_number,
        metavar="K",
        help="Sentences drawn for each that is written; 1 writes word by word.",
    ),
]
PriorWeight = Annotated[
    float | None,
    typer.Option(
        parser=_number, metavar="X", help="Weight of word frequency; 0 is nearest cosine alone."
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory", help="Some of cache,topic,ngram,neighbours, or none; by default all there are."
    ),
]
RngSeed = Annotated[
    int | None, typer.Option(parser=_whole_number, metavar="N", help="Equal seeds, equal texts.")
]
Samples = Annotated[
    int, typer.Option(parser=_whole_number, metavar="N", help="How many continuations.")
]
ShowCandidates = Annotated[
    bool, typer.Option("--show-candidates", help="Show each word's best candidates.")
]
Why = Annotated[
    bool, typer.Option("--why", help="Show what spoke for each word, and passages like it.")
]


@dataclass(frozen=True)
class Asked:
    """Which novel and settings are meant: what `--source`, `--config`, `--set` and so on say."""

    source: str | None
    config_path: Path | None
    overrides: tuple[str, ...]
    encoding: str | None = None
    base: str | None = None

    def with_setting(self, setting: str, value: str) -> Asked:
        """Return this with one setting more, above all others; its value is a text."""
        return replace(self, overrides=(*self.overrides, f"{setting}={json.dumps(value)}"))

    def open(self, artifacts: Path) -> Project:
        """Return the project that the options name, the default one if they name none."""
        return open_project(
            artifacts,
            config_path=self.config_path,
            overrides=self.overrides,
            source=self.source,
            encoding=self.encoding,
            base=self.base,
        )


def novel_from(
    source: Source = None,
    config: Config = None,
    sets: Sets = None,
    encoding: Encoding = None,
    base: Base = None,
) -> Asked:
    """Return which novel and settings are meant."""
    return Asked(source, config, tuple(sets or ()), encoding, base)


def sampling_from(
    greedy: Greedy = False,
    temperature: Temperature = 0.9,
    top_k: TopK = 0,
    top_p: TopP = 0.9,
    repetition_penalty: RepetitionPenalty = 1.2,
    penalty_window: PenaltyWindow = 60,
    best_of: BestOf = 4,
    min_p: MinP = 0.0,
    bare: Bare = False,
) -> Sampling:
    """Return how words are chosen."""
    from pipeline.engine.writing.sampling import Sampling

    penalty = 1.0 if bare else repetition_penalty
    drawn = 1 if bare else best_of
    coldness = 0.0 if greedy else temperature
    return Sampling(coldness, top_k, top_p, penalty, penalty_window, drawn, min_p)


def writing_from(
    words: Words = None,
    sentences: Sentences = None,
    paragraphs: Paragraphs = None,
    until: Until = None,
    must_include: MustInclude = None,
    ban: Ban = None,
    no_repeat: NoRepeat = 4,
    max_copy: MaxCopy = 8,
    bare: Bare = False,
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
