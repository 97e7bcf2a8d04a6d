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
LearnFrom = Annotated[
    Path | None,
    typer.Option(
        "--learn-from",
        parser=parsers.checked_path,
        metavar="PATH",
        help="File with a text of yours, to be read before: its words are remembered.",
    ),
]

Memory = Annotated[
    str | None,
    typer.Option(
        "--memory", help="Some of cache,topic,ngram,neighbours, or none; by default all there are."
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

# What `compare` takes.
Compared = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        parser=parsers.checked_name,
        metavar="NAME|FILE",
        help="A model to compare; repeatable; all of the shelf by default.",
    ),
]
Texts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TEXT",
        parser=parsers.checked_name,
        help="Texts, as for --source; by default the novels that the models are of.",
    ),
]
Whole = Annotated[
    bool,
    typer.Option("--whole", help="Of a text that no model has read, all chapters: takes longer."),
]
NoMarks = Annotated[
    bool,
    typer.Option(
        "--no-marks", help="Count words alone: editions differ in punctuation and line ends."
    ),
]
WithDelta = Annotated[
    bool, typer.Option("--delta", help="Burrows' Delta of the same chapters beside it.")
]
DeltaWords = Annotated[
    int | None,
    typer.Option(
        "--delta-words",
        parser=parsers.several,
        metavar="N",
        help="Most frequent words of Delta, 150 unless given.",
    ),
]
CsvFile = Annotated[
    Path | None,
    typer.Option("--csv", parser=parsers.checked_path, metavar="FILE", help="A table to write."),
]
PageFile = Annotated[
    Path | None,
    typer.Option(
        "--page",
        parser=parsers.checked_path,
        metavar="FILE",
        help="A page of HTML to write, with heat map and tree.",
    ),
]
