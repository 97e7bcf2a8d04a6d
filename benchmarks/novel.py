"""The novel that is measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.artifacts.corpus import Corpus
from pipeline.artifacts.segmentation import Segmentation
from pipeline.project import ROOT
from pipeline.stage import Context
from pipeline.stages.fetch import FetchConfig, fetch
from pipeline.stages.segment import SegmentConfig, segment

NOVELLA = ROOT / "data" / "novella.txt"
LONG_NOVEL = ROOT.parent / "shared" / "corpora" / "hongloumeng.txt"


def novel_path(*, long: bool) -> Path:
    """Return where 红楼梦 lies if a long novel is asked for and there is one, else the novella."""
    return LONG_NOVEL if long and LONG_NOVEL.exists() else NOVELLA


def read_novel(path: Path) -> Corpus:
    """Return a novel as the `fetch` stage reads it."""
    return fetch(FetchConfig(source=str(path)), context=quiet_context(path.parent))


def quiet_context(folder: Path) -> Context:
    """Return a stage's context that reports nothing."""
    return Context(lambda *_: None, np.random.default_rng(0), folder)


def cut_novel(path: Path) -> Segmentation:
    """Return a novel as the `segment` stage cuts it, without a dictionary of its own."""
    config = SegmentConfig(user_dictionary="")
    return segment(config, fetch=read_novel(path), context=quiet_context(path.parent))
