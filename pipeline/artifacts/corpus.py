"""`fetch`'s artifact: the clean text of a novel and its chapters.

corpus.txt    UTF-8, one paragraph a line, headings included as paragraphs
corpus.json   title, chapters, and how the text was read
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import Codec, read_json, write_json


@dataclass(frozen=True)
class Chapter:
    """A stretch of consecutive paragraphs: `paragraphs[start:stop]`.

    `volume` is the heading of the volume that it is part of, "" without one.
    """

    title: str
    start: int
    stop: int
    volume: str = ""


@dataclass(frozen=True)
class Corpus:
    """A novel as clean text.

    `chapters` cover all paragraphs in order, without gaps. `encoding` is what the source was
    decoded from, `replaced` counts the bytes that could not be decoded, `removed_lines` the lines
    of advertising and of library boilerplate that were cut, `rejoined_lines` the hard line ends
    that were taken out, `source_digest` is the sha256 of the source's bytes, `title` is the novel's
    as people write it, "" where it is not known.
    """

    paragraphs: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    encoding: str
    replaced: int
    removed_lines: int
    rejoined_lines: int
    source_digest: str
    title: str = ""


def _save_corpus(corpus: Corpus, folder: Path) -> None:
    """Write corpus.txt and corpus.json."""
    text = "".join(paragraph + "\n" for paragraph in corpus.paragraphs)
    (folder / "corpus.txt").write_text(text, encoding="utf-8", newline="\n")
    facts = asdict(corpus)
    del facts["paragraphs"]
    write_json(folder / "corpus.json", facts)


def _load_corpus(folder: Path) -> Corpus:
    """Read what `_save_corpus` wrote."""
    text = (folder / "corpus.txt").read_text(encoding="utf-8")
    facts = read_json(folder / "corpus.json")
    chapters = tuple(Chapter(**chapter) for chapter in facts.pop("chapters"))
    return Corpus(paragraphs=tuple(text.split("\n")[:-1]), chapters=chapters, **facts)


def _describe_corpus(corpus: Corpus) -> dict[str, Any]:
    """Return the facts shown to people."""
    return {
        **({"title": corpus.title} if corpus.title else {}),
        "characters": sum(map(len, corpus.paragraphs)),
        "paragraphs": len(corpus.paragraphs),
        "chapters": len(corpus.chapters),
        "encoding": corpus.encoding,
        "bytes replaced": corpus.replaced,
        "lines removed": corpus.removed_lines,
        "lines rejoined": corpus.rejoined_lines,
    }


CORPUS = Codec(save=_save_corpus, load=_load_corpus, describe=_describe_corpus)
