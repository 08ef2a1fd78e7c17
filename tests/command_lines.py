"""Command lines of `codefavor` that stand in scripts and documents, held against the real command line.

Nothing is run: a line is parsed as the command would parse it.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import Exit, TyperException

from codefavor.cli.command import VERBS
from codefavor.cli.main import app


def _found(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that `words` (without "codefavor") name, and the words that are left for it."""
    verb, *rest = words
    if verb.startswith("-"):
        return typer.main.get_command(app), words
    assert verb in VERBS, verb
    found: Any = typer.main.get_command(import_module(f"codefavor.cli.{verb.replace('-', '_')}").app)
    while isinstance(found, TyperGroup) and rest and not rest[0].startswith("-"):
        assert rest[0] in found.commands, f"{verb} has no command {rest[0]}"
        found = found.commands[rest.pop(0)]
    return found, rest


def unknown_options(words: list[str]) -> list[str]:
    """Return the options that the command has not; what else stands on the line does not matter."""
    found, rest = _found(words)
    known = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    used = [word.partition("=")[0] for word in rest if word.startswith("--")]
    return [word for word in used if word not in known]


def refusal(words: list[str]) -> str | None:
    """Return why the command line would not take `words` (without "codefavor"), or None where it would."""
    try:
        found, rest = _found(words)
        found.make_context("codefavor", list(rest))
    except Exit:
        return None
    except (AssertionError, TyperException) as error:
        return str(error)
    return None
