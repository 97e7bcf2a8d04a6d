"""`segment`'s artifact: the novel as words, and which chapters are held out.

words.txt      a paragraph a line, its words separated by one space
segment.json   chapters with their part, counts, words outside the dictionary, names found
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.artifacts.codec import Codec, read_json, write_json

Part = Literal["train", "validation", "test"]

# The word that ends a paragraph; the C tool word2vec gives the line end the same name.
PARAGRAPH_BREAK = "</s>"


@dataclass(frozen=True)
class Section:
    """A stretch of consecutive paragraphs, `lines[start:stop]`, that belongs to one part.

    `book` is the number of the shelf's book that it is of, 0 in a novel by itself.
    """

    title: str
    start: int
    stop: int
    part: Part
    book: int = 0


@dataclass(frozen=True)
class Name:
    """A word that the novel itself taught the segmenter, and the evidence for it.

    Attributes
    ----------
    word : str
    count : int
        Occurrences in the training chapters.
    pmi : float
        Pointwise mutual information of its two parts where they hold together least, in bits.
    left_entropy, right_entropy : float
        Entropy of the characters before and after it, in bits.
    fit : float
        How much likelier those are beside a name than elsewhere, in bits.
    """

    word: str
    count: int
    pmi: float
    left_entropy: float
    right_entropy: float
    fit: float


@dataclass(frozen=True)
class Segmentation:
    """A novel as words.

    `lines` are paragraphs of space-separated words; `sections` cover them in order without gaps;
    `unknown` are the words that no dictionary lists and that are not among `names`, with their
    counts, most frequent first; `names` were found before cutting, the surest first. `books` are
    the titles of a shelf's books in order; of a novel by itself there are none.
    """

    lines: tuple[str, ...]
    sections: tuple[Section, ...]
    unknown: tuple[tuple[str, int], ...]
    names: tuple[Name, ...] = ()
    books: tuple[str, ...] = ()


def section_words(segmentation: Segmentation, section: Section) -> Iterator[str]:
    """Yield the words of a section; every paragraph ends with `PARAGRAPH_BREAK`."""
    for line in segmentation.lines[section.start : section.stop]:
        yield from line.split(" ")
        yield PARAGRAPH_BREAK


def save_segmentation(segmentation: Segmentation, folder: Path) -> None:
    """Write words.txt and segment.json."""
    with (folder / "words.txt").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in segmentation.lines)
    facts = asdict(segmentation)
    del facts["lines"]
    facts["words"] = _count_words(segmentation)
    write_json(folder / "segment.json", facts)


def load_segmentation(folder: Path) -> Segmentation:
    """Read what `save_segmentation` wrote."""
    # Line by line: the whole at once would take the room twice.
    with (folder / "words.txt").open(encoding="utf-8", newline="\n") as file:
        lines = tuple(line.removesuffix("\n") for line in file)
    facts = read_json(folder / "segment.json")
    return Segmentation(
        lines=lines,
        sections=tuple(Section(**section) for section in facts["sections"]),
        unknown=tuple((word, count) for word, count in facts["unknown"]),
        names=tuple(Name(**name) for name in facts["names"]),
        books=tuple(facts.get("books", ())),
    )


def _count_words(segmentation: Segmentation) -> int:
    """Return the number of words, paragraph breaks not counted."""
    return sum(line.count(" ") + 1 for line in segmentation.lines)


def _describe_segmentation(segmentation: Segmentation) -> dict[str, Any]:
    """Return the facts shown to people."""
    parts = [section.part for section in segmentation.sections]
    return {
        "words": _count_words(segmentation),
        "out-of-dictionary words": len(segmentation.unknown),
        "names": len(segmentation.names),
        "held-out sections": f"{parts.count('validation')} validation, {parts.count('test')} test",
    }


SEGMENTATION = Codec(
    save=save_segmentation, load=load_segmentation, describe=_describe_segmentation
)
