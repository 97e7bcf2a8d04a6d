"""Who does the work of a run: this machine's processes, or the cluster that `--cluster` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.catalog import STAGES
from pipeline.commands.console import say
from pipeline.plural import counted
from pipeline.workers import Workers


@contextmanager
def lent(cluster: str | None, progress: str = "auto") -> Iterator[Workers | None]:
    """Lend a cluster's workers as long as the context is open; None where none is asked for.

    Raises
    ------
    SettingsError
        See `open_cluster`.
    """
    if cluster is None:
        yield None
        return
    from pipeline.cluster.opening import open_cluster  # Ray is nobody's who does not ask for it

    libraries = sorted({library for stage in STAGES for library in stage.libraries})
    with open_cluster(cluster, libraries) as workers:
        if progress != "json":
            say(f"xuxie: cluster {cluster}: {counted(workers.count, 'core')}")
        yield workers
