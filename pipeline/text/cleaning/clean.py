"""From decoded text to clean paragraphs: characters, boilerplate, line ends, white space."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.text.chapters.headings import may_be_heading
from pipeline.text.cleaning.adverts import cut_adverts, cut_gutenberg
from pipeline.text.cleaning.reflow import rejoin, usual_width, wrap_width
from pipeline.text.gaps import heading_gaps, prose_gaps

Rejoin = Literal["auto", "always", "never"]

LINE_END = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SCRIPT = re.compile(r"<(script|style)\b", re.IGNORECASE)
_SCRIPT_END = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}
_BREAK_TAG = re.compile(r"</?(?:br|p|div|li|tr|h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_OTHER_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|font|img|center|table|td|ul|ol|hr|html|head|body|title|meta|link"
    r"|small|big|sup|sub|pre|blockquote)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(  # soft hyphen, zero-width and direction marks, variation selectors, BOM
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


@dataclass(frozen=True)
class Cleaned:
    """Paragraphs without inner line ends, and what was done to get them."""

    paragraphs: tuple[str, ...]
    removed_lines: int
    rejoined_lines: int


def clean(text: str, *, rejoin_lines: Rejoin = "auto", remove_adverts: bool = True) -> Cleaned:
    """Clean a decoded novel.

    Parameters
    ----------
    rejoin_lines
        'auto' joins hard line ends only where the text was wrapped; see `reflow.wrap_width`.
    remove_adverts
        Cut web-site advertising. A Project Gutenberg header and footer are cut in any case.
    """
    lines, removed = cut_gutenberg(clean_characters(text).split("\n"))
    if remove_adverts:
        lines, adverts = cut_adverts(lines)
        removed += adverts
    lines, joined = _rejoin(lines, rejoin_lines)
    tidied = (tidy(line) for line in lines)
    return Cleaned(tuple(line for line in tidied if line), removed, joined)


def _rejoin(lines: Sequence[str], mode: Rejoin) -> tuple[list[str], int]:
    """Join hard line ends as the setting says."""
    width = None if mode == "never" else wrap_width(lines)
    if width is None and mode == "always":
        width = usual_width(lines)
    return (list(lines), 0) if width is None else rejoin(lines, width)


def clean_characters(text: str) -> str:
    r"""Decode HTML leftovers, make every line end a newline, drop what cannot be seen.

    >>> clean_characters("宝玉&nbsp;听了<br>\r\n笑道\u200b：")
    '宝玉\\xa0听了\\n\\n笑道：'
    """
    text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    text = _OTHER_TAG.sub("", _BREAK_TAG.sub("\n", _drop_scripts(text)))
    text = _INVISIBLE.sub("", LINE_END.sub("\n", text))
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", "", text)


def _drop_scripts(text: str) -> str:
    """Take out scripts and style sheets with their tags; one that nothing closes stays.

    Each character is looked at a fixed number of times, however many tags there are: what closes
    no script does not close the next either.

    >>> _drop_scripts("她<script>1 < 2</script>走了<style>。")
    '她走了<style>。'
    """
    kept: list[str] = []
    done = 0  # what was kept or taken out so far
    unclosed: set[str] = set()
    for opening in _SCRIPT.finditer(text):
        name = opening[1].lower()
        if opening.start() < done or name in unclosed:
            continue
        body = text.find(">", opening.end())
        closing = _SCRIPT_END[name].search(text, body) if body >= 0 else None
        if closing is None:
            unclosed.add(name)
            continue
        kept.append(text[done : opening.start()])
        done = closing.end()
    return "".join([*kept, text[done:]])


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
