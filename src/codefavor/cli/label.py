"""`codefavor label`: candidates and a judge become a preference set for DPO or reward training."""

import os
import shlex
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from codefavor.cli.fleet import AddressOption, BackendOption, WorkersOption
from codefavor.cli.options import CriterionOption, EngineOption, JudgeOption, KeepCommentsOption, read_criterion
from codefavor.cli.progress import counting
from codefavor.errors import UserError
from codefavor.judges.load import default_spec, judge_files, load_judge
from codefavor.labelling.label import label_problems
from codefavor.labelling.label_file import PARQUET_FILE, PREFERENCES_FILE, label_file
from codefavor.labelling.labelled import LabelSettings, Strategy
from codefavor.labelling.sharded import RayLabelling
from codefavor.labelling.yield_report import YieldReport
from codefavor.manifest import hash_file, make_manifest
from codefavor.ranking.ranking import RankSettings
from codefavor.ranking.sample_file import count_samples, read_samples
from codefavor.runs.shards import Fleet

app = typer.Typer(help="Make a preference set for training from candidates and a judge.")


@app.command()
def label(
    file: Annotated[Path, typer.Argument(help="JSONL or Parquet: instruction, candidates, and perhaps id, criterion.")],
    out: Annotated[Path, typer.Option(help="The folder of the set; a run that was cut off is resumed.")],
    criterion: CriterionOption = None,
    judge: JudgeOption = None,
    strategy: Annotated[Strategy, typer.Option(help="The best against the worst, or every two.")] = "best-worst",
    confidence: Annotated[float, typer.Option(help="Keep pairs whose order is at least this sure.")] = 0.8,
    delta: Annotated[float, typer.Option(help="Stop when more answers change the winner less often than this.")] = 0.02,
    max_judgements: Annotated[
        int | None,
        typer.Option(min=1, help="Judgements of one problem at most.", show_default="6 a candidate, or 40%"),
    ] = None,
    chat: Annotated[bool, typer.Option("--chat", help="Write chat messages, not plain text.")] = False,
    license_name: Annotated[str | None, typer.Option("--license", help="The licence of the candidates.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws the first round of judgements.")] = 0,
    keep_comments: KeepCommentsOption = False,
    backend: BackendOption = "local",
    shards_of: Annotated[int, typer.Option(min=1, help="With Ray: how many problems a shard has.")] = 64,
    workers: WorkersOption = 4,
    ray_address: AddressOption = None,
    engine: EngineOption = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print the yield report as JSON.")] = False,
) -> None:
    """Make a preference set in TRL's format: chosen, rejected, margin, probability, evidence."""
    if not 0 < delta < 0.5:
        raise UserError(f"--delta {delta:g}: a probability above 0 and below 0.5 was expected")
    if not 0.5 <= confidence < 1:
        raise UserError(f"--confidence {confidence:g}: a probability of at least 0.5 and below 1 was expected")
    spec = judge or default_spec(os.environ)
    chosen = load_judge(spec, engine)
    named = read_criterion(criterion) if criterion else None
    files = judge_files(spec)
    settings = LabelSettings(
        judge=chosen.name,
        judge_files={path.name: hash_file(path) for path in files},
        samples=hash_file(file),
        source=file.name,
        license=license_name,
        criterion=named,
        strategy=strategy,
        confidence=confidence,
        rank=RankSettings(
            delta=delta,
            max_judgements=max_judgements,
            comments="kept" if keep_comments else "stripped",
            seed=seed,
        ),
        engine=engine,
    )
    fleet = Fleet(workers=workers, shards_of=shards_of, address=ray_address)
    labelling = RayLabelling(spec, out, fleet) if backend == "ray" else label_problems
    problems = count_samples(file, named)
    command = shlex.join(["codefavor", *sys.argv[1:]])
    manifest = make_manifest(command, settings.model_dump(mode="json"), [file, *files], seed)
    parquet = find_spec("pyarrow") is not None
    with counting(chosen.name, problems, out) as done:
        samples = partial(read_samples, file, named)
        report = label_file(
            chosen, samples, settings, out, manifest, done, chat=chat, parquet=parquet, labelling=labelling
        )
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
        return
    _print_report(report)
    typer.echo(f"{out / PREFERENCES_FILE}")
    typer.echo(
        f"{out / PARQUET_FILE}"
        if parquet
        else "No Parquet: pip install 'codefavor[parquet]' and run the command again."
    )


def _print_report(report: YieldReport) -> None:
    table = Table("candidates", "problems", "with pairs", "kept", "dropped", box=SIMPLE_HEAD)
    for column in table.columns:
        column.justify = "right"
    for count, row in report.by_candidates.items():
        table.add_row(*map(str, (count, row.problems, row.with_pairs, row.kept, row.dropped)))
    Console().print(table)
    reasons = ", ".join(f"{reason}: {count}" for reason, count in report.dropped.items()) or "none"
    typer.echo(f"{report.kept} pairs of {report.problems} problems with {report.judgements} judgements")
    typer.echo(f"dropped: {reasons}")
    if report.mean_probability is not None and report.mean_margin is not None:
        typer.echo(f"mean probability {report.mean_probability:.3f}, mean margin {report.mean_margin:.2f} logits")
