"""What has been written so far, and what the constraints have to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.constraints.marks import Marks, Role
from pipeline.engine.writing.options import WritingOptions

TAIL = 256  # characters
_DEADLINE = 120  # words over the limit after which the text ends, come what may


@dataclass
class Draft:
    """A text in the making; `follow` takes it on by a word.

    Attributes
    ----------
    vocabulary : sequence of str, length V
    marks : Marks
    options : WritingOptions
        How much is asked for.
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
        How many were written after the seed phrase; breaks are no words.
    tail, own_tail : str
        The last characters, and those of them that were written after the seed phrase.
    over : int or None
        How many words, breaks among them, were written since the limit was reached.
    """

    vocabulary: Sequence[str]
    marks: Marks
    options: WritingOptions
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
    over: int | None = None

    @property
    def overdue(self) -> bool:
        """Whether the text ends now, come what may."""
        patience = _DEADLINE if self.options.finish else 0
        return self.over is not None and self.over >= patience

    @property
    def has_until(self) -> bool:
        """Whether the text that ends it was written: its sentence need not end."""
        return self.options.until != "" and self.options.until in self.own_tail

    @property
    def in_last_paragraph(self) -> bool:
        """Whether this is the last paragraph that was asked for: its break ends the text."""
        return self.options.paragraphs == self.paragraphs + 1


def follow(draft: Draft, word_id: int, *, written: bool = True) -> None:
    """Take the draft on by one word, written or of the seed phrase."""
    marks = draft.marks
    role = marks.role(word_id)
    draft.run = draft.run + 1 if draft.ids and draft.ids[-1] == word_id else 1
    if role in (Role.OPENING, Role.CLOSING, Role.STRAIGHT):
        role = _open_or_close(draft, word_id)
    ended = role is Role.END or word_id in marks.ellipses
    another = ended and not (draft.ended and draft.role in (Role.END, Role.LONG))
    draft.ended = ended or (role is Role.CLOSING and draft.ended)
    punctuated = draft.punctuated or role in (Role.PAUSE, Role.END)
    draft.punctuated = punctuated and role is not Role.BREAK
    if role is Role.BREAK:
        draft.opened.clear()  # novels end what they say with the paragraph
    draft.role = role
    draft.ids.append(word_id)
    spelt = draft.vocabulary[word_id] if word_id < len(draft.vocabulary) else "\ufffd"
    spelt = "\n" if spelt == PARAGRAPH_BREAK else spelt
    draft.tail = (draft.tail + spelt)[-TAIL:]
    if written:
        draft.sentences += another
        draft.paragraphs += role is Role.BREAK
        draft.words += role is not Role.BREAK
        draft.own_tail = (draft.own_tail + spelt)[-TAIL:]
        if draft.over is not None:
            draft.over += 1
        elif _at_limit(draft):
            draft.over = 0


def fork_draft(draft: Draft) -> Draft:
    """Return a draft that goes on from here on its own."""
    return replace(draft, ids=[*draft.ids], opened=[*draft.opened])


def _at_limit(draft: Draft) -> bool:
    """Return whether one of the ends that were asked for has been reached."""
    options = draft.options
    return (
        draft.words >= options.limit()
        or (options.sentences is not None and draft.sentences >= options.sentences)
        or (options.paragraphs is not None and draft.paragraphs >= options.paragraphs)
        or draft.has_until
    )


def _open_or_close(draft: Draft, word_id: int) -> Role:
    """Note that a mark opens something or closes what is open; return which of the two it does."""
    closers = draft.marks.closers
    if draft.opened and word_id in closers[draft.opened[-1][0]]:
        draft.opened.pop()
        return Role.CLOSING
    if word_id in closers:
        draft.opened.append((word_id, len(draft.ids)))
        return Role.OPENING
    return Role.CLOSING
