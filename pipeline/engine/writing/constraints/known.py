"""Whether what is asked for can be written with the words of this novel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.artifacts.tokens import best_cut
from pipeline.engine.writing.constraints.draft import TAIL
from pipeline.errors import SettingsError

_OFFERED = 3  # known words for one that is unknown


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
        near = _near_words(unknown[0], log_priors)
        hint = f"; known are {' '.join(near)}" if near else ""
        raise SettingsError(
            f"--{option}: expected words of this novel, got {' '.join(unknown)}{hint}",
            option=f"--{option}",
        )


def check_until(until: str, words: Sequence[str]) -> None:
    """Refuse a text to end with that could never be written.

    Raises
    ------
    SettingsError
        It is too long to be watched for, or the words cannot spell it: why.
    """
    if not until:
        return
    if len(until) > TAIL:
        raise SettingsError(
            f"--until: expected at most {TAIL} characters, got {len(until):,}", option="--until"
        )
    spelled = ["\n" if word == PARAGRAPH_BREAK else word for word in words]
    if can_spell(until, spelled):
        return
    known = {character for word in spelled for character in word}
    strange = " ".join(dict.fromkeys(c for c in until if c not in known))
    why = (
        f"none of them holds {strange}, which the novel writes too seldom or never"
        if strange
        else "no words of it join to that"
    )
    raise SettingsError(
        f"--until: expected a text that the {len(words):,} words of the model can spell, got "
        f"{until}; {why}",
        option="--until",
    )


def can_spell(text: str, words: Sequence[str]) -> bool:
    """Return whether some sequence of words holds a text: within one, or from word to word."""
    if not text or any(text in word for word in words):
        return True
    size = len(text)
    reached = [False] * size  # whether a word can end before this place
    reached[0] = True
    for stop in range(1, size):
        reached[stop] = any(word.endswith(text[:stop]) for word in words)
    for start in range(size):
        if not reached[start]:
            continue
        rest = text[start:]
        for word in words:
            if word and rest.startswith(word):
                if len(word) == len(rest):
                    return True
                reached[start + len(word)] = True
            elif word.startswith(rest):
                return True
    return False


def _near_words(text: str, log_priors: Mapping[str, float]) -> list[str]:
    """Return known words that share most characters with `text`, frequent ones first."""
    shared = {word: len({*word} & {*text}) for word in log_priors if {*word} & {*text}}
    return sorted(shared, key=lambda word: (-shared[word], -log_priors[word]))[:_OFFERED]
