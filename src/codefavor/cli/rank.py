"""`codefavor rank`: which of many candidates is best?"""

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from codefavor import api
from codefavor.cli.options import (
    CriterionOption,
    EngineOption,
    JsonOption,
    JudgeOption,
    KeepCommentsOption,
    LanguageOption,
    check_one_input,
    find_language,
    read_criterion,
    read_text,
    read_value,
)
from codefavor.cli.progress import counting
from codefavor.errors import UserError
from codefavor.judges.load import default_spec, judge_files, load_judge
from codefavor.manifest import hash_file, make_manifest
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.presentation import CommentPolicy
from codefavor.ranking.best_of_n import RANKINGS_FILE, JudgedFile, best_of_n
from codefavor.ranking.ranking import RankSettings
from codefavor.ranking.sample_file import count_samples, read_samples
from codefavor.ranking.view import render_ranking
from codefavor.sandbox.engine import EngineChoice

app = typer.Typer(help="Find the best of many candidates with few judgements.")


@app.command()
def rank_command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="The candidates, a file each; - is standard input.")
    ] = None,
    instruction: Annotated[
        str | None, typer.Option(help="What the code was to do; @FILE reads it, - standard input.")
    ] = None,
    criterion: CriterionOption = None,
    judge: JudgeOption = None,
    language: LanguageOption = None,
    delta: Annotated[float, typer.Option(help="Stop when more answers change the winner less often than this.")] = 0.02,
    max_judgements: Annotated[
        int | None,
        typer.Option(min=1, help="Judgements of one problem at most.", show_default="6 a candidate, or 40%"),
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="Best of N for many problems: JSONL or Parquet, one a row (with --out).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of a run over --candidates; it can be resumed.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the first round of judgements.")] = 0,
    keep_comments: KeepCommentsOption = False,
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Find the best of many candidates: strengths, ranks and cycles, from as few judgements as it takes."""
    if not 0 < delta < 0.5:
        raise UserError(f"--delta {delta:g}: a probability above 0 and below 0.5 was expected")
    comments: CommentPolicy = "kept" if keep_comments else "stripped"
    settings = RankSettings(delta=delta, max_judgements=max_judgements, comments=comments, seed=seed)
    spec = judge or default_spec(os.environ)
    if candidates is not None:
        if files or instruction is not None or language is not None or out is None:
            raise UserError("--candidates goes with --out, and without files, --instruction and --language")
        named = read_criterion(criterion) if criterion else None
        _rank_file(candidates, named, spec, settings, out, engine, as_json)
        return
    if not files or instruction is None or out is not None:
        raise UserError("name the candidates and --instruction, or --candidates FILE with --out FOLDER")
    check_one_input(*files, instruction, criterion)
    ranking = api.rank(
        read_value(instruction),
        [read_text(file) for file in files],
        criterion=read_criterion(criterion),
        judge=load_judge(spec, engine),
        language=find_language(files, language),
        settings=settings,
    )
    names = [str(file) for file in files]
    if as_json:
        typer.echo(ranking.model_dump_json(indent=2, exclude={"id", "index"}))
    else:
        Console().print(render_ranking(ranking, names), highlight=False)


def _rank_file(
    samples: Path,
    criterion: Criterion | None,
    spec: str,
    settings: RankSettings,
    out: Path,
    engine: EngineChoice,
    as_json: bool,
) -> None:
    chosen = load_judge(spec, engine)
    files = judge_files(spec)
    run = JudgedFile(
        judge=chosen.name,
        judge_files={file.name: hash_file(file) for file in files},
        samples=hash_file(samples),
        criterion=criterion,
        rank=settings,
        engine=engine,
    )
    problems = count_samples(samples, criterion)
    command = shlex.join(["codefavor", *sys.argv[1:]])
    manifest = make_manifest(command, run.model_dump(mode="json"), [samples, *files], settings.seed)
    with counting(chosen.name, problems, out) as done:
        result = best_of_n(chosen, read_samples(samples, criterion), run, out, manifest, done)
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
        return
    typer.echo(
        f"{result.problems} problems: {result.certain} winners certain, {result.level} without a winner, "
        f"{result.with_cycles} with cycles; {result.judgements} of {result.of} judgements"
    )
    typer.echo(f"{out / RANKINGS_FILE}")
