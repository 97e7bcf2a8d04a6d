"""KenLM (Heafield et al. 2013): modified Kneser–Ney of order 5 on the project's own pieces.

It should come near the project's own row `kneser_ney`, which is the same model in numpy. It differs
in that a text has a beginning and an end for it, and in how the lowest order treats unknown words.
Its Python package only looks probabilities up; `lmplz`, which counts, is not in it.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from math import log, log1p
from pathlib import Path
from typing import Any

from benchmarks.peers.novel import Novel
from pipeline.artifacts.tokens import HAN

COUNTER = "lmplz"
_ORDER = 5


def foretell(novel: Novel) -> float:
    """Return the bits per character of the test chapters, with the program `lmplz` on the path."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "model.arpa"
        _count(novel, path)
        model = _load(path)
        nats = sum(_costs(novel, model))
    return nats / log(2) / len(novel.text("test"))


def _count(novel: Novel, path: Path) -> None:
    """Write an ARPA file of the training chapters' pieces, a stretch of them a line."""
    lines = (
        " ".join(map(str, novel.piece_ids[start:stop].tolist())) + "\n"
        for start, stop in novel.piece_spans["train"]
    )
    command = [shutil.which(COUNTER) or COUNTER, "-o", str(_ORDER), "--discount_fallback"]
    command += ["-S", "1G", "-T", str(path.parent), "--arpa", str(path)]
    subprocess.run(command, input="".join(lines).encode(), check=True, capture_output=True)


def _load(path: Path) -> Any:
    """Return the model of an ARPA file, without a word of how it is loaded."""
    kenlm = importlib.import_module("kenlm")
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    return kenlm.Model(str(path), config)


def _costs(novel: Novel, model: Any) -> Iterator[float]:
    """Yield −log p of each test piece, in nats, given the four before it.

    As in the project's own scores, a character that never stood before costs log(HAN / unseen), and
    the known pieces share the rest.
    """
    kenlm = importlib.import_module("kenlm")
    for start, stop in novel.piece_spans["test"]:
        state, after = kenlm.State(), kenlm.State()
        model.NullContextWrite(state)
        for place in range(max(0, int(start) - _ORDER + 1), int(stop)):
            piece = int(novel.piece_ids[place])
            unknown = 10 ** model.BaseScore(state, "<unk>", after)
            own = model.BaseScore(state, str(piece), after)
            state, after = after, state
            if place < start:
                continue
            if piece < novel.vocabulary_size:
                yield -(own * log(10) + log1p(-novel.unseen) - log1p(-unknown))
            else:
                yield log(HAN / novel.unseen)
