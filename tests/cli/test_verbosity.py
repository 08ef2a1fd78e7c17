"""`-v` and `-q`: every command has them, and they decide what is said on standard error."""

import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from codefavor.cli.command import VERBS, VerbGroup
from codefavor.cli.main import app
from codefavor.cli.progress import progress_bar
from codefavor.cli.verbosity import add_verbosity, begin_logging, is_quiet, note


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    logger = logging.getLogger("codefavor")
    level, handlers = logger.level, list(logger.handlers)
    yield
    begin_logging()
    logger.setLevel(level)
    logger.handlers = handlers


def all_commands(command: object, name: str) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    assert isinstance(command, TyperCommand | TyperGroup)
    yield name, command
    if isinstance(command, TyperGroup):
        for below, inner in command.commands.items():
            yield from all_commands(inner, f"{name} {below}")


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_both_options_once(verb: str) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, VerbGroup)
    _, command, _ = group.resolve_command(typer.Context(group), [verb])  # type: ignore[no-untyped-call]
    for name, each in all_commands(command, verb):
        options = [option for parameter in each.params for option in parameter.opts]
        assert options.count("-v") == options.count("-q") == 1, name


NOTE = "a note, bar off, quiet False\n"


def run(*arguments: str) -> str:
    small = typer.Typer()

    @small.command()
    def work() -> None:
        log = logging.getLogger("codefavor.somewhere")
        log.debug("a detail")
        log.info("a step")
        log.warning("a warning")
        log.error("a failure")
        note(f"a note, bar {'off' if progress_bar().disable else 'on'}, quiet {is_quiet()}")

    command = typer.main.get_command(small)
    assert isinstance(command, TyperCommand)
    add_verbosity(command)
    begin_logging()
    written = StringIO()
    with redirect_stderr(written):
        command.main(list(arguments), standalone_mode=False)
    return written.getvalue()


def test_each_level_says_more() -> None:
    usual, verbose, most, quiet = run(), run("-v"), run("-vv"), run("-q")
    assert usual == "WARNING codefavor.somewhere: a warning\nERROR codefavor.somewhere: a failure\n" + NOTE
    assert verbose == "INFO codefavor.somewhere: a step\n" + usual
    assert most == "DEBUG codefavor.somewhere: a detail\n" + verbose
    assert quiet == "ERROR codefavor.somewhere: a failure\n"
