"""`constraints.txt`: names and versions alone, and one for everything that gets installed."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pipelines import ROOT

LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = {canonicalize_name(line.split("==")[0]) for line in LINES if not line.startswith("#")}


def wanted() -> list[Requirement]:
    """What the project and its tools ask for on this machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return [Requirement(text) for text in texts]


def installed() -> set[str]:
    """The names of all distributions that come with what is wanted, whoever asks for them."""
    waiting, found = wanted(), set[str]()
    while waiting:
        requirement = waiting.pop()
        extras = [{"extra": extra} for extra in ("", *requirement.extras)]
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if name in found or (marker and not any(marker.evaluate(extra) for extra in extras)):
            continue
        found.add(name)
        texts = importlib.metadata.requires(requirement.name) or []
        waiting += [Requirement(text) for text in texts]
    return found


def test_all_that_gets_installed_is_pinned() -> None:
    assert len(installed()) > len(wanted()) / 2
    assert installed() - PINS == set()


def test_a_line_is_a_remark_or_a_name_and_its_version() -> None:
    pins = [line for line in LINES if not line.startswith("#")]

    assert [
        line for line in pins if not re.fullmatch(r"[\w-]+==[\d.]+((a|b|rc|post)\d+)?", line)
    ] == []
    assert len(PINS) == len(pins)
    assert pins == sorted(pins, key=str.lower)
