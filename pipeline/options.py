"""The options of the command line, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

# What every command about a novel takes.
Config = Annotated[Path | None, typer.Option("--config", help="Settings file in TOML.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="One setting, as train.epochs=3; repeatable.")
]
Source = Annotated[
    str | None,
    typer.Option("--source", help="The novel: a file, a folder, an address, or a name as 红楼梦."),
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of the novel, as gb18030 or big5.")
]
Artifacts = Annotated[Path, typer.Option("--artifacts", help="Folder of the artifacts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")]
AcceptNew = Annotated[
    bool, typer.Option("--accept-new", help="Download again and accept changed bytes.")
]

# What `generate` takes.
SeedPhrase = Annotated[str, typer.Argument(help="What the text begins with.")]
Words = Annotated[int, typer.Option("--words", help="Words to write.")]
Greedy = Annotated[bool, typer.Option("--greedy", help="Always the most probable.")]
Temperature = Annotated[float, typer.Option(help="0 is greedy, 1 as the model says.")]
TopK = Annotated[int, typer.Option(help="Choose among the k best; 0 for all.")]
TopP = Annotated[float, typer.Option(help="Choose among the best that sum to p.")]
RepetitionPenalty = Annotated[
    float, typer.Option(help="Divides the probability of words written lately.")
]
PriorWeight = Annotated[
    float | None, typer.Option(help="Weight of word frequency; 0 is nearest cosine alone.")
]
RngSeed = Annotated[int | None, typer.Option(help="Equal seeds, equal texts.")]
Samples = Annotated[int, typer.Option(help="How many continuations.")]
ShowCandidates = Annotated[
    bool, typer.Option("--show-candidates", help="Show each word's best candidates.")
]
