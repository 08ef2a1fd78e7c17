"""`codefavor bench score`: verdicts that the paper's released evaluator wrote, as a run of ours."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from codefavor.bench.bench_judge import record_run
from codefavor.bench.reference_verdicts import ReferenceFigure, read_reference
from codefavor.bench.results import RESULT_FILE, RunSettings
from codefavor.bench.tasks import load_tasks
from codefavor.errors import UserError
from codefavor.manifest import hash_file, make_manifest
from codefavor.pairs.presentation import CommentPolicy


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
    comments: CommentPolicy = "kept" if keep_comments else "stripped"
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
    command = shlex.join(["codefavor", *sys.argv[1:]])
    inputs = [*verdicts, *(data / file for file in tasks.files)]
    manifest = make_manifest(command, settings.model_dump(mode="json"), inputs, seed)
    unparsed = {aspect: count for aspect, count in tasks.unparsed.items() if aspect in read.figures}
    result = record_run(read.rows, unparsed, settings, out, manifest)
    for aspect, figure in read.figures.items():
        typer.echo(f"{aspect}: {figure}{_missing(figure, result.aspects[aspect].accuracy)}")
    if read.unknown:
        typer.echo(f"{read.unknown} rows are about no task of the data and count for nothing.")
    typer.echo(f"{out / RESULT_FILE}")


def _missing(figure: ReferenceFigure, ours: float) -> str:
    if not figure.missing:
        return ""
    return f" over {figure.rows} rows; {100 * ours:.1f}% with the {figure.missing} tasks that have none as undecided"
