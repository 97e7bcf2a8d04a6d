"""The command line as a whole: refused in one line, named as it was called, with examples."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from pipeline.commands.console import say
from pipeline.commands.streams import ReaderGone
from pipeline.errors import XuxieError
from pipeline.hints import hint
from pipeline.program import program, told
from pipeline.shown import shown

# What the parser raises. Typer has taken its parser from click, and brought its own along since:
# either way this is the base of all refusals.
_Refused = cast("type[Exception]", typer.BadParameter.__mro__[2])
_LONGEST = 60  # characters of what was typed that are repeated


class _Telling:
    """What commands and groups of them tell: errors name the command, epilogs are examples."""

    epilog: str | None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; an error tells whose they are."""
        try:
            return cast("list[str]", super().parse_args(ctx, args))  # type: ignore[misc]
        except _Refused as error:
            _note_context(error, ctx)
            raise

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the example as it can be typed here: what follows the program's name."""
        _write_example(self.epilog, formatter)


class Command(_Telling, TyperCommand):
    """A command whose epilog is an example."""


class Group(_Telling, TyperGroup):
    """Commands, as `Command`, and the errors of them all."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was meant.

        Raises
        ------
        UsageError
            There is no such command; the nearest is named.
        """
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            got = shown(args[0], longest=_LONGEST) or "nothing"
            ctx.fail(f"expected a command, got {got}{hint(args[0], self.commands)}")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line and exit."""
        extra |= {"standalone_mode": False, "prog_name": program()}
        code: object = 0
        try:
            code = super().main(*args, **extra)
            if not code:
                sys.stdout.flush()
        except ReaderGone:  # it has seen enough
            code = 0
        except XuxieError as error:
            say(f"xuxie: {told(error)}")
            code = error.exit_code
        except _Refused as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                say(str(getattr(error, "message", "")), lines=True)
            else:
                say(f"xuxie: {''.join(_refusal(error))}")
            code = getattr(error, "exit_code", 2)
        sys.exit(code if isinstance(code, int) else 0)


def _note_context(error: Any, context: Any) -> None:
    """Note with a parser's error which command it is about; not all tell."""
    if getattr(error, "ctx", None) is None:
        error.ctx = context


def _write_example(example: str | None, formatter: Any) -> None:
    """Write an epilog: an example."""
    if example:
        formatter.write_paragraph()
        formatter.write(f"Example: {program()} {example}\n")


def _refusal(error: Any) -> Iterator[str]:
    """Yield in pieces what was expected, what was found and where to look, for a parser's error."""
    context, name = error.ctx, _name(error)
    kind = type(error).__name__
    if kind == "NoSuchOption":
        options = [option for p in context.command.get_params(context) for option in p.opts]
        yield f"{name}: no such option{hint(name, options)}"
    elif kind == "MissingParameter":
        yield f"{name}: expected a value, got none"
    elif kind == "BadOptionUsage":
        takes_none = "not take" in error.message
        yield f"{name}: expected {'no value, got one' if takes_none else 'a value, got none'}"
    elif "extra argument" in error.message:
        got = str(error.message).partition(" (")[2].removesuffix(")")
        yield f"expected no more arguments, got {shown(got, longest=_LONGEST)}"
        yield "; put a phrase in quotation marks"
    else:
        message = shown(str(error.message), longest=4 * _LONGEST).rstrip(".")
        yield f"{name}: {message}" if name else message[:1].lower() + message[1:]
    if context is not None:
        yield f"; see {context.command_path} --help"


def _name(error: Any) -> str:
    """Return the option or argument that a parser's error is about, "" where it is about none."""
    if option := getattr(error, "option_name", None):
        return shown(str(option), longest=_LONGEST)
    if (parameter := getattr(error, "param", None)) is None:
        return ""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())
