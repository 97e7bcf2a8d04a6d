"""A project as commands see it: settings, store, and the model and report that runs have left."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.catalog import EVALUATION, MODEL, REPORT, SECTIONS, SOURCE, STAGES
from pipeline.config import Override, Settings, load_settings
from pipeline.errors import ArtifactDamaged, NotReady, SettingsError, XuxieError
from pipeline.models import shelf
from pipeline.models.publish import publish, settings_digest
from pipeline.program import program
from pipeline.runner import explain, pointer
from pipeline.runner.execute import Outcome
from pipeline.runner.fingerprint import file_digests
from pipeline.runner.plan import Step, plan
from pipeline.runner.store import Record, Store, check, open_store, read_record, records
from pipeline.shipped import CHECKOUT, SHIPPED, project_folder
from pipeline.stage import Stage

if TYPE_CHECKING:
    from pipeline.engine.bundle.model import NovelModel

ROOT = project_folder()
DEFAULTS = SHIPPED / "configs" / "default.toml"
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
    options: Sequence[Override] = (),
    source: str | None = None,
    encoding: str | None = None,
    base: str | None = None,
    cwd: Path | None = None,
) -> Project:
    """Read the settings and open the store; `cwd` is where relative paths start.

    Raises
    ------
    SettingsError
        See `load_settings`.
    """
    given = list(options)
    if encoding:
        given.append(Override(f"fetch.encoding={json.dumps(encoding)}", "--encoding"))
    if base is not None:
        file = json.dumps(_find_base(artifacts, base))
        given.append(Override(f"base.file={file}", "--base"))
    cwd = cwd or Path.cwd()
    config_path = _find_config(config_path, cwd)
    settings = load_settings(
        SECTIONS,
        default_path=DEFAULTS,
        config_path=config_path,
        overrides=overrides,
        options=given,
        source=source,
        root=ROOT,
        shipped=SHIPPED,
        cwd=cwd,
    )
    store = open_store(artifacts, root=CHECKOUT)
    texts = (*overrides, *(one.text for one in given))  # a run is told again with --set alone
    return Project(settings, store, config_path, texts, source, cwd)


def _find_base(artifacts: Path, wanted: str) -> str:
    """Return the file that `--base` means: a model by its name, a file; "" for none.

    Raises
    ------
    SettingsError
        There is neither such a model nor such a file.
    """
    if wanted in ("none", ""):
        return ""
    return str(shelf.find(shelf.shelf_of(artifacts.absolute()), wanted, "--base").absolute())


def _find_config(config_path: Path | None, cwd: Path) -> Path | None:
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
    """Note a run, so that a later command need not name the novel again."""
    pointer.set_current(
        project.store,
        project.settings,
        {outcome.record.stage: outcome.record.key for outcome in outcomes},
        config_path=project.config_path,
        overrides=project.overrides,
        source=project.source,
        cwd=project.cwd,
    )


def _reopen_last(artifacts: Path) -> Project:
    """Return the project as the last complete run saw it; with the defaults if there was none."""
    store = open_store(artifacts, root=CHECKOUT)
    last = pointer.current(store)
    if last is None:
        return open_project(artifacts)
    return open_project(
        artifacts,
        config_path=last.config_path,
        overrides=last.overrides,
        source=last.source,
        cwd=store.root,
    )


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


def publish_model(
    project: Project, outcomes: Sequence[Outcome], name: str | None = None
) -> Path | None:
    """Put the model of a run on the shelf; see `publish`. None where there is no such model.

    After `evaluate` alone, it is the model that belongs to the settings as they are, if there is
    one: it gets its scores.
    """
    made = {outcome.record.stage: outcome.record for outcome in outcomes}
    if MODEL.name not in made and EVALUATION.name in made:
        step = plan(STAGES, project.settings, project.store, only=MODEL.name)[-1]
        made |= {MODEL.name: step.record} if step.record else {}
    if MODEL.name not in made:
        return None
    return publish(project.store, project.settings, made, name)


def choose_model(artifacts: Path, wanted: str | None) -> tuple[NovelModel, list[str]]:
    """Open the model that is meant, the newest if none is named; and return notes for the user.

    Whether any code is newer is no question: what can be read is used.

    Raises
    ------
    NotReady, SettingsError, DataError
        See `shelf.choose` and `shelf.open_model`.
    """
    name, path = find_model(artifacts, wanted)
    model = shelf.open_model(path)
    notes = [] if wanted else [f"model {name}"]
    return model, notes + _changed_since(artifacts, path, model)


def find_model(artifacts: Path, wanted: str | None) -> tuple[str, Path]:
    """Return the name and the file of the model that is meant, the newest if none is named.

    Raises
    ------
    NotReady, SettingsError
        See `shelf.choose`.
    """
    words = ["run-all"]
    if artifacts.absolute() != ARTIFACTS:
        words += ["--artifacts", str(artifacts)]
    path = shelf.choose(shelf.shelf_of(artifacts.absolute()), wanted, shlex.join(words))
    return shelf.read_name(path), path


def _changed_since(artifacts: Path, path: Path, model: NovelModel) -> list[str]:
    """Return a note if the novel or the settings of the last run's model have since changed.

    Of other models, and of files from elsewhere, nobody here knows how they came to be.
    """
    last = _last_run(open_store(artifacts, root=CHECKOUT))
    if last is None or last.content != model.card.origin:
        return []
    try:
        project = _reopen_last(artifacts)
        what = _changes(project, model)
    except XuxieError:  # settings, or a shelf, that cannot be read are no matter of a model's
        return []
    changed = " and ".join(what)
    have = "have" if "settings" in what else "has"
    command = run_command(project)
    name = shelf.read_name(path)
    return [f"{name}: its {changed} {have} since changed; a new model: {command}"] if what else []


def _changes(project: Project, model: NovelModel) -> list[str]:
    """Return what of the last run is no longer as its model knows it; nothing of a lost novel.

    Raises
    ------
    XuxieError
        The novel is there, and cannot be read.
    """
    files = file_digests(project.settings.values[SOURCE.name].files(), project.store.memo)
    if None in files.values():
        return []
    known = settings_digest(project.settings, project.store) == model.card.settings_digest
    changed = {"novel": files != _novel_files(project.store), "settings": not known}
    return [name for name, has in changed.items() if has]


def _last_run(store: Store) -> Record | None:
    """Return the last run's `model` artifact by its manifest; its files are not looked at."""
    return _noted_record(store, MODEL)


