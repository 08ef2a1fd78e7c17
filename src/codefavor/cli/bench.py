"""`codefavor bench`: how good is a judge, and is it better than another one?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codefavor.bench.bench_judge import run_bench
from codefavor.bench.fetch import RELEASED_AT, fetch_benchmark
from codefavor.bench.judging import judge_tasks
from codefavor.bench.label_audit import read_subset, tasks_of_subset
from codefavor.bench.paired import PairedResult, compare_runs
from codefavor.bench.results import RESULT_FILE, BenchResult, Order, RunSettings
from codefavor.bench.sharded import RayJudging
from codefavor.bench.tasks import load_tasks
from codefavor.bench.undecided import undecided_pairs
from codefavor.cli.bench_audit import audit_labels, bias, command_line, p_value
from codefavor.cli.bench_build import app as build_app
from codefavor.cli.bench_cascade import calibrate_cascade
from codefavor.cli.bench_export import export
from codefavor.cli.bench_score import score
from codefavor.cli.fleet import AddressOption, EngineOption, WorkersOption
from codefavor.cli.options import judge_specs
from codefavor.cli.progress import counting
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.judges.load import KNOWN_SPECS, judge_files, load_judge
from codefavor.manifest import hash_file, make_manifest
from codefavor.pairs.criterion import Wording
from codefavor.pairs.source import write_pairs
from codefavor.report.table import make_table
from codefavor.report.text import for_terminal, percent
from codefavor.runs.shards import Fleet

app = typer.Typer(no_args_is_help=True, help="Score judges on tasks with known answers, and test their differences.")
app.command("calibrate-cascade")(calibrate_cascade)


@app.callback()
def _bench() -> None:
    """Score judges on tasks with known answers, and test their differences."""


app.command("audit-labels")(audit_labels)
app.command()(bias)
app.command()(score)
app.command()(export)
app.add_typer(build_app, name="build")


@app.command()
def run(
    judge: Annotated[str, typer.Option(help=f"The judge: {', '.join(KNOWN_SPECS)}.", autocompletion=judge_specs)],
    data: Annotated[
        Path,
        typer.Option(envvar="CODEFAVOR_BENCH", help="The benchmark's folder, or a file of preference pairs."),
    ],
    out: Annotated[Path, typer.Option(help="The folder of the run; a run that was cut off is continued.")],
    order: Annotated[Order, typer.Option(help="Judge each comparison as given, or in both orders.")] = "both",
    keep_comments: Annotated[bool, typer.Option("--keep-comments", help="Do not strip comments.")] = False,
    criterion: Annotated[
        Wording, typer.Option(help="What the judge is told to judge by: each task's own, high quality, or nothing.")
    ] = "given",
    seed: Annotated[int, typer.Option(min=0, help="Draws the order in which pairs are shown, and resampling.")] = 0,
    only: Annotated[Path | None, typer.Option(help="subset.json of an audit: judge its tasks only.")] = None,
    passed_on: Annotated[
        Path | None, typer.Option(help="Write what stays undecided as pairs, for `codefavor annotate --pairs`.")
    ] = None,
    engine: EngineOption = "local",
    shards_of: Annotated[int, typer.Option(min=1, help="With Ray: how many tasks a shard has.")] = 64,
    workers: WorkersOption = 4,
    ray_address: AddressOption = None,
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
) -> None:
    """Judge every task, score the answers, and write result.json."""
    chosen = load_judge(judge, unsafe_local)
    tasks = load_tasks(data, "kept" if keep_comments else "stripped", seed, criterion)
    subset = read_subset(only) if only else None
    if subset:
        tasks = tasks_of_subset(tasks, subset)
    files = judge_files(judge)
    settings = RunSettings(
        judge=chosen.name,
        judge_files={file.name: hash_file(file) for file in files},
        data=tasks.files,
        order=order,
        comments="kept" if keep_comments else "stripped",
        criterion=criterion,
        seed=seed,
        subset=subset.digest() if subset else None,
        unsafe_local=unsafe_local,
    )
    inputs = [*files, *((data / name for name in tasks.files) if data.is_dir() else [data])]
    manifest = make_manifest(command_line(), settings.model_dump(mode="json"), inputs, seed)
    fleet = Fleet(workers=workers, shards_of=shards_of, address=ray_address)
    judging = RayJudging(judge, out, fleet) if engine == "ray" else judge_tasks
    with counting(chosen.name, len(tasks.tasks), out) as done:
        result = run_bench(chosen, tasks, settings, out, manifest, lambda count, _: done(count), judging)
    _print_result(result)
    if passed_on:
        count = write_pairs(passed_on, undecided_pairs(out, tasks))
        typer.echo(f"{passed_on}: {count} pairs passed on to people")
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
    out: Annotated[Path, typer.Option(help="The folder for the four files.")],
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="Accept CC-BY-NC-4.0: non-commercial, evaluation only.")
    ] = False,
    base_url: Annotated[
        str, typer.Option(envvar="CODEFAVOR_BENCH_URL", help="The folder of the files on a server.")
    ] = RELEASED_AT,
) -> None:
    """Download CodePrefBench as released, verified file by file."""
    fetch_benchmark(out, base_url, accept_license, typer.echo)


def _print_result(result: BenchResult) -> None:
    console = Console()
    console.print(for_terminal(make_table([result], published=None)))
    details = Table(box=SIMPLE_HEAD)
    details.add_column("aspect")
    for heading in ("tasks", "undecided", "ties", "one order", "both orders", "flips", "comments kept"):
        details.add_column(heading.replace(" ", "\n"), justify="right")
    for aspect, each in result.aspects.items():
        shares = [each.undecided, each.ties]
        if each.orders:
            shares += [each.orders.single_order, each.orders.both_orders, each.orders.flip_rate]
        figures = [percent(share) for share in shares]
        figures += ["–"] * (5 - len(figures))
        details.add_row(aspect.replace("-", "-\n"), str(each.tasks), *figures, str(each.unparsed))
    console.print(details)
    if result.settings.subset:
        console.print(f"Only the {sum(each.tasks for each in result.aspects.values())} tasks of a subset.")
    if result.settings.unsafe_local:
        console.print("Foreign code ran under --unsafe-local.")


def _print_comparison(result: PairedResult) -> None:
    console = Console()
    title = escape(f"{result.first} against {result.second}, %")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("aspect")
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
