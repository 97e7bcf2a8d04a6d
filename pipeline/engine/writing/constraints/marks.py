"""What each punctuation mark of a novel does, and which of them make pairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Ids
from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.chinese import SENTENCE_ENDS

_PAUSES = frozenset("，、；：,;:")
_FULL_STOPS = frozenset("。．｡.")
_ENDS = _FULL_STOPS | frozenset(SENTENCE_ENDS + "!?")  # … is `_LONG`: it may end one, or not
_LONG = frozenset("…⋯—―")  # most novels print two of them for one
PAIRS = {
    **{"“": "”", "‘": "’", "「": "」", "『": "』", "〝": "〞", "（": "）", "《": "》", "〈": "〉"},
    **{"【": "】", "〔": "〕", "［": "］", "〖": "〗", "(": ")", "[": "]", "﹁": "﹂", "﹃": "﹄"},
}
_STRAIGHT = '"＂'  # closes what “ opened; in a novel without “ it opens too
_BRACKETS = frozenset("（《〈【〔［〖([")

_LEAST_PAIRS = 20  # so many of a mark must be seen before it is believed to have a partner
_LEAST_RUNS = 5
_HABIT = 0.9  # the share of cases that makes a habit of the novel


class Role(IntEnum):
    """What a word of the vocabulary is to typography."""

    WORD = 0
    PAUSE = 1
    END = 2
    LONG = 3
    OPENING = 4
    CLOSING = 5
    STRAIGHT = 6
    BREAK = 7
    OTHER = 8


@dataclass(frozen=True)
class Marks:
    """The marks of a vocabulary of V words.

    Attributes
    ----------
    roles : tuple of Role, length V
    spelt : bool (V + 1,)
        Whether a word is one that is written in letters or characters, as distinct from marks;
        V, what the vocabulary lacks, is none.
    pauses, ends, full_stops, openings, closings : int32 arrays
        Ids by role; a straight quotation mark that both opens and closes is in both.
    closers : opening id → ids of the marks that close it
    quotes : ids of the marks that open a quotation, as distinct from brackets
    ellipses : ids of the marks that can end a sentence by breaking off
    twofold : ids of the marks that this novel prints in twos
    break_id : int
        −1 where the vocabulary has no paragraph break.
    """

    roles: tuple[Role, ...]
    spelt: NDArray[np.bool_]
    pauses: Ids
    ends: Ids
    full_stops: Ids
    openings: Ids
    closings: Ids
    closers: dict[int, Ids]
    quotes: frozenset[int]
    ellipses: frozenset[int]
    twofold: frozenset[int]
    break_id: int

    def role(self, word_id: int) -> Role:
        """Return what a word does; V, what the vocabulary lacks, is a word."""
        return self.roles[word_id] if word_id < len(self.roles) else Role.WORD


def find_marks(words: Sequence[str], text_ids: Ids | None = None) -> Marks:
    """Return what the marks among `words` do.

    Parameters
    ----------
    words : sequence of str, length V
    text_ids : int32 (tokens,), optional
        The novel's text. It tells habits that no list knows: which other marks open and close, and
        which are printed in twos.
    """
    roles = [role_of(word) for word in words]
    ids = {word: number for number, word in enumerate(words)}
    pairs = [(ids[a], ids[b]) for a, b in PAIRS.items() if a in ids and b in ids]
    twofold: frozenset[int] = frozenset()
    if text_ids is not None:
        others = [number for number, role in enumerate(roles) if role is Role.OTHER]
        learnt = _learn_pairs(text_ids, others)
        for opening, closing in learnt:
            roles[opening], roles[closing] = Role.OPENING, Role.CLOSING
        pairs += learnt
        longs = [number for number, role in enumerate(roles) if role is Role.LONG]
        twofold = frozenset(number for number in longs if _comes_in_twos(text_ids, number))
    straight = [ids[mark] for mark in _STRAIGHT if mark in ids]
    closers = {a: id_array([b, *(straight if words[a] == "“" else [])]) for a, b in pairs}
    if "“" not in ids:
        closers |= {mark: id_array([mark]) for mark in straight}
    return Marks(
        roles=tuple(roles),
        spelt=np.array([*(role is Role.WORD for role in roles), False]),
        pauses=_ids_of_roles(roles, Role.PAUSE),
        ends=_ids_of_roles(roles, Role.END),
        full_stops=id_array([ids[mark] for mark in sorted(_FULL_STOPS) if mark in ids]),
        openings=id_array(list(closers)),
        closings=_ids_of_roles(roles, Role.CLOSING, Role.STRAIGHT),
        closers=closers,
        quotes=frozenset(a for a in closers if words[a] not in _BRACKETS),
        ellipses=frozenset(n for n, word in enumerate(words) if word and set(word) <= {*"…⋯"}),
        twofold=twofold,
        break_id=ids.get(PARAGRAPH_BREAK, -1),
    )


def role_of(word: str) -> Role:
    """Return what a word does, from its characters alone."""
    if word == PARAGRAPH_BREAK:
        return Role.BREAK
    if any(map(str.isalnum, word)):
        return Role.WORD
    for role, characters in (
        (Role.PAUSE, _PAUSES),
        (Role.END, _ENDS),
        (Role.LONG, _LONG),
        (Role.OPENING, PAIRS.keys()),
        (Role.CLOSING, PAIRS.values()),
        (Role.STRAIGHT, _STRAIGHT),
    ):
        if word and all(character in characters for character in word):
            return role
    return Role.OTHER


def _learn_pairs(text_ids: Ids, candidates: Sequence[int]) -> list[tuple[int, int]]:
    """Return (opening, closing) of marks that take turns all through the text.

    One novel prints `` `…- `` for ‘…’. Two marks are a pair where each is nearly always followed by
    the other; what stands between opening and closing is shorter than what stands outside.
    """
    places = {c: np.flatnonzero(text_ids == c) for c in candidates}
    frequent = [c for c in candidates if len(places[c]) >= _LEAST_PAIRS]
    return [
        (a, b) for a in frequent for b in frequent if a != b and _pairs_up(places[a], places[b])
    ]


def _pairs_up(opening: NDArray[np.intp], closing: NDArray[np.intp]) -> bool:
    """Return whether marks at these places take turns, the first of them opening."""
    places = np.concatenate([opening, closing])
    order = np.argsort(places)
    opens = (order < len(opening)).astype(np.int8)  # (N,) 1: the opening mark
    turns = np.diff(opens)  # −1: opening then closing; 1: closing then opening; 0: the same again
    if (turns != 0).mean() < _HABIT:
        return False
    gaps = np.diff(places[order])
    return bool(gaps[turns == -1].mean() < gaps[turns == 1].mean())


def _comes_in_twos(text_ids: Ids, mark: int) -> bool:
    """Return whether nearly all runs of this mark are of even length."""
    places = np.flatnonzero(text_ids == mark)
    starts = np.flatnonzero(np.diff(places, prepend=-2) > 1)
    lengths = np.diff(starts, append=len(places))
    return len(lengths) >= _LEAST_RUNS and bool((lengths % 2 == 0).mean() >= _HABIT)


def _ids_of_roles(roles: Collection[Role], *wanted: Role) -> Ids:
    """Return the ids of all words with one of these roles."""
    return id_array([number for number, role in enumerate(roles) if role in wanted])


def id_array(ids: Sequence[int]) -> Ids:
    """Return ids as an array."""
    return np.array(ids, dtype=np.int32)
