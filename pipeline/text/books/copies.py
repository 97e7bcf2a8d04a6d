"""A book that lies beside its own text in another form is read once, told by what it says."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.chinese import CHINESE, count_chinese
from pipeline.text.books.choice import beside_texts, rank_of
from pipeline.text.books.document import Document, Reading
from pipeline.text.chapters.headings import is_heading
from pipeline.text.chapters.numerals import NUMERAL_CLASS
from pipeline.text.cleaning.encoding import decode
from pipeline.text.cuts import Cut

_COPY = 0.5  # of a text's passages that others have: two novels share one in a thousand

_ENOUGH = 8  # kept passages: five hundred characters, of which no chance makes half the same

_LONGEST_NOTE = 200  # Chinese characters of a page that says where the texts beside it are from


def without_copies(reading: Reading) -> Reading:
    """Return a reading without the texts whose passages stand in those of plainer forms.

    Texts of one form are let be: people number their chapters, and a chapter may come twice. A web
    page beside plain texts is left out too if it is no more than a note about them.
    """
    ranks = {document.name: rank_of(PurePosixPath(document.name)) for document in reading.documents}
    if len(set(ranks.values())) < 2:
        return reading
    import numpy as np

    from pipeline.text.shingles import fingerprints, share_of

    pages = beside_texts(ranks)
    known = np.empty(0, dtype=np.int64)  # of the plainer forms
    texts: list[str] = []  # of them, too; only their Chinese characters
    cuts: dict[str, Cut] = {}
    for rank in sorted(set(ranks.values())):
        own = [document for document in reading.documents if ranks[document.name] == rank]
        lines = [_text(document).split("\n") for document in own]
        prints = [fingerprints(part) for part in lines]
        for document, part, found in zip(own, lines, prints, strict=True):
            name = document.name
            if len(found) >= _ENOUGH:
                share = share_of(found, known)
            else:  # too few to tell by, but so few lines can be looked for
                share = _share_of_lines(part, texts) if name in pages else 0.0
            if share > _COPY:
                why = "same text in another form"
                cuts[name] = Cut(why, name, 1, f"{share:.0%} of it stands in the texts beside it")
            elif name in pages and _is_note(name, part):
                cuts[name] = Cut("web page beside plain texts", name, 1, "\n".join(part))
        known = np.concatenate([known, *prints])
        texts += [_squeezed("".join(part)) for part in lines] if pages else []
    return Reading(
        tuple(own for own in reading.documents if own.name not in cuts),
        (*reading.cuts, *(cuts[own.name] for own in reading.documents if own.name in cuts)),
    )


def _share_of_lines(lines: list[str], texts: list[str]) -> float:
    """Return the share of a short text's Chinese characters whose lines stand in others."""
    own = [line for line in map(_squeezed, lines) if line]
    found = sum(len(line) for line in own if any(line in text for text in texts))
    return found / max(1, sum(map(len, own)))


def _is_note(name: str, lines: list[str]) -> bool:
    """Return whether a page is a few words and nothing says that it is one of many parts."""
    if re.search(NUMERAL_CLASS, PurePosixPath(name).stem) or any(map(is_heading, lines)):
        return False
    return sum(map(count_chinese, lines)) < _LONGEST_NOTE


def _squeezed(text: str) -> str:
    return "".join(CHINESE.findall(text))


def _text(document: Document) -> str:
    return decode(document.data, document.encoding, name=document.name).text
