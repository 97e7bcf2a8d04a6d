"""From decoded text to clean paragraphs: characters, boilerplate, line ends, white space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.text.chapters.headings import may_be_heading
from pipeline.text.cleaning.adverts import cut_adverts
from pipeline.text.cleaning.between import cut_between
from pipeline.text.cleaning.characters import fit_characters, fit_text
from pipeline.text.cleaning.front_page import cut_front_page
from pipeline.text.cleaning.gutenberg import cut_gutenberg
from pipeline.text.cleaning.indents import part_at_indents, part_at_written_ends
from pipeline.text.cleaning.lines import HIDDEN_END, NEW_END, Line, as_document, split_lines
from pipeline.text.cleaning.markup import cut_markup
from pipeline.text.cleaning.pages import cut_page_marks
from pipeline.text.cleaning.pictures import cut_picture_marks
from pipeline.text.cleaning.punctuation import Punctuation, unify
from pipeline.text.cleaning.reflow import rejoin, usual_width, wrap_width
from pipeline.text.cleaning.single_line import part_at_headings
from pipeline.text.cleaning.telling import Adverts
from pipeline.text.cuts import Cut
from pipeline.text.gaps import heading_gaps, prose_gaps

Rejoin = Literal["auto", "always", "never"]

_STEPS = (
    part_at_written_ends,
    part_at_indents,
    part_at_headings,
    fit_characters,
    cut_gutenberg,
    cut_page_marks,
    cut_picture_marks,
    cut_front_page,
)
LINE_END = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")


@dataclass(frozen=True)
class Cleaned:
    """Paragraphs without inner line ends, and what was done to get them.

    `lines` are those of the document that the paragraphs begin in; `cuts` is all that was cut or
    changed.
    """

    paragraphs: tuple[str, ...]
    lines: tuple[int, ...]
    cuts: tuple[Cut, ...]
    rejoined_lines: int


def clean(
    text: str,
    *,
    document: str = "",
    rejoin_lines: Rejoin = "auto",
    adverts: Adverts = "careful",
    punctuation: Punctuation = "keep",
) -> Cleaned:
    """Clean a decoded novel.

    Parameters
    ----------
    document
        What the record of the cuts calls it.
    rejoin_lines
        'auto' joins hard line ends only where the text was wrapped; see `reflow.wrap_width`.
    adverts
        How much of web-site advertising is cut; see `adverts.cut_adverts`. A Project Gutenberg
        header and footer are cut in any case.
    punctuation
        'unify' makes marks one kind; see `punctuation.unify`.
    """
    text, cuts = cut_markup(_with_newlines(text))
    lines = split_lines(text)
    del text  # a long novel is held once, as lines
    for step in _STEPS:
        lines, more = step(lines)
        cuts += more
    lines, joined, more = _rejoin(lines, rejoin_lines, adverts)
    cuts += more
    lines, more = cut_adverts(lines, adverts)
    cuts += more
    for place, line in enumerate(lines):
        lines[place] = Line(line.number, tidy(line.text))
    kept = [line for line in lines if line.text]
    if punctuation == "unify":
        kept, more = unify(kept)
        cuts += more
    return Cleaned(
        paragraphs=tuple(line.text for line in kept),
        lines=tuple(line.number for line in kept),
        cuts=as_document(cuts, document),
        rejoined_lines=joined,
    )


def _rejoin(
    lines: Sequence[Line], mode: Rejoin, adverts: Adverts
) -> tuple[list[Line], int, list[Cut]]:
    """Join hard line ends as the setting says, over the adverts that stand between them."""
    texts = [line.text for line in lines]
    width = None if mode == "never" else wrap_width(texts)
    if width is None and mode == "always":
        width = usual_width(texts)
    if width is None:
        return list(lines), 0, []
    lines, cuts = (list(lines), []) if adverts == "keep" else cut_between(lines, width)
    return *rejoin(lines, width), cuts


def _with_newlines(text: str) -> str:
    """Make every line end a newline."""
    text = text.replace("\r\n", "\n")  # nearly always all that there is to do
    return LINE_END.sub("\n", text) if re.search("[\r\v\f\x85\u2028\u2029]", text) else text


def clean_characters(text: str) -> str:
    r"""Decode HTML leftovers, make every line end a newline, drop what cannot be seen.

    >>> clean_characters("宝玉&nbsp;听了<br>\r\n笑道\u200b：")
    '宝玉\\xa0听了\\n\\n笑道：'
    """
    text, _ = cut_markup(_with_newlines(text))
    return fit_text(text.replace(HIDDEN_END, "").replace(NEW_END, "\n"))


def tidy(line: str) -> str:
    """Trim a line and settle the white space inside it.

    In what may be a heading each stretch becomes one ideographic space; elsewhere it becomes one
    space, or nothing where it stands between two Chinese characters.

    >>> tidy("　　宝玉 听了 OK 了")
    '宝玉听了 OK 了'
    >>> tidy("第一回  甄士隐　贾雨村")
    '第一回　甄士隐　贾雨村'
    """
    line = line.strip()
    return heading_gaps(line) if may_be_heading(line) else prose_gaps(line)
