"""Which memories speak while a text is written: what `--memory` names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.artifacts.memories import NETWORK, Memories
from pipeline.engine.memories.mixture import weights_for
from pipeline.engine.memories.table import MEMORIES
from pipeline.errors import SettingsError


def component_names(text: str) -> tuple[str, ...]:
    """Return the names in a comma list; `none` names nothing."""
    return () if text == "none" else tuple(name.strip() for name in text.split(","))


def choose_components(memories: Memories, names: Sequence[str]) -> Memories:
    """Return the memories with only these components beside the network, which always stays.

    The weights are those fitted for just these components, or the old ones in their proportions.

    Raises
    ------
    SettingsError
        There is no such component, or this writer was made without it.
    """
    for name in names:
        if name not in MEMORIES:
            raise SettingsError(
                f"--memory: expected none or some of {', '.join(MEMORIES)}, got {name!r}",
                option="--memory",
            )
        if name not in memories.weights:
            have = ", ".join(name for name in memories.weights if name != NETWORK) or "none"
            raise SettingsError(
                f"--memory: expected one of what this writer has ({have}), got {name}",
                option="--memory",
                command=f"run-all --set remember.{name}=true",
            )
    return replace(memories, weights=weights_for(memories, {NETWORK, *names}))
