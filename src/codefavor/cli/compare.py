"""`codefavor compare`: ask a judge which of two files is better."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.errors import UserError
from codefavor.evidence.account import account
from codefavor.judge.both_orders import BothOrders
from codefavor.judge.comments import with_comments
from codefavor.judge.load import default_spec, load_judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion, criterion_for
from codefavor.pairs.verdict import Verdict

app = typer.Typer(help="Ask a judge which of two files is better.")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="Candidate A.")],
    b: Annotated[Path, typer.Argument(help="Candidate B.")],
    instruction: Annotated[str, typer.Option(help="What the code was to do.")],
    criterion: Annotated[str | None, typer.Option(help=f"What better means: {', '.join(Aspect)}.")] = None,
    criterion_text: Annotated[str | None, typer.Option(help="What better means, in your own words.")] = None,
    judge: Annotated[
        str | None, typer.Option(help="The judge: shorter, model:FOLDER, ... [default: CODEFAVOR_JUDGE, else evidence]")
    ] = None,
    one_order: Annotated[bool, typer.Option("--one-order", help="Do not ask again with A and B exchanged.")] = False,
    keep_comments: Annotated[bool, typer.Option("--keep-comments", help="Let the judge read comments.")] = False,
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a judge which of two files is better, in both orders unless told otherwise."""
    wanted = _criterion(criterion, criterion_text)
    comparison = Comparison(instruction=instruction, criterion=wanted, code_a=_read(a), code_b=_read(b))
    chosen = load_judge(judge or default_spec(os.environ), unsafe_local)
    asked = chosen if one_order else BothOrders(chosen)
    (verdict,) = asked.judge([with_comments(comparison, "kept" if keep_comments else "stripped").comparison])
    answer = _answer(verdict, a, b)
    if as_json:
        told = verdict.evidence.model_dump(mode="json", exclude_none=True) if verdict.evidence else None
        typer.echo(json.dumps({**answer, "evidence": told}, indent=2, ensure_ascii=False))
        return
    for name, value in answer.items():
        if value is not None:
            typer.echo(f"{name:<12} {value}")
    for number, line in enumerate(account(verdict.evidence) if verdict.evidence else ()):
        typer.echo(f"{'' if number else 'evidence':<12} {line}")


def _criterion(name: str | None, text: str | None) -> Criterion:
    if text is not None and name is None:
        return Criterion(text=text)
    if name is None or text is not None:
        raise UserError(f"say what better means: --criterion {'|'.join(Aspect)}, or --criterion-text in your own words")
    try:
        return criterion_for(Aspect(name))
    except ValueError:
        raise UserError(
            f"no criterion is called {name!r}; known are {', '.join(Aspect)}; --criterion-text takes your own words"
        ) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text") from None


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
