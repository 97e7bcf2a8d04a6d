"""Each finding is a script of the form that `findings/README.md` states, and is listed there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pipelines import ROOT

FOLDER = ROOT / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def test_the_table_lists_every_finding() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| \[[\w-]+\]\(([\w.-]+)\)", page, re.MULTILINE) == [
        path.name for path in SCRIPTS
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_finding_has_a_guess_pins_and_none_of_our_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    installs = re.findall(r"pip install --quiet (.+)", text)

    assert text.index("# Guess, before it was run: ") < text.index("# Seen: ")
    assert [pin for line in installs for pin in line.split() if not re.search(r"==\d", pin)] == []
    assert installs
    assert "folder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\n" in text
    assert re.findall(r"pipeline|cli\.py|https?:|--index|/(?:home|root|tmp)/", text) == []
    assert os.name == "nt" or os.access(path, os.X_OK)
