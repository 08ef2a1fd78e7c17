"""`codefavor review`: what a change does to every function that it touches."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from codefavor.atomic import write_text, writing_to
from codefavor.cli.options import EngineOption, JsonOption, JudgeOption, OrdersOption, read_criterion
from codefavor.cli.progress import progress_bar
from codefavor.errors import SandboxError, UserError
from codefavor.git.repository import Repository, open_repository
from codefavor.git.revisions import find_revisions
from codefavor.judges.both_orders import judge_in_orders
from codefavor.judges.load import default_spec, load_judge
from codefavor.judges.protocol import Judge
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect
from codefavor.review.markdown import as_markdown
from codefavor.review.records import SURE, Review
from codefavor.review.review_changes import review_changes
from codefavor.review.sarif import as_sarif
from codefavor.review.text import as_text
from codefavor.sandbox.engine import EngineChoice, OpenEngine
from codefavor.sandbox.open_engine import open_engine

Format = Literal["text", "json", "sarif", "markdown"]

_RENDER: dict[Format, Callable[[Review], str]] = {
    "text": as_text,
    "json": lambda review: review.model_dump_json(indent=2) + "\n",
    "sarif": as_sarif,
    "markdown": as_markdown,
}
_BY_SUFFIX: dict[str, Format] = {".txt": "text", ".json": "json", ".sarif": "sarif", ".md": "markdown"}
_NEVER = "never"
_WORSE = 1

app = typer.Typer(help="Compare old and new of every function that a git diff changes.")


@app.command()
def review(
    revisions: Annotated[
        str | None, typer.Argument(help="OLD..NEW, MAIN...BRANCH, or one commit.", show_default="the last commit")
    ] = None,
    staged: Annotated[bool, typer.Option("--staged", help="What is staged, against the last commit.")] = False,
    repo: Annotated[Path, typer.Option(help="The repository, or a folder in it.")] = Path(),
    judge: JudgeOption = None,
    criterion: Annotated[
        list[str] | None,
        typer.Option(
            help=f"What better means: {', '.join(Aspect)}, or any other words; may be repeated.",
            show_default="the first three",
        ),
    ] = None,
    orders: OrdersOption = "both",
    output: Annotated[Format, typer.Option("--format", help="What to print.")] = "text",
    write: Annotated[
        list[Path] | None, typer.Option(help="Write a file too, by its suffix: .txt, .json, .sarif, .md; repeatable.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 when something is worse with at least this probability, or never.")
    ] = str(SURE),
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Say of every changed function whether it became worse or better. Exits with 1 when something became worse."""
    if staged and revisions:
        raise UserError(f"--staged and {revisions} exclude each other; give one")
    if as_json and output not in ("text", "json"):
        raise UserError(f"--json and --format {output} exclude each other; give one")
    output = "json" if as_json else output
    threshold = _threshold(fail_on)
    criteria = [read_criterion(words) for words in criterion or VERIFIABLE_ASPECTS]
    files = {path: _format_of(path) for path in write or ()}
    spec = judge or default_spec(os.environ)

    def make_judge(evidence: Judge) -> Judge:
        return judge_in_orders(load_judge(spec, engine, evidence), orders)

    repository = _open(repo)
    compared = find_revisions(repository, revisions, staged)
    opened, not_run = _open_engine(engine)
    workers = os.cpu_count() or 1
    try:
        with progress_bar() as progress:
            bar = progress.add_task("functions", total=None)
            result = review_changes(
                repository,
                compared,
                criteria,
                make_judge,
                opened,
                workers,
                not_run,
                lambda done, total: progress.update(bar, completed=done, total=total),
            )
    finally:
        if opened:
            opened.close()
    for path, kind in files.items():
        with writing_to(path):
            write_text(path, _RENDER[kind](result))
    typer.echo(_RENDER[output](result), nl=False)
    if threshold is not None and result.worse(threshold):
        raise typer.Exit(_WORSE)


def _threshold(value: str) -> float | None:
    if value == _NEVER:
        return None
    try:
        threshold = float(value)
    except ValueError:
        threshold = -1.0
    if not SURE <= threshold <= 1:
        raise UserError(f"--fail-on {value}: a probability from {SURE} to 1, or never")
    return threshold


def _format_of(path: Path) -> Format:
    try:
        return _BY_SUFFIX[path.suffix]
    except KeyError:
        raise UserError(f"--write {path}: the suffix names the format; known are {', '.join(_BY_SUFFIX)}") from None


def _open(path: Path) -> Repository:
    """Return the repository that holds `path`, with the index that git names to its hooks."""
    here = path.resolve()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), path)
    index = os.environ.get("GIT_INDEX_FILE")
    return open_repository(root, Path(index) if index else None)


def _open_engine(engine: EngineChoice) -> tuple[OpenEngine | None, str | None]:
    try:
        return open_engine(engine), None
    except SandboxError as error:
        return None, str(error)
