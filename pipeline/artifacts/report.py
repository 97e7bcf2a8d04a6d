"""`report`'s artifact: what was learnt and how well, as a page and a picture for people.

report.html   one file that needs no other and no network, in all languages; its last line seals it
curves.png    the curves of the training

The seal is a comment with the digest of all that stands before it. So a page of ours is known from
any other, and from one of ours that somebody has edited since.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.artifacts.codec import Codec
from pipeline.artifacts.picture import load_picture, save_picture
from pipeline.errors import ArtifactDamaged, NotReady

FILE = "report.html"

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_TAGS: dict[str, str] = {"zh": "zh-CN", "en": "en"}  # as HTML says it

_SEAL = "<!-- xuxie report {} -->\n"
_SEALED = re.compile(rb"(.*</html>\n)<!-- xuxie report ([0-9a-f]{64}) -->\n", re.DOTALL)


@dataclass(frozen=True)
class Report:
    """A sealed page of HTML, and a picture as PNG.

    The page shows how long stages took, so no two runs make equal bytes.
    """

    html: str
    curves: bytes


def seal(html: str) -> str:
    """Return a page, which ends with </html> and a line end, with its seal."""
    return html + _SEAL.format(hashlib.sha256(html.encode()).hexdigest())


def is_sealed(page: bytes) -> bool:
    """Return whether this is a report of ours, to the last byte as it was made."""
    found = _SEALED.fullmatch(page)
    return found is not None and hashlib.sha256(found[1]).hexdigest().encode() == found[2]


def opens_in(page: str, language: Language) -> str:
    """Return a report that opens in a language, sealed anew; it holds all of them as before.

    Raises
    ------
    NotReady
        The report is one of an earlier version, in English alone.
    """
    if f'<main class="{language}"' not in page:
        raise NotReady(
            "expected a report in Chinese and English, got one of an earlier version",
            command="run report",
        )
    html, _, _ = page.rpartition("<!-- ")
    return seal(re.sub('<html lang="[^"]*">', f'<html lang="{_TAGS[language]}">', html, count=1))


def _save_report(report: Report, folder: Path) -> None:
    """Write report.html and curves.png."""
    (folder / FILE).write_text(report.html, encoding="utf-8", newline="\n")
    save_picture(report.curves, folder)


def load_report(folder: Path) -> Report:
    """Read what `_save_report` wrote."""
    page = (folder / FILE).read_bytes()
    if not is_sealed(page):
        raise ArtifactDamaged(f"{FILE}: expected a whole report with its seal, got another text")
    return Report(html=page.decode("utf-8"), curves=load_picture(folder))


def _describe_report(report: Report) -> dict[str, Any]:
    """Return the facts shown to people."""
    return {"characters": len(report.html)}


REPORT = Codec(save=_save_report, load=load_report, describe=_describe_report)
