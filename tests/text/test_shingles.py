"""Fingerprints tell that a text holds passages of another, however it is written."""

from __future__ import annotations

import re

import numpy as np
import pytest
from pipelines import CORPORA, ROOT

from pipeline.text.shingles import LENGTH, fingerprints, share_of

NOVELLA = (ROOT / "data" / "novella.txt").read_text(encoding="utf-8")


def test_a_text_holds_itself_and_its_parts() -> None:
    whole = fingerprints(NOVELLA.splitlines())
    part = fingerprints(NOVELLA.splitlines()[200:260])
    assert len(whole) > 500
    assert (np.diff(whole) > 0).all()
    assert share_of(whole, whole) == 1
    assert share_of(part, whole) > 0.95
    assert share_of(whole, part) < 0.1


def test_punctuation_line_ends_and_script_make_no_difference() -> None:
    import opencc

    whole = fingerprints(NOVELLA.splitlines())
    other = re.sub("[，。！？；：“”]", " / ", opencc.OpenCC("s2tw").convert(NOVELLA))
    assert share_of(fingerprints([other.replace("\n", "")]), whole) > 0.97


def test_a_text_of_other_words_shares_nothing() -> None:
    turned = [line[::-1] for line in NOVELLA.splitlines()]
    assert share_of(fingerprints(turned), fingerprints(NOVELLA.splitlines())) < 0.01


@pytest.mark.slow
def test_two_classics_share_a_few_formulae() -> None:
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    texts = [
        (CORPORA / name).read_text(encoding="utf-8").splitlines()
        for name in ("hongloumeng.txt", "xiyouji.txt")
    ]
    one, other = map(fingerprints, texts)
    assert share_of(one, other) < 0.002
    assert share_of(fingerprints(NOVELLA.splitlines()), one) < 0.005


def test_what_is_too_short_has_none() -> None:
    assert len(fingerprints([])) == len(fingerprints(["字" * (LENGTH - 1), "", "abc"])) == 0
    assert share_of(fingerprints([]), fingerprints(NOVELLA.splitlines())) == 0
