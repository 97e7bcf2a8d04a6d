"""The commands, put together; each is a file in this folder."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.commands import (
    clean,
    compare,
    desk,
    generate,
    lab,
    models,
    report,
    run,
    score,
    status,
    text,
)
from pipeline.commands.options import Debug
from pipeline.commands.usage import Command, Group
from pipeline.shipped import CHECKOUT

COMMANDS = (  # in the order in which the help lists them: name, function, example
    ("run-all", run.run_all, "run-all --source my_novel.txt --quick"),
    ("run", run.run_one, "run train --force"),
    ("text", text.text, "text --source my_novel.txt --removed"),
    ("report", report.report, "report --model my_novel --output my_novel.html"),
    ("status", status.status, "status --verify"),
    ("dag", status.dag, "dag --mermaid"),
    ("clean", clean.clean, "clean --keep 2 --dry-run"),
    ("config", status.show_config, "config --set train.epochs=3"),
    ("generate", generate.generate, 'generate "宝玉听了，" --words 200 --temperature 0.7'),
    ("desk", desk.desk, "desk --model my_novel"),
    ("score", score.score, "score chapter.txt --json-lines"),
    ("compare", compare.compare, "compare --model 红楼梦 --model 西游记 my_novel.txt"),
)

app = typer.Typer(
    cls=Group,
    help="xuxie 续写: turn a Chinese novel into a small model that writes on in its style.",
    epilog="run-all --source my_novel.txt",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    """Print the version and end, if asked for."""
    if asked:
        typer.echo(f"xuxie {_version()}")
        raise typer.Exit


def _version() -> str:
    """Return the version: that of the source that runs, or else the installed one."""
    import tomllib
    from importlib.metadata import version

    if CHECKOUT is None:
        return version("xuxie")
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


@app.callback()
def _everywhere(
    debug: Debug = False,  # read by `guarded`, from the context
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Xuxie 续写: turn a Chinese novel into a small model that writes on in its style."""


for _name, _function, _example in COMMANDS:
    app.command(_name, cls=Command, epilog=_example)(_function)
app.add_typer(models.app, name="models", cls=Group)
app.add_typer(lab.app, name="lab", cls=Group)
