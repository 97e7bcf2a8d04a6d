"""A call that another process makes: function and item go there, result or error comes back.

Both are bytes meanwhile, so that whoever passes them on need not look into them. A pickle names a
function and never holds it: what runs is what is installed there.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import Any

_PROTOCOL = 5  # arrays without a copy of their bytes


def pack_call(function: Callable[[Any], Any], item: Any) -> bytes:
    """Return a call as bytes; the function is one at the top of a module.

    Raises
    ------
    ValueError
        It is another function, which no worker would find.
    """
    try:
        return pickle.dumps((function, item), _PROTOCOL)
    except (pickle.PicklingError, AttributeError) as error:
        raise ValueError(f"expected a function at the top of a module, got: {error}") from error


def answer_call(call: bytes) -> bytes:
    """Make a packed call; return its result or the error that it raised, as bytes.

    An error that cannot be read again is told by its name and what it says.
    """
    try:
        function, item = pickle.loads(call)
        return pickle.dumps((None, function(item)), _PROTOCOL)
    except Exception as error:
        told = RuntimeError(f"{type(error).__name__}: {error}")
        for each in (error, told):
            each.add_note(traceback.format_exc())  # seen with --debug
        try:
            packed = pickle.dumps((error, None), _PROTOCOL)
            pickle.loads(packed)  # some that can be packed cannot be unpacked
        except Exception:
            return pickle.dumps((told, None), _PROTOCOL)
        return packed


def open_answer(answer: bytes) -> Any:
    """Return the result that an answer holds, or raise its error."""
    error, value = pickle.loads(answer)
    if error is not None:
        raise error
    return value
