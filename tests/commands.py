"""Calling the command line on a trained small model, in this process."""

from __future__ import annotations

import json
from typing import Any

from pipelines import Trained, arguments_for
from typer.testing import CliRunner

from pipeline.commands.app import app

SEED_PHRASE = "青棠听了，"
MODEL = "澄秋阁"  # as the small novel names itself


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Call a command in this process; return exit code, stdout and stderr."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def model_options(trained: Trained) -> list[str]:
    """The options that name the trained model, so that no note has to say which it is."""
    return ["--artifacts", str(trained.artifacts), "--model", MODEL]


def run_options(trained: Trained) -> list[str]:
    return arguments_for(trained.artifacts, trained.novel)


def status_of(trained: Trained, *options: str) -> dict[str, dict[str, Any]]:
    """The rows of `status --json` by stage."""
    code, output, _ = invoke("status", "--json", *run_options(trained), *options)
    assert code == 0
    return {row["stage"]: row for row in json.loads(output)}


def stages_done(errors: str) -> list[str]:
    """The stages that a run's log says have run."""
    return [line.partition(":")[0] for line in errors.splitlines() if ": done in " in line]


def generate(trained: Trained, *options: str, seed_phrase: str = SEED_PHRASE) -> tuple[str, str]:
    """Write twelve words, but in a session as many as come; return stdout and stderr."""
    length = () if "--interactive" in options else ("--words", "12")
    code, output, errors = invoke(
        "generate", seed_phrase, *length, *model_options(trained), *options
    )
    assert code == 0, errors
    return output, errors
