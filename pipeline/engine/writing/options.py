"""What can be asked of a text: how much is written, and what it keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.engine.writing.sampling import check
from pipeline.errors import SettingsError

WORDS = 200  # where no other end is asked for
MOST_WORDS = 1_000_000  # of one text: a long novel has fewer

# Where another end is asked for, a guard against a writer that never comes to it.
_SENTENCE_WORDS = 200
_PARAGRAPH_WORDS = 2000
_UNTIL_WORDS = 2000


@dataclass(frozen=True)
class WritingOptions:
    """How much to write and what to keep to; see `constraints.table` for what gives way.

    Attributes
    ----------
    words, sentences, paragraphs : int from 1 to a million, or None
        Where to end; whichever comes first. Paragraph breaks are no words. 200 words where no end
        is given.
    until : str
        Ends as soon as this has been written.
    finish : bool
        Goes on to the end of the sentence and closes what is open; False ends at once.
    marks : bool
        Keeps quotation marks, brackets and stops in order, and ends clauses and begins speech as
        often as the novel does.
    no_repeat : int, 0 or at least 2
        No run of so many words twice; 0 allows all.
    max_copy : int, at least 0
        No longer run that stands in the training text; 0 allows all.
    must_include : tuple of str
        Each is written at least once.
    ban : tuple of str
        None is ever written.
    """

    words: int | None = None
    sentences: int | None = None
    paragraphs: int | None = None
    until: str = ""
    finish: bool = True
    marks: bool = True
    no_repeat: int = 4
    max_copy: int = 8
    must_include: tuple[str, ...] = ()
    ban: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values outside the bounds, naming the option."""
        for name in ("words", "sentences", "paragraphs"):
            value = getattr(self, name)
            if value is not None:
                check(name, value, 1 <= value <= MOST_WORDS, f"1 to {MOST_WORDS:,}")
        repeat = self.no_repeat
        check("no-repeat", repeat, repeat == 0 or repeat >= 2, "0 or a whole number of at least 2")
        check("max-copy", self.max_copy, self.max_copy >= 0, "a whole number of at least 0")
        for wanted in self.must_include:
            for banned in self.ban:
                if banned in wanted:
                    raise SettingsError(
                        f"--must-include {wanted}: expected a word that --ban {banned} allows",
                        option="--must-include",
                    )

    def limit(self) -> int:
        """Return after how many words to end at the latest; never more than a million."""
        limits = [
            (self.words, 1),
            (self.sentences, _SENTENCE_WORDS),
            (self.paragraphs, _PARAGRAPH_WORDS),
            (1 if self.until else None, _UNTIL_WORDS),
        ]
        asked = min((n * words for n, words in limits if n is not None), default=WORDS)
        return min(asked, MOST_WORDS)


OFF: dict[str, Any] = {"finish": False, "marks": False, "no_repeat": 0, "max_copy": 0}
"""What turns off each constraint that is on by default."""

BARE = WritingOptions(**OFF)
"""No constraints: the model alone, and exactly so many words."""


def split_list(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the words of comma lists: `黛玉,宝钗` and `黛玉，宝钗` are two words each."""
    parts = [
        part for text in texts for part in text.replace("，", ",").replace("、", ",").split(",")
    ]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
