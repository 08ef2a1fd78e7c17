"""`codefavor compare`: ask a judge which of two files is better."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from codefavor import api
from codefavor.cli.options import (
    CriterionOption,
    EngineOption,
    JsonOption,
    JudgeOption,
    KeepCommentsOption,
    LanguageOption,
    OrdersOption,
    check_one_input,
    find_language,
    read_criterion,
    read_text,
    read_value,
)
from codefavor.evidence.describe import describe
from codefavor.judges.load import default_spec, load_judge
from codefavor.pairs.verdict import Verdict

app = typer.Typer(help="Ask a judge which of two files is better.")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="Candidate A; - is standard input.")],
    b: Annotated[Path, typer.Argument(help="Candidate B; - is standard input.")],
    instruction: Annotated[str, typer.Option(help="What the code was to do; @FILE reads it, - standard input.")],
    criterion: CriterionOption = None,
    judge: JudgeOption = None,
    language: LanguageOption = None,
    orders: OrdersOption = "both",
    keep_comments: KeepCommentsOption = False,
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Ask a judge which of two files is better."""
    check_one_input(a, b, instruction, criterion)
    verdict = api.compare(
        read_value(instruction),
        read_text(a),
        read_text(b),
        criterion=read_criterion(criterion),
        judge=load_judge(judge or default_spec(os.environ), engine),
        language=find_language((a, b), language),
        comments="kept" if keep_comments else "stripped",
        orders=orders,
    )
    answer = _answer(verdict, a, b)
    if as_json:
        evidence = verdict.evidence.model_dump(mode="json", exclude_none=True) if verdict.evidence else None
        typer.echo(json.dumps({**answer, "evidence": evidence}, indent=2, ensure_ascii=False))
        return
    for name, value in answer.items():
        if value is not None:
            typer.echo(f"{name:<12} {value}")
    for number, line in enumerate(describe(verdict.evidence) if verdict.evidence else ()):
        typer.echo(f"{'' if number else 'evidence':<12} {line}")


def _answer(verdict: Verdict, a: Path, b: Path) -> dict[str, str | float | None]:
    preferred = {"A": a, "B": b}.get(verdict.choice or "")
    probability = verdict.prob_a
    if probability is not None and verdict.choice == "B":
        probability = 1 - probability
    return {
        "preferred": str(preferred) if preferred else None,
        "choice": verdict.choice,
        "probability": None if probability is None else round(probability, 4),
        "undecided": verdict.undecided,
        "judge": verdict.judge,
        "feedback": verdict.feedback,
    }
