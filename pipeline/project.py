"""A project as commands see it: settings, store, and the writer that the last run left."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.catalog import MEMORIES, NETWORK, REPORT, SECTIONS, SEGMENTER, STAGES
from pipeline.config import Settings, load_settings
from pipeline.errors import NotReady, SettingsError
from pipeline.runner import explain, pointer
from pipeline.runner.execute import Outcome
from pipeline.runner.plan import Step, plan
from pipeline.runner.store import Record, Store, check, load, open_store
from pipeline.stage import Stage

if TYPE_CHECKING:
    from pipeline.artifacts.segmentation import Segmentation
    from pipeline.engine.writing.seed import Seed
    from pipeline.engine.writing.writer import Writer

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
    config_path = find_config(config_path, cwd)
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


def find_config(config_path: Path | None, cwd: Path) -> Path | None:
    """Return the settings file that `--config` means: a path, or a preset by its name, as `best`.

    The default settings are loaded anyway, with paths that start at the project: None for them.

    Raises
    ------
    SettingsError
        There is neither such a file nor such a preset; the presets are named.
    """
    if config_path is None:
        return None
    path = cwd / config_path
    if config_path.name == str(config_path) and not config_path.suffix and not path.exists():
        presets = {preset.stem: preset for preset in sorted(DEFAULTS.parent.glob("*.toml"))}
        if config_path.name not in presets:
            names = ", ".join(presets)
            raise SettingsError(
                f"--config: expected a TOML file or one of {names}, got {config_path.name}",
                option="--config",
            )
        path = config_path = presets[config_path.name]
    return None if path.resolve() == DEFAULTS else config_path


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


def forget_download(project: Project) -> frozenset[str]:
    """Forget the recorded digest of the novel's download; return the stages to force."""
    from pipeline.text.books.source import forget_source

    fetch = STAGES[0].name
    settings = project.settings.values[fetch].model_dump()
    forget_source(settings["source"], Path(settings["downloads"]))
    return frozenset({fetch})


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
    steps = plan(STAGES, project.settings, project.store, only=MEMORIES.name)
    waiting = explain.not_fresh(steps)
    if not waiting:
        return open_writer(project.store, {step.stage.name: step.record for step in steps}), []
    if lost := lost_novel(project, waiting):
        records = last_writer(project.store)
        if all(records.values()):
            return open_writer(project.store, records), [f"{lost} is gone; writing without it"]
    raise NotReady(
        f"expected an up-to-date writer, found {explain.causes(waiting)}; run: "
        f"{run_command(project)}",
        command=run_command(project),
    )


def fresh_report(project: Project) -> tuple[Record | None, list[str]]:
    """Return the report that belongs to the settings as they are now, and notes for the user.

    None where nothing but the report itself has yet to run. As with `fresh_writer`, a novel that
    has been moved away leaves the last complete run's report.

    Raises
    ------
    NotReady
        Another stage is stale or missing.
    """
    steps = plan(STAGES, project.settings, project.store, only=REPORT.name)
    waiting = explain.not_fresh(steps)
    if all(step.stage is REPORT for step in waiting):
        return steps[-1].record, []
    if lost := lost_novel(project, waiting):
        record = last_record(project.store, REPORT)
        if record is not None:
            return record, [f"{lost} is gone; this is the last complete run's report"]
    raise NotReady(
        f"expected up-to-date results to report, found {explain.causes(waiting)}; run: "
        f"{run_command(project)}",
        command=run_command(project),
    )


def lost_novel(project: Project, waiting: Sequence[Step]) -> str:
    """Return the names of the novel's files if that they are gone is why stages wait, else ""."""
    files = project.settings.values[waiting[0].stage.name].files().values()
    if waiting[0].stage is not STAGES[0] or all(path.exists() for path in files):
        return ""
    return ", ".join(path.name for path in files)


def seeded_writer(
    project: Project, seed_phrase: str, unknown: str = "parts"
) -> tuple[Writer, Seed, list[str]]:
    """Return the writer, the seed phrase as it understands it, and notes for the user.

    Raises
    ------
    SettingsError, NotReady, DataError
        See `read_unknown`, `fresh_writer` and `Writer.understand`.
    """
    from pipeline.engine.writing.seed import read_unknown, seed_notes

    way = read_unknown(unknown)
    writer, notes = fresh_writer(project)
    seed = writer.understand(seed_phrase, unknown=way)
    return writer, seed, notes + seed_notes(seed)


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


def last_record(store: Store, stage: Stage) -> Record | None:
    """Return a stage's artifact of the last complete run, if it is there and sound."""
    last = pointer.current(store)
    key = last.keys.get(stage.name) if last else None
    return check(store, stage.name, key)[0] if key else None


def last_writer(store: Store) -> dict[str, Record | None]:
    """Return the artifacts that write, each as `last_record` does, by stage."""
    return {stage.name: last_record(store, stage) for stage in (NETWORK, MEMORIES)}


def found_names(project: Project) -> list[str]:
    """Return the names that the novel was cut with beside the dictionaries' words.

    Raises
    ------
    NotReady
        `segment` was to find names, and its artifact is not there.
    """
    if not project.settings.values[SEGMENTER.name].model_dump()["discover_names"]:
        return []
    return [name.word for name in cut_novel(project).names]


def cut_novel(project: Project) -> Segmentation:
    """Return the novel as words: as it is now, or as the last complete run saw it.

    Raises
    ------
    NotReady
        `segment`'s artifact is not there.
    """
    step = plan(STAGES, project.settings, project.store, only=SEGMENTER.name)[-1]
    record = step.record or last_record(project.store, SEGMENTER)
    if record is None:
        raise NotReady(
            f"expected the novel cut into words, got no {SEGMENTER.name} artifact; run: "
            f"{run_command(project)}"
        )
    novel: Segmentation = load(project.store, record, SEGMENTER.codec)
    return novel


def open_writer(store: Store, records: Mapping[str, Record | None]) -> Writer:
    """Load a writer from its two artifacts, which `records` holds by stage."""
    from pipeline.engine.writing.writer import Writer

    network, memories = records[NETWORK.name], records[MEMORIES.name]
    if network is None or memories is None:
        raise NotReady(
            f"{store.folder}: expected a trained writer, found none; run: python cli.py run-all"
        )
    return Writer(load(store, network, NETWORK.codec), load(store, memories, MEMORIES.codec))
