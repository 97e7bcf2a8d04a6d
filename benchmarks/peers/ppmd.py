"""PPMd, a compressor's context model over bytes: variant H (Shkarin 2002), as 7-Zip has it.

What the test chapters take beyond the training chapters, compressed as one: it goes on learning in
the test chapters, from one to the next, which no other peer does. It knows nothing of characters,
so in which encoding it reads them is chosen on the validation chapters.
"""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.peers.novel import Novel
from pipeline.artifacts.segmentation import Part

_ENCODINGS = ("utf-8", "gb18030")
_MEMORY = 1 << 29  # bytes; it begins anew when they are full


def foretell(novel: Novel, order: int) -> tuple[float, str]:
    """Return bits per character of the test chapters, and in which encoding.

    Parameters
    ----------
    novel : Novel
    order : bytes of context at most
    """
    encoding = min(_ENCODINGS, key=lambda each: bits(novel, "validation", order, each))
    return bits(novel, "test", order, encoding), encoding


def bits(novel: Novel, part: Part, order: int, encoding: str) -> float:
    """Return the bits that each character of a part adds to the training chapters."""
    before, after = novel.text("train"), novel.text(part)
    added = _size(before + after, order, encoding) - _size(before, order, encoding)
    return 8 * added / len(after)


def _size(text: str, order: int, encoding: str) -> int:
    """Return the bytes of a compressed text."""
    pyppmd: Any = importlib.import_module("pyppmd")
    encoder = pyppmd.Ppmd7Encoder(order, _MEMORY)
    return len(encoder.encode(text.encode(encoding))) + len(encoder.flush())
