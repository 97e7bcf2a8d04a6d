"""Whether what is asked for can be written with the words of this novel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.engine.writing.seed import best_cut
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
            f"--{option}: expected words of this novel, got {' '.join(unknown)}{hint}"
        )


def check_until(until: str, words: Sequence[str]) -> None:
    """Refuse a text to end with that could never be written."""
    known = {character for word in words for character in word} | {"\n"}
    if strange := [character for character in until if character not in known]:
        raise SettingsError(f"--until: expected characters of this novel, got {' '.join(strange)}")


def _near_words(text: str, log_priors: Mapping[str, float]) -> list[str]:
    """Return known words that share most characters with `text`, frequent ones first."""
    shared = {word: len({*word} & {*text}) for word in log_priors if {*word} & {*text}}
    return sorted(shared, key=lambda word: (-shared[word], -log_priors[word]))[:_OFFERED]
