"""How much every command says on standard error: `-v` for the log, `-q` for results and errors alone."""

import logging
import sys
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

_LOGGER = "codefavor"
_FORMAT = "%(levelname)s %(name)s: %(message)s"
_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
_quiet = False


class _StandardError(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to standard error as it is now: tests and callers may have replaced it."""

    def emit(self, record: logging.LogRecord) -> None:
        self.setStream(sys.stderr)
        super().emit(record)


def begin_logging() -> None:
    """Send warnings and errors of codefavor to standard error; `-v` and `-q` of a command change that afterwards."""
    global _quiet
    _quiet = False
    logger = logging.getLogger(_LOGGER)
    if not any(isinstance(handler, _StandardError) for handler in logger.handlers):
        handler = _StandardError()
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
    logger.setLevel(logging.WARNING)


def is_quiet() -> bool:
    """Return whether progress and notes are not wanted."""
    return _quiet


def note(text: str) -> None:
    """Write a remark to standard error, unless the command was given `-q`."""
    if not _quiet:
        typer.echo(text, err=True)


def add_verbosity(command: TyperCommand | TyperGroup) -> None:
    """Give a command, and all of its subcommands, the options `-v` and `-q`."""
    known = {name for parameter in command.params for name in parameter.opts}
    command.params += [option for option in _make_options() if not known & set(option.opts)]
    for subcommand in command.commands.values() if isinstance(command, TyperGroup) else ():
        if isinstance(subcommand, TyperCommand | TyperGroup):
            add_verbosity(subcommand)


def _make_options() -> list[TyperOption]:
    """Return the two options, as Typer makes them of a command's parameters."""
    app = typer.Typer(add_completion=False)
    app.command()(_options)
    made = typer.main.get_command(app).params
    return [option for option in made if isinstance(option, TyperOption) and option.name in ("verbose", "quiet")]


def _set_verbose(count: int) -> None:
    if count:
        logging.getLogger(_LOGGER).setLevel(_LEVELS[min(count, len(_LEVELS) - 1)])


def _set_quiet(quiet: bool) -> None:
    global _quiet
    if quiet:
        _quiet = True
        logging.getLogger(_LOGGER).setLevel(logging.ERROR)


def _options(
    verbose: Annotated[
        int,
        typer.Option(
            "-v",
            "--verbose",
            count=True,
            expose_value=False,
            show_default=False,
            callback=_set_verbose,
            help="Log to standard error; -vv logs more.",
        ),
    ] = 0,
    quiet: Annotated[
        bool,
        typer.Option("-q", "--quiet", expose_value=False, callback=_set_quiet, help="No progress and no notes."),
    ] = False,
) -> None:
    """Hold the options that every command has."""
