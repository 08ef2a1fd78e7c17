"""`codefavor sandbox`: what confines foreign code on this machine, and one program run so."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from codefavor.cli.options import EngineOption, LanguageOption, find_language, read_text
from codefavor.errors import UserError
from codefavor.languages.registry import known_languages, language_named
from codefavor.sandbox.check_engines import CHECKED_ENGINES, CheckedEngine, check_engine, words_for_auto
from codefavor.sandbox.engine_check import EngineCheck
from codefavor.sandbox.job import Job, JobEnd
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.wire import ProcessLimits

_NOT_SAFE = 1
_ENDINGS: dict[JobEnd, str] = {
    "finished": "ended by itself",
    "exited": "ended with status {status}",
    "signal": "was killed by signal {number} (too much processor time or memory, or a crash)",
    "wall": "was stopped by the clock",
    "output": "was stopped for writing without end",
    "fuel": "was stopped for too much work",
    "memory": "was stopped for too much memory",
    "stack": "was stopped for too deep a recursion",
    "trap": "ended with its interpreter",
    "lost": "was lost: the sandbox did not answer",
}

app = typer.Typer(no_args_is_help=True, help="Check how foreign code is confined here, or run one program so.")


@app.callback()
def _sandbox() -> None:
    """Check how foreign code is confined here, or run one program so."""


@app.command()
def check(
    engine: Annotated[CheckedEngine | None, typer.Option(help="Check this one.", show_default="both")] = None,
) -> None:
    """Attack the engines and show what they withstood; exits with 1 when foreign code cannot be run safely here."""
    checks = [check_engine(name, _announce) for name in ([engine] if engine else CHECKED_ENGINES)]
    Console().print(_table(checks))
    if any(found.safe for found in checks):
        typer.echo("Foreign code can be run here.")
    else:
        typer.echo("Foreign code cannot be run safely here; it is refused unless --engine unsafe is given.")
    if engine is None:
        typer.echo(words_for_auto(checks))
    if not any(found.safe for found in checks):
        raise typer.Exit(_NOT_SAFE)


def _announce(text: str) -> None:
    typer.echo(text, err=True)


def _table(checks: Sequence[EngineCheck]) -> Table:
    table = Table("engine", "what", "state")
    for found in checks:
        table.add_row(found.engine, "", "safe" if found.safe else "not safe", end_section=True)
        rows = [
            *found.states.items(),
            *((f"control: {name}", outcome) for name, outcome in found.controls.items()),
            *((f"attack: {name}", outcome) for name, outcome in found.attacks.items()),
        ]
        for name, state in rows:
            table.add_row("", name, state)
        table.add_section()
    return table


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="A program; - is standard input.")],
    cpu_seconds: Annotated[int, typer.Option(min=1, help="Seconds of processor time.")] = ProcessLimits.cpu_seconds,
    language: LanguageOption = None,
    engine: EngineOption = "auto",
) -> None:
    """Run one program in the sandbox and say how it ended, what it printed and what it was refused."""
    program = language_named(find_language((file,), language))
    if not program.runs:
        runnable = ", ".join(known.title for known in known_languages() if known.runs)
        raise UserError(f"{file}: {program.title} cannot be run yet; what can be run is {runnable}")
    code = read_text(file)
    with open_engine(engine, 1) as opened:
        result = opened.run_one(
            Job(code, program=True, language=program.name, limits=ProcessLimits(cpu_seconds=cpu_seconds))
        )
    typer.echo(result.stdout, nl=not result.stdout.endswith("\n"))
    ending = _ENDINGS[result.ended].format(status=result.status, number=-result.status)
    work = "" if result.fuel is None else f" and {result.fuel:,} instructions"
    typer.echo(f"{file} {ending} after {result.cpu_seconds:.2f} s of processor time{work}.")
    for refused in result.refused:
        typer.echo(f"It was refused: {refused}.")
    if result.unsafe:
        typer.echo("It ran WITHOUT a sandbox (--engine unsafe).")
    typer.echo(f"It was run by: {result.engine}.")
