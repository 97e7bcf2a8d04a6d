"""The whole command line: registers the commands; each is a file beside this one."""

from __future__ import annotations

import typer

from pipeline.commands import clean, generate, lab, report, run, score, status

app = typer.Typer(
    help="xuxie 续写: turn a Chinese novel into a small model that writes on in its style.",
    epilog="Example: python cli.py run-all --source my_novel.txt   (--debug shows tracebacks)",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
COMMANDS = (  # in the order in which the help lists them: name, function, example
    ("run-all", run.run_all, "run-all --source my_novel.txt"),
    ("run", run.run_one, "run train --force"),
    ("report", report.report, "report --output my_novel.html"),
    ("status", status.status, "status --verify"),
    ("dag", status.dag, "dag --mermaid"),
    ("clean", clean.clean, "clean --keep 2 --dry-run"),
    ("config", status.show_config, "config --set train.epochs=3"),
    ("generate", generate.generate, 'generate "宝玉听了，" --words 200 --temperature 0.7'),
    ("score", score.score, "score chapter.txt --json-lines"),
)
for name, function, example in COMMANDS:
    app.command(name, epilog=f"Example: python cli.py {example}")(function)
app.add_typer(lab.app, name="lab")
