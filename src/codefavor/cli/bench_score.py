"""`codefavor bench score`: verdicts that the paper's released evaluator wrote, as a run of ours."""

from pathlib import Path
from typing import Annotated

import typer

from codefavor.bench.bench_judge import record_run
from codefavor.bench.reference_verdicts import ReferenceFigure, read_reference
from codefavor.bench.results import RESULT_FILE, RunSettings
from codefavor.bench.tasks import load_tasks
from codefavor.cli.bench_options import command_line, comment_policy
from codefavor.errors import UserError
from codefavor.manifest import hash_file, make_manifest


def score(
    verdicts: Annotated[
        list[Path], typer.Argument(help="Verdict files of one model, such as evalroot/*-alignment/MODEL*.jsonl.")
    ],
    data: Annotated[Path, typer.Option(envvar="CODEFAVOR_BENCH", help="The benchmark's folder.")],
    out: Annotated[Path, typer.Option(help="The folder of the run, for report and compare.")],
    name: Annotated[str | None, typer.Option(help="What to call the judge; by default as the evaluator does.")] = None,
    keep_comments: Annotated[
        bool, typer.Option("--keep-comments", help="The model was shown the comments (no .remove_comment in the name).")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Draws resampling.")] = 0,
) -> None:
    """Score verdicts of the paper's released evaluator: its own figures, and a run folder like any other."""
    if not data.is_dir():
        raise UserError(f"{data}: the benchmark's folder is needed, since verdicts name its rows by hash")
    comments = comment_policy(keep_comments)
    tasks = load_tasks(data, comments, seed)
    read = read_reference(verdicts, data, tasks)
    settings = RunSettings(
        judge=name or read.model,
        judge_files={str(file): hash_file(file) for file in verdicts},
        data=tasks.files,
        order="given",
        comments=comments,
        seed=seed,
    )
    inputs = [*verdicts, *tasks.paths(data)]
    manifest = make_manifest(command_line(), settings.model_dump(mode="json"), inputs, seed)
    result = record_run(read.rows, tasks, settings, out, manifest)
    for key, figure in read.figures.items():
        typer.echo(f"{key}: {figure}{_missing(figure, result.aspects[key].accuracy)}")
    if read.unknown:
        typer.echo(f"{read.unknown} rows are about no task of the data and count for nothing.")
    typer.echo(f"{out / RESULT_FILE}")


def _missing(figure: ReferenceFigure, ours: float) -> str:
    if not figure.missing:
        return ""
    return f" over {figure.rows} rows; {100 * ours:.1f}% with the {figure.missing} tasks that have none as undecided"
