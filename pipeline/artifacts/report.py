"""`report`'s artifact: what was learnt and how well, as a page for people.

report.html   one file that needs no other and no network
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.artifacts.codec import Codec
from pipeline.errors import ArtifactDamaged

FILE = "report.html"
BEGINNING, END = "<!DOCTYPE html>\n", "</html>\n"


@dataclass(frozen=True)
class Report:
    """A page of HTML. It shows how long stages took, so no two runs make equal bytes."""

    html: str


def save_report(report: Report, folder: Path) -> None:
    """Write report.html."""
    (folder / FILE).write_text(report.html, encoding="utf-8", newline="\n")


def load_report(folder: Path) -> Report:
    """Read what `save_report` wrote."""
    html = (folder / FILE).read_text(encoding="utf-8")
    if not (html.startswith(BEGINNING) and html.endswith(END)):
        raise ArtifactDamaged(f"{FILE}: expected a whole page of HTML, got another text")
    return Report(html=html)


def describe_report(report: Report) -> dict[str, Any]:
    """Return the facts shown to people."""
    return {"characters": len(report.html)}


REPORT = Codec(save=save_report, load=load_report, describe=describe_report)
