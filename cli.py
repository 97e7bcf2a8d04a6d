"""xuxie's command line: registers the commands; each is a file in `pipeline/commands/`."""

from __future__ import annotations

import sys

import typer

from pipeline.commands import clean, generate, lab, models, report, run, score, status

app = typer.Typer(
    help="xuxie 续写: turn a Chinese novel into a small model that writes on in its style.",
    epilog="Example: python cli.py run-all --source my_novel.txt   (--debug shows tracebacks)",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
COMMANDS = (  # in the order in which the help lists them: name, function, example
    ("run-all", run.run_all, "run-all --source my_novel.txt --quick"),
    ("run", run.run_one, "run train --force"),
    ("report", report.report, "report --model my_novel --output my_novel.html"),
    ("status", status.status, "status --verify"),
    ("dag", status.dag, "dag --mermaid"),
    ("clean", clean.clean, "clean --keep 2 --dry-run"),
    ("config", status.show_config, "config --set train.epochs=3"),
    ("generate", generate.generate, 'generate "宝玉听了，" --words 200 --temperature 0.7'),
    ("score", score.score, "score chapter.txt --json-lines"),
)
for name, function, example in COMMANDS:
    app.command(name, epilog=f"Example: python cli.py {example}")(function)
app.add_typer(models.app, name="models")
app.add_typer(lab.app, name="lab")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdin, sys.stdout):  # a character that cannot be read or shown becomes ?
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(args=[argument for argument in sys.argv[1:] if argument != "--debug"])


if __name__ == "__main__":
    main()
