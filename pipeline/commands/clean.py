"""`clean`: throw away old artifacts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from pipeline.commands.console import agrees, guarded, print_json, put, say
from pipeline.commands.options import Artifacts, AsJson, DryRun, Keep, Yes
from pipeline.plural import counted
from pipeline.project import ARTIFACTS
from pipeline.runner.clean import Removed
from pipeline.runner.clean import clean as clean_store
from pipeline.runner.store import open_store

LEFT_OVERS = "left over from failed or interrupted runs"
UNKNOWN = "of a novel that is not known any more"


@guarded
def clean(
    keep: Keep = 1,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Remove old artifacts and left-overs; what the last run of each novel made always stays.

    On a terminal it lists what would go and asks; without one, as in a script, it does not ask.
    """
    store = open_store(artifacts)
    found = clean_store(store, keep, dry_run=True)
    asks = found and not (dry_run or yes or as_json) and _is_terminal()
    if not as_json:
        put(*removed_lines(found))
    if asks and not agrees(f"remove {_total(found)}?"):
        return say("nothing removed")
    if not dry_run:
        listed = {(entry.stage, entry.key) for entry in found}
        found = clean_store(store, keep, dry_run=False, only=listed)
    if as_json:
        return print_json([entry._asdict() for entry in found])
    return print(f"{'would remove' if dry_run else 'removed'} {_total(found)}")


def removed_lines(found: Sequence[Removed]) -> Iterator[str]:
    """Yield what is to be removed, novel by novel: a heading, then a line an artifact."""
    groups: dict[str, list[Removed]] = {}
    for entry in found:
        left_over = entry.stage.startswith(".")
        groups.setdefault(LEFT_OVERS if left_over else entry.novel or UNKNOWN, []).append(entry)
    for name, entries in groups.items():
        yield name
        for entry in entries:
            yield f"  {entry.stage:<12}{entry.key[:12]:<14}{entry.bytes / 1e6:>10,.2f} MB"


def _is_terminal() -> bool:
    """Return whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _total(found: Sequence[Removed]) -> str:
    """Return how much there is."""
    return f"{counted(len(found), 'folder')}, {sum(entry.bytes for entry in found) / 1e6:,.2f} MB"
