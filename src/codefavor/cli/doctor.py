"""`codefavor doctor`: what is installed and what is missing."""

import os
from typing import Annotated

import typer

from codefavor.cli.options import JsonOption
from codefavor.doctor.check import Check, Diagnosis
from codefavor.doctor.examine import examine

app = typer.Typer(help="Check what is installed and what is missing, with the command that fixes it.")
_NOT_ABLE = 1


@app.command()
def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Have the default judge compare two codes, and ask torch for its devices.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check what is installed and what is missing; exits with 1 when two codes cannot be compared by the default judge.

    Keys are listed by name; their values are never printed. Nothing is changed, fetched or sent without --deep.
    """
    diagnosis = examine(os.environ, deep)
    typer.echo(diagnosis.model_dump_json(indent=2) if as_json else _render(diagnosis))
    if not diagnosis.able:
        raise typer.Exit(_NOT_ABLE)


def _render(diagnosis: Diagnosis) -> str:
    width = max(len(check.part) for check in diagnosis.checks)
    lines = [f"codefavor {diagnosis.version}"]
    for check in diagnosis.checks:
        lines.append(f"{_mark(check):<9}{check.part:<{width}}  {check.detail}")
        if check.fix:
            lines.append(f"{'':<{9 + width}}  -> {check.fix}")
    unfit = ", ".join(check.part for check in diagnosis.checks if check.needed and check.state != "ok")
    job = "compare two codes by the default judge"
    able = f"This machine can {job}."
    lines.append(able if diagnosis.able else f"This machine cannot {job}; fix first: {unfit}.")
    return "\n".join(lines)


def _mark(check: Check) -> str:
    return check.state.upper() if check.needed and check.state != "ok" else check.state
