"""One spelling for every JSON value, so that equal values have equal digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pipeline.errors import SettingsError


def canonical(value: Any) -> bytes:
    """Return JSON with sorted keys and no white space.

    Raises
    ------
    SettingsError
        For NaN, infinities, keys that are not strings, values that are not JSON or nested too
        deep.
    """
    try:
        _refuse_odd_keys(value)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise SettingsError(
            f"expected finite numbers and plain JSON values, got: {error}"
        ) from error
    return text.encode("ascii")


def digest(value: Any) -> str:
    """Return the sha256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _refuse_odd_keys(value: Any) -> None:
    """Raise for keys that `json` would turn into strings in silence: 1 and "1" would collide."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise SettingsError(f"expected a string as key, got {key!r}")
            _refuse_odd_keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_odd_keys(item)
