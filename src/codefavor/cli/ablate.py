"""`codefavor ablate`: a study from one configuration, resumable, ending in one table."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import Progress

from codefavor.ablate.grid import Grid
from codefavor.ablate.run_study import StudyProgress, run_grid
from codefavor.ablate.table import make_table, to_csv, to_markdown
from codefavor.atomic import write_text
from codefavor.cli.verbosity import is_quiet
from codefavor.config import load_config

app = typer.Typer()


@app.command()
def ablate(
    config: Annotated[Path, typer.Argument(help="The study: a YAML file, such as those in configs/ablate.")],
    out: Annotated[Path, typer.Option(help="The study's folder; a study that was stopped is resumed.")],
    pairs: Annotated[list[Path] | None, typer.Option("--pairs", help="What cells are trained on; repeatable.")] = None,
    data: Annotated[
        Path | None, typer.Option(envvar="CODEFAVOR_BENCH", help="The benchmark's folder, or a file of pairs.")
    ] = None,
) -> None:
    """Train, bench and compare the cells of a study; writes table.md, table.csv and table.json."""
    grid = load_config(Grid, config, {"pairs": pairs or None, "data": data})
    try:
        with Progress(console=Console(stderr=True, quiet=is_quiet()), transient=True) as progress:
            run_grid(grid, out, _progress_callback(progress, list(grid.cells)))
    except KeyboardInterrupt:
        typer.echo(f"stopped; the same command resumes the study in {out}", err=True)
        raise
    table = make_table(grid, out)
    texts = {"table.md": to_markdown(table), "table.csv": to_csv(table), "table.json": table.model_dump_json(indent=2)}
    for name, text in texts.items():
        write_text(out / name, text if text.endswith("\n") else text + "\n")
    Console().print(Markdown(texts["table.md"]))
    typer.echo(f"{out / 'table.md'}")


def _progress_callback(progress: Progress, cells: list[str]) -> Callable[[StudyProgress], None]:
    """Return the callback that prints a line for every cell and shows its progress."""
    begun: set[str] = set()
    bar = progress.add_task("", total=None)

    def show(state: StudyProgress) -> None:
        if state.cell not in begun:
            begun.add(state.cell)
            progress.console.print(f"== {cells.index(state.cell) + 1}/{len(cells)} {state.cell}", highlight=False)
        progress.update(bar, description=state.work, completed=state.done, total=state.total)

    return show
