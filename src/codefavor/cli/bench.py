"""`codefavor bench`: how good is a judge, and is it better than another one?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codefavor.bench.bench_judge import bench_judge
from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.fetch import fetch_benchmark
from codefavor.bench.paired import PairedResult, compare_runs
from codefavor.bench.registry import find_benchmark, known_names
from codefavor.bench.results import RESULT_FILE, BenchResult
from codefavor.bench.undecided import export_undecided
from codefavor.cli.bench_audit import audit_label_command, bias
from codefavor.cli.bench_build import app as build_app
from codefavor.cli.bench_cascade import calibrate_cascade
from codefavor.cli.bench_export import export
from codefavor.cli.bench_options import (
    DataOption,
    JudgeSpecOption,
    KeepCommentsOption,
    command_line,
    comment_policy,
)
from codefavor.cli.bench_score import score
from codefavor.cli.fleet import AddressOption, BackendOption, WorkersOption
from codefavor.cli.options import EngineOption, OrdersOption
from codefavor.cli.progress import counting
from codefavor.pairs.criterion import Wording
from codefavor.report.table import make_accuracy_table
from codefavor.report.text import for_terminal, p_value, percent
from codefavor.runs.shards import Fleet

app = typer.Typer(no_args_is_help=True, help="Score judges on tasks with known answers, and test their differences.")
app.command("calibrate-cascade")(calibrate_cascade)


@app.callback()
def _bench() -> None:
    """Score judges on tasks with known answers, and test their differences."""


app.command("audit-labels")(audit_label_command)
app.command()(bias)
app.command()(score)
app.command()(export)
app.add_typer(build_app, name="build")


@app.command()
def run(
    judge: JudgeSpecOption,
    data: DataOption,
    out: Annotated[Path, typer.Option(help="The folder of the run; a run that was cut off is continued.")],
    orders: OrdersOption = "both",
    keep_comments: KeepCommentsOption = False,
    criterion: Annotated[
        Wording,
        typer.Option("--wording", help="The criterion the judge reads: each task's own, high quality, or nothing."),
    ] = "given",
    seed: Annotated[int, typer.Option(min=0, help="Draws the order in which pairs are shown, and resampling.")] = 0,
    only: Annotated[Path | None, typer.Option(help="subset.json of an audit: judge its tasks only.")] = None,
    export_undecided_to: Annotated[
        Path | None,
        typer.Option(
            "--export-undecided", help="Write what stays undecided as pairs, for `codefavor annotate --pairs`."
        ),
    ] = None,
    backend: BackendOption = "local",
    shards_of: Annotated[int, typer.Option(min=1, help="With Ray: how many tasks a shard has.")] = 64,
    workers: WorkersOption = 4,
    ray_address: AddressOption = None,
    engine: EngineOption = "auto",
) -> None:
    """Judge every task, score the answers, and write result.json."""
    with counting(judge, None, out) as advance:
        result = bench_judge(
            judge,
            data,
            out,
            orders=orders,
            comments=comment_policy(keep_comments),
            criterion=criterion,
            seed=seed,
            only=only,
            engine=engine,
            fleet=Fleet(workers=workers, shards_of=shards_of, address=ray_address) if backend == "ray" else None,
            command=command_line(),
            progress=advance,
        )
    _print_result(result)
    if export_undecided_to:
        exported = export_undecided(out, data, export_undecided_to)
        identical = f"; {exported.identical} left out, whose codes are the same" if exported.identical else ""
        typer.echo(f"{export_undecided_to}: {exported.pairs} undecided pairs{identical}")
    typer.echo(f"{out / RESULT_FILE}")


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    second: Annotated[Path, typer.Argument(help="The folder of another one on the same data.")],
    seed: Annotated[int, typer.Option(min=0, help="Draws the sign flips and the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Test whether two judges differ: paired by task, clustered by problem."""
    result = compare_runs(first, second, seed)
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        _print_comparison(result)


@app.command()
def fetch(
    out: Annotated[Path, typer.Option(help="The folder for the files.")],
    benchmark: Annotated[
        str, typer.Argument(help="The benchmark's name.", autocompletion=lambda: known_names())
    ] = CODEPREFBENCH.name,
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="Accept the licence; CodePrefBench: CC-BY-NC-4.0, evaluation only.")
    ] = False,
    base_url: Annotated[
        str | None,
        typer.Option(
            envvar="CODEFAVOR_BENCH_URL", help="The folder of the files on a server.", show_default="where published"
        ),
    ] = None,
) -> None:
    """Download a benchmark as released, verified file by file."""
    fetch_benchmark(find_benchmark(benchmark), out, base_url, accept_license, typer.echo)


def _print_result(result: BenchResult) -> None:
    console = Console()
    console.print(for_terminal(make_accuracy_table([result], published=None)))
    details = Table(box=SIMPLE_HEAD)
    details.add_column("criterion")
    for heading in ("tasks", "undecided", "ties", "one order", "both orders", "flips", "comments kept"):
        details.add_column(heading.replace(" ", "\n"), justify="right")
    for key, stratum in result.aspects.items():
        shares = [stratum.undecided, stratum.ties]
        if stratum.orders:
            shares += [stratum.orders.single_order, stratum.orders.both_orders, stratum.orders.flip_rate]
        figures = [percent(share) for share in shares]
        figures += ["–"] * (5 - len(figures))
        details.add_row(key.replace("-", "-\n"), str(stratum.tasks), *figures, str(stratum.unparsed))
    console.print(details)
    if result.settings.subset:
        console.print(f"Only the {sum(stratum.tasks for stratum in result.aspects.values())} tasks of a subset.")
    if result.settings.engine == "unsafe":
        console.print("Candidates ran without a sandbox (--engine unsafe).")


def _print_comparison(result: PairedResult) -> None:
    console = Console()
    title = escape(f"{result.first} against {result.second}, %")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("criterion")
    for heading in ("first", "second", "difference", "p", "p McNemar", "better on"):
        table.add_column(heading.replace(" ", "\n"), justify="right", no_wrap=True)
    for row in result.rows:
        low, high = (100 * bound for bound in row.difference.interval)
        table.add_row(
            row.aspect.replace("-", "-\n"),
            percent(row.first),
            percent(row.second),
            f"{100 * row.difference.value:+.1f}\n{low:+.1f} to {high:+.1f}",
            p_value(row.test.sign_flip_p),
            p_value(row.test.mcnemar_p),
            f"{row.test.first_better}:{row.test.second_better}",
        )
    console.print(table)
    console.print("p flips signs by problem; McNemar takes tasks for independent.", highlight=False)
    if result.differing:
        console.print(f"The runs also differ in their {' and '.join(result.differing)}.", highlight=False)
