"""The options of the command line, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.artifacts.report import Language
from pipeline.commands import parsers

# What every command takes.
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

# What every command about a novel takes.
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        parser=parsers.checked_path,
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
        parser=parsers.checked_name,
        metavar="NAME|FILE|none",
        help="What has read other novels, to begin the training with: a model, a base, or none.",
    ),
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of the text, as gb18030 or big5.")
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="End at a book of a shelf that cannot be used, not only name it."
    ),
]
Artifacts = Annotated[
    Path,
    typer.Option(
        "--artifacts",
        parser=parsers.checked_path,
        metavar="PATH",
        envvar="XUXIE_ARTIFACTS",
        help="Folder of the artifacts.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Force = Annotated[bool, typer.Option("--force", help="Run it even if nothing changed.")]
Keep = Annotated[
    int, typer.Option("--keep", parser=parsers.count, metavar="N", help="Newest artifacts to keep.")
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
        parser=parsers.text,
        metavar="N|TEXT",
        help="The text around a paragraph, given by its number or by words in it.",
    ),
]

# What `desk` takes.
Port = Annotated[
    int,
    typer.Option(
        "--port", parser=parsers.port, metavar="N", help="Where the desk listens; 0: any free."
    ),
]
Host = Annotated[
    str,
    typer.Option(
        "--host",
        parser=parsers.text,
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
        "--output", parser=parsers.checked_path, metavar="PATH", help="File to copy the report to."
    ),
]

PageLanguage = Annotated[
    Language | None,
    typer.Option(
        "--language",
        parser=parsers.language,
        metavar="zh|en",
        help="Language that the report opens in; it holds both.",
    ),
]

# What commands that use a model take.
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model",
        parser=parsers.checked_name,
        metavar="TEXT",
        help="A model's name or its file; by default the newest.",
    ),
]

Mix = Annotated[
    list[str] | None,
    typer.Option(
        "--mix",
        parser=parsers.text,
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
Grid = Annotated[
    list[str] | None,
    typer.Option(
        "--grid",
        metavar="NAME=A,B",
        help="A model for each value of a setting, as train.hidden=200,400; repeatable: for each "
        "combination.",
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        parser=parsers.text,
        metavar="local|auto|HOST:PORT",
        help="Work on a Ray cluster: one of this machine's cores, the one it belongs to, or this.",
    ),
]

StoreAddress = Annotated[
    str | None,
    typer.Option(
        "--store",
        parser=parsers.text,
        metavar="ADDRESS",
        envvar="XUXIE_STORE",
        help="Where machines share artifacts: a folder, or an address as s3://bucket/folder. What "
        "it has is taken from there, what it lacks is sent.",
    ),
]

ProgressForm = Annotated[
    str,
    typer.Option(
        "--progress",
        parser=parsers.progress_form,
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
        parser=parsers.checked_path,
        metavar="PATH",
        help="File with what the text begins with.",
    ),
]
LearnFrom = Annotated[
    Path | None,
    typer.Option(
        "--learn-from",
        parser=parsers.checked_path,
        metavar="PATH",
        help="File with a text of yours, to be read before: its words are remembered.",
    ),
]
Words = Annotated[
    int | None,
    typer.Option(
        "--words",
        parser=parsers.whole_number,
        metavar="N",
        help="Words to write; 200 unless another end is given.",
    ),
]
Sentences = Annotated[
    int | None,
    typer.Option(
        "--sentences", parser=parsers.whole_number, metavar="N", help="Sentences to write."
    ),
]
Paragraphs = Annotated[
    int | None,
    typer.Option(
        "--paragraphs", parser=parsers.whole_number, metavar="N", help="Paragraphs to write."
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", parser=parsers.text, metavar="TEXT", help="Write until this has been written."
    ),
]
MustInclude = Annotated[
    list[str] | None,
    typer.Option(
        "--must-include",
        parser=parsers.text,
        metavar="TEXT",
        help="Words that must occur, as 黛玉,宝钗; repeatable.",
    ),
]
Ban = Annotated[
    list[str] | None,
    typer.Option(
        "--ban",
        parser=parsers.text,
        metavar="TEXT",
        help="Words never to write, as 黛玉,宝钗; repeatable.",
    ),
]
NoRepeat = Annotated[
    int,
    typer.Option(
        "--no-repeat",
        parser=parsers.whole_number,
        metavar="N",
        help="No run of so many words twice; 0: any.",
    ),
]
MaxCopy = Annotated[
    int,
    typer.Option(
        "--max-copy",
        parser=parsers.whole_number,
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
        parser=parsers.checked_path,
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
    float,
    typer.Option(parser=parsers.number, metavar="X", help="0 is greedy, 1 as the model says."),
]
TopK = Annotated[
    int,
    typer.Option(
        parser=parsers.whole_number, metavar="N", help="Choose among the k best; 0 for all."
    ),
]
TopP = Annotated[
    float,
    typer.Option(parser=parsers.number, metavar="X", help="Choose among the best that sum to p."),
]
MinP = Annotated[
    float,
    typer.Option(
        parser=parsers.number,
        metavar="X",
        help="Choose among those at least so probable as X x the best.",
    ),
]
RepetitionPenalty = Annotated[
    float,
    typer.Option(
        parser=parsers.number, metavar="X", help="Divides the probability of words written lately."
    ),
]
PenaltyWindow = Annotated[
    int,
    typer.Option(
        parser=parsers.whole_number, metavar="N", help="How many words back lately reaches."
    ),
]
BestOf = Annotated[
    int,
    typer.Option(
        parser=parsers.whole_number,
        metavar="K",
        help="Sentences drawn for each that is written; 1 writes word by word.",
    ),
]
PriorWeight = Annotated[
    float | None,
    typer.Option(
        parser=parsers.number,
        metavar="X",
        help="Weight of word frequency; 0 is nearest cosine alone.",
    ),
]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory", help="Some of cache,topic,ngram,neighbours, or none; by default all there are."
    ),
]
RngSeed = Annotated[
    int | None,
    typer.Option(parser=parsers.whole_number, metavar="N", help="Equal seeds, equal texts."),
]
Samples = Annotated[
    int, typer.Option(parser=parsers.whole_number, metavar="N", help="How many continuations.")
]
ShowCandidates = Annotated[
    bool, typer.Option("--show-candidates", help="Show each word's best candidates.")
]
Why = Annotated[
    bool, typer.Option("--why", help="Show what spoke for each word, and passages like it.")
]
