"""`models`: the trained models, and how they come and go: list, export, import, rename, remove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.console import agrees, guarded, print_json, say
from pipeline.commands.options import Artifacts, AsJson, Yes
from pipeline.commands.parsers import checked_name, checked_path
from pipeline.commands.results import format_score
from pipeline.commands.usage import Command
from pipeline.errors import ArtifactDamaged, SettingsError
from pipeline.models import shelf
from pipeline.models.names import SUFFIX, check_name, safe_name
from pipeline.models.shelf import Entry, read_name
from pipeline.program import program
from pipeline.project import ARTIFACTS
from pipeline.runner.disk import usable, write_durably
from pipeline.shown import visible

if TYPE_CHECKING:
    from pipeline.engine.bundle.model import NovelModel

_Name = Annotated[
    str, typer.Argument(metavar="NAME", parser=checked_name, help="A model; `models` lists them.")
]

app = typer.Typer(
    help="The trained models: list, export, import, rename, remove.",
    epilog="models --json",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
@guarded
def list_models(
    context: typer.Context, as_json: AsJson = False, artifacts: Artifacts = ARTIFACTS
) -> None:
    """List the trained models, the newest first; or do something with one."""
    if context.invoked_subcommand is not None:
        return None
    found = shelf.entries(shelf.shelf_of(artifacts.absolute()))
    if as_json:
        return print_json([_entry_json(entry) for entry in found])
    if not found:
        return print(f"no models yet; run: {program()} run-all --source 我的小说.txt")
    return print(*_entry_lines(found), sep="\n")


@app.command("export", cls=Command, epilog="models export 红楼梦 ~/红楼梦.safetensors")
@guarded
def export_model(
    name: _Name,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=checked_path, help="The new file, or a folder.")
    ],
    as_base: Annotated[
        bool,
        typer.Option("--as-base", help="Only the network, small, to begin other trainings with."),
    ] = False,
    titles: Annotated[
        list[str] | None,
        typer.Option("--title", help="With --as-base: a novel that it has read; repeatable."),
    ] = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Copy a model to a file, with a model card in Markdown beside it."""
    from pipeline.models.card import model_card

    source = shelf.find(shelf.shelf_of(artifacts.absolute()), name, "NAME")
    model = shelf.open_model(source)
    target = file / source.name if file.is_dir() else file
    if as_base:
        return _export_base(model, target, tuple(titles or ()), as_json)
    card_path = target.with_name(f"{target.name.removesuffix(SUFFIX)}.md")
    for path in (target, card_path):
        if path.exists():
            raise SettingsError(
                f"FILE: expected a new file, got {visible(str(path))}; remove it or name another"
            )
    if not target.parent.is_dir():
        raise SettingsError(
            f"FILE: expected a file in a folder that is there, got {visible(str(target))}; make "
            "the folder first or name another",
            option="FILE",
        )
    with usable(target.parent, "folder"):
        shelf.copy_to(source, target)
        card = model_card(model, target.name, target.stat().st_size)
        write_durably(card_path, card)
    if as_json:
        return print_json({"model": str(target), "card": str(card_path)})
    print(visible(f"{target}"), visible(f"{card_path}"), sep="\n")
    return say(f"xuxie: {visible(model.card.licence_note)}")


def _export_base(model: NovelModel, target: Path, titles: tuple[str, ...], as_json: bool) -> None:
    """Write what a model has learnt of the language, without its novel; by default it names one."""
    from pipeline.artifacts.base import save_base
    from pipeline.stages.base import base_of

    if target.exists():
        raise SettingsError(
            f"FILE: expected a new file, got {visible(str(target))}; remove it or name another",
            option="FILE",
            path=target,
        )
    try:
        base = base_of(model, titles)
    except ArtifactDamaged as error:
        raise SettingsError(f"NAME: {error}", option="NAME") from error
    with usable(target.parent), TemporaryDirectory(dir=target.parent) as folder:
        draft = Path(folder) / target.name
        save_base(base, draft)
        shelf.copy_to(draft, target)
    return print_json({"base": str(target)}) if as_json else print(visible(str(target)))


@app.command("import", cls=Command, epilog="models import ~/红楼梦.safetensors")
@guarded
def import_model(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", parser=checked_path, help="A model's file.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="Its new name; by default the file's.")
    ] = None,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Check a model's file and copy it to the others; nothing is ever overwritten."""
    own = safe_name(file.name) if name is None else check_name(name, "--name")
    path = shelf.bring(shelf.shelf_of(artifacts.absolute()), file, own)
    return _show_entry(path, as_json)


@app.command("rename", cls=Command, epilog="models rename small_novel 我的小说")
@guarded
def rename_model(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", parser=checked_name, help="A model; `models` lists them."),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Give a model another name."""
    return _show_entry(shelf.rename(shelf.shelf_of(artifacts.absolute()), old, new), as_json)


@app.command("remove", cls=Command, epilog="models remove 红楼梦 --yes")
@guarded
def remove_model(
    name: _Name,
    yes: Yes = False,
    as_json: AsJson = False,
    artifacts: Artifacts = ARTIFACTS,
) -> None:
    """Remove a model for good."""
    path = shelf.own_file(shelf.shelf_of(artifacts.absolute()), name)
    if not yes and not agrees(f"remove {read_name(path)} for good?"):
        raise SettingsError(
            f"{read_name(path)}: expected yes, got no; nothing removed; --yes does not ask"
        )
    with usable(path.parent):
        path.unlink()
    if as_json:
        return print_json({"removed": read_name(path)})
    return print(f"removed {read_name(path)}")


def _show_entry(path: Path, as_json: bool) -> None:
    """Print a model that has just come to the shelf."""
    entry = shelf.read_entry(path)
    return print_json(_entry_json(entry)) if as_json else print(*_entry_lines([entry]), sep="\n")


def _entry_lines(found: Sequence[Entry]) -> Iterator[str]:
    """Yield a line a model: words, size, date, scores, name; the name comes last, being wide."""
    yield f"{'words':>9}{'size':>12}  {'date':<16}{'top1':>8}{'bits/char':>11}  name"
    for entry in found:
        card = entry.card
        scores = card.scores if card and card.scores else {}
        top1, bits = (format_score(scores.get(key)) for key in ("top1", "bits_per_character"))
        size, date = f"{entry.bytes / 1e6:,.1f} MB", _when(entry).strftime("%Y-%m-%d %H:%M")
        title = f"  《{card.title}》" if card and card.title not in ("", entry.name) else ""
        told = f"  cannot be used: {entry.fault}" if entry.fault else title
        words = f"{entry.words:,}" if card else "–"
        yield (
            f"{words:>9}{size:>12}  {date:<16}{top1:>8}{bits:>11}  {read_name(entry.path)}{told}"
        )


def _entry_json(entry: Entry) -> dict[str, Any]:
    """Return a model as JSON values; `words` is the size of its vocabulary."""
    card = entry.card
    return {
        "name": read_name(entry.path),
        "title": card and card.title,
        "words": entry.words,
        "bytes": entry.bytes,
        "date": _when(entry).isoformat(timespec="seconds"),
        "scores": card and card.scores,
        "file": visible(str(entry.path)),
        "fault": entry.fault,
    }


def _when(entry: Entry) -> datetime:
    """Return the local time of a model's file."""
    return datetime.fromtimestamp(entry.made / 1e9, UTC).astimezone()
