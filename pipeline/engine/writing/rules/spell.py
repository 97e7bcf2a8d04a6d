"""Whether a text can be spelled with the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.artifacts.segmentation import PARAGRAPH_BREAK
from pipeline.engine.writing.rules.draft import TAIL
from pipeline.errors import SettingsError


def check_until(until: str, words: Sequence[str]) -> None:
    """Refuse a text to end with that could never be written.

    Raises
    ------
    SettingsError
        It is too long to be watched for, or the words cannot spell it: why.
    """
    if len(until) > TAIL:
        raise SettingsError(f"--until: expected at most {TAIL} characters, got {len(until):,}")
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
        f"{until}; {why}"
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
