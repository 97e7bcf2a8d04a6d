"""Words that the text must hold, and words that it must not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.arrays import Floats, Ids
from pipeline.engine.writing.constraints.draft import Draft
from pipeline.engine.writing.constraints.marks import Role, id_array
from pipeline.engine.writing.seed import best_cut
from pipeline.errors import SettingsError

WATCHING = 1 / 3  # the part of a wish's stretch in which its best place so far is only looked for
LEAST_LEAD = -8.0  # nats behind the most probable word: no place so far was better than poor
GIVING_IN = 8.0  # nats by which the demand falls over the rest of the stretch
WAIT = 20  # words over the limit after which a wish no longer waits for a clause to begin
SHOWN = 3  # known words offered for one that is unknown


@dataclass(frozen=True)
class Bans:
    """Banned texts.

    Attributes
    ----------
    whole : int32 array
        Words that hold a banned text.
    joined : tuple of (text, ids)
        Words that complete a banned text where `text` stands before them.
    """

    whole: Ids
    joined: tuple[tuple[str, Ids], ...]


def find_bans(banned: Sequence[str], words: Sequence[str]) -> Bans:
    """Return what of a vocabulary may not be written, and after what."""
    whole = [n for n, word in enumerate(words) if any(text in word for text in banned)]
    joined = []
    for text in banned:
        for cut in range(1, len(text)):
            ids = [n for n, word in enumerate(words) if word.startswith(text[cut:])]
            if ids:
                joined.append((text[:cut], id_array(ids)))
    return Bans(whole=id_array(whole), joined=tuple(joined))


def banned_next(bans: Bans, tail: str) -> Ids:
    """Return the words that may not follow `tail`."""
    completing = [ids for text, ids in bans.joined if tail.endswith(text)]
    return np.concatenate([bans.whole, *completing]) if completing else bans.whole


def check_known(option: str, texts: Sequence[str], log_priors: Mapping[str, float]) -> None:
    """Refuse texts that cannot be put together from known words.

    Raises
    ------
    SettingsError
        Naming them, and known words that share a character.
    """
    unknown = [
        text for text in texts if not all(w in log_priors for w in best_cut(text, log_priors))
    ]
    if unknown:
        near = near_words(unknown[0], log_priors)
        hint = f"; known are {' '.join(near)}" if near else ""
        raise SettingsError(
            f"--{option}: expected words of this novel, got {' '.join(unknown)}{hint}"
        )


def near_words(text: str, log_priors: Mapping[str, float]) -> list[str]:
    """Return known words that share most characters with `text`, frequent ones first."""
    shared = {word: len({*word} & {*text}) for word in log_priors if {*word} & {*text}}
    return sorted(shared, key=lambda word: (-shared[word], -log_priors[word]))[:SHOWN]


@dataclass
class Wishes:
    """What is still to be written.

    Attributes
    ----------
    pending : list of (text, ids)
        In the order of the request.
    count : int
        How many there were at first.
    best : float
        The first pending wish's lead at its best place so far.
    queue : list of int
        The words that come next, once a wish has begun.
    """

    pending: list[tuple[str, list[int]]] = field(default_factory=list)
    count: int = 0
    best: float = LEAST_LEAD
    queue: list[int] = field(default_factory=list)


def settle(wishes: Wishes, draft: Draft) -> None:
    """Strike what has been written, and the begun wish's word if that was the last one."""
    last = draft.ids[-1]
    wishes.queue = wishes.queue[1:] if wishes.queue[:1] == [last] else []
    left = [(text, ids) for text, ids in wishes.pending if text not in draft.own_tail]
    if left[:1] != wishes.pending[:1]:
        wishes.best = LEAST_LEAD
    wishes.pending = left


def grant(wishes: Wishes, draft: Draft, log_probs: Floats, *, limit: int, over: int | None) -> None:
    """Begin the first pending wish if this is the place for it.

    Each wish has its stretch of the text. Its lead is the distance, in nats, of its first word from
    the most probable one. In the first third of the stretch only the best lead is noted; then the
    first place that is as good is taken, and the demand falls steadily (as in the secretary
    problem, but with a known end). Over the limit the next clause begins with it.

    Parameters
    ----------
    wishes : Wishes
        Its `best` and `queue` change.
    draft : Draft
    log_probs : float32 (V,)
        Log probabilities; −inf where a rule bars a word.
    limit : int
        Words of the text.
    over : int or None
        Words written since the limit was reached.
    """
    if wishes.queue or not wishes.pending:
        return
    ids = wishes.pending[0][1]
    lead = float(log_probs[ids[0]] - log_probs.max())
    done = wishes.count - len(wishes.pending)
    progress = draft.words / limit * wishes.count - done  # 0 to 1 over the wish's stretch
    if over is not None:
        clause = draft.role not in (Role.WORD, Role.LONG, Role.OTHER)
        due = over > WAIT or (clause and lead > -math.inf)
    elif progress < WATCHING:
        wishes.best = max(wishes.best, lead)
        due = False
    else:
        due = lead >= wishes.best - GIVING_IN * (progress - WATCHING) / (1 - WATCHING)
    if due:
        wishes.queue = list(ids)