def _novel_files(store: Store) -> dict[str, str | None]:
    """Return label → sha256 of the novel's files as the last run found them."""
    record = _noted_record(store, SOURCE)
    return dict(record.components["files"]) if record else {}


def _noted_record(store: Store, stage: Stage) -> Record | None:
    """Return the manifest of a stage's artifact of the last run, if it can be read."""
    key = _last_key(store, stage)
    try:
        return read_record(store, stage.name, key) if key else None
    except ArtifactDamaged:
        return None


def find_report(artifacts: Path, model: NovelModel) -> tuple[Project, Record | None, list[str]]:
    """Return the report on a model, the project it belongs to, and notes for the user.

    The report is None where nothing but it has yet to run in that project.

    Raises
    ------
    NotReady
        No run here has left a report on this model, or other stages have yet to run.
    """
    project = _reopen_last(artifacts)
    record = _report_on(project.store, model)
    if record is not None:
        return project, record, []
    last = _last_run(project.store)
    if last is None or last.content != model.card.origin:
        raise NotReady(
            "expected a model whose run has left a report here, found none; a run with its novel "
            "and its settings leaves one",
            command="run-all",
        )
    return project, *_fresh_report(project)


def _report_on(store: Store, model: NovelModel) -> Record | None:
    """Return the newest sound report of the run that made a model, None if there is none."""
    for record in records(store, REPORT.name):
        if record.components["inputs"].get(MODEL.name) == model.card.origin:
            sound, _ = check(store, REPORT.name, record.key)
            if sound is not None:
                return sound
    return None


def _fresh_report(project: Project) -> tuple[Record | None, list[str]]:
    """Return the report that belongs to the settings as they are now, and notes for the user.

    None where nothing but the report itself has yet to run. A novel that has been moved away leaves
    the last complete run's report.

    Raises
    ------
    NotReady
        Another stage is stale or missing.
    """
    steps = plan(STAGES, project.settings, project.store, only=REPORT.name)
    waiting = explain.not_fresh(steps)
    if all(step.stage is REPORT for step in waiting):
        return steps[-1].record, []
    if lost := _lost_novel(project, waiting):
        record = _last_record(project.store, REPORT)
        if record is not None:
            return record, [f"{lost} is gone; this is the last complete run's report"]
    raise NotReady(
        f"expected up-to-date results to report, found {explain.causes(waiting)}",
        command=_run_words(project),
    )


def _lost_novel(project: Project, waiting: Sequence[Step]) -> str:
    """Return the names of the novel's files if that they are gone is why stages wait, else ""."""
    files = project.settings.values[waiting[0].stage.name].files().values()
    if waiting[0].stage is not STAGES[0] or all(path.exists() for path in files):
        return ""
    return ", ".join(path.name for path in files)


def run_command(project: Project) -> str:
    """Return the command line that brings everything up to date with the same settings."""
    return f"{program()} {_run_words(project)}"


def _run_words(project: Project) -> str:
    """Return that command line without the program's name."""
    words = ["run-all"]
    if project.config_path:
        words += ["--config", str(project.config_path)]
    for override in project.overrides:
        words += ["--set", override]
    if project.source:
        words += ["--source", project.source]
    if project.store.folder != ARTIFACTS:
        words += ["--artifacts", str(project.store.folder)]
    return shlex.join(words)


def _last_record(store: Store, stage: Stage) -> Record | None:
    """Return a stage's artifact of the last complete run, if it is there and sound."""
    key = _last_key(store, stage)
    return check(store, stage.name, key)[0] if key else None


def _last_key(store: Store, stage: Stage) -> str | None:
    """Return the key that the last complete run noted for a stage."""
    last = pointer.current(store)
    return last.keys.get(stage.name) if last else None
