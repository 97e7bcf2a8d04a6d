"""What has been written so far, and what the rules have to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.constraints.marks import Marks, Role

TAIL = 256  # characters


@dataclass
class Draft:
    """A text in the making; `follow` takes it on by a word.

    Attributes
    ----------
    ids : list of int
        All words, those of the seed phrase first; ids from V on are words it cannot write.
    opened : list of (opening id, position)
        The quotation marks and brackets that are open, the innermost last.
    role : Role
        What the last word is; a straight mark counts as what it does there.
    ended : bool
        Whether a sentence has just ended: marks that close something may follow it.
    punctuated : bool
        Whether a pause or a stop stands in this paragraph.
    run : int
        How often the last word stands there in a row.
    words, sentences, paragraphs : int
        How many were written; breaks are no words.
    tail, own_tail : str
        The last characters, and those of them that were written after the seed phrase.
    """

    ids: list[int] = field(default_factory=list)
    opened: list[tuple[int, int]] = field(default_factory=list)
    role: Role = Role.BREAK
    ended: bool = False
    punctuated: bool = False
    run: int = 0
    words: int = 0
    sentences: int = 0
    paragraphs: int = 0
    tail: str = ""
    own_tail: str = ""


def start_draft(seed_ids: Sequence[int], words: Sequence[str], marks: Marks) -> Draft:
    """Return the draft that holds just the seed phrase."""
    draft = Draft()
    for word_id in seed_ids:
        follow(draft, word_id, words, marks)
    draft.words = draft.sentences = draft.paragraphs = 0
    draft.own_tail = ""
    return draft


def follow(draft: Draft, word_id: int, words: Sequence[str], marks: Marks) -> None:
    """Take the draft on by one word; `words` is the vocabulary."""
    role = marks.role(word_id)
    draft.run = draft.run + 1 if draft.ids and draft.ids[-1] == word_id else 1
    if role in (Role.OPENING, Role.CLOSING, Role.STRAIGHT):
        role = open_or_close(draft, word_id, marks)
    ended = role is Role.END or word_id in marks.ellipses
    draft.sentences += ended and not (draft.ended and draft.role in (Role.END, Role.LONG))
    draft.ended = ended or (role is Role.CLOSING and draft.ended)
    punctuated = draft.punctuated or role in (Role.PAUSE, Role.END)
    draft.punctuated = punctuated and role is not Role.BREAK
    if role is Role.BREAK:
        draft.paragraphs += 1
        draft.opened.clear()  # novels end what they say with the paragraph
    else:
        draft.words += 1
    draft.role = role
    draft.ids.append(word_id)
    spelt = words[word_id] if word_id < len(words) else "\ufffd"
    spelt = "\n" if spelt == PARAGRAPH_BREAK else spelt
    draft.tail = (draft.tail + spelt)[-TAIL:]
    draft.own_tail = (draft.own_tail + spelt)[-TAIL:]


def open_or_close(draft: Draft, word_id: int, marks: Marks) -> Role:
    """Note that a mark opens something or closes what is open; return which of the two it does."""
    if draft.opened and word_id in marks.closers[draft.opened[-1][0]]:
        draft.opened.pop()
        return Role.CLOSING
    if word_id in marks.closers:
        draft.opened.append((word_id, len(draft.ids)))
        return Role.OPENING
    return Role.CLOSING
