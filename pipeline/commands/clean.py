"""`clean`: throw away old artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.commands.console import guarded, print_json
from pipeline.commands.options import Artifacts, AsJson, DryRun, Keep
from pipeline.project import (
    ARTIFACTS,
)
from pipeline.runner.clean import clean as clean_store
from pipeline.runner.store import open_store

if TYPE_CHECKING:
    pass


@guarded
def clean(
    keep: Keep = 1,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Remove old artifacts and left-overs; those of the last complete run always stay."""
    removed = clean_store(open_store(artifacts), keep, dry_run)
    if as_json:
        return print_json([entry._asdict() for entry in removed])
    for entry in removed:
        print(f"{entry.stage:<12}{entry.key[:12]:<14}{entry.bytes / 1e6:>10,.2f} MB")
    total = sum(entry.bytes for entry in removed) / 1e6
    verb = "would remove" if dry_run else "removed"
    return print(f"{verb} {len(removed)} folders, {total:,.2f} MB")
