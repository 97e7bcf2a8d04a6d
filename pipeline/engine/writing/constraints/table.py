"""All constraints there are, in their order: of two, the later one gives way to the earlier."""

from __future__ import annotations

from pipeline.engine.writing.constraints.banned import Banned
from pipeline.engine.writing.constraints.clauses import NovelClauses
from pipeline.engine.writing.constraints.closing import ClosedInTime
from pipeline.engine.writing.constraints.constraint import Constraint
from pipeline.engine.writing.constraints.copying import NoLongCopies
from pipeline.engine.writing.constraints.ending import Ending, LastParagraph
from pipeline.engine.writing.constraints.foreign import NoForeignNames
from pipeline.engine.writing.constraints.headings import NoHeadings
from pipeline.engine.writing.constraints.must_include import MustInclude
from pipeline.engine.writing.constraints.repetition import NoRepeatedRuns
from pipeline.engine.writing.constraints.speaking import NovelSpeech
from pipeline.engine.writing.constraints.stutter import NovelDoubles
from pipeline.engine.writing.constraints.typography import (
    NoEmptyParagraph,
    OrderedStops,
    PairedMarks,
    TwofoldMarks,
)

CONSTRAINTS: list[type[Constraint]] = [
    Banned,
    NoForeignNames,
    PairedMarks,
    NoLongCopies,
    OrderedStops,
    NoEmptyParagraph,
    NoHeadings,
    NoRepeatedRuns,
    NovelDoubles,
    NovelClauses,
    NovelSpeech,
    TwofoldMarks,
    LastParagraph,
    ClosedInTime,
    MustInclude,
    Ending,
]
