"""The options of `generate`: how a text begins, how words are drawn, what it keeps to, its end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands import parsers

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
