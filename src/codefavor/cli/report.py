"""`codefavor report`: results side by side in one HTML page, and as Markdown, LaTeX or CSV."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from codefavor.atomic import replacing, writing_to
from codefavor.bench.tasks import TaskSet, load_tasks
from codefavor.errors import UserError
from codefavor.report.browser import covers
from codefavor.report.page import render_page
from codefavor.report.published import load_published
from codefavor.report.runs import ReportedRun, read_run
from codefavor.report.table import by_data, make_accuracy_table
from codefavor.report.text import for_terminal, to_csv, to_latex, to_markdown

app = typer.Typer(help="Put results side by side in one HTML page.")


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="Folders of finished bench runs, or their result.json.")],
    out: Annotated[Path, typer.Option(help="The HTML page.")] = Path("report.html"),
    markdown: Annotated[Path | None, typer.Option(help="Also write the tables as Markdown.")] = None,
    latex: Annotated[Path | None, typer.Option(help="Also write the tables as LaTeX.")] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="The benchmark's folder or file of pairs: adds the browser of tasks and the length figures."),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the figures as CSV.")] = None,
) -> None:
    """Put results side by side in one HTML page that needs no network."""
    runs = [read_run(path) for path in results]
    published = load_published()
    tables = [make_accuracy_table(members, published) for members in by_data([run.result for run in runs])]
    texts = {out: render_page(runs, published, _tasks(data, runs) if data else None)}
    if markdown:
        texts[markdown] = "\n".join(to_markdown(table) for table in tables)
    if latex:
        texts[latex] = "\n".join(to_latex(table) for table in tables)
    if csv:
        texts[csv] = to_csv(tables)
    _write_all(texts)
    console = Console()
    for table in tables:
        console.print(for_terminal(table))
    for path in texts:
        typer.echo(f"{path}")


def _tasks(data: Path, runs: Sequence[ReportedRun]) -> TaskSet:
    """Return the tasks as the first run on them was shown them.

    Raises:
        UserError: no run with verdicts is on this data.
    """
    for run in runs:
        settings = run.result.settings
        tasks = load_tasks(data, settings.comments, settings.seed)
        if covers(tasks, run):
            return tasks
    raise UserError(f"{data}: none of the runs was benched on this, or none has its verdicts.jsonl beside its result")


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write every file beside its place first, so that what is there stays until all can be replaced."""
    for path in texts:
        if path.is_dir():
            raise UserError(f"{path}: cannot be written: it is a folder")
    with ExitStack() as opened:
        for path, text in texts.items():
            opened.enter_context(writing_to(path))
            opened.enter_context(replacing(path)).write_text(text, encoding="utf-8")
