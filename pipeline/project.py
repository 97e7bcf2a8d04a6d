"""A project as commands see it: settings, store, and the writer that the last run left."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.catalog import SECTIONS, STAGES, WRITER
from pipeline.config import Settings, load_settings
from pipeline.errors import NotReady
from pipeline.runner import explain, pointer
from pipeline.runner.execute import Outcome
from pipeline.runner.plan import plan
from pipeline.runner.store import Record, Store, check, load, open_store

if TYPE_CHECKING:
    from pipeline.engine.seed import Seed
    from pipeline.engine.writer import Writer

ROOT = Path(__file__).resolve().parents[1]
DEFAULTS = ROOT / "configs" / "default.toml"
ARTIFACTS = ROOT / "artifacts"


@dataclass(frozen=True)
class Project:
    """The settings, how they were asked for, and the store."""

    settings: Settings
    store: Store
    config_path: Path | None = None
    overrides: tuple[str, ...] = ()
    source: str | None = None
    cwd: Path = ROOT


def open_project(
    artifacts: Path,
    *,
    config_path: Path | None = None,
    overrides: Sequence[str] = (),
    source: str | None = None,
    encoding: str | None = None,
    cwd: Path | None = None,
) -> Project:
    """Read the settings and open the store; `cwd` is where relative paths start.

    Raises
    ------
    SettingsError
        See `load_settings`.
    """
    if encoding:
        overrides = (*overrides, f"fetch.encoding={json.dumps(encoding)}")
    cwd = cwd or Path.cwd()
    settings = load_settings(
        SECTIONS,
        default_path=DEFAULTS,
        config_path=config_path,
        overrides=overrides,
        source=source,
        root=ROOT,
        cwd=cwd,
    )
    store = open_store(artifacts, root=ROOT)
    return Project(settings, store, config_path, tuple(overrides), source, cwd)


def remember_run(project: Project, outcomes: Sequence[Outcome]) -> None:
    """Note a complete run, so that its writer can be found without naming the novel again."""
    pointer.set_current(
        project.store,
        project.settings,
        {outcome.record.stage: outcome.record.key for outcome in outcomes},
        config_path=project.config_path,
        overrides=project.overrides,
        source=project.source,
        cwd=project.cwd,
    )


def reopen_last(artifacts: Path) -> Project:
    """Return the project as the last complete run saw it; with the defaults if there was none."""
    last = pointer.current(open_store(artifacts, root=ROOT))
    if last is None:
        return open_project(artifacts)
    return open_project(
        artifacts,
        config_path=last.config_path,
        overrides=last.overrides,
        source=last.source,
        cwd=ROOT,
    )


def find_project(
    artifacts: Path, *, config_path: Path | None, overrides: Sequence[str], source: str | None
) -> Project:
    """Return the project that the options name, or that of the last complete run if none do."""
    if not (source or config_path or overrides):
        return reopen_last(artifacts)
    return open_project(artifacts, config_path=config_path, overrides=overrides, source=source)


def other_novel(project: Project) -> str | None:
    """Return a note where the last complete run named a novel, and this project names none."""
    last = pointer.current(project.store)
    if last is None or last.source is None or project.source or project.config_path:
        return None
    hint = shlex.join(["--source", last.source])
    return f"these are the default novel's stages; the last complete run was made with {hint}"


def fresh_writer(project: Project) -> tuple[Writer, list[str]]:
    """Return the writer that belongs to the settings as they are now, and notes for the user.

    A novel that has been moved away since is no reason not to write: the last complete run's
    writer is taken then, and a note says so.

    Raises
    ------
    NotReady
        A stage is stale or missing: which, why, and the command that brings it up to date.
    """
    steps = plan(STAGES, project.settings, project.store, only=WRITER.name)
    waiting = explain.not_fresh(steps)
    if not waiting:
        return open_writer(project.store, steps[-1].record), []
    first = project.settings.values[waiting[0].stage.name]
    if waiting[0].stage is STAGES[0] and not all(p.exists() for p in first.files().values()):
        record = last_writer(project.store)
        if record is not None:
            lost = ", ".join(path.name for path in first.files().values())
            return open_writer(project.store, record), [f"{lost} is gone; writing without it"]
    raise NotReady(
        f"expected an up-to-date writer, found {explain.causes(waiting)}; run: "
        f"{run_command(project)}"
    )


def seeded_writer(project: Project, seed_phrase: str) -> tuple[Writer, Seed, list[str]]:
    """Return the writer, the seed phrase as it understands it, and notes for the user.

    Raises
    ------
    NotReady, DataError
        See `fresh_writer` and `Writer.understand`.
    """
    writer, notes = fresh_writer(project)
    seed = writer.understand(seed_phrase)
    if seed.dropped:
        notes.append(f"not in this novel's vocabulary, dropped: {' '.join(seed.dropped)}")
    return writer, seed, notes


def run_command(project: Project) -> str:
    """Return the command line that brings everything up to date with the same settings."""
    words = ["python", "cli.py", "run-all"]
    if project.config_path:
        words += ["--config", str(project.config_path)]
    for override in project.overrides:
        words += ["--set", override]
    if project.source:
        words += ["--source", project.source]
    if project.store.folder != ARTIFACTS:
        words += ["--artifacts", str(project.store.folder)]
    return shlex.join(words)


def last_writer(store: Store) -> Record | None:
    """Return the writer's artifact of the last complete run, if it is there and sound."""
    last = pointer.current(store)
    key = last.keys.get(WRITER.name) if last else None
    return check(store, WRITER.name, key)[0] if key else None


def open_writer(store: Store, record: Record | None) -> Writer:
    """Load a writer from its artifact."""
    from pipeline.engine.writer import Writer

    if record is None:
        raise NotReady(
            f"{store.folder}: expected a trained writer, found none; run: python cli.py run-all"
        )
    return Writer(load(store, record, WRITER.codec))
