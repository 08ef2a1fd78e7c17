"""`codefavor review`: what a change does to every function that it touches."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from codefavor.atomic import write_text, writing_to
from codefavor.cli.options import JudgeOption
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.errors import SandboxError, UserError
from codefavor.git.repository import Repository, open_repository
from codefavor.git.revisions import find_revisions
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.load import default_spec, load_judge
from codefavor.judges.protocol import Judge
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect, Criterion, criterion_for
from codefavor.review.markdown import as_markdown
from codefavor.review.records import SURE, Review
from codefavor.review.review_changes import review_changes
from codefavor.review.sarif import as_sarif
from codefavor.review.text import as_text
from codefavor.sandbox.pool import WorkerPool
from codefavor.sandbox.probe import open_sandbox

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
        typer.Option(help=f"{', '.join(Aspect)}, or your own words; may be repeated.", show_default="the first three"),
    ] = None,
    one_order: Annotated[bool, typer.Option("--one-order", help="Do not ask again with A and B exchanged.")] = False,
    output: Annotated[Format, typer.Option("--format", help="What to print.")] = "text",
    write: Annotated[
        list[Path] | None, typer.Option(help="Write a file too, by its suffix: .txt, .json, .sarif, .md; repeatable.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 when something is worse with at least this probability, or never.")
    ] = str(SURE),
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
) -> None:
    """Say of every changed function whether it became worse or better. Exits with 1 when something became worse."""
    if staged and revisions:
        raise UserError(f"--staged and {revisions} are two questions; ask one")
    threshold = _threshold(fail_on)
    criteria = [_criterion(words) for words in criterion or VERIFIABLE_ASPECTS]
    files = {path: _format_of(path) for path in write or ()}
    spec = judge or default_spec(os.environ)

    def make_judge(evidence: Judge) -> Judge:
        chosen = load_judge(spec, unsafe_local, evidence)
        return chosen if one_order else BothOrders(chosen)

    repository = _open(repo)
    compared = find_revisions(repository, revisions, staged)
    pool, not_run = _open_pool(unsafe_local)
    workers = os.cpu_count() or 1
    try:
        with _progress() as progress:
            bar = progress.add_task("functions", total=None)
            found = review_changes(
                repository,
                compared,
                criteria,
                make_judge,
                pool,
                workers,
                not_run,
                lambda done, total: progress.update(bar, completed=done, total=total),
            )
    finally:
        if pool:
            pool.close()
    for path, kind in files.items():
        with writing_to(path):
            write_text(path, _RENDER[kind](found))
    typer.echo(_RENDER[output](found), nl=False)
    if threshold is not None and found.worse(threshold):
        raise typer.Exit(_WORSE)


def _threshold(asked: str) -> float | None:
    if asked == _NEVER:
        return None
    try:
        threshold = float(asked)
    except ValueError:
        threshold = -1.0
    if not SURE <= threshold <= 1:
        raise UserError(f"--fail-on {asked}: a probability from {SURE} to 1, or never")
    return threshold


def _criterion(words: str) -> Criterion:
    if not words.strip():
        raise UserError("--criterion needs words")
    return criterion_for(Aspect(words)) if words in set(Aspect) else Criterion(text=words)


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


def _open_pool(unsafe_local: bool) -> tuple[WorkerPool | None, str | None]:
    try:
        return open_sandbox(unsafe_local=unsafe_local), None
    except SandboxError as error:
        return None, str(error)


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
